"""Every side writes its own entries, ops reads all, a brand reads its own. Reversible: yes."""

from django.db import migrations

from core.tenancy.guards import append_only
from core.tenancy.policies import may, tenant_table


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("core", "0002_access")]
    operations = [
        tenant_table(
            "audit_auditentry",
            public=may("add", "actor LIKE 'public:%'"),
            brand=may("read add", "brand_id = {me}"),
            influencer=may("add", "actor = 'influencer:' || {me}"),
            ops=may("read add"),
            system=may("add"),
        ),
        append_only("audit_auditentry"),
    ]
