"""The data files against the facts about Kazakhstan (November 2026), figure by figure."""

from __future__ import annotations

from datetime import date

import pytest

from compliance.data import rules_read
from compliance.domain.rules import Confidence, RuleBook, RuleMissing, Unit
from compliance.domain.withholding import RULE_KEYS

CONFIRMED, UNCONFIRMED = Confidence.CONFIRMED, Confidence.UNCONFIRMED

# (section of the facts, key, value, unit, confidence): [S] is confirmed, [B] [C] [U] are not.
FACTS_2026 = [
    ("1.1", "mrp", 432_500, Unit.TIYN, CONFIRMED),
    ("1.1", "mzp", 8_500_000, Unit.TIYN, CONFIRMED),
    ("1.1", "vat_rate", 1_600, Unit.BPS, CONFIRMED),
    ("1.1", "vat_registration_threshold", 10_000, Unit.MRP, CONFIRMED),
    ("0.5", "simplified_may_pay_vat", 0, Unit.FLAG, CONFIRMED),
    ("0.1", "gph_opv_rate", 1_000, Unit.BPS, CONFIRMED),
    ("1.3", "gph_opv_cap", 50, Unit.MZP, UNCONFIRMED),
    ("1.3", "gph_so_rate", 500, Unit.BPS, CONFIRMED),
    ("1.3", "gph_so_cap", 7, Unit.MZP, CONFIRMED),
    ("1.3", "gph_vosms_rate", 200, Unit.BPS, CONFIRMED),
    ("1.3", "gph_vosms_cap", 20, Unit.MZP, CONFIRMED),
    ("1.3", "ipn_rate", 1_000, Unit.BPS, CONFIRMED),
    ("1.3", "ipn_band", 8_500, Unit.MRP, CONFIRMED),
    ("1.3", "ipn_excess_rate", 1_500, Unit.BPS, CONFIRMED),
    ("1.3, with a conflict", "base_deduction_month", 30, Unit.MRP, UNCONFIRMED),
    ("1.3, with a conflict", "base_deduction_year", 360, Unit.MRP, UNCONFIRMED),
    ("1.7", "ip_registration_threshold", 12, Unit.MZP, UNCONFIRMED),
    ("0.2", "self_employed_opv_rate", 100, Unit.BPS, CONFIRMED),
    ("0.2", "self_employed_opvr_rate", 100, Unit.BPS, CONFIRMED),
    ("0.2", "self_employed_so_rate", 100, Unit.BPS, CONFIRMED),
    ("0.2", "self_employed_vosms_rate", 100, Unit.BPS, CONFIRMED),
    ("0.2", "self_employed_month_limit", 300, Unit.MRP, CONFIRMED),
    ("1.2", "self_employed_year_limit", 3_600, Unit.MRP, CONFIRMED),
    ("14", "self_employed_withheld_by_operator", 1, Unit.FLAG, UNCONFIRMED),
    ("0.3", "self_employed_advertising_allowed", 0, Unit.FLAG, UNCONFIRMED),
    ("1.2", "business_pays_own_tax", 1, Unit.FLAG, CONFIRMED),
    ("5.8", "knp_individual_gph", 859, Unit.CODE, UNCONFIRMED),
    ("5.8", "knp_self_employed", 859, Unit.CODE, UNCONFIRMED),
    ("5.8", "knp_ip", 859, Unit.CODE, UNCONFIRMED),
    ("5.8", "knp_llp", 859, Unit.CODE, UNCONFIRMED),
    ("5.8", "knp_refund", 880, Unit.CODE, UNCONFIRMED),
    ("5.8", "knp_top_up", 859, Unit.CODE, UNCONFIRMED),
    ("5.8", "kbe_person", 19, Unit.CODE, UNCONFIRMED),
    ("5.8", "kbe_llp", 17, Unit.CODE, UNCONFIRMED),
    ("4.3", "esf_issue_days", 15, Unit.DAYS, UNCONFIRMED),
    ("4.2", "esf_tru_origin", 6, Unit.CODE, UNCONFIRMED),
    ("4.2", "esf_agent_statuses", 0, Unit.FLAG, UNCONFIRMED),
    ("Birge's own", "netting_share_max", 3_000, Unit.BPS, UNCONFIRMED),
]
FACTS_2025 = [
    ("1.1", "mrp", 393_200, Unit.TIYN, CONFIRMED),
    ("1.1, 1.7", "mzp", 8_500_000, Unit.TIYN, CONFIRMED),
    ("1.1", "vat_rate", 1_200, Unit.BPS, CONFIRMED),
    ("1.1", "vat_registration_threshold", 20_000, Unit.MRP, CONFIRMED),
    ("1.7", "ip_registration_threshold", 12, Unit.MZP, CONFIRMED),
    ("1.2", "ipn_rate", 1_000, Unit.BPS, CONFIRMED),
    ("1.3", "gph_vosms_cap", 10, Unit.MZP, CONFIRMED),
    ("Birge's own", "netting_share_max", 3_000, Unit.BPS, UNCONFIRMED),
]


