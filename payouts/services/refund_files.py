"""The payment file of one refund."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from compliance.domain.rules import RuleMissing
from compliance.selectors import rules_in_force
from core import clock
from core.iban import iban_bank
from payouts.models import Refund
from payouts.rails.bank_file.payment_file import (
    Party,
    PaymentFile,
    PaymentFileError,
    PaymentOrder,
    payment_file_build,
)
from payouts.services.bank_files import BankFileRefused, platform_party
from payouts.words import FIELD_RULES


def refund_file_build(refund: Refund) -> bytes:
    """The bytes for the bank. Its codes are rows of the law by its day.

    Raises:
        BankFileRefused: which field, or which code of the law is missing on which day.
    """
    assert refund.paid_on is not None, refund.pk
    try:
        order = _order(refund)
        file = PaymentFile(created_at=clock.now(), payer=platform_party(), orders=(order,))
        return payment_file_build(file)
    except RuleMissing as missing:
        raise BankFileRefused(
            _("No row of the law gives %(key)s on %(day)s. Add it to the tax rules.")
            % {"key": missing.key, "day": date_format(missing.day)}
        ) from missing
    except PaymentFileError as error:
        raise BankFileRefused(
            _("Document %(number)s, field %(key)s cannot be written for the bank: %(rule)s.")
            % {"number": error.number, "key": error.key, "rule": FIELD_RULES[error.rule]}
        ) from error


def _order(refund: Refund) -> PaymentOrder:
    assert refund.paid_on is not None, refund.pk
    rules = rules_in_force(refund.paid_on)
    is_company = refund.brand_id is not None
    bank = iban_bank(refund.iban)
    return PaymentOrder(
        number=refund.rail_key,
        day=refund.paid_on,
        amount_minor=refund.amount_minor,
        payee=Party(
            name=refund.payee_name,
            tax_id=refund.payee_tax_id,
            kbe=f"{rules.value('kbe_llp' if is_company else 'kbe_person'):02}",
            iban=refund.iban,
            bank_name=bank.name,
            bank_bic=refund.bank_bic,
        ),
        purpose=(
            f"Возврат неиспользованного остатка, {refund.rail_key}"
            if is_company
            else f"Возврат ошибочного платежа, {refund.rail_key}"
        ),
        knp=f"{rules.value('knp_refund'):03}",
    )
