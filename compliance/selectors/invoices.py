"""Fees that wait for an invoice, and invoices. Amounts come from the ledger, to the tiyn."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db import connection
from django.db.models import QuerySet

from compliance.domain.invoicing import Dealing, Deals, FeeEntry
from compliance.models import BillingTerms, Invoice, InvoiceEntry
from core import clock
from core.tenancy.context import acting_as
from ledger.domain.accounts import AccountKind
from ledger.models import Account


def is_vat_invoiced(conversion_ids: Collection[int]) -> set[int]:
    """Those of the conversions whose fee stands in an issued invoice that was not credited: VAT
    that is given back comes out of vat_payable, else out of vat_funded (ADR 26).

    Ask under the lock of their campaigns' totals, under which invoices are issued too, and in the
    transaction that posts the clawback. One query. Runs as the system.
    """
    rows = InvoiceEntry.objects.filter(
        conversion_id__in=conversion_ids, counts=True, is_return=False
    )
    return {id for id in rows.values_list("conversion_id", flat=True) if id is not None}


def fee_entries(brand_id: int) -> list[FeeEntry]:
    """Journals that moved a brand's fee to us or back and that no document names, oldest first."""
    with acting_as(system="invoices"), connection.cursor() as cursor:
        cursor.execute(_FEE_ENTRIES, {"brand": brand_id})
        return [
            FeeEntry(
                journal_id=id,
                happened_on=clock.day_of(occurred_at),
                campaign_id=campaign_id,
                conversion_id=conversion_id,
                reward_minor=int(reward),
                fee_minor=int(fee),
                vat_minor=int(vat),
                is_return=is_return,
            )
            for id, occurred_at, campaign_id, conversion_id, is_return, reward, fee, vat in cursor
        ]


# A brand's own accounts lead to its journals: platform_fee is everybody's, and long. VAT that
# was invoiced came back out of vat_payable.
_FEE_ENTRIES = """
WITH mine AS MATERIALIZED (
    SELECT DISTINCT e.journal_id
      FROM ledger_account a JOIN ledger_entry e ON e.account_id = a.id
     WHERE a.brand_id = %(brand)s AND a.kind IN ('fee_hold', 'fee_reserve', 'vat_funded')
       AND NOT EXISTS (SELECT FROM compliance_invoiceentry i
                        WHERE i.journal_id = e.journal_id AND i.counts)
)
SELECT j.id, j.occurred_at, (j.refs ->> 'campaign')::bigint, (j.refs ->> 'conversion')::bigint,
       j.business_key LIKE 'claw:%%',
       coalesce(sum(e.amount_minor) FILTER (
         WHERE a.kind IN ('influencer_payable', 'influencer_debt')), 0),
       sum(e.amount_minor) FILTER (WHERE a.kind = 'platform_fee'),
       coalesce(sum(e.amount_minor) FILTER (WHERE a.kind IN ('vat_funded', 'vat_payable')), 0)
  FROM mine
  JOIN ledger_journal j ON j.id = mine.journal_id
  JOIN ledger_entry e ON e.journal_id = j.id
  JOIN ledger_account a ON a.id = e.account_id
 GROUP BY j.id
HAVING bool_or(a.kind = 'platform_fee')
 ORDER BY j.occurred_at, j.id
"""


def brands_with_fees() -> list[int]:
    """Brands that ever had a fee on its way to us. Runs as the system."""
    fees = Account.objects.filter(kind=AccountKind.FEE_RESERVE, brand_id__isnull=False)
    return [
        id for id in fees.order_by("brand_id").values_list("brand_id", flat=True).distinct() if id
    ]


def brands_invoiced(month_end: date) -> set[int]:
    """Those that have an invoice, or a draft, up to the end of a month. Runs as the system."""
    made = Invoice.objects.filter(kind=Invoice.Kind.INVOICE, period_to=month_end)
    return set(made.values_list("brand_id", flat=True))


def brands_with_drafts() -> dict[int, date]:
    """{brand: up to which day its invoices wait for VAT}. Runs as the system."""
    drafts = Invoice.objects.filter(state=Invoice.State.DRAFT)
    return dict(drafts.order_by("period_to").values_list("brand_id", "period_to"))


def deals_of(brand_id: int) -> Deals:
    """How the brand and we deal, by day."""
    rows = BillingTerms.objects.filter(brand_id=brand_id).order_by("valid_from")
    return [(row.valid_from, Dealing(row.dealing)) for row in rows]


def billing_in_force(brand_id: int, day: date) -> BillingTerms | None:
    begun = BillingTerms.objects.filter(brand_id=brand_id, valid_from__lte=day)
    return begun.order_by("-valid_from").first()


def invoice_list(brand_id: int) -> QuerySet[Invoice]:
    """A brand's invoices, credit notes and what waits for VAT, newest first."""
    return Invoice.objects.filter(brand_id=brand_id).select_related("credits").order_by("-id")
