"""The two codes on a payment order: what it is for (KNP) and what the payee is (KBe).

Both are rows of the rule book, unconfirmed until the bank has said which it wants.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from compliance.domain.rules import RulesInForce
from compliance.domain.withholding import TaxStatus


class PaymentCodes(NamedTuple):
    """Three digits and two digits, as a payment order has them."""

    knp: str
    kbe: str


# status -> the keys of its (KNP, KBe). Who is not here is not paid at all.
_KEYS: Mapping[TaxStatus, tuple[str, str]] = {
    TaxStatus.INDIVIDUAL_GPH: ("knp_individual_gph", "kbe_person"),
    TaxStatus.SELF_EMPLOYED: ("knp_self_employed", "kbe_person"),
    TaxStatus.IP_SIMPLIFIED: ("knp_ip", "kbe_person"),
    TaxStatus.IP_GENERAL: ("knp_ip", "kbe_person"),
    TaxStatus.LLP_SIMPLIFIED: ("knp_llp", "kbe_llp"),
    TaxStatus.LLP_GENERAL: ("knp_llp", "kbe_llp"),
}


def payment_codes(status: TaxStatus, rules: RulesInForce) -> PaymentCodes:
    """The codes for a payee of `status` on the day of the rules.

    Raises:
        RuleMissing: a code has no row on that day.
        KeyError: nobody of this status is paid.
    """
    knp_key, kbe_key = _KEYS[status]
    return PaymentCodes(f"{rules.value(knp_key):03}", f"{rules.value(kbe_key):02}")
