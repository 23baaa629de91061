"""Letters about posts at a fixed fee: to the influencer, and to the brand's team."""

from __future__ import annotations

from typing import Any

from brands.models import Brand, Member
from campaigns.domain.deals import ReturnCode
from campaigns.models import Deal, Task, TaskPost
from core.accounts.models import User
from core.notify.services import notice_queue
from influencers.models import Influencer

TOLD = (Member.Role.OWNER, Member.Role.MANAGER)


def deal_offered_notice(deal: Deal) -> None:
    _influencer_tell(deal, "deal_offered", f"deal:{deal.public_id}:offered")


def deal_answered_notice(deal: Deal) -> None:
    """To the brand: taken, declined, or nothing came of it."""
    _team_tell(deal, "deal_answered", f"deal:{deal.public_id}:{deal.state}:{_left(deal)}")


def deal_ended_notice(deal: Deal, *, reason: str) -> None:
    """To the influencer; `reason` is cancelled (by the brand), late, left, or closed."""
    key = f"deal:{deal.public_id}:ended:{_left(deal)}"
    _influencer_tell(deal, "deal_ended", key, reason=reason)


def post_sent_notice(task: Task, post: TaskPost) -> None:
    key = f"post:{post.public_id}:sent"
    _team_tell(task.deal, "post_sent", key, task=task, post=post)


def post_accepted_notice(task: Task, post: TaskPost) -> None:
    key = f"post:{post.public_id}:accepted"
    _influencer_tell(task.deal, "post_accepted", key, task=task, post=post)


def post_returned_notice(task: Task, post: TaskPost) -> None:
    key = f"post:{post.public_id}:returned"
    is_label = post.return_code == ReturnCode.LABEL
    is_place = post.return_code == ReturnCode.PLACEMENT
    _influencer_tell(
        task.deal, "post_returned", key, task=task, post=post, is_label=is_label, is_place=is_place
    )


def _left(deal: Deal) -> str:
    """How far it has come, so that each step is told once."""
    states = sorted(deal.tasks.values_list("number", "state"))
    return "".join(state[0] for _number, state in states)


def _influencer_tell(deal: Deal, kind: str, key: str, **more: Any) -> None:
    user_id = Influencer.objects.values_list("user_id", flat=True).get(pk=deal.influencer_id)
    user = User.objects.get(pk=user_id)
    notice_queue(
        kind,
        email=user.email,
        language=user.language,
        context={"deal": deal, "campaign": deal.campaign, **more},
        dedupe_key=key,
    )


def _team_tell(deal: Deal, kind: str, key: str, **more: Any) -> None:
    team = list(Member.objects.filter(brand_id=deal.brand_id, role__in=TOLD).order_by("pk"))
    users = User.objects.filter(pk__in=[member.user_id for member in team])
    language_of = dict(users.values_list("pk", "language"))
    name = Influencer.objects.values_list("name", flat=True).get(pk=deal.influencer_id)
    brand = Brand.objects.only("slug").get(pk=deal.brand_id)
    for member in team:
        notice_queue(
            kind,
            email=member.email,
            language=language_of[member.user_id],
            context={
                "deal": deal, "campaign": deal.campaign, "brand": brand, "name": name, **more
            },
            dedupe_key=f"{key}:{member.pk}",
        )  # fmt: skip
