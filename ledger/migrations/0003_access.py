"""Who may see the ledger, and that only the system may add to it. Reversible: yes.

Nobody may change or delete, and nobody but a trigger writes a balance (0002). Tenants read their
own entries; what a journal says about the other side stays out of their reach, and
`selectors.statement_page` shows them the part that is theirs.
"""

from django.db import migrations

from core.tenancy.policies import may, tenant_table

READ, ADD = may("read"), may("read add")
OF_BRAND, OF_INFLUENCER = may("read", "brand_id = {me}"), may("read", "influencer_id = {me}")
OWN = {"brand": OF_BRAND, "influencer": OF_INFLUENCER, "ops": READ}


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_invariants")]
    operations = [
        tenant_table("ledger_account", **OWN, system=ADD),
        tenant_table("ledger_journal", ops=READ, system=ADD),
        tenant_table("ledger_entry", **OWN, system=ADD),
        tenant_table("ledger_balance", **OWN, system=READ),
    ]
