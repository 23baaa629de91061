"""The arithmetic of withholding with invented rates (tests/compliance/rates.py)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from compliance.domain.withholding import (
    BUSINESS,
    NOTHING_PAID,
    RULE_KEYS,
    SIMPLIFIED,
    Booked,
    HoldReason,
    PaidSoFar,
    PayoutHeld,
    RegisterAnswer,
    TaxKind,
    TaxLine,
    TaxProfile,
    TaxStatus,
    Withholding,
    limits_compute,
    withholding_compute,
)
from tests.compliance.rates import DAY, invented_rules

SINCE = date(2031, 1, 1)
PERSON = TaxProfile(status=TaxStatus.INDIVIDUAL_GPH, valid_from=SINCE)
WITH_DEDUCTION = replace(PERSON, has_deduction_application=True)
SELF_EMPLOYED = TaxProfile(status=TaxStatus.SELF_EMPLOYED, valid_from=SINCE)
ENTREPRENEUR = TaxProfile(
    status=TaxStatus.IP_GENERAL,
    valid_from=SINCE,
    register_answer=RegisterAnswer.YES,
    register_checked_on=DAY,
)
RULES = invented_rules()
# From here on no rounding to whole tenge can turn a payout's arithmetic round.
GROSS_MIN_MINOR = 1_000


def after(paid: PaidSoFar, result: Withholding) -> PaidSoFar:
    """What is paid and booked once `result` has been paid as well."""
    booked = dict(paid.booked)
    for line in result.lines:
        before = paid.of(line.kind)
        booked[line.kind] = Booked(
            before.base_minor + line.base_minor, before.amount_minor + line.amount_minor
        )
    return PaidSoFar(paid.gross_minor + result.gross_minor, booked)


def pay_all(parts, profile, *, rules=RULES, year=NOTHING_PAID):
    """Pay the parts one after another in one month; what the month and the year come to."""
    month = NOTHING_PAID
    for gross_minor in parts:
        result = withholding_compute(
            gross_minor, profile=profile, rules=rules, month=month, year=year
        )
        assert isinstance(result, Withholding), result
        month, year = after(month, result), after(year, result)
    return month, year


def amounts(paid: PaidSoFar):
    return {kind: booked.amount_minor for kind, booked in paid.booked.items()}


def lines_of(result: Withholding):
    return [(line.kind, line.base_minor, line.rate_bps, line.amount_minor) for line in result.lines]


def test_a_person_bears_three_contributions_and_income_tax_on_the_rest():
    result = withholding_compute(10_000_00, profile=PERSON, rules=RULES)
    assert lines_of(result) == [
        (TaxKind.OPV, 10_000_00, 2_000, 2_000_00),
        (TaxKind.SO, 8_000_00, 1_000, 800_00),
        (TaxKind.VOSMS, 10_000_00, 300, 300_00),
        (TaxKind.IPN, 6_900_00, 1_200, 828_00),
    ]
    assert result.net_minor == 6_072_00
    assert result.withheld_minor == 3_928_00


@pytest.mark.parametrize(
    ("_case", "gross_minor", "kind", "base_minor", "amount_minor"),
    [
        ("half a tenge goes up", 12_50, TaxKind.OPV, 12_50, 3_00),
        ("less goes down", 12_49, TaxKind.OPV, 12_49, 2_00),
        ("at its cap", 200_000_00, TaxKind.OPV, 100_000_00, 20_000_00),
        ("of the income less pension", 200_000_00, TaxKind.SO, 30_000_00, 3_000_00),
        ("at its own cap", 200_000_00, TaxKind.VOSMS, 50_000_00, 1_500_00),
    ],
)
def test_a_line_is_rounded_to_whole_tenge_and_capped(
    _case, gross_minor, kind, base_minor, amount_minor
):
    result = withholding_compute(gross_minor, profile=PERSON, rules=RULES)
    line = next(line for line in result.lines if line.kind is kind)
    assert (line.base_minor, line.amount_minor) == (base_minor, amount_minor)


def test_a_cap_is_of_the_month_not_of_the_payout():
    month, _ = pay_all([90_000_00, 90_000_00], PERSON)
    assert month.of(TaxKind.OPV) == Booked(100_000_00, 20_000_00)
    result = withholding_compute(50_000_00, profile=PERSON, rules=RULES, month=month, year=month)
    assert result.lines[0] == TaxLine(TaxKind.OPV, 0, 2_000, 0)


def test_a_new_month_begins_at_nothing():
    _, year = pay_all([90_000_00], PERSON)
    result = withholding_compute(90_000_00, profile=PERSON, rules=RULES, year=year)
    assert result.lines[0].amount_minor == 18_000_00


def test_the_base_deduction_needs_an_application():
    without = withholding_compute(10_000_00, profile=PERSON, rules=RULES)
    with_it = withholding_compute(10_000_00, profile=WITH_DEDUCTION, rules=RULES)
    assert without.lines[-1].amount_minor == 828_00
    assert with_it.lines[-1] == TaxLine(TaxKind.IPN, 0, 1_200, 0)


def test_the_base_deduction_is_given_once_a_month_however_often_one_is_paid():
    month, _ = pay_all([10_000_00, 10_000_00], WITH_DEDUCTION)
    assert month.of(TaxKind.IPN).base_minor == 13_800_00 - 7_000_00
    assert month.deducted_minor() == 7_000_00


def test_the_base_deduction_ends_at_its_yearly_sum():
    year = NOTHING_PAID
    used = []
    for _month in range(4):
        month, year = pay_all([20_000_00], WITH_DEDUCTION, year=year)
        used.append(month.deducted_minor())
    assert used == [7_000_00, 7_000_00, 6_000_00, 0]


def test_income_tax_rises_where_the_years_taxable_income_passes_the_band():
    band_minor = 500_000_00
    year = PaidSoFar(900_000_00, {TaxKind.IPN: Booked(band_minor - 1_000_00, 0)})
    result = withholding_compute(10_000_00, profile=PERSON, rules=RULES, year=year)
    assert lines_of(result)[-2:] == [
        (TaxKind.IPN, 1_000_00, 1_200, 120_00),
        (TaxKind.IPN_EXCESS, 5_900_00, 2_500, 1_475_00),
    ]


def test_above_the_band_everything_is_taxed_at_the_second_rate():
    year = PaidSoFar(
        2_000_000_00,
        {TaxKind.IPN: Booked(500_000_00, 0), TaxKind.IPN_EXCESS: Booked(70_000_00, 0)},
    )
    result = withholding_compute(10_000_00, profile=PERSON, rules=RULES, year=year)
    assert lines_of(result)[-2:] == [
        (TaxKind.IPN, 0, 1_200, 0),
        (TaxKind.IPN_EXCESS, 6_900_00, 2_500, 1_725_00),
    ]


def test_the_self_employed_pay_four_lines_of_the_gross():
    result = withholding_compute(10_000_00, profile=SELF_EMPLOYED, rules=RULES)
    assert [(kind, amount) for kind, _, _, amount in lines_of(result)] == [
        (TaxKind.OPV, 110_00),
        (TaxKind.OPVR, 120_00),
        (TaxKind.SO, 130_00),
        (TaxKind.VOSMS, 140_00),
    ]
    assert result.net_minor == 9_500_00


def test_an_application_in_the_middle_of_a_month_uses_up_what_was_too_much():
    month, _ = pay_all([10_000_00], PERSON)
    second = withholding_compute(
        3_000_00, profile=WITH_DEDUCTION, rules=RULES, month=month, year=month
    )
    assert second.lines[-1] == TaxLine(TaxKind.IPN, 0, 1_200, 0)
    month = after(month, second)
    last = withholding_compute(
        17_000_00, profile=WITH_DEDUCTION, rules=RULES, month=month, year=month
    )
    month = after(month, last)
    whole, _ = pay_all([30_000_00], WITH_DEDUCTION)
    assert amounts(month) == amounts(whole)


def test_an_application_withdrawn_may_cost_more_than_the_next_payout_has():
    month, _ = pay_all([30_000_00], WITH_DEDUCTION)
    held = withholding_compute(1_000_00, profile=PERSON, rules=RULES, month=month, year=month)
    assert held == PayoutHeld(HoldReason.WITHHOLDING_EXCEEDS_GROSS, {"missing_minor": 233_00})


@pytest.mark.parametrize("gross_minor", [0, -1])
def test_there_is_no_payout_of_nothing(gross_minor):
    with pytest.raises(ValueError, match="positive"):
        withholding_compute(gross_minor, profile=PERSON, rules=RULES)


@pytest.mark.parametrize(
    ("_case", "profile", "reason"),
    [
        ("unknown", replace(PERSON, status=TaxStatus.UNKNOWN), HoldReason.STATUS_UNKNOWN),
        ("non-resident", replace(PERSON, status=TaxStatus.NONRESIDENT), HoldReason.NONRESIDENT),
        (
            "not yet valid",
            replace(PERSON, valid_from=DAY + timedelta(days=1)),
            HoldReason.PROFILE_NOT_VALID,
        ),
        (
            "no longer valid",
            replace(PERSON, valid_to=DAY - timedelta(days=1)),
            HoldReason.PROFILE_NOT_VALID,
        ),
        (
            "a pensioner",
            replace(PERSON, claims_exemption=True),
            HoldReason.EXEMPTION_NOT_AUTOMATED,
        ),
        (
            "the register did not answer",
            replace(ENTREPRENEUR, register_answer=RegisterAnswer.UNKNOWN),
            HoldReason.REGISTER_UNKNOWN,
        ),
        (
            "the register was never asked",
            replace(ENTREPRENEUR, register_checked_on=None),
            HoldReason.REGISTER_UNKNOWN,
        ),
        (
            "the register knows no such entrepreneur",
            replace(ENTREPRENEUR, register_answer=RegisterAnswer.NO),
            HoldReason.REGISTER_SAYS_NO,
        ),
        (
            "simplified declaration and VAT",
            replace(ENTREPRENEUR, status=TaxStatus.IP_SIMPLIFIED, is_vat_payer=True),
            HoldReason.SIMPLIFIED_WITH_VAT,
        ),
    ],
)
def test_a_profile_that_is_not_certain_holds_the_payout(_case, profile, reason):
    assert withholding_compute(10_000_00, profile=profile, rules=RULES) == PayoutHeld(reason)


def test_a_registers_answer_is_good_for_the_day_and_the_next():
    yesterday = replace(ENTREPRENEUR, register_checked_on=DAY - timedelta(days=1))
    assert isinstance(withholding_compute(100, profile=yesterday, rules=RULES), Withholding)
    before = DAY - timedelta(days=2)
    held = withholding_compute(
        100, profile=replace(ENTREPRENEUR, register_checked_on=before), rules=RULES
    )
    assert held == PayoutHeld(HoldReason.REGISTER_CHECK_EXPIRED, {"checked_on": before.isoformat()})


def test_a_profile_is_valid_on_its_first_and_its_last_day():
    for profile in (replace(PERSON, valid_from=DAY), replace(PERSON, valid_to=DAY)):
        assert isinstance(withholding_compute(10_000_00, profile=profile, rules=RULES), Withholding)


@pytest.mark.parametrize(
    ("status", "key"), [(status, key) for status, keys in RULE_KEYS.items() for key in keys]
)
def test_a_missing_figure_holds_the_payout_and_names_itself(status, key):
    profile = replace(ENTREPRENEUR, status=status)
    rules = invented_rules(without=key)
    held = withholding_compute(10_000_00, profile=profile, rules=rules)
    assert held == PayoutHeld(HoldReason.RULE_MISSING, {"key": key, "day": DAY.isoformat()})


def test_when_the_law_makes_us_withhold_from_a_business_nothing_is_guessed():
    held = withholding_compute(
        10_000_00, profile=ENTREPRENEUR, rules=invented_rules(business_pays_own_tax=0)
    )
    assert isinstance(held, PayoutHeld)
    assert held.reason is HoldReason.RULE_MISSING


@pytest.mark.parametrize(
    ("_case", "earned_minor", "is_held", "is_warned"),
    [
        ("far away", 69_999_99, False, False),
        ("at 80 %", 70_000_00, False, True),
        ("at the limit exactly", 90_000_00, False, True),
        ("a tiyn above", 90_000_01, True, False),
    ],
)
def test_near_the_registration_threshold_one_is_warned_and_above_it_held(
    _case, earned_minor, is_held, is_warned
):
    rules = invented_rules(ip_registration_threshold=10)  # 100 000
    year = PaidSoFar(gross_minor=earned_minor)
    result = withholding_compute(10_000_00, profile=PERSON, rules=rules, year=year)
    assert isinstance(result, PayoutHeld) is is_held
    if isinstance(result, Withholding):
        assert [limit.key for limit in result.warnings] == (
            ["ip_registration_threshold"] if is_warned else []
        )
    else:
        assert result.reason is HoldReason.IP_REGISTRATION_LIMIT
        assert result.detail["total_minor"] == earned_minor + 10_000_00


def test_the_self_employed_have_a_limit_of_the_month_and_of_the_year():
    held = withholding_compute(100_000_01, profile=SELF_EMPLOYED, rules=RULES)
    assert isinstance(held, PayoutHeld)
    assert held.reason is HoldReason.SELF_EMPLOYED_MONTH_LIMIT
    year = PaidSoFar(gross_minor=950_000_01)
    held = withholding_compute(50_000_00, profile=SELF_EMPLOYED, rules=RULES, year=year)
    assert isinstance(held, PayoutHeld)
    assert held.reason is HoldReason.SELF_EMPLOYED_YEAR_LIMIT


def test_a_business_has_no_limit_with_us():
    limits = limits_compute(
        TaxStatus.IP_GENERAL, month_gross_minor=10**12, year_gross_minor=10**13, rules=RULES
    )
    assert limits == ()


def test_the_hash_of_a_payout_changes_with_a_figure_it_rests_on_and_with_no_other():
    def hashed(rules):
        return withholding_compute(10_000_00, profile=PERSON, rules=rules).rules_hash

    assert hashed(invented_rules(gph_so_rate=999)) != hashed(RULES)
    assert hashed(invented_rules(self_employed_so_rate=999)) == hashed(RULES)


def test_every_status_that_can_be_paid_says_which_rules_it_rests_on():
    assert set(RULE_KEYS) == set(TaxStatus) - {TaxStatus.UNKNOWN, TaxStatus.NONRESIDENT}
    assert SIMPLIFIED < BUSINESS


# --- what must hold for every sum -------------------------------------------------------------

sums = st.integers(min_value=GROSS_MIN_MINOR, max_value=700_000_00)
parts = st.lists(sums, min_size=1, max_size=6)
profiles = st.sampled_from([PERSON, WITH_DEDUCTION, ENTREPRENEUR])
years = st.builds(
    lambda base: PaidSoFar(base * 2, {TaxKind.IPN: Booked(base, base // 10)}),
    st.integers(min_value=0, max_value=500_000_00),
)


@given(sums, profiles, years)
def test_net_and_lines_are_the_gross(gross_minor, profile, year):
    result = withholding_compute(gross_minor, profile=profile, rules=RULES, year=year)
    assert isinstance(result, Withholding)
    assert result.net_minor + sum(line.amount_minor for line in result.lines) == gross_minor
    assert result.net_minor >= 0
    assert all(line.amount_minor >= 0 and line.amount_minor % 100 == 0 for line in result.lines)


@given(parts, profiles, years)
def test_splitting_a_months_income_never_changes_what_the_month_withholds(parts, profile, year):
    split, split_year = pay_all(parts, profile, year=year)
    whole, whole_year = pay_all([sum(parts)], profile, year=year)
    assert split.gross_minor == whole.gross_minor
    assert {k: b for k, b in split.booked.items() if b != Booked()} == {
        k: b for k, b in whole.booked.items() if b != Booked()
    }
    assert split_year.taxable_minor() == whole_year.taxable_minor()


@given(st.lists(st.integers(min_value=GROSS_MIN_MINOR, max_value=20_000_00), max_size=5), sums)
def test_splitting_holds_for_the_self_employed_too(parts, last):
    parts = [*parts, min(last, 20_000_00)]
    assume(sum(parts) <= 100_000_00)
    split, _ = pay_all(parts, SELF_EMPLOYED)
    whole, _ = pay_all([sum(parts)], SELF_EMPLOYED)
    assert split == whole


@given(sums, st.integers(min_value=0, max_value=10_000_00), profiles, years)
def test_who_earns_more_pays_no_less_and_keeps_no_less(gross_minor, more_minor, profile, year):
    """Up to rounding: four lines rounded to whole tenge may cost four tenge at most."""
    less = withholding_compute(gross_minor, profile=profile, rules=RULES, year=year)
    more = withholding_compute(gross_minor + more_minor, profile=profile, rules=RULES, year=year)
    assert isinstance(less, Withholding)
    assert isinstance(more, Withholding)
    assert more.net_minor >= less.net_minor - 4_00
    assert more.withheld_minor >= less.withheld_minor - 4_00
    if more_minor >= GROSS_MIN_MINOR:
        assert more.net_minor > less.net_minor
        for one, other in zip(less.lines, more.lines, strict=False):
            assert other.amount_minor >= one.amount_minor


@given(st.integers(min_value=1, max_value=GROSS_MIN_MINOR))
def test_even_a_few_tiyn_never_make_a_negative_payout(gross_minor):
    result = withholding_compute(gross_minor, profile=PERSON, rules=RULES)
    if isinstance(result, Withholding):
        assert result.net_minor >= 0
    else:
        assert result.reason is HoldReason.WITHHOLDING_EXCEEDS_GROSS
