"""The balance, what campaigns hold of it, its statement, and where a transfer goes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from django.http import FileResponse
from django.utils.translation import gettext as _

from brands.selectors import deposit_list
from campaigns.models import Campaign
from campaigns.selectors import campaign_list_of_brand
from campaigns.selectors.deals import escrow_of
from core import clock
from exchange.web.brand.builders.requisites import requisites_of
from exchange.web.brand.desk import Desk
from exchange.web.pages import brand as pages
from exchange.web.pages.common import Fact
from exchange.web.paging import pager
from exchange.web.spreadsheet import csv_answer, tenge_cell
from ledger.domain import accounts
from ledger.domain.fees import Reserve
from ledger.models import journal_name
from ledger.selectors import STATEMENT_PAGE_MAX, StatementLine, balances, statement_page

PAGE_ROWS = 30


def reserves_of(brand_id: int, campaigns: Collection[Campaign]) -> dict[int, Reserve]:
    """{campaign: what it holds now}; one query. What is empty is there too."""
    refs = {each.pk: _refs(brand_id, each.pk) for each in campaigns}
    held = balances([ref for three in refs.values() for ref in three])
    return {pk: Reserve(*(held[ref] for ref in three)) for pk, three in refs.items()}


def _refs(brand_id: int, campaign_id: int) -> tuple[accounts.AccountRef, ...]:
    key = (brand_id, campaign_id)
    return accounts.budget(*key), accounts.fee_reserve(*key), accounts.vat_reserve(*key)


def reserved_minor(brand_id: int, campaigns: Collection[Campaign]) -> int:
    """With what posts at a fixed fee hold. Two queries."""
    of_posts = sum(escrow_of(campaigns).values())
    return of_posts + sum(each.total_minor for each in reserves_of(brand_id, campaigns).values())


def money(desk: Desk, *, after: str) -> pages.Money:
    campaigns = campaign_list_of_brand(desk.brand)
    reserves = _with_posts(reserves_of(desk.brand.pk, campaigns), escrow_of(campaigns))
    before_id = int(after) if _is_id(after) else None
    lines = statement_page(
        accounts.brand_free(desk.brand.pk), before_id=before_id, limit=PAGE_ROWS + 1
    )
    page = lines[:PAGE_ROWS]
    next_after = str(page[-1].entry_id) if len(lines) > PAGE_ROWS else ""
    titles = {each.pk: each.title for each in campaigns}
    return pages.Money(
        free_minor=desk.free_minor,
        reserved_minor=sum(each.total_minor for each in reserves.values()),
        reserves=[
            _reserve_row(desk, each, reserves[each.pk])
            for each in campaigns
            if reserves[each.pk].total_minor
        ],
        rows=[_statement_row(line, note) for line, note in _noted(desk, page, titles)],
        requisites=requisites(desk),
        csv_url=desk.url("statement_csv"),
        runway_days=desk.runway_days,
        refunds_url=desk.url("refunds"),
        top_ups_url=desk.url("top_ups"),
        pager=pager(len(page), after if before_id else "", next_after, {}),
    )


def _with_posts(reserves: Mapping[int, Reserve], of_posts: Mapping[int, int]) -> dict[int, Reserve]:
    """Posts at a fixed fee among what is reserved for influencers: our fee on them is there too."""
    return {
        pk: replace(each, budget_minor=each.budget_minor + of_posts.get(pk, 0))
        for pk, each in reserves.items()
    }


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18


def _reserve_row(desk: Desk, campaign: Campaign, reserve: Reserve) -> pages.ReserveRow:
    return pages.ReserveRow(
        title=campaign.title,
        url=desk.url("campaign", campaign.public_id),
        reward_minor=reserve.budget_minor,
        fee_minor=reserve.fee_minor,
        vat_minor=reserve.vat_minor,
    )


def _statement_row(line: StatementLine, note: str) -> pages.StatementRow:
    return pages.StatementRow(
        at=line.occurred_at,
        text=journal_name(line.journal_kind),
        note=note,
        minor=line.amount_minor,
        balance_minor=line.balance_minor,
    )


def _noted(
    desk: Desk, lines: list[StatementLine], titles: Mapping[int, str]
) -> list[tuple[StatementLine, str]]:
    """Each line with what it is about: the campaign, or the bank's number of a transfer."""
    numbers = _transfer_numbers(desk) if any(not line.refs for line in lines) else {}
    return [
        (line, titles.get(line.refs.get("campaign", 0), numbers.get(line.business_key, "")))
        for line in lines
    ]


def _transfer_numbers(desk: Desk) -> dict[str, str]:
    """{event of the ledger: the number in the bank's statement}. One query."""
    return {
        f"bank-stmt:{each.received_on}:{each.bank_reference}{later}": each.bank_reference
        for each in deposit_list(desk.brand)
        for later in ("", ":match")  # it may have waited in suspense
    }


def requisites(desk: Desk) -> list[Fact]:
    """What a bank transfer needs; nothing where the platform's own account is not set up."""
    said = requisites_of(desk.brand)
    if said is None:
        return []
    pairs = [*said.recipient_pairs, (_("Purpose"), said.purpose)]
    return [Fact(word, value) for word, value in pairs]


# --- To take away ---------------------------------------------------------------------------


def statement_csv(desk: Desk) -> FileResponse:
    """The whole statement, newest first. What came in and what went out have columns of their
    own, so that every figure is a number."""
    header = [_("When"), _("What"), _("About"), _("In, ₸"), _("Out, ₸"), _("Free balance, ₸")]
    name = f"statement-{desk.brand.slug}-{clock.today():%Y-%m-%d}.csv"
    return csv_answer(name, header, map(_csv_row, _statement_lines(desk)))


def _statement_lines(desk: Desk) -> Iterator[tuple[StatementLine, str]]:
    titles = {each.pk: each.title for each in campaign_list_of_brand(desk.brand)}
    ref, before_id = accounts.brand_free(desk.brand.pk), None
    while lines := statement_page(ref, before_id=before_id, limit=STATEMENT_PAGE_MAX):
        yield from _noted(desk, lines, titles)
        before_id = lines[-1].entry_id


def _csv_row(noted: tuple[StatementLine, str]) -> list[str]:
    line, note = noted
    minor = line.amount_minor
    return [
        f"{line.occurred_at.astimezone(clock.ALMATY):%Y-%m-%d %H:%M}",
        journal_name(line.journal_kind),
        note,
        tenge_cell(minor if minor > 0 else None),
        tenge_cell(-minor if minor < 0 else None),
        tenge_cell(line.balance_minor),
    ]
