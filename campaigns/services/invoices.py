"""Invoices of a brand, under the lock of its campaigns' totals: compliance knows no campaigns."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date, timedelta

from campaigns.models import Campaign, CampaignTotals
from compliance.domain.invoicing import CampaignFacts
from compliance.models import Invoice
from compliance.selectors.invoices import (
    brands_invoiced,
    brands_with_drafts,
    brands_with_fees,
    brands_with_returns,
)
from compliance.services.invoice_credits import invoice_credit_agree
from compliance.services.invoices import invoices_make, notes_make
from core import clock
from core.errors import DomainError
from core.tenancy.context import acting_as

logger = logging.getLogger(__name__)
PURPOSE = "invoices"
MONTH_CLOSES_ON = 2  # the day of the next month: what was posted at midnight is there by then
# So long what came back after its invoice waits for more of the same, or for its own undoing. The
# law gives a note as many days as an invoice (esf_issue_days), which waits for no month to end.
RETURNS_WAIT = timedelta(days=5)


def brand_invoice(*, brand_id: int, until: date | None = None) -> list[Invoice]:
    """Invoice what is final and not invoiced yet, up to a day; today unless said otherwise.

    See `compliance.services.invoices.invoices_make`. Raises: InvoiceConflict
    """
    with acting_as(system=PURPOSE):
        _totals_lock(brand_id)
        return invoices_make(
            brand_id=brand_id, until=until or clock.today(), campaigns=_facts(brand_id)
        )


def invoice_credit(*, invoice_id: int, person_id: int) -> Invoice:
    """The second person's yes to crediting an invoice wholly. See `invoice_credit_agree`."""
    with acting_as(system=PURPOSE, user_id=person_id):
        brand_id = Invoice.objects.filter(pk=invoice_id).values_list("brand_id", flat=True).first()
        if brand_id is not None:
            _totals_lock(brand_id)
        return invoice_credit_agree(invoice_id=invoice_id, person_id=person_id)


def invoices_sweep() -> int:
    """Invoice the month before, once it is over, and issue drafts whose VAT has come meanwhile.
    Returns how many invoices and notes were issued.

    Repeatable, and each brand by itself: one that cannot be invoiced keeps no other waiting.
    """
    today = clock.today()
    month_end = today.replace(day=1) - timedelta(days=1)
    with acting_as(system=PURPOSE):
        wanted = brands_with_drafts()
        if today.day >= MONTH_CLOSES_ON:
            open_brands = set(brands_with_fees()) - brands_invoiced(month_end)
            wanted |= {id: max(month_end, wanted.get(id, month_end)) for id in open_brands}
    return sum(_brand_sweep(brand_id, wanted[brand_id]) for brand_id in sorted(wanted))


def returns_sweep() -> int:
    """Credit notes for what came back after its invoice. Returns how many were issued.

    Repeatable, and each brand by itself, as above.
    """
    with acting_as(system=PURPOSE):
        brand_ids = brands_with_returns(clock.now() - RETURNS_WAIT)
    return sum(_issued(brand_id, _notes) for brand_id in brand_ids)


def _notes(brand_id: int) -> list[Invoice]:
    with acting_as(system=PURPOSE):
        _totals_lock(brand_id)
        return notes_make(brand_id=brand_id, until=clock.today())


def _brand_sweep(brand_id: int, until: date) -> int:
    return _issued(brand_id, lambda id: brand_invoice(brand_id=id, until=until))


def _issued(brand_id: int, make: Callable[[int], list[Invoice]]) -> int:
    """How many documents it issued; 0 where the brand cannot be invoiced now."""
    try:
        made = make(brand_id)
    except DomainError as error:
        logger.warning("brand %s cannot be invoiced: %s", brand_id, error.code)
        return 0
    return sum(each.state == Invoice.State.ISSUED for each in made)


def _totals_lock(brand_id: int) -> None:
    """In the order of campaigns, as everybody locks them."""
    totals = CampaignTotals.objects.select_for_update(of=("self",)).filter(brand_id=brand_id)
    list(totals.order_by("campaign_id").values_list("pk"))


def _facts(brand_id: int) -> dict[int, CampaignFacts]:
    rows = Campaign.objects.filter(brand_id=brand_id).values_list("pk", "title", "vat_bps")
    return {pk: CampaignFacts(title, bps) for pk, title, bps in rows}
