"""Which invoices final fees make: every rule worked by hand, without a database."""

from __future__ import annotations

from datetime import date

import pytest

from compliance.domain.invoicing import (
    Dealing,
    FeeEntry,
    NumberGap,
    Rates,
    dealing_on,
    invoices_plan,
    number_text,
    numbers_require_whole,
)

NOV, DEC = date(2026, 11, 30), date(2026, 12, 31)
BLANKETS, TOWELS = 7, 8


def rate_of(day: date) -> int:
    """16 %, and 18 % from 20 November."""
    return 1_800 if day >= date(2026, 11, 20) else 1_600


SIXTEEN = Rates(of_law=lambda day: 1_600, booked={BLANKETS: 1_600, TOWELS: 1_600})
RISING = Rates(of_law=rate_of, booked={BLANKETS: 1_600, TOWELS: 1_800})


def fee(journal_id, on, fee_minor, vat_minor, *, campaign=BLANKETS, conversion=None, reward=0):
    return FeeEntry(
        journal_id,
        on,
        campaign,
        conversion or journal_id,
        reward,
        fee_minor,
        vat_minor,
        is_return=fee_minor < 0,
    )


def said(plan):
    lines = [
        (line.key.campaign_id, line.key.vat_bps, line.net_minor, line.vat_minor)
        for line in plan.lines
    ]
    return plan.segment_on, plan.period_to, lines


def test_nothing_final_makes_no_invoice():
    assert invoices_plan([], deals=[], rates=SIXTEEN, until=NOV) == []


def test_a_month_has_a_line_for_each_campaign_to_the_tiyn_of_the_ledger():
    """100.03 of fee has 16.0048 of VAT: the ledger rounds over the campaign, here to 16.01."""
    entries = [
        fee(1, date(2026, 11, 3), 50_01, 8_00),
        fee(2, date(2026, 11, 9), 50_02, 8_01),
        fee(3, date(2026, 11, 30), 10_00, 1_60, campaign=TOWELS),
        fee(4, date(2026, 12, 1), 99_00, 15_84),
    ]
    (plan,) = invoices_plan(entries, deals=[], rates=SIXTEEN, until=NOV)
    assert said(plan) == (
        date(2026, 11, 1),
        NOV,
        [(BLANKETS, 1_600, 100_03, 16_01), (TOWELS, 1_600, 10_00, 1_60)],
    )
    assert (plan.net_minor, plan.vat_minor, plan.shortage_minor) == (110_03, 17_61, 0)
    assert [each.journal_id for each in plan.entries] == [1, 2, 3]


def test_two_months_are_two_invoices():
    entries = [fee(1, date(2026, 11, 3), 50_00, 8_00), fee(2, date(2026, 12, 4), 25_00, 4_00)]
    plans = invoices_plan(entries, deals=[], rates=SIXTEEN, until=date(2026, 12, 10))
    assert [said(plan) for plan in plans] == [
        (date(2026, 11, 1), NOV, [(BLANKETS, 1_600, 50_00, 8_00)]),
        (date(2026, 12, 1), date(2026, 12, 10), [(BLANKETS, 1_600, 25_00, 4_00)]),
    ]


def test_a_rate_that_rises_inside_the_month_makes_two_lines_and_a_shortage():
    """Blankets set aside 16 %: 100.00 after the rise need 18.00, and 2.00 are missing."""
    entries = [
        fee(1, date(2026, 11, 19), 100_00, 16_00),
        fee(2, date(2026, 11, 20), 100_00, 16_00),
        fee(3, date(2026, 11, 21), 50_00, 9_00, campaign=TOWELS),
    ]
    (plan,) = invoices_plan(entries, deals=[], rates=RISING, until=NOV)
    assert said(plan)[2] == [
        (BLANKETS, 1_600, 100_00, 16_00),
        (BLANKETS, 1_800, 100_00, 18_00),
        (TOWELS, 1_800, 50_00, 9_00),
    ]
    assert plan.shortage_minor == 2_00


def test_a_contract_that_switches_inside_the_month_makes_two_invoices():
    """As a principal we owe VAT on the reward too: 16 % of 2 300.00 is 368.00; 48.00 is there."""
    entries = [
        fee(1, date(2026, 11, 14), 300_00, 48_00, reward=2_000_00),
        fee(2, date(2026, 11, 15), 300_00, 48_00, reward=2_000_00),
    ]
    deals = [(date(2026, 11, 15), Dealing.PRINCIPAL)]
    agent, principal = invoices_plan(entries, deals=deals, rates=SIXTEEN, until=NOV)
    assert (agent.dealing, *said(agent)) == (
        Dealing.AGENT,
        date(2026, 11, 1),
        date(2026, 11, 14),
        [(BLANKETS, 1_600, 300_00, 48_00)],
    )
    assert (principal.dealing, *said(principal)) == (
        Dealing.PRINCIPAL,
        date(2026, 11, 15),
        NOV,
        [(BLANKETS, 1_600, 2_300_00, 368_00)],
    )
    assert principal.shortage_minor == 320_00


@pytest.mark.parametrize(
    ("day", "dealing", "since"),
    [
        (date(2026, 1, 1), Dealing.AGENT, date.min),
        (date(2026, 5, 2), Dealing.PRINCIPAL, date(2026, 5, 2)),
        (date(2026, 6, 9), Dealing.PRINCIPAL, date(2026, 5, 2)),  # a new address is no switch
        (date(2026, 7, 1), Dealing.AGENT, date(2026, 7, 1)),
    ],
)
def test_a_dealing_holds_until_it_really_changes(day, dealing, since):
    deals = [
        (date(2026, 5, 2), Dealing.PRINCIPAL),
        (date(2026, 6, 1), Dealing.PRINCIPAL),
        (date(2026, 7, 1), Dealing.AGENT),
    ]
    assert dealing_on(deals, day) == (dealing, since)


def test_goods_that_came_back_belong_to_the_day_they_were_approved_on():
    """Approved in November, back in December, not invoiced yet: November is less by it."""
    entries = [
        fee(1, date(2026, 11, 3), 100_00, 16_00, conversion=5),
        fee(2, date(2026, 12, 3), -40_00, -6_40, conversion=5),
    ]
    (plan,) = invoices_plan(entries, deals=[], rates=SIXTEEN, until=NOV)
    assert said(plan)[2] == [(BLANKETS, 1_600, 60_00, 9_60)]


def test_what_came_back_whole_makes_no_invoice():
    entries = [
        fee(1, date(2026, 11, 3), 100_00, 16_00, conversion=5),
        fee(2, date(2026, 11, 9), -100_00, -16_00, conversion=5),
    ]
    assert invoices_plan(entries, deals=[], rates=SIXTEEN, until=NOV) == []


def test_numbers_are_a_series_of_a_year():
    assert number_text("F", 2026, 12) == "F-2026-000012"
    numbers_require_whole([2, 1, 3])
    numbers_require_whole([])
    with pytest.raises(NumberGap, match="begins with 2"):
        numbers_require_whole([2, 3])
    with pytest.raises(NumberGap, match="after 2 comes 4"):
        numbers_require_whole([1, 2, 4])
