"""Claimed receipts: the list, what a file said, and the registers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from django.http import FileResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attribution.models import Connection, ReceiptClaim, ReceiptMatch
from attribution.selectors.receipt_orders import Question, joined_of, questions_of
from attribution.selectors.receipts import (
    ClaimFilter,
    claim_counts,
    claim_page,
    claims_of,
    days_waiting,
    limits_of,
    register_list,
)
from attribution.services.receipt_files import FileAnswer
from core import clock
from exchange.web.brand.desk import Desk
from exchange.web.fault_words import faults_told
from exchange.web.formatting import day_short, moment_short, number_text
from exchange.web.pages import receipts as pages
from exchange.web.pages.common import Choice, Fact
from exchange.web.paging import pager, query_url
from exchange.web.spreadsheet import csv_answer, tenge_cell
from exchange.web.words import RECEIPT, word_of

State = ReceiptClaim.State
OPEN = (State.WAITING, State.DIFFERS)


def filter_of(asked: Mapping[str, str]) -> ClaimFilter:
    state = asked.get("status", "")
    query = asked.get("q", "").replace("\x00", "").strip()[:80]
    return ClaimFilter(state if state in State.values else "", query)


def receipts(desk: Desk, found: Connection, asked: Mapping[str, str]) -> pages.Receipts:
    wanted, after = filter_of(asked), asked.get("after", "")
    page = claim_page(found, wanted, after=after)
    kept = {"status": wanted.state, "q": wanted.query}
    may_write = desk.member.may_write
    joined = joined_of([each.pk for each in page.rows])
    rows = [_row(desk, found, each, joined.get(each.pk), may_write=may_write) for each in page.rows]
    return pages.Receipts(
        name=found.name,
        rows=rows,
        choices=_choices(claim_counts(found), wanted),
        back_url=desk.url("connection", found.public_id),
        csv_url=desk.url("receipts_csv", found.public_id) + query_url(kept),
        registers_url=desk.url("registers", found.public_id),
        file_url=desk.url("receipts_file", found.public_id) if may_write else "",
        clear_url=desk.url("receipts", found.public_id),
        query=wanted.query,
        status=wanted.state,
        waiting_text=waiting_text(found),
        register_count=found.registers.count(),
        is_filtered=any(kept.values()),
        pager=pager(len(page.rows), after, page.after, kept),
        questions=[_question(desk, found, each) for each in questions_of(found.brand_id)],
    )


def _question(desk: Desk, found: Connection, asked: Question) -> pages.ReceiptQuestion:
    claim = asked.match.claim
    address = (found.public_id, claim.public_id)
    return pages.ReceiptQuestion(
        shop=claim.shop,
        sign=claim.sign,
        influencer_name=claim.influencer.name,
        sold_at=claim.sold_at,
        minor=claim.credited_minor,
        options=[
            pages.QuestionOption(
                value=str(option.public_id),
                title=_("Order %(number)s, %(source)s")
                % {"number": option.number, "source": word_of("source", option.source)},
                text=", ".join([*option.names, moment_short(option.placed_at)]),
                url=desk.url("order", option.public_id),
            )
            for option in asked.options
        ],
        answer_url=desk.url("receipt_answer", *address) if desk.member.may_write else "",
    )


def _row(
    desk: Desk,
    found: Connection,
    claim: ReceiptClaim,
    joined: ReceiptMatch | None,
    *,
    may_write: bool,
) -> pages.ReceiptRow:
    is_open = may_write and claim.state in OPEN
    may_part = may_write and joined is not None and joined.receipt_order.same_sale_id is not None
    address = (found.public_id, claim.public_id)
    return pages.ReceiptRow(
        status=claim.state,
        shop=claim.shop,
        sign=claim.sign,
        register=claim.register,
        influencer_name=claim.influencer.name,
        sold_at=claim.sold_at,
        minor=claim.total_minor,
        file_minor=claim.file_total_minor if claim.file_total_minor != claim.total_minor else None,
        note=claim.note,
        accept_url=desk.url("receipt_accept", *address) if is_open else "",
        refuse_url=desk.url("receipt_refuse", *address) if is_open else "",
        joined_text=_joined_text(joined) if joined else "",
        joined_url=desk.url("order", joined.order.public_id) if joined else "",
        part_url=desk.url("receipt_part", *address) if may_part else "",
    )


def _joined_text(joined: ReceiptMatch) -> str:
    text = _("One purchase with order %(number)s of %(source)s: paid once.")
    order = joined.order
    return text % {"number": order.number, "source": word_of("source", order.source)}


def _choices(counts: Mapping[str, int], wanted: ClaimFilter) -> list[Choice]:
    def url(state: str) -> str:
        return query_url({"status": state, "q": wanted.query})

    everything = Choice(_("All"), url(""), not wanted.state, sum(counts.values()))
    return [
        everything,
        *(
            Choice(str(status.word), url(state), state == wanted.state, counts.get(state, 0))
            for state, status in RECEIPT.items()
            if counts.get(state) or state == wanted.state
        ),
    ]


def waiting_text(found: Connection) -> str:
    """Which days the shop should export now, and until when."""
    days = days_waiting(found)
    if days is None:
        return ""
    shown = dict.fromkeys(day_short(day) for day in days)
    said = _("What your list does not show in time is refused. Days that wait for it: %(days)s")
    return said % {"days": " – ".join(shown)}


def receipts_csv(found: Connection, asked: Mapping[str, str]) -> FileResponse:
    header = [
        _("Sold"),
        _("Shop"),
        _("Register (РНМ)"),
        _("Fiscal sign (ФП)"),
        _("Sum, ₸"),
        _("Sum in your list, ₸"),
        _("Given back, ₸"),
        _("Influencer"),
        _("Status"),
        _("Claimed"),
    ]
    return csv_answer("receipts.csv", header, _csv_rows(found, filter_of(asked)))


def _csv_rows(found: Connection, wanted: ClaimFilter) -> Iterator[list[str]]:
    for claim in claims_of(found, wanted).order_by("-claimed_at", "-pk").iterator(1_000):
        yield [
            _moment(claim.sold_at),
            claim.shop,
            claim.register,
            claim.sign,
            tenge_cell(claim.total_minor),
            tenge_cell(claim.file_total_minor),
            tenge_cell(claim.returned_minor or None),
            claim.influencer.name,
            str(RECEIPT[claim.state].word),
            _moment(claim.claimed_at),
        ]


def _moment(moment: datetime) -> str:
    return moment.astimezone(clock.ALMATY).strftime("%Y-%m-%d %H:%M:%S")


# --- A file ---------------------------------------------------------------------------------


def file_page(desk: Desk, found: Connection, answer: FileAnswer | None = None) -> pages.ReceiptFile:
    """The form, and what the file before said."""
    list_url = desk.url("receipts", found.public_id)
    page = pages.ReceiptFile(
        action_url=desk.url("receipts_file", found.public_id),
        back_url=list_url,
        waiting_text=waiting_text(found),
    )
    if answer is None:
        return page
    faults = faults_told(answer.faults)
    return replace(
        page,
        facts=_file_facts(answer),
        faults=faults,
        faults_more=answer.faults_count - len(faults),
        differ_url=list_url + query_url({"status": State.DIFFERS})
        if answer.confirmed.differing
        else "",
    )


def _file_facts(answer: FileAnswer) -> list[Fact]:
    said = answer.confirmed
    return [
        Fact(_("Receipts in the list"), number_text(answer.receipts)),
        Fact(_("Confirmed"), number_text(said.confirmed)),
        Fact(_("With another sum"), number_text(said.differing)),
        Fact(_("Given back"), number_text(said.returned)),
        Fact(_("Known before"), number_text(said.known)),
        Fact(_("Claimed by nobody"), number_text(said.ignored)),
        Fact(_("Rows that say nothing"), number_text(answer.faults_count)),
    ]


# --- Registers ------------------------------------------------------------------------------


def registers(desk: Desk, found: Connection) -> pages.Registers:
    address = found.public_id
    return pages.Registers(
        name=found.name,
        rows=[pages.RegisterRow(each.number, each.shop) for each in register_list(found)],
        back_url=desk.url("receipts", address),
        add_url=desk.url("registers", address),
        remove_url=desk.url("register_remove", address),
        limits_url=desk.url("receipt_limits", address),
        may_edit=desk.member.may_write,
    )


def limits_initial(found: Connection) -> dict[str, int]:
    limits = limits_of(found.settings)
    return {
        "total_min": limits.total_min_minor,
        "total_max": limits.total_max_minor,
        "person_max": limits.person_max,
        "influencer_max": limits.influencer_max,
        "confirm_days": limits.confirm_days,
        "order_days": limits.order_days,
    }


def added_text(count: int) -> str:
    said = ngettext(
        "%(count)s register is in the list.", "%(count)s registers are in the list.", count
    )
    return said % {"count": number_text(count)}
