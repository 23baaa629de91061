"""Promo codes of a campaign, its pools, and what buyers typed in place of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from django.http import FileResponse
from django.utils.translation import gettext as _

from attribution.selectors.code_queue import QUEUE_DAYS, Question, code_questions
from campaigns.code_words import fault_text
from campaigns.domain.code_rules import GRACE_DAYS_DEFAULT, GRACE_DAYS_MAX
from campaigns.domain.codes import CodeFault
from campaigns.models import Campaign, CodePool, Participation, PromoCode
from campaigns.selectors.codes import (
    PoolCounts,
    codes_of_pool,
    personal_code_counts,
    personal_code_page,
    personal_codes_all,
    pool_counts,
    pools_of_campaign,
)
from core import clock
from exchange.web.brand.desk import Desk
from exchange.web.code_words import when_text
from exchange.web.pages import codes as pages
from exchange.web.pages.common import Choice
from exchange.web.paging import pager, query_url
from exchange.web.spreadsheet import csv_answer
from exchange.web.words import PROMO_CODE

FAULTS_SHOWN = 100
State = PromoCode.State
PERSONAL = (State.ACTIVE, State.REPLACED, State.VOID)


def codes(desk: Desk, found: Campaign, asked: Mapping[str, str]) -> pages.Codes:
    """Nine queries, whatever the number of codes."""
    status = asked.get("status", "")
    status = status if status in PERSONAL else ""
    query = asked.get("q", "").replace("\x00", "").strip()[:80]
    after = asked.get("after", "")
    page = personal_code_page(found, state=status, query=query, after=after)
    kept = {"status": status, "q": query}
    may_write = desk.member.may_write
    pools = pools_of_campaign(found)
    counts = pool_counts(pools)
    return pages.Codes(
        title=found.title,
        rows=[_row(desk, each, may_write=may_write) for each in page.rows],
        pools=[_pool(desk, each, counts.get(each.pk, PoolCounts())) for each in pools],
        choices=_choices(personal_code_counts(found), status, query),
        back_url=desk.url("campaign", found.public_id),
        here_url=desk.url("codes", found.public_id),
        csv_url=desk.url("codes_csv", found.public_id),
        questions_url=desk.url("code_questions"),
        leaks_url=desk.url("leaks") + query_url({"campaign": str(found.public_id)}),
        grace_days=GRACE_DAYS_DEFAULT,
        grace_days_max=GRACE_DAYS_MAX,
        people=_people(found) if pools and may_write else [],
        new_url=desk.url("codes_new", found.public_id) if may_write else "",
        query=query,
        status=status,
        is_filtered=any(kept.values()),
        pager=pager(len(page.rows), after, page.after, kept),
    )


def _choices(counts: Mapping[str, int], status: str, query: str) -> list[Choice]:
    def url(state: str) -> str:
        return query_url({"status": state, "q": query})

    everything = Choice(_("All"), url(""), not status, sum(counts.values()))
    return [
        everything,
        *(
            Choice(str(PROMO_CODE[state].word), url(state), state == status, counts.get(state, 0))
            for state in PERSONAL
            if counts.get(state) or state == status
        ),
    ]


def _row(desk: Desk, code: PromoCode, *, may_write: bool) -> pages.CodeRow:
    participation = code.participation
    assert participation is not None, "a personal code is somebody's"
    assert code.influencer is not None
    is_open = (
        may_write
        and code.state == State.ACTIVE
        and participation.state == Participation.State.APPROVED
    )
    address = participation.public_id
    return pages.CodeRow(
        code=code.code,
        name=code.influencer.name,
        status=code.state,
        when=when_text(code),
        aliases=tuple(each.text for each in code.aliases.all() if each.ambiguous_at is None),
        skus=tuple(code.except_skus),
        rotate_url=desk.url("code_rotate", address) if is_open else "",
        schedule_url=desk.url("code_schedule", address) if is_open else "",
        first_on=_day(code.valid_from),
        last_on=_day(code.valid_until),
    )


def _day(moment: datetime | None) -> str:
    return clock.day_of(moment).isoformat() if moment else ""


def _pool(desk: Desk, pool: CodePool, counts: PoolCounts) -> pages.PoolRow:
    may_write = desk.member.may_write
    address = pool.public_id
    return pages.PoolRow(
        title=pool.name,
        name=pool.influencer.name if pool.influencer else "",
        created_at=pool.created_at,
        issued=counts.issued,
        reserved=counts.reserved,
        redeemed=counts.redeemed,
        void=counts.void,
        unassigned=counts.unassigned,
        csv_url=desk.url("code_pool_csv", address),
        give_url=desk.url("code_pool_give", address) if may_write and counts.unassigned else "",
        void_url=desk.url("code_pool_void", address)
        if may_write and (counts.issued or counts.reserved)
        else "",
    )


def _people(found: Campaign) -> list[tuple[str, str]]:
    rows = Participation.objects.filter(campaign=found, state=Participation.State.APPROVED)
    named = rows.order_by("influencer__name").values_list("public_id", "influencer__name")
    return [(str(public_id), name) for public_id, name in named]


# --- Tables to take away --------------------------------------------------------------------


def codes_csv(found: Campaign) -> FileResponse:
    header = [_("Code"), _("Influencer"), _("Status"), _("First day"), _("Last day")]

    def rows() -> Iterator[list[str]]:
        for code in personal_codes_all(found):
            name = code.influencer.name if code.influencer else ""
            word = str(PROMO_CODE[code.state].word)
            yield [code.code, name, word, _day(code.valid_from), _day(code.valid_until)]

    return csv_answer("codes.csv", header, rows())


def pool_csv(pool: CodePool) -> FileResponse:
    header = [_("Code"), _("Influencer"), _("Status")]

    def rows() -> Iterator[list[str]]:
        for code in codes_of_pool(pool):
            name = code.influencer.name if code.influencer else ""
            yield [code.code, name, str(PROMO_CODE[code.state].word)]

    return csv_answer("one-time-codes.csv", header, rows())


def faults_csv(pool: CodePool) -> FileResponse:
    header = [_("Row"), _("Code"), _("What is wrong")]
    rows = ([str(fault.row), fault.text, fault.said] for fault in _faults(pool.faults))
    return csv_answer("faults.csv", header, rows)


# --- New one-time codes ---------------------------------------------------------------------


def new_pool(desk: Desk, found: Campaign, refused: CodePool | None = None) -> pages.NewPool:
    action_url = desk.url("codes_new", found.public_id)
    back_url = desk.url("codes", found.public_id)
    if refused is None:
        return pages.NewPool(action_url, back_url)
    return pages.NewPool(
        action_url,
        back_url,
        faults=list(_faults(refused.faults[:FAULTS_SHOWN])),
        fault_count=len(refused.faults),
        row_count=refused.rows,
        faults_url=desk.url("code_pool_faults", refused.public_id),
    )


def _faults(kept: list[list[str]]) -> Iterator[pages.FileFault]:
    for row, text, fault, other in kept:
        said = fault_text(CodeFault(fault))
        if fault in (CodeFault.TWICE, CodeFault.LOOKS_LIKE_ROW):
            said = " ".join([said, _("Row: %(row)s") % {"row": other}])
        elif other:
            said = " ".join([said, _("It is: %(code)s") % {"code": other}])
        yield pages.FileFault(int(row), text, said)


# --- What buyers typed ----------------------------------------------------------------------


def questions(desk: Desk) -> pages.Questions:
    return pages.Questions(
        rows=[_question(each) for each in code_questions(desk.brand.pk)],
        back_url=desk.url("orders"),
        days=QUEUE_DAYS,
        say_url=desk.url("code_question_say") if desk.member.may_write else "",
    )


def _question(found: Question) -> pages.QuestionRow:
    return pages.QuestionRow(
        text=found.text,
        look=found.skeleton,
        orders=found.orders,
        last_at=found.last_at,
        is_shared=found.is_shared,
        codes=[
            pages.Meant(
                code.pk,
                code.code,
                code.influencer.name if code.influencer else "",
                code.campaign.title,
            )
            for code in found.codes
        ],
    )
