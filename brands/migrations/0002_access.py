"""Who may touch which rows of brands. Reversible: yes.

A brand reads its own rows; what changes them is the system, for a named purpose: nobody can make
itself verified, an owner, or rich.
"""

from django.db import migrations

from core.tenancy.guards import append_only
from core.tenancy.policies import may, tenant_table

READ = may("read")


class Migration(migrations.Migration):
    dependencies = [("brands", "0001_initial"), ("core", "0002_access")]
    operations = [
        tenant_table(
            "brands_brand",
            gate=READ,
            public=may("read", "state = 'verified'"),
            brand=may("read", "id = {me}"),
            influencer=may("read", "state <> 'in_review'"),
            ops=may("read change"),
            system=may("read add change"),
        ),
        tenant_table(
            "brands_member",
            gate=READ,
            brand=may("read", "brand_id = {me}"),
            ops=READ,
            system=may("read add change delete"),
        ),
        tenant_table(
            "brands_brandcontract",
            brand=may("read", "brand_id = {me}"),
            ops=may("read add"),
            system=may("read add"),
        ),
        tenant_table(
            "brands_deposit",
            brand=may("read", "brand_id = {me}"),
            ops=may("read add"),
            system=may("read add"),
        ),
        tenant_table(
            "brands_apikey",
            gate=READ,
            brand=may("read add change", "brand_id = {me}"),
            system=may("read add"),
        ),
        append_only("brands_deposit"),
        append_only("brands_brandcontract"),
    ]
