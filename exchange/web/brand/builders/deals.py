"""A campaign's posts at a fixed fee: the list, a new deal with what it costs, one deal."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from django import forms
from django.http import FileResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.deal_forms import ReturnForm
from campaigns.domain.deals import EARNED, UNSENT
from campaigns.models import Campaign, Deal, Task
from campaigns.selectors.deals import deal_counts, deal_page, posts_of, tasks_of_campaign
from campaigns.services.deals import DealOffer, deal_cost
from core import clock
from exchange.web.brand.desk import Desk
from exchange.web.deals import deal_facts, deal_row, post_shown
from exchange.web.formatting import day_long, moment_short, money_text, number_text, percent_text
from exchange.web.pages import deals as pages
from exchange.web.pages.common import Choice, Sum
from exchange.web.paging import pager, query_url
from exchange.web.spreadsheet import csv_answer, tenge_cell
from exchange.web.words import DEAL, POST

RUNNING = (Campaign.Status.LIVE, Campaign.Status.PAUSED)
State = Deal.State


def deals(desk: Desk, found: Campaign, state: str, after: str) -> pages.Deals:
    state = state if state in State.values else ""
    closed = closed_text(desk, found)
    page = deal_page(found, state, after)
    return pages.Deals(
        title=found.title,
        rows=[_row(desk, each) for each in page.rows],
        choices=_choices(deal_counts(found), state),
        back_url=desk.url("campaign", found.public_id),
        here_url=desk.url("deals", found.public_id),
        csv_url=desk.url("deals_csv", found.public_id) if page.rows else "",
        new_url="" if closed else desk.url("deal_new", found.public_id),
        closed=closed,
        is_filtered=bool(state),
        pager=pager(len(page.rows), after, page.after, {"status": state}),
    )


def closed_text(desk: Desk, found: Campaign) -> str:
    """Why no deal can be made now, "" when one can."""
    if found.status not in RUNNING:
        return _("Posts are ordered while the campaign is live or paused.")
    if not desk.member.may_move_money:
        return _("Money is moved by an owner or by finance. Ask one of them.")
    return ""


def _choices(counts: dict[str, int], state: str) -> list[Choice]:
    everything = Choice(_("All"), query_url({}), not state, sum(counts.values()))
    return [
        everything,
        *(
            Choice(str(DEAL[each].word), query_url({"status": each}), each == state, counts[each])
            for each in State.values
            if counts.get(each)
        ),
    ]


def _row(desk: Desk, deal: Deal) -> pages.DealRow:
    to_check = sum(task.state == Task.State.SUBMITTED for task in deal.tasks.all())
    to_do = ""
    if to_check:
        text = ngettext("%(count)s post to check", "%(count)s posts to check", to_check)
        to_do = text % {"count": number_text(to_check)}
    elif deal.state == State.OFFERED:
        to_do = _("answer until %(moment)s") % {"moment": moment_short(deal.answer_until)}
    url = desk.url("deal", deal.public_id)
    return deal_row(deal, name=deal.influencer.name, url=url, to_do=to_do)


# --- A new one ------------------------------------------------------------------------------


def deal_new(
    desk: Desk, found: Campaign, offer: DealOffer | None = None, *, has_people: bool = True
) -> pages.DealNew:
    """`offer` is what was typed, once its cost was asked."""
    reserve = None
    if offer is not None:
        reserve = deal_cost(found, post_minor=offer.post_minor, post_count=offer.post_count)
    sums = []
    if offer is not None and reserve is not None:
        note = f"{number_text(offer.post_count)} × {money_text(offer.post_minor)}"
        sums = [
            Sum(_("To the influencer"), reserve.budget_minor, note=note),
            Sum(_("Birge fee"), reserve.fee_minor, note=percent_text(found.platform_fee_bps)),
            Sum(_("VAT"), reserve.vat_minor, note=percent_text(found.vat_bps)),
            Sum(_("This costs you"), reserve.total_minor, line=True, strong=True),
        ]
    total = reserve.total_minor if reserve else 0
    return pages.DealNew(
        title=found.title,
        action_url=desk.url("deal_new", found.public_id),
        back_url=desk.url("deals", found.public_id),
        people_url=desk.url("people", found.public_id),
        has_people=has_people,
        sums=sums,
        agreed=total if reserve else None,
        missing_minor=max(0, total - desk.free_minor),
        free_minor=desk.free_minor,
        top_up_url=f"{desk.url('money')}#top-up",
    )


# --- One ------------------------------------------------------------------------------------


def deal(desk: Desk, found: Deal, refused: tuple[UUID, forms.Form] | None = None) -> pages.Deal:
    """`refused` is a form of returning that was not accepted, and of which post."""
    tasks = list(found.tasks.order_by("number"))
    sent = posts_of(found)
    cancel = _cancel_text(desk, found, tasks)
    return pages.Deal(
        title=found.campaign.title,
        name=found.influencer.name,
        status=found.state,
        brief=found.brief,
        facts=deal_facts(found),
        posts=[
            post_shown(
                task,
                sent.get(task.pk, []),
                lambda public_id: desk.url("deal_picture", public_id),
                **_decide(desk, task, refused),
            )
            for task in tasks
            if found.answered_at
        ],
        back_url=desk.url("deals", found.campaign.public_id),
        hint=_hint(found),
        cancel_url=desk.url("deal_cancel", found.public_id) if cancel else "",
        cancel_text=cancel,
    )


def _hint(found: Deal) -> str:
    if found.state == State.OFFERED:
        day = day_long(found.answer_until)
        return _("Waits for the influencer's answer until %(day)s. The money is reserved.") % {
            "day": day
        }
    return str(DEAL[found.state].hint)


def _decide(desk: Desk, task: Task, refused: tuple[UUID, forms.Form] | None) -> dict[str, object]:
    if task.state != Task.State.SUBMITTED or not desk.member.may_write:
        return {}
    is_this = refused is not None and refused[0] == task.public_id
    return {
        "accept_url": desk.url("post_accept", task.public_id),
        "return_url": desk.url("post_return", task.public_id),
        "form": refused[1] if refused and is_this else ReturnForm(prefix=f"p{task.number}"),
    }


def _cancel_text(desk: Desk, found: Deal, tasks: list[Task]) -> str:
    """What withdrawing would give back, "" where nothing can be withdrawn."""
    if found.state not in (State.OFFERED, State.RUNNING) or not desk.member.may_move_money:
        return ""
    unsent = sum(task.state in UNSENT for task in tasks)
    if not unsent:
        return ""
    live = sum(task.state in (*UNSENT, *EARNED, Task.State.SUBMITTED) for task in tasks)
    back = found.money.between(live - unsent, live).total_minor
    return _("%(sum)s go back to your free balance. Posts that were sent in are still decided.") % {
        "sum": money_text(back)
    }


# --- To take away ---------------------------------------------------------------------------


def deals_csv(found: Campaign) -> FileResponse:
    """A line for each post."""
    header = [
        _("Influencer"),
        _("Where"),
        _("Post"),
        _("Status"),
        _("To be posted by"),
        _("Link of the post"),
        _("Ad label"),
        _("Fee of a post, ₸"),
        _("Birge fee, ₸"),
        _("VAT, ₸"),
        _("Accepted on"),
    ]
    return csv_answer("posts.csv", header, _cells(found))


def _cells(found: Campaign) -> Iterator[list[str]]:
    for task in tasks_of_campaign(found):
        yield [
            task.influencer.name,
            task.deal.get_place_display(),
            str(task.number),
            str(POST[task.state].word),
            task.due_on.isoformat(),
            task.last_url,  # type: ignore[attr-defined]
            task.last_label,  # type: ignore[attr-defined]
            tenge_cell(task.amount_minor),
            tenge_cell(task.fee_minor),
            tenge_cell(task.vat_minor),
            clock.day_of(task.accepted_at).isoformat() if task.accepted_at else "",
        ]
