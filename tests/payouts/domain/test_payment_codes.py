from __future__ import annotations

from datetime import date

import pytest

from compliance.data import rules_read
from compliance.domain.rules import RuleBook, RuleMissing
from compliance.domain.withholding import RULE_KEYS, TaxStatus
from payouts.domain.payment_codes import payment_codes

BOOK = RuleBook.from_rules(rules_read())


@pytest.mark.parametrize(
    ("status", "codes"),
    [
        (TaxStatus.INDIVIDUAL_GPH, ("859", "19")),
        (TaxStatus.SELF_EMPLOYED, ("859", "19")),
        (TaxStatus.IP_SIMPLIFIED, ("859", "19")),
        (TaxStatus.IP_GENERAL, ("859", "19")),
        (TaxStatus.LLP_SIMPLIFIED, ("859", "17")),
        (TaxStatus.LLP_GENERAL, ("859", "17")),
    ],
)
def test_every_payee_that_can_be_paid_has_its_codes(status, codes):
    assert status in RULE_KEYS
    assert payment_codes(status, BOOK.at(date(2026, 11, 21))) == codes


def test_a_day_without_codes_is_an_error():
    with pytest.raises(RuleMissing):
        payment_codes(TaxStatus.IP_GENERAL, BOOK.at(date(2027, 1, 1)))


@pytest.mark.parametrize("status", [TaxStatus.NONRESIDENT, TaxStatus.UNKNOWN])
def test_who_is_not_paid_has_no_codes(status):
    with pytest.raises(KeyError):
        payment_codes(status, BOOK.at(date(2026, 11, 21)))
