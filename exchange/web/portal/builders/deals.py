"""The influencer's posts at a fixed fee. Reads only; runs as the influencer."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.deal_forms import PostForm
from campaigns.domain.deals import UNSENT
from campaigns.models import Deal, Task
from campaigns.selectors.deals import (
    deals_of_influencer,
    deals_waiting,
    has_deals,
    posts_of,
    tasks_earned,
)
from core import clock
from exchange.web.deals import deal_facts, deal_row, post_shown
from exchange.web.formatting import day_long, day_short, moment_short, number_text
from exchange.web.pages import deals as pages
from exchange.web.pages.common import Task as Waiting
from exchange.web.words import DEAL
from influencers.models import Influencer

State = Deal.State


def deals(influencer: Influencer) -> pages.OwnDeals:
    rows = [_row(each) for each in deals_of_influencer(influencer.pk)]
    return pages.OwnDeals(rows, campaigns_url=reverse("portal:campaigns"))


def _row(deal: Deal) -> pages.DealRow:
    unsent = sum(task.state in UNSENT for task in deal.tasks.all())
    to_do = ""
    if deal.state == State.OFFERED:
        to_do = _("answer until %(moment)s") % {"moment": moment_short(deal.answer_until)}
    elif deal.state == State.RUNNING and unsent:
        text = ngettext("%(count)s post to send in", "%(count)s posts to send in", unsent)
        to_do = text % {"count": number_text(unsent)}
    url = reverse("portal:deal", args=[deal.public_id])
    return deal_row(deal, name=deal.campaign.brand_name, url=url, to_do=to_do)


def waiting(influencer: Influencer, *, is_way: bool = False) -> Waiting | None:
    """What waits for the influencer; where nothing does, `is_way` asks for the way to what was.
    Two queries at most."""
    found = deals_waiting(influencer.pk)
    url = reverse("portal:deals")
    if found.offered:
        title = ngettext(
            "%(count)s offer of posts at a fixed fee",
            "%(count)s offers of posts at a fixed fee",
            found.offered,
        ) % {"count": number_text(found.offered)}
        text = _("The money is reserved already. What orders bring comes on top.")
        return Waiting("hold", "banknote", title, text, url, _("Look at it"))
    if found.to_post:
        text = _("Each accepted post brings its fee.")
        title = ngettext(
            "%(count)s post to send in", "%(count)s posts to send in", found.to_post
        ) % {"count": number_text(found.to_post)}
        return Waiting("wait", "banknote", title, text, url, _("Send it in"))
    if is_way and has_deals(influencer.pk):
        return Waiting("wait", "banknote", _("Posts at a fixed fee"), "", url, _("Open"))
    return None


def deal(found: Deal, refused: tuple[UUID, forms.Form] | None = None) -> pages.Deal:
    """`refused` is a form of sending in that was not accepted, and of which post."""
    tasks = list(found.tasks.order_by("number")) if found.answered_at else []
    sent = posts_of(found)
    is_open = found.state == State.OFFERED and found.answer_until > clock.now()
    answers = {}
    if is_open:
        answers = {
            "accept_url": reverse("portal:deal_accept", args=[found.public_id]),
            "decline_url": reverse("portal:deal_decline", args=[found.public_id]),
            "answer_until": found.answer_until,
        }
    return pages.Deal(
        title=found.campaign.title,
        name=found.campaign.brand_name,
        status=found.state,
        brief=found.brief,
        facts=deal_facts(found),
        posts=[
            post_shown(
                task,
                sent.get(task.pk, []),
                lambda public_id: reverse("portal:deal_picture", args=[public_id]),
                **_sending(found, task, refused),
            )
            for task in tasks
        ],
        back_url=reverse("portal:deals"),
        hint=_hint(found, is_open=is_open),
        label_url=reverse("portal:deal_label"),
        **answers,  # type: ignore[arg-type]
    )


def _hint(found: Deal, *, is_open: bool) -> str:
    if is_open:
        day = day_long(found.answer_until)
        return _("Answer until %(day)s. Until then the money is reserved for you.") % {"day": day}
    if found.state == State.RUNNING:
        return _(
            "Publish, then send the link with the text. If the brand says nothing in the agreed"
            " days, a labelled post is accepted by itself."
        )
    if found.state == State.DECLINED:
        return _("You have declined this deal.")
    return str(DEAL[found.state].hint)


def _sending(found: Deal, task: Task, refused: tuple[UUID, forms.Form] | None) -> dict[str, object]:
    is_late = task.due_on < clock.today()
    if found.state != State.RUNNING or task.state not in UNSENT or is_late:
        return {}
    is_this = refused is not None and refused[0] == task.public_id
    return {
        "send_url": reverse("portal:post_send", args=[task.public_id]),
        "form": refused[1] if refused and is_this else PostForm(prefix=f"p{task.number}"),
    }


def fee_rows(influencer: Influencer) -> list[pages.FeeRow]:
    """Accepted posts among what was earned. One query."""
    return [fee_row(task) for task in tasks_earned(influencer.pk)]


def fee_row(task: Task) -> pages.FeeRow:
    """`task.deal.campaign` is loaded."""
    assert task.accepted_at is not None, task.pk
    number = _("Post %(number)s") % {"number": task.number}
    return pages.FeeRow(
        url=reverse("portal:deal", args=[task.deal.public_id]),
        title=task.deal.campaign.title,
        name=task.deal.campaign.brand_name,
        note=f"{number}, {task.deal.get_place_display()} · {day_short(task.accepted_at)}",
        minor=task.amount_minor,
        status=task.state,
    )
