"""Who takes part in a campaign: rows with what may be done about each, the list, its download."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import FileResponse
from django.utils.translation import gettext as _

from attribution.selectors.conversions import Taken, taken_by_participation
from attribution.selectors.orders import people_by_influencer
from campaigns.domain.eligibility import Condition, Tick
from campaigns.domain.reasons import REJECT_CODES, REMOVE_CODES
from campaigns.eligibility_words import asked_texts
from campaigns.models import Campaign, Participation
from campaigns.reason_words import reason_choices, reason_text
from campaigns.selectors.eligibility import ticks_for_brand
from campaigns.selectors.groups import GroupNow, groups_of
from campaigns.selectors.people import (
    Participant,
    participant_counts,
    participant_page,
    participants_all,
)
from core import clock
from exchange.web.brand.builders.deals import closed_text as deals_closed
from exchange.web.brand.builders.groups import groups, may_group, move_form
from exchange.web.brand.desk import Desk
from exchange.web.formatting import day_full, number_text
from exchange.web.pages import brand as pages
from exchange.web.pages.common import Choice
from exchange.web.pages.decisions import DecisionForm, TickLine
from exchange.web.pages.people import People, Rules
from exchange.web.paging import pager, query_url
from exchange.web.spreadsheet import csv_answer, tenge_cell
from exchange.web.words import PARTICIPATION

CODES = {"reject": REJECT_CODES, "remove": REMOVE_CODES}
State = Participation.State


@dataclass(frozen=True, slots=True)
class Refused:
    """A small form of the page that was refused: which one, of whom, what was typed, and why."""

    what: str
    value: str = ""
    error: str = ""
    participation: UUID | None = None
    typed: Mapping[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is read once for all rows."""

    clicks: Mapping[int, int]
    taken: Mapping[int, Taken]
    ticks: Mapping[int, Collection[Tick]]
    asked: Mapping[Condition, str]
    may_group: bool
    deal_url: str  # "" where no posts can be ordered


def _known(desk: Desk, found: Campaign, people: Collection[Participant]) -> _Known:
    """Two queries, and four more where requirements are asked of applicants."""
    applied = [
        each.participation.influencer_id
        for each in people
        if each.participation.state == State.APPLIED
    ]
    ticks = ticks_for_brand(found.join_rules, applied)
    return _Known(
        clicks=people_by_influencer(desk.brand.pk, found.pk),
        taken=taken_by_participation([each.participation.pk for each in people]),
        ticks=ticks,
        asked=asked_texts(found.join_rules) if ticks else {},
        may_group=may_group(desk, found),
        deal_url="" if deals_closed(desk, found) else desk.url("deal_new", found.public_id),
    )


def participant_rows(
    desk: Desk, found: Campaign, people: Collection[Participant], refused: Refused | None = None
) -> list[pages.ParticipantRow]:
    known = _known(desk, found, people)
    return [_row(desk, each, known, refused) for each in people]


def _row(
    desk: Desk, participant: Participant, known: _Known, refused: Refused | None
) -> pages.ParticipantRow:
    row = participant.participation
    taken = known.taken.get(row.pk, Taken())
    return pages.ParticipantRow(
        name=participant.name,
        city=participant.city,
        followers=participant.followers,
        status=row.state,
        code=participant.code,
        clicks=known.clicks.get(row.influencer_id, 0),
        orders=taken.orders,
        minor=taken.earned_minor,
        joined_on=clock.day_of(row.created_at),
        articles=participant.articles,
        skus=participant.skus,
        vouchers=participant.vouchers,
        public_id=str(row.public_id),
        **_group(desk, row, known),
        reason=_reason(row),
        ticks=[
            TickLine(known.asked[tick.condition], tick.verdict)
            for tick in known.ticks.get(row.influencer_id, ())
        ],
        deal_url=_deal_url(known, row),
        **_decisions(desk, row, refused),
    )


