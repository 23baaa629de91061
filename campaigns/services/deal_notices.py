"""Letters about posts at a fixed fee: to the influencer, and to the brand's team."""

from __future__ import annotations

from typing import Any

from brands.models import Member
from brands.notices import team_notice_queue
from campaigns.domain.deals import ReturnCode
from campaigns.models import Deal, Task, TaskPost
from influencers.notices import influencer_notice_queue

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
    context = {"deal": deal, "campaign": deal.campaign, **more}
    influencer_notice_queue(kind, deal.influencer, context=context, dedupe_key=key)


def _team_tell(deal: Deal, kind: str, key: str, **more: Any) -> None:
    context = {"deal": deal, "campaign": deal.campaign, "name": deal.influencer.name, **more}
    team_notice_queue(kind, deal.brand_id, TOLD, context=context, dedupe_key=key)
