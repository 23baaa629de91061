"""The wall of Kaspi: numbers that followers left, and orders that match and wait."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.http import FileResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attribution.models import Connection, PhoneClaim
from attribution.selectors.phone_claims import (
    MatchedOrder,
    orders_waiting_of_phones,
    peppers_of,
    phone_claim_counts,
    phone_claim_page,
    phone_claims_of,
)
from attribution.selectors.phone_desk import days_kept
from core import clock
from exchange.web.brand.desk import Desk
from exchange.web.formatting import day_full, number_text
from exchange.web.pages import phones as pages
from exchange.web.pages.common import Choice, Fact
from exchange.web.paging import pager, query_url
from exchange.web.spreadsheet import csv_answer
from exchange.web.words import PHONE_CLAIM

State = PhoneClaim.State


def state_of(asked: Mapping[str, str]) -> str:
    state = asked.get("status", "")
    return state if state in State.values else ""


def phones(desk: Desk, found: Connection, asked: Mapping[str, str]) -> pages.Phones:
    """Seven queries."""
    state, after = state_of(asked), asked.get("after", "")
    page = phone_claim_page(desk.brand.pk, state=state, after=after)
    peppers = peppers_of(desk.brand.pk)
    is_open = any(each.retired_at is None for each in peppers)
    may_write = desk.member.may_write
    address = found.public_id
    return pages.Phones(
        name=found.name,
        is_open=is_open,
        days_kept=days_kept(clock.today()),
        facts=[
            Fact(_("Key number"), number_text(each.number))
            if each.retired_at is None
            else Fact(_("Key that is still asked"), number_text(each.number))
            for each in peppers
        ]
        + [
            Fact(_("In use since"), day_full(each.created_at))
            for each in peppers
            if each.retired_at is None
        ],
        rows=[_row(each) for each in page.rows],
        waiting=[_waiting(desk, found, each) for each in orders_waiting_of_phones(desk.brand.pk)],
        choices=_choices(phone_claim_counts(desk.brand.pk), state),
        back_url=desk.url("connection", address),
        csv_url=desk.url("phones_csv", address) + query_url({"status": state}),
        open_url=desk.url("phones_open", address) if may_write and not is_open else "",
        close_url=desk.url("phones_close", address) if may_write and is_open else "",
        rotate_url=desk.url("phones_rotate", address) if may_write and is_open else "",
        pager=pager(len(page.rows), after, page.after, {"status": state}),
    )


def _row(claim: PhoneClaim) -> pages.PhoneRow:
    return pages.PhoneRow(
        status=claim.state,
        influencer_name=claim.influencer.name,
        claimed_at=claim.claimed_at,
        counts_until=claim.counts_until,
        code=claim.code.code if claim.code else "",
        consent=_consent(claim),
    )


TONGUES = {
    "kk": gettext_lazy("Kazakh"),
    "ru": gettext_lazy("Russian"),
    "en": gettext_lazy("English"),
}


def _consent(claim: PhoneClaim) -> str:
    said = _("consent v%(version)s, %(language)s")
    language = TONGUES.get(claim.consent_language, claim.consent_language)
    return said % {"version": claim.consent_version, "language": language}


def _waiting(desk: Desk, found: Connection, order: MatchedOrder) -> pages.WaitingOrder:
    may_write = desk.member.may_write
    return pages.WaitingOrder(
        number=order.number,
        url=desk.url("order", order.public_id),
        influencer_name=order.influencer_name,
        placed_at=order.placed_at,
        minor=order.commission_minor,
        is_received=order.is_received,
        confirm_url=desk.url("phones_confirm", found.public_id) if may_write else "",
        order=str(order.public_id),
    )


def _choices(counts: Mapping[str, int], state: str) -> list[Choice]:
    everything = Choice(_("All"), query_url({}) or "?", not state, sum(counts.values()))
    return [
        everything,
        *(
            Choice(str(status.word), query_url({"status": key}), key == state, counts.get(key, 0))
            for key, status in PHONE_CLAIM.items()
            if counts.get(key) or key == state
        ),
    ]


def phones_csv(desk: Desk, asked: Mapping[str, str]) -> FileResponse:
    header = [
        _("Left at"),
        _("Influencer"),
        _("Status"),
        _("Orders count until"),
        _("Erased on"),
        _("Promo code"),
        _("Consent"),
    ]
    return csv_answer("numbers.csv", header, _csv_rows(desk.brand.pk, state_of(asked)))


def _csv_rows(brand_id: int, state: str) -> Iterator[list[str]]:
    rows = phone_claims_of(brand_id, state).order_by("-claimed_at", "-pk")
    for claim in rows.iterator(1_000):
        yield [
            claim.claimed_at.astimezone(clock.ALMATY).strftime("%Y-%m-%d %H:%M:%S"),
            claim.influencer.name,
            str(PHONE_CLAIM[claim.state].word),
            clock.day_of(claim.counts_until).isoformat(),
            clock.day_of(claim.ended_at or claim.erase_at).isoformat(),
            claim.code.code if claim.code else "",
            _consent(claim),
        ]
