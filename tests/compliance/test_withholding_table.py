"""Table 1.4 of the facts about Kazakhstan, to the tenge, with the figures of 2026."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from compliance.data import rules_read
from compliance.domain.rules import RuleBook
from compliance.domain.withholding import (
    HoldReason,
    PayoutHeld,
    RegisterAnswer,
    TaxKind,
    TaxProfile,
    TaxStatus,
    Withholding,
    withholding_compute,
)

DAY = date(2026, 11, 21)
SINCE = date(2026, 1, 1)
A = TaxProfile(status=TaxStatus.INDIVIDUAL_GPH, valid_from=SINCE)
B = replace(A, has_deduction_application=True)
SELF_EMPLOYED = TaxProfile(status=TaxStatus.SELF_EMPLOYED, valid_from=SINCE)
BUSINESS = TaxProfile(
    status=TaxStatus.IP_SIMPLIFIED,
    valid_from=SINCE,
    register_answer=RegisterAnswer.YES,
    register_checked_on=DAY,
)


def rules_of_2026(**changed):
    """The figures of the files; `changed` ones as ops may enter them."""
    return RuleBook.from_rules(
        replace(rule, value=changed.get(rule.key, rule.value)) for rule in rules_read()
    ).at(DAY)


def tenge(result):
    """Lines and net in whole tenge, as the table prints them."""
    assert isinstance(result, Withholding), result
    assert not any(line.amount_minor % 100 for line in result.lines)
    lines = {line.kind: line.amount_minor // 100 for line in result.lines}
    return lines, result.net_minor // 100


@pytest.mark.parametrize(
    ("_case", "profile", "gross", "opv", "so", "vosms", "ipn", "net"),
    [
        ("A 100 000", A, 100_000, 10_000, 4_500, 2_000, 8_350, 75_150),
        ("B 100 000", B, 100_000, 10_000, 4_500, 2_000, 0, 83_500),
        ("A 500 000", A, 500_000, 50_000, 22_500, 10_000, 41_750, 375_750),
        ("B 500 000", B, 500_000, 50_000, 22_500, 10_000, 28_775, 388_725),
        ("A 2 000 000", A, 2_000_000, 200_000, 29_750, 34_000, 173_625, 1_562_625),
        ("B 2 000 000", B, 2_000_000, 200_000, 29_750, 34_000, 160_650, 1_575_600),
        ("A 5 000 000", A, 5_000_000, 425_000, 29_750, 34_000, 451_125, 4_060_125),
        ("B 5 000 000", B, 5_000_000, 425_000, 29_750, 34_000, 438_150, 4_073_100),
    ],
)
def test_a_civil_law_payee(_case, profile, gross, opv, so, vosms, ipn, net):
    rules = rules_of_2026(ip_registration_threshold=1_000)  # else the larger ones are held
    result = withholding_compute(gross * 100, profile=profile, rules=rules)
    lines = {TaxKind.OPV: opv, TaxKind.SO: so, TaxKind.VOSMS: vosms, TaxKind.IPN: ipn}
    assert tenge(result) == (lines, net)


def test_the_bases_and_rates_are_shown_as_the_table_explains_them():
    result = withholding_compute(10_000_000, profile=A, rules=rules_of_2026())
    shown = [(line.kind, line.base_minor // 100, line.rate_bps) for line in result.lines]
    assert shown == [
        (TaxKind.OPV, 100_000, 1_000),
        (TaxKind.SO, 90_000, 500),
        (TaxKind.VOSMS, 100_000, 200),
        (TaxKind.IPN, 83_500, 1_000),
    ]


def test_c_self_employed_through_our_platform():
    rules = rules_of_2026(self_employed_advertising_allowed=1)
    result = withholding_compute(10_000_000, profile=SELF_EMPLOYED, rules=rules)
    four = dict.fromkeys([TaxKind.OPV, TaxKind.OPVR, TaxKind.SO, TaxKind.VOSMS], 1_000)
    assert tenge(result) == (four, 96_000)


def test_d_self_employed_who_pays_alone():
    rules = rules_of_2026(self_employed_advertising_allowed=1, self_employed_withheld_by_operator=0)
    result = withholding_compute(10_000_000, profile=SELF_EMPLOYED, rules=rules)
    assert tenge(result) == ({}, 100_000)


@pytest.mark.parametrize(
    ("_case", "status", "is_vat_payer"),
    [
        ("E entrepreneur on the simplified declaration", TaxStatus.IP_SIMPLIFIED, False),
        ("F entrepreneur on the general regime", TaxStatus.IP_GENERAL, False),
        ("G the same, pays VAT: it is inside the sum", TaxStatus.IP_GENERAL, True),
        ("partnership on the simplified declaration", TaxStatus.LLP_SIMPLIFIED, False),
        ("partnership on the general regime, pays VAT", TaxStatus.LLP_GENERAL, True),
    ],
)
def test_a_business_is_paid_in_full(_case, status, is_vat_payer):
    profile = replace(BUSINESS, status=status, is_vat_payer=is_vat_payer)
    result = withholding_compute(10_000_000, profile=profile, rules=rules_of_2026())
    assert tenge(result) == ({}, 100_000)


def test_h_a_non_resident_is_for_a_person_to_look_at():
    profile = replace(A, status=TaxStatus.NONRESIDENT)
    held = withholding_compute(10_000_000, profile=profile, rules=rules_of_2026())
    assert held == PayoutHeld(HoldReason.NONRESIDENT)


def test_advertising_by_the_self_employed_is_blocked_until_a_lawyer_confirms_it():
    held = withholding_compute(10_000_000, profile=SELF_EMPLOYED, rules=rules_of_2026())
    assert held == PayoutHeld(HoldReason.SELF_EMPLOYED_NOT_CONFIRMED)


def test_above_the_registration_threshold_of_2026_a_person_is_not_paid():
    held = withholding_compute(102_000_001, profile=A, rules=rules_of_2026())
    assert held == PayoutHeld(
        HoldReason.IP_REGISTRATION_LIMIT,
        {
            "key": "ip_registration_threshold",
            "total_minor": 102_000_001,
            "limit_minor": 102_000_000,
        },
    )