def _group(desk: Desk, row: Participation, known: _Known) -> dict[str, Any]:
    """Of who takes part: which group, and whether this member may change that."""
    if row.state != State.APPROVED:
        return {}
    out_url = desk.url("participation_group_out", row.public_id)
    return {
        "group": row.group.name if row.group else "",
        "may_move": known.may_group,
        "group_out_url": out_url if row.group and known.may_group else "",
    }


def _deal_url(known: _Known, row: Participation) -> str:
    if not known.deal_url or row.state != State.APPROVED:
        return ""
    return known.deal_url + query_url({"who": str(row.public_id)})


def _reason(row: Participation) -> str:
    """Why it was refused or ended, as the influencer reads it."""
    if row.state not in (State.REJECTED, State.REMOVED):
        return ""
    said = reason_text(row.reason_code, row.reason_note)
    if row.apply_again_on is None:
        return said
    again = _("may apply again from %(day)s") % {"day": day_full(row.apply_again_on)}
    return f"{said}; {again}" if said else again


def _decisions(desk: Desk, row: Participation, refused: Refused | None) -> dict[str, Any]:
    """What this member may do about a participation in this state."""
    if not desk.member.may_write:
        return {}

    def form(what: str) -> pages.SmallForm:
        url = desk.url(f"participation_{what}", row.public_id)
        if refused is None or (refused.what, refused.participation) != (what, row.public_id):
            return pages.SmallForm(url)
        return pages.SmallForm(url, refused.value, refused.error)

    if row.state == State.APPLIED:
        approve_url = desk.url("participation_approve", row.public_id)
        return {"approve_url": approve_url, "reject": _decision(desk, row, "reject", refused)}
    if row.state == State.APPROVED:
        return {
            "remove": _decision(desk, row, "remove", refused),
            "add_article": form("article"),
            "add_voucher": form("voucher"),
            "vouchers_url": desk.url("participation_vouchers", row.public_id),
            "skus_url": desk.url("participation_skus", row.public_id),
        }
    if row.state in (State.REJECTED, State.REMOVED):
        return {"restore_url": desk.url("participation_restore", row.public_id)}
    return {}


def _decision(desk: Desk, row: Participation, what: str, refused: Refused | None) -> DecisionForm:
    is_this = refused is not None and (refused.what, refused.participation) == (what, row.public_id)
    url = desk.url(f"participation_{what}", row.public_id)
    return decision_form(url, what, refused if is_this else None)


def decision_form(url: str, what: str, refused: Refused | None = None) -> DecisionForm:
    typed = refused.typed if refused else {}
    return DecisionForm(
        url=url,
        codes=reason_choices(CODES[what]),
        first_on=(clock.today() + timedelta(days=1)).isoformat(),
        code=typed.get("reason_code", ""),
        note=typed.get("reason", ""),
        again_on=typed.get("again_on", ""),
        errors=refused.errors if refused else [],
    )


def places_text(found: Campaign, taken: int) -> str:
    """ "12 of 30 places are taken", "" without a limit."""
    if found.participants_max is None:
        return ""
    return _("Places taken: %(taken)s of %(all)s") % {
        "taken": number_text(taken),
        "all": number_text(found.participants_max),
    }


# --- The list -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader wants to see; what cannot be is passed over."""

    state: str = ""
    query: str = ""
    group: str = ""
    after: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Asked:
        state = given.get("status", "")
        return cls(
            state=state if state in State.values else "",
            query=given.get("q", "").replace("\x00", "").strip()[:80],
            group=_uuid_text(given.get("group", "")),
            after=given.get("after", ""),
        )

    @property
    def kept(self) -> dict[str, str]:
        return {"status": self.state, "q": self.query, "group": self.group}


