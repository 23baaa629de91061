"""The brand's list of sales to decide about: filters, ticks, and the same as a file."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from django.http import FileResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from attribution.domain.lifecycle import Status
from attribution.domain.verdicts import Verdict, verdict_refusal
from attribution.models import Conversion
from attribution.selectors.conversions import PAGE_ROWS, Page, conversion_page
from attribution.selectors.review import (
    OPEN,
    ReviewFilter,
    due_page,
    review_campaigns,
    review_people,
    review_rows,
)
from attribution.services.verdicts import Outcome, refusal_text
from core import clock
from core.errors import Invalid
from core.money import MoneyError, minor_of
from exchange.web.brand.builders.common import ref_short
from exchange.web.brand.desk import Desk
from exchange.web.formatting import day_short, days_text, number_text
from exchange.web.pages import verdicts as pages
from exchange.web.pages.common import Choice, Term
from exchange.web.paging import pager, query_url
from exchange.web.rejections import brand_reasons
from exchange.web.sale_words import reason_name, sale_hint
from exchange.web.spreadsheet import csv_answer, tenge_cell
from exchange.web.totals_words import sale_title
from exchange.web.words import status_of

DAYS = (3, 7, 14)
AMOUNT_CHARS_MAX = 12
CSV_PAGE_ROWS = 1_000
CSV_ROWS_MAX = 50_000
NEWEST = "newest"  # the other order; without a word the soonest deadline comes first
DECIDED = ("approved", "rejected")  # filters whose sales have no deadline any more
FILTERS: Mapping[str, tuple[str, ...]] = {
    "on_hold": ("on_hold",),
    "pending": ("pending", "awaiting_funding"),
    "approved": ("approved", "paid", "partly_reversed"),
    "rejected": ("rejected",),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """The filter as the address says it; words that mean nothing are left out."""

    status: str = ""
    influencer: str = ""
    campaign: str = ""
    days: str = ""
    amount: str = ""
    sort: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Asked:
        status, days = given.get("status", ""), given.get("days", "")
        amount = given.get("amount", "").replace(" ", "").replace("\u00a0", "")[:AMOUNT_CHARS_MAX]
        return cls(
            status=status if status in FILTERS else "",
            influencer=_uuid_text(given.get("influencer", "")),
            campaign=_uuid_text(given.get("campaign", "")),
            days=days if days in map(str, DAYS) else "",
            amount=amount if _minor(amount) is not None else "",
            sort=NEWEST if given.get("sort") == NEWEST else "",
        )

    @property
    def is_filtered(self) -> bool:
        return replace(self, sort="") != Asked()

    @property
    def is_by_deadline(self) -> bool:
        return not self.sort and self.status not in DECIDED

    @property
    def filter(self) -> ReviewFilter:
        return ReviewFilter(
            statuses=FILTERS.get(self.status, OPEN),
            influencer=UUID(self.influencer) if self.influencer else None,
            campaign=UUID(self.campaign) if self.campaign else None,
            days_left=int(self.days) if self.days else None,
            amount_min_minor=_minor(self.amount),
        )

    def words(self, **other: str) -> dict[str, str]:
        """For an address: the filter, with some of it otherwise."""
        mine = {
            "status": self.status,
            "influencer": self.influencer,
            "campaign": self.campaign,
            "days": self.days,
            "amount": self.amount,
            "sort": self.sort,
        }
        return mine | other


def _uuid_text(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""


def _minor(text: str) -> int | None:
    try:
        return minor_of(text.replace(",", ".")) if text else None
    except MoneyError:
        return None


# --- The list -------------------------------------------------------------------------------


def review(desk: Desk, asked: Asked, *, after: str) -> pages.Review:
    page = _page(desk, asked, after=after, rows=PAGE_ROWS)
    may = desk.member.may_write
    return pages.Review(
        rows=[_row(desk, each, may=may) for each in page.rows],
        choices=_choices(asked),
        people=_options(review_people(desk.brand.pk), asked.influencer, _("All influencers")),
        campaigns=_options(review_campaigns(desk.brand.pk), asked.campaign, _("All campaigns")),
        days=_day_options(asked),
        amount=asked.amount,
        sorts=_sort_options(asked),
        csv_url=desk.url("review_csv") + query_url(asked.words()),
        here_url=desk.url("review"),
        orders_url=desk.url("orders"),
        file_url=desk.url("review_file") if may else "",
        decide_url=desk.url("review_decide") + query_url(asked.words()) if may else "",
        status=asked.status,
        reasons=_reasons(""),
        is_filtered=asked.is_filtered,
        pager=pager(len(page.rows), after, page.after, asked.words()),
    )


def _page(desk: Desk, asked: Asked, *, after: str, rows: int) -> Page:
    found = review_rows(desk.brand.pk, asked.filter)
    if asked.is_by_deadline:
        return due_page(found, after=after, size=rows)
    return conversion_page(found, after=after, rows=rows)


def after_decision(
    page: pages.Review,
    *,
    code: str,
    note: str,
    errors: Sequence[str],
    chosen: Collection[str],
) -> pages.Review:
    """The list again with what was typed, because it lacks something."""
    return replace(
        page,
        reasons=_reasons(code),
        note=note,
        errors=list(errors),
        chosen=frozenset(chosen),
    )


def refused(outcomes: Sequence[Outcome], refs: Mapping[UUID, str]) -> list[pages.Refusal]:
    """What could not be done, by order number where we know it."""
    return [
        pages.Refusal(refs.get(each.said.conversion, "–"), refusal_text(each.refusal))
        for each in outcomes
        if each.refusal is not None
    ]


def _choices(asked: Asked) -> list[Choice]:
    words = {
        "on_hold": str(status_of("on_hold").word),
        "pending": str(status_of("pending").word),
        "approved": str(status_of("approved").word),
        "rejected": str(status_of("rejected").word),
    }
    to_decide = Choice(_("To decide"), query_url(asked.words(status="")), not asked.status)
    chips = [
        Choice(word, query_url(asked.words(status=key)), key == asked.status)
        for key, word in words.items()
    ]
    return [to_decide, *chips]


def _options(rows: Sequence[tuple[UUID, str]], chosen: str, everybody: str) -> list[pages.Option]:
    named = [pages.Option(str(id), label, str(id) == chosen) for id, label in rows]
    return [pages.Option("", everybody, not chosen), *named]


def _day_options(asked: Asked) -> list[pages.Option]:
    said = [
        pages.Option(
            str(days), _("%(days)s or less") % {"days": days_text(days)}, str(days) == asked.days
        )
        for days in DAYS
    ]
    return [pages.Option("", _("Any"), not asked.days), *said]


def _sort_options(asked: Asked) -> list[pages.Option]:
    if asked.status in DECIDED:
        return []
    return [
        pages.Option("", _("Soonest deadline first"), not asked.sort),
        pages.Option(NEWEST, _("Newest orders first"), asked.sort == NEWEST),
    ]


def _reasons(chosen: str) -> list[pages.Option]:
    return [
        pages.Option(str(code), f"{code}, {capfirst(str(word))}", str(code) == chosen)
        for code, word in brand_reasons()
    ]


def reason_options() -> list[pages.Option]:
    return _reasons("")


def _row(desk: Desk, conversion: Conversion, *, may: bool) -> pages.ReviewRow:
    is_open = verdict_refusal(Status(conversion.status), Verdict.REJECT) is None
    is_held = conversion.status == Status.ON_HOLD and conversion.hold_until is not None
    return pages.ReviewRow(
        value=str(conversion.public_id) if may and is_open else "",
        url=desk.url("order", conversion.order.public_id),
        ref=ref_short(conversion.order_number),
        title=sale_title(conversion),
        name=conversion.influencer.name,
        campaign_title=conversion.campaign.title,
        day=conversion.ordered_at,
        minor=conversion.commission_minor,
        status=conversion.status,
        hint=sale_hint(
            conversion.status,
            side="brand",
            on=conversion.hold_until if is_held else None,
            reason=reason_name(conversion.reason_code) if conversion.reason_code else "",
        ),
        term=_term(conversion) if is_held else None,
        decided=_decided(conversion),
    )


def _term(conversion: Conversion) -> Term | None:
    if conversion.hold_until is None:
        return None
    hold = timedelta(days=conversion.terms.hold_days)
    return Term(conversion.hold_until, conversion.hold_until - hold)


def _decided(conversion: Conversion) -> str:
    if conversion.status == Status.REJECTED and conversion.reason_code:
        return reason_name(conversion.reason_code)
    return day_short(conversion.approved_at) if conversion.approved_at else ""


# --- The list to take away ------------------------------------------------------------------


def review_csv(desk: Desk, asked: Asked) -> FileResponse:
    """What the filter shows, all of it, with empty columns for decisions.

    Raises:
        Invalid: too many sales for one file.
    """
    count = review_rows(desk.brand.pk, asked.filter).count()
    if count > CSV_ROWS_MAX:
        said = _("%(count)s sales are too many for one file, the most is %(max)s. Filter them.")
        raise Invalid(
            said % {"count": number_text(count), "max": number_text(CSV_ROWS_MAX)},
            code="too_many_rows",
        )
    name = f"review-{desk.brand.slug}-{clock.today():%Y-%m-%d}.csv"
    header = [
        _("Conversion id"),
        _("Order"),
        _("Line"),
        _("Product"),
        _("Influencer"),
        _("Campaign"),
        _("Ordered"),
        _("Status"),
        _("Hold until"),
        _("Reward, ₸"),
        _("Reason"),
    ]
    return csv_answer(name, header, map(_csv_row, _all(desk, asked)))


def _all(desk: Desk, asked: Asked) -> Iterator[Conversion]:
    after = "begin"
    while after:
        page = _page(desk, asked, after=after, rows=CSV_PAGE_ROWS)
        yield from page.rows
        after = page.after


def _csv_row(conversion: Conversion) -> list[str]:
    held = conversion.hold_until
    return [
        str(conversion.public_id),
        conversion.order.external_id,
        conversion.line.line_id,
        conversion.product_name,
        conversion.influencer.name,
        conversion.campaign.title,
        f"{clock.day_of(conversion.ordered_at):%Y-%m-%d}",
        str(status_of(conversion.status).word),
        f"{clock.day_of(held):%Y-%m-%d}" if held else "",
        tenge_cell(conversion.commission_minor),
        reason_name(conversion.reason_code) if conversion.reason_code else "",
    ]
