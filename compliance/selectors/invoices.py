"""Fees that wait for an invoice, and invoices. Amounts come from the ledger, to the tiyn."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from compliance.domain.invoicing import Dealing, Deals, FeeEntry
from compliance.models import BillingTerms, Invoice, InvoiceEntry
from core import clock
from core.errors import NotFound
from core.paging import newest_page
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
    """Those that have an invoice, or a draft, up to the end of a month, made after it: one that was
    asked for on the last day lacks what became final later that day. Runs as the system."""
    made = Invoice.objects.filter(
        kind=Invoice.Kind.INVOICE, period_to=month_end, created_at__gte=clock.day_end(month_end)
    )
    return set(made.values_list("brand_id", flat=True))


def brands_with_returns(before: datetime) -> list[int]:
    """Brands for which goods came back before a moment, after their fee was invoiced, and no credit
    note has told it. Reads all such returns: for once a day. Runs as the system."""
    with acting_as(system="invoices"), connection.cursor() as cursor:
        cursor.execute(_UNTOLD, [before])
        return [brand_id for (brand_id,) in cursor]


_UNTOLD = """
SELECT DISTINCT invoiced.brand_id
  FROM ledger_journal j
  JOIN compliance_invoiceentry invoiced
    ON invoiced.conversion_id = (j.refs ->> 'conversion')::bigint
   AND invoiced.counts AND NOT invoiced.is_return
 WHERE j.kind = 'clawback' AND j.occurred_at < %s
   AND NOT EXISTS (SELECT FROM compliance_invoiceentry told
                    WHERE told.journal_id = j.id AND told.counts)
 ORDER BY 1
"""


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


PAGE_ROWS = 30


@dataclass(frozen=True, slots=True)
class OpenFees:
    """Final fees that no document names yet, and the VAT that is set aside for them. Tiyn."""

    fee_minor: int
    vat_minor: int


def open_fees(brand_id: int) -> OpenFees:
    entries = fee_entries(brand_id)
    return OpenFees(sum(e.fee_minor for e in entries), sum(e.vat_minor for e in entries))


def invoices_of(brand_id: int, status: str = "") -> QuerySet[Invoice]:
    """A brand's invoices, credit notes and drafts, newest first; of one kind where asked:
    "draft", "issued", "credited" or "note"."""
    rows = Invoice.objects.filter(brand_id=brand_id).select_related("credits").order_by("-id")
    if status == NOTE:
        return rows.filter(kind=Invoice.Kind.CREDIT_NOTE)
    return rows.filter(kind=Invoice.Kind.INVOICE, state=status) if status else rows


NOTE, ADDITIONAL = "note", "additional"


def status_of(invoice: Invoice) -> str:
    """What a list calls it: its state, "note", or "additional" (a filter has them under "note")."""
    if invoice.is_additional:
        return ADDITIONAL
    return NOTE if invoice.kind == Invoice.Kind.CREDIT_NOTE else invoice.state


def invoice_page(brand_id: int, status: str, after: str) -> tuple[list[Invoice], str]:
    """A page of them, and where the next begins ("" at the end)."""
    return newest_page(invoices_of(brand_id, status), after, size=PAGE_ROWS)


def invoice_counts(brand_id: int) -> dict[str, int]:
    """How many there are of each status. One query."""
    rows = Invoice.objects.filter(brand_id=brand_id).values("kind", "state")
    found: dict[str, int] = {}
    for row in rows.annotate(count=Count("pk")).order_by():
        status = NOTE if row["kind"] == Invoice.Kind.CREDIT_NOTE else row["state"]
        found[status] = found.get(status, 0) + row["count"]
    return found


def invoice_access(brand_id: int, public_id: UUID) -> Invoice:
    """Raises: NotFound for a foreign or missing one."""
    found = invoices_of(brand_id).filter(public_id=public_id).first()
    if found is None:
        raise NotFound(_("There is no such invoice."))
    return found