def _uuid_text(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""


def people(desk: Desk, found: Campaign, asked: Asked, refused: Refused | None = None) -> People:
    page = participant_page(
        found, state=asked.state, query=asked.query, group=asked.group, after=asked.after
    )
    known = groups_of(found)
    counts = participant_counts(found)
    is_any_applied = any(each.participation.state == State.APPLIED for each in page.rows)
    return People(
        title=found.title,
        rows=participant_rows(desk, found, page.rows, refused),
        choices=_choices(counts, asked),
        back_url=desk.url("campaign", found.public_id),
        here_url=desk.url("people", found.public_id),
        csv_url=desk.url("people_csv", found.public_id) + query_url(asked.kept),
        places=places_text(found, counts.get(State.APPROVED, 0)),
        decide=_decide(desk, found, refused) if desk.member.may_write and is_any_applied else None,
        groups=groups(desk, found, known),
        group_choices=_group_choices(known, asked),
        move=move_form(desk, found, known),
        kept=[each for each in (("status", asked.state), ("group", asked.group)) if each[1]],
        query=asked.query,
        is_filtered=any(asked.kept.values()),
        pager=pager(len(page.rows), asked.after, page.after, asked.kept),
    )


def _decide(desk: Desk, found: Campaign, refused: Refused | None) -> DecisionForm:
    is_this = refused is not None and refused.what == "people_decide"
    url = desk.url("people_decide", found.public_id)
    return decision_form(url, "reject", refused if is_this else None)


def _choices(counts: Mapping[str, int], asked: Asked) -> list[Choice]:
    def url(state: str) -> str:
        return query_url({**asked.kept, "status": state})

    everybody = Choice(_("All"), url(""), not asked.state, sum(counts.values()))
    return [
        everybody,
        *(
            Choice(str(PARTICIPATION[each].word), url(each), each == asked.state, counts[each])
            for each in State.values
            if counts.get(each)
        ),
    ]


def _group_choices(known: Sequence[GroupNow], asked: Asked) -> list[Choice]:
    def url(group: str) -> str:
        return query_url({**asked.kept, "group": group})

    if not known:
        return []
    return [
        Choice(_("All groups"), url(""), not asked.group),
        *(
            Choice(each.group.name, url(public_id), public_id == asked.group, each.people)
            for each in known
            for public_id in [str(each.group.public_id)]
        ),
    ]


def people_csv(brand_id: int, found: Campaign, asked: Asked) -> FileResponse:
    header = [
        _("Influencer"),
        _("City"),
        _("Followers"),
        _("Status"),
        _("Reason"),
        _("Promo code"),
        _("Group"),
        _("Joined on"),
        _("Decided on"),
        _("Participation id"),
        _("Clicks"),
        _("Orders"),
        _("Rewards, ₸"),
    ]
    return csv_answer("influencers.csv", header, _cells(brand_id, found, asked))


def _cells(brand_id: int, found: Campaign, asked: Asked) -> Iterator[list[str]]:
    clicks = people_by_influencer(brand_id, found.pk)
    filters = {"state": asked.state, "query": asked.query, "group": asked.group}
    for batch in participants_all(found, **filters):
        taken = taken_by_participation([each.participation.pk for each in batch])
        for each in batch:
            row = each.participation
            mine = taken.get(row.pk, Taken())
            yield [
                each.name,
                each.city,
                str(each.followers),
                str(PARTICIPATION[row.state].word),
                _reason(row),
                each.code,
                row.group.name if row.group else "",
                clock.day_of(row.created_at).isoformat(),
                clock.day_of(row.decided_at).isoformat() if row.decided_at else "",
                str(row.public_id),
                str(clicks.get(row.influencer_id, 0)),
                str(mine.orders),
                tenge_cell(mine.earned_minor),
            ]


# --- Who may join ---------------------------------------------------------------------------


def rules(desk: Desk, found: Campaign) -> Rules:
    return Rules(
        title=found.title,
        action_url=desk.url("campaign_rules", found.public_id),
        back_url=desk.url("campaign", found.public_id),
        people=participant_counts(found).get(State.APPROVED, 0),
        is_by_application=found.access == Campaign.Access.APPLICATION,
    )
