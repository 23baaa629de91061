"""The balance, what campaigns hold of it, its statement, and where a transfer goes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date

from django.utils.translation import gettext as _

from campaigns.models import Campaign
from campaigns.selectors import campaign_list_of_brand
from campaigns.selectors.escrow import Escrow, escrows_of, held_by
from core import clock
from core.bps import round_half_up
from core.errors import Invalid
from exchange.web.brand.builders import statement as build
from exchange.web.brand.builders.requisites import requisites_of
from exchange.web.brand.builders.statement import Asked
from exchange.web.brand.desk import RUNWAY_BASIS_DAYS, Desk
from exchange.web.formatting import days_text, money_text
from exchange.web.pages import brand as pages
from exchange.web.pages.common import Fact
from exchange.web.pages.statements import Past
from exchange.web.paging import query_url
from ledger.domain import accounts
from ledger.domain.fees import Reserve
from ledger.statements import balances_before


def reserves_of(
    brand_id: int, campaigns: Collection[Campaign], *, at_the_end_of: date | None = None
) -> dict[int, Reserve]:
    """{campaign: what it holds now, or held at the end of a day}. What is empty is there too."""
    refs = {each.pk: _refs(brand_id, each.pk) for each in campaigns}
    held = held_by([ref for three in refs.values() for ref in three], at_the_end_of)
    return {pk: Reserve(*(held[ref] for ref in three)) for pk, three in refs.items()}


def _refs(brand_id: int, campaign_id: int) -> tuple[accounts.AccountRef, ...]:
    key = (brand_id, campaign_id)
    return accounts.budget(*key), accounts.fee_reserve(*key), accounts.vat_reserve(*key)


def reserved_minor(brand_id: int, campaigns: Collection[Campaign]) -> int:
    """With what agreements hold."""
    of_campaigns = sum(each.total_minor for each in reserves_of(brand_id, campaigns).values())
    escrows = escrows_of([each.pk for each in campaigns])
    return of_campaigns + sum(each.total_minor for each in escrows.values())


def money(desk: Desk, asked: Asked, *, after: str) -> pages.Money:
    campaigns = campaign_list_of_brand(desk.brand)
    past = _past(asked)
    reserves = _with_escrows(
        reserves_of(desk.brand.pk, campaigns, at_the_end_of=past.on),
        escrows_of([each.pk for each in campaigns], at_the_end_of=past.on),
    )
    statement = build.statement(desk, asked, campaigns, after=after)
    kept = query_url(asked.words(on=""))
    return pages.Money(
        free_minor=_free_minor(desk, past.on),
        reserved_minor=sum(each.total_minor for each in reserves.values()),
        reserves=_reserve_rows(desk, campaigns, reserves),
        rows=statement.rows,
        requisites=requisites(desk),
        csv_url=desk.url("statement_csv") + kept,
        xlsx_url=desk.url("statement_xlsx") + kept,
        past=past,
        filter=statement.filter,
        totals=statement.totals,
        is_filtered=asked.is_narrow,
        clear_url=query_url({"on": asked.on}),
        kept=[(name, word) for name, word in asked.words(on="").items() if word],
        runway_days=desk.runway_days,
        runway_why=_runway_why(desk),
        refunds_url=desk.url("refunds"),
        top_ups_url=desk.url("top_ups"),
        pager=statement.pager,
    )


def _with_escrows(
    reserves: Mapping[int, Reserve], escrows: Mapping[int, Escrow]
) -> dict[int, Reserve]:
    return {
        pk: replace(each, budget_minor=each.budget_minor + escrows[pk].total_minor)
        for pk, each in reserves.items()
    }


def _past(asked: Asked) -> Past:
    now_url = query_url(asked.words(on=""))
    try:
        return Past(build.day_asked(asked), asked.on, now_url)
    except Invalid as error:
        return Past(None, asked.on, now_url, str(error))


def _free_minor(desk: Desk, on: date | None) -> int:
    if on is None:
        return desk.free_minor
    ref = accounts.brand_free(desk.brand.pk)
    return balances_before([ref], clock.day_end(on))[ref]


def _runway_why(desk: Desk) -> str:
    """What the forecast goes by, or why there is none."""
    if desk.pace is None:
        days = days_text(RUNWAY_BASIS_DAYS)
        return _("No sales in the last %(days)s: there is no pace to forecast by.") % {"days": days}
    daily = round_half_up(desk.pace.cost_minor, desk.pace.days)
    said = _("Pace of the last %(days)s: %(amount)s a day, with our fee and VAT.")
    return said % {"days": days_text(desk.pace.days), "amount": money_text(daily)}


def _reserve_rows(
    desk: Desk, campaigns: Sequence[Campaign], reserves: dict[int, Reserve]
) -> list[pages.ReserveRow]:
    return [
        pages.ReserveRow(
            title=each.title,
            url=desk.url("campaign", each.public_id),
            reward_minor=reserves[each.pk].budget_minor,
            fee_minor=reserves[each.pk].fee_minor,
            vat_minor=reserves[each.pk].vat_minor,
        )
        for each in campaigns
        if reserves[each.pk].total_minor
    ]


def requisites(desk: Desk) -> list[Fact]:
    """What a bank transfer needs; nothing where the platform's own account is not set up."""
    said = requisites_of(desk.brand)
    if said is None:
        return []
    pairs = [*said.recipient_pairs, (_("Purpose"), said.purpose)]
    return [Fact(word, value) for word, value in pairs]
