"""How a brand is invoiced: entered by ops, in force from its day on, never changed."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from compliance.models import BillingTerms
from core.audit.services import audit_record
from core.errors import Invalid


def billing_terms_enter(
    *,
    brand_id: int,
    valid_from: date,
    dealing: str,
    contract_number: str,
    contract_on: date | None,
    address: str,
    person_id: int,
) -> BillingTerms:
    """New terms of invoicing. Runs as ops.

    Raises:
        Invalid: terms from that day are there, or a contract has no day.
    """
    if contract_number and contract_on is None:
        raise Invalid.of("contract_on", _("Say of which day the contract is."))
    if BillingTerms.objects.filter(brand_id=brand_id, valid_from=valid_from).exists():
        raise Invalid.of(
            "valid_from", _("Terms from this day were entered already: take another day.")
        )
    terms = BillingTerms.objects.create(
        brand_id=brand_id,
        valid_from=valid_from,
        dealing=dealing,
        contract_number=contract_number,
        contract_on=contract_on,
        address=address,
        entered_by_id=person_id,
    )
    after = {"from": valid_from.isoformat(), "dealing": dealing, "contract": contract_number}
    audit_record("billing_terms.enter", terms, after=after)
    return terms
