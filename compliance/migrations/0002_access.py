"""Who may touch which rows of compliance. Reversible: yes."""

from django.db import migrations

from core.tenancy.guards import append_only, frozen
from core.tenancy.policies import may, shared_table, tenant_table

READ = may("read")


class Migration(migrations.Migration):
    dependencies = [("compliance", "0001_initial"), ("core", "0002_access")]
    operations = [
        shared_table(
            "compliance_taxrule",
            "the law is the same for everybody",
            public=READ,
            brand=READ,
            influencer=READ,
            ops=may("read add change"),
            system=may("read add"),
        ),
        tenant_table(
            "compliance_registercheck",
            influencer=may("read", "influencer_id = {me}"),
            ops=READ,
            system=may("read add"),
        ),
        frozen(
            "compliance_taxrule",
            ["key", "value", "unit", "valid_from", "source", "created_by_id", "created_at"],
        ),
        append_only("compliance_registercheck"),
    ]