@pytest.fixture(scope="module")
def book():
    return RuleBook.from_rules(rules_read())


@pytest.mark.parametrize(
    ("_section", "day", "key", "value", "unit", "confidence"),
    [(s, date(2026, 11, 21), k, v, u, c) for s, k, v, u, c in FACTS_2026]
    + [(s, date(2025, 6, 1), k, v, u, c) for s, k, v, u, c in FACTS_2025],
)
def test_every_figure_is_the_one_of_the_facts(book, _section, day, key, value, unit, confidence):
    rule = book.at(day).rule(key)
    assert (rule.value, rule.unit, rule.confidence) == (value, unit, confidence)


def test_there_is_no_figure_that_the_facts_do_not_give():
    in_files = {(rule.valid_from.year, rule.key) for rule in rules_read()}
    in_facts = {(2026, key) for _, key, *_ in FACTS_2026} | {
        (2025, key) for _, key, *_ in FACTS_2025
    }
    assert in_files == in_facts


@pytest.mark.parametrize(
    ("_section", "key", "amount_minor"),
    [
        ("0.2: 1 297 500 a month", "self_employed_month_limit", 129_750_000),
        ("1.2: 15 570 000 a year", "self_employed_year_limit", 1_557_000_000),
        ("1.3: 4 250 000", "gph_opv_cap", 425_000_000),
        ("1.3: 595 000", "gph_so_cap", 59_500_000),
        ("1.3: 1 700 000", "gph_vosms_cap", 170_000_000),
        ("1.3: 36 762 500", "ipn_band", 3_676_250_000),
        ("1.3: 129 750", "base_deduction_month", 12_975_000),
        ("1.7: 1 020 000", "ip_registration_threshold", 102_000_000),
        ("1.1: 43 250 000", "vat_registration_threshold", 4_325_000_000),
    ],
)
def test_multiples_come_to_the_sums_that_the_facts_print(book, _section, key, amount_minor):
    assert book.at(date(2026, 11, 21)).amount_minor(key) == amount_minor


def test_the_threshold_of_vat_in_2025_comes_to_the_printed_sum(book):
    assert book.at(date(2025, 6, 1)).amount_minor("vat_registration_threshold") == 7_864_000_000


def test_nothing_is_said_about_2027(book):
    with pytest.raises(RuleMissing):
        book.at(date(2027, 1, 1)).value("mrp")
    assert not book.at(date(2027, 1, 1)).by_key
    missing = {gap.key for gap in book.gaps(until=date(2027, 1, 1))}
    assert {key for keys in RULE_KEYS.values() for key in keys} <= missing


def test_every_day_of_2026_has_every_figure_that_a_payout_needs(book):
    needed = {key for keys in RULE_KEYS.values() for key in keys}
    for day in (date(2026, 1, 1), date(2026, 12, 31)):
        assert needed <= set(book.at(day).by_key)


def test_every_row_names_where_it_comes_from():
    for rule in rules_read():
        assert len(rule.source_url) > 6
        assert rule.valid_to == date(rule.valid_from.year, 12, 31)
