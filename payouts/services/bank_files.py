"""The payment file of an approved batch. Runs as the system."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from compliance.domain.rules import RuleMissing, RulesInForce
from compliance.domain.withholding import TaxStatus
from compliance.selectors import rules_in_force
from core import clock
from core.errors import DomainError
from core.iban import iban_bank
from payouts.domain.payment_codes import payment_codes
from payouts.models import BankFile, Payout, PayoutBatch
from payouts.rails.bank_file.payment_file import (
    Party,
    PaymentFile,
    PaymentFileError,
    PaymentOrder,
    payment_file_build,
)
from payouts.words import FIELD_RULES

PLATFORM_KBE = "17"  # a private company, resident (facts/kazakhstan.md 5.8)


class BankFileRefused(DomainError):
    """A payment that no bank would take, a code that no row of the law gives for its day, or our
    own account is not set."""

    code = "bank_file_refused"


def bank_file_build(batch: PayoutBatch) -> BankFile:
    """Make and keep the file of a batch. Codes on a payment are rows of the law by its date.

    Raises:
        BankFileRefused: says which document and which field, or which code of the law on which day.
    """
    content = _content(batch)
    return BankFile.objects.create(
        batch=batch,
        name=f"birge-{batch.paid_on:%Y%m%d}-{batch.pk:05d}.txt",
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
    )


def _content(batch: PayoutBatch) -> bytes:
    try:
        rules = rules_in_force(batch.paid_on)
        payouts = batch.payouts.order_by("pk")
        payments = PaymentFile(
            created_at=clock.now(),
            payer=platform_party(),
            orders=tuple(_order(payout, rules) for payout in payouts),
        )
        return payment_file_build(payments)
    except RuleMissing as missing:
        raise BankFileRefused(
            _(
                "No row of the law gives %(key)s on %(day)s. Add it to the tax rules; the batch"
                " waits meanwhile."
            )
            % {"key": missing.key, "day": date_format(missing.day)}
        ) from missing
    except PaymentFileError as error:
        raise BankFileRefused(
            _("Document %(number)s, field %(key)s cannot be written for the bank: %(rule)s.")
            % {"number": error.number, "key": error.key, "rule": FIELD_RULES[error.rule]}
        ) from error


def platform_party() -> Party:
    """Ourselves as the payer. Raises: BankFileRefused when our account is not set."""
    if not settings.PLATFORM_IBAN:
        raise BankFileRefused(_("Our own account is not set: PLATFORM_IBAN, PLATFORM_BIN."))
    bank = iban_bank(settings.PLATFORM_IBAN)
    return Party(
        name=settings.PLATFORM_NAME,
        tax_id=settings.PLATFORM_BIN,
        kbe=PLATFORM_KBE,
        iban=settings.PLATFORM_IBAN,
        bank_name=bank.name,
        bank_bic=bank.bic,
    )


def _order(payout: Payout, rules: RulesInForce) -> PaymentOrder:
    codes = payment_codes(TaxStatus(payout.tax_status), rules)
    bank = iban_bank(payout.iban)
    payee = Party(
        name=payout.payee_name,
        tax_id=payout.payee_iin,
        kbe=codes.kbe,
        iban=payout.iban,
        bank_name=bank.name,
        bank_bic=payout.bank_bic,
    )
    return PaymentOrder(
        number=payout.rail_key,
        day=payout.paid_on,
        amount_minor=payout.net_minor,
        payee=payee,
        purpose=f"Вознаграждение по договору, выплата {payout.rail_key}",
        knp=codes.knp,
    )
