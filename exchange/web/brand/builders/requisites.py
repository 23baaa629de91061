"""Where a brand's transfer goes, the same on the page, on paper and in the code."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from brands.domain.payment_reference import payment_reference
from brands.models import Brand
from compliance.domain.rules import RuleMissing
from compliance.selectors import rules_in_force
from core import clock
from core.iban import IbanError, iban_bank, iban_format

PLATFORM_KBE = "17"  # a private company, resident (facts/kazakhstan.md 5.8)


@dataclass(frozen=True, slots=True)
class Requisites:
    """`knp` is "" on a day without such a rule; `is_knp_sure` when a bank has confirmed it."""

    name: str
    bin: str
    iban: str
    bank: str
    bic: str
    knp: str
    is_knp_sure: bool
    reference: str

    @property
    def purpose(self) -> str:
        return _("Top-up of the balance at Birge, %(reference)s") % {"reference": self.reference}

    @property
    def knp_text(self) -> str:
        return self.knp if self.is_knp_sure else _("%(code)s, ask your bank") % {"code": self.knp}

    @property
    def recipient_pairs(self) -> list[tuple[str, str]]:
        pairs = [
            (_("Recipient"), self.name),
            (_("BIN"), self.bin),
            (_("Account (IBAN)"), iban_format(self.iban)),
            (_("Bank"), self.bank),
            (_("BIC"), self.bic),
            (_("KBe"), PLATFORM_KBE),
        ]
        if self.knp:
            pairs.append((_("KNP"), self.knp_text))
        return [(word, value) for word, value in pairs if value]

    def text(self, amount: str = "") -> str:
        """Line by line, for a code or a message."""
        pairs = [*self.recipient_pairs, (_("Sum"), amount), (_("Purpose"), self.purpose)]
        return "\n".join(f"{word}: {value}" for word, value in pairs if value)


def requisites_of(brand: Brand) -> Requisites | None:
    """None where the platform's own account is not set up."""
    if not settings.PLATFORM_IBAN:
        return None
    bank, bic = _bank(settings.PLATFORM_IBAN)
    knp, is_sure = _knp()
    return Requisites(
        name=settings.PLATFORM_NAME,
        bin=settings.PLATFORM_BIN,
        iban=settings.PLATFORM_IBAN,
        bank=bank,
        bic=bic,
        knp=knp,
        is_knp_sure=is_sure,
        reference=payment_reference(brand.pk),
    )


def _bank(iban: str) -> tuple[str, str]:
    try:
        bank = iban_bank(iban)
    except IbanError:
        return "", ""
    return bank.name, bank.bic


def _knp() -> tuple[str, bool]:
    try:
        rule = rules_in_force(clock.today()).rule("knp_top_up")
    except RuleMissing:
        return "", False
    return f"{rule.value:03}", rule.confidence == "confirmed"
