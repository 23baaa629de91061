"""Who may touch which rows of payouts. Reversible: yes.

Ops makes batches, another of ops decides; from then on the system moves them. Amounts, account and
document number are frozen by the database. An influencer reads their own payouts, a brand the
lines that its money paid for.
"""

from django.db import migrations

from core.tenancy.guards import append_only, frozen
from core.tenancy.policies import may, same_tenant, tenant_table

READ = may("read")
WRITE = may("read add change")
ADD = may("read add")
INFLUENCER = may("read", "influencer_id = {me}")
FROZEN = [
    "batch_id",
    "influencer_id",
    "rail_key",
    "gross_minor",
    "tax_minor",
    "net_minor",
    "tax_status",
    "rules_hash",
    "payee_name",
    "payee_iin",
    "iban",
    "bank_bic",
    "paid_on",
]


class Migration(migrations.Migration):
    dependencies = [("payouts", "0001_initial"), ("attribution", "0002_access")]
    operations = [
        tenant_table("payouts_payoutbatch", ops=WRITE, system=WRITE),
        tenant_table("payouts_payout", influencer=INFLUENCER, ops=READ, system=WRITE),
        tenant_table(
            "payouts_payoutline",
            brand=may("read", "brand_id = {me}"),
            influencer=INFLUENCER,
            ops=READ,
            system=ADD,
        ),
        tenant_table("payouts_payouttaxline", influencer=INFLUENCER, ops=READ, system=ADD),
        tenant_table("payouts_bankfile", ops=READ, system=ADD),
        tenant_table("payouts_bankstatement", ops=READ, system=WRITE),
        tenant_table("payouts_statementrow", ops=READ, system=ADD),
        same_tenant("payouts_payoutline", "payout_id", "payouts_payout", "influencer_id"),
        same_tenant("payouts_payouttaxline", "payout_id", "payouts_payout", "influencer_id"),
        same_tenant("payouts_payoutline", "conversion_id", "attribution_conversion"),
        frozen("payouts_payout", FROZEN),
        frozen(
            "payouts_payoutbatch",
            ["rail", "paid_on", "gross_minor", "tax_minor", "net_minor", "created_by_id"],
        ),
        append_only("payouts_payoutline"),
        append_only("payouts_payouttaxline"),
        append_only("payouts_bankfile"),
        append_only("payouts_statementrow"),
    ]
