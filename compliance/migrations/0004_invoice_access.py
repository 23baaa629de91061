"""Who may touch invoices, and that what is issued stays as it is. Reversible: yes.

A brand reads its own; the system writes, for who was checked at the door. A draft may change and
go; from its number on only its state and the question whether to credit it may change.
"""

from django.db import migrations

from core.tenancy.guards import append_only, frozen
from core.tenancy.policies import may, same_tenant, tenant_table

INVOICE, ENTRY, TERMS = (
    "compliance_invoice",
    "compliance_invoiceentry",
    "compliance_billingterms",
)
READ, OF_BRAND = may("read"), may("read", "brand_id = {me}")
ISSUED = ", ".join(
    f"'{column}'"
    for column in (
        "public_id",
        "brand_id",
        "kind",
        "dealing",
        "segment_on",
        "period_from",
        "period_to",
        "series",
        "year",
        "sequence",
        "issued_on",
        "turnover_on",
        "lines",
        "seller",
        "customer",
        "net_minor",
        "vat_minor",
        "missing_minor",
        "credits_id",
        "is_whole",
        "created_at",
    )
)
# As core.tenancy.guards.frozen, from the number on.
FROZEN_ONCE_ISSUED = migrations.RunSQL(
    f"CREATE TRIGGER {INVOICE}_frozen BEFORE UPDATE ON {INVOICE} FOR EACH ROW"
    f" WHEN (OLD.state <> 'draft') EXECUTE FUNCTION core_refuse_thaw({ISSUED});"
    f"CREATE TRIGGER {INVOICE}_kept BEFORE DELETE ON {INVOICE} FOR EACH ROW"
    f" WHEN (OLD.state <> 'draft') EXECUTE FUNCTION core_refuse_change()",
    f"DROP TRIGGER {INVOICE}_kept ON {INVOICE}; DROP TRIGGER {INVOICE}_frozen ON {INVOICE}",
)


class Migration(migrations.Migration):
    dependencies = [("compliance", "0003_invoices"), ("core", "0002_access")]
    operations = [
        tenant_table(INVOICE, brand=OF_BRAND, ops=READ, system=may("read add change delete")),
        tenant_table(ENTRY, brand=OF_BRAND, ops=READ, system=may("read add change")),
        tenant_table(TERMS, brand=OF_BRAND, ops=may("read add"), system=may("read add")),
        same_tenant(ENTRY, "invoice_id", INVOICE),
        same_tenant(INVOICE, "credits_id", INVOICE),
        FROZEN_ONCE_ISSUED,
        append_only(TERMS),
        frozen(
            ENTRY,
            [
                "invoice_id",
                "brand_id",
                "journal_id",
                "conversion_id",
                "campaign_id",
                "is_return",
                "vat_bps",
                "reward_minor",
                "fee_minor",
                "vat_minor",
            ],
        ),
    ]
