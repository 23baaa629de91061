"""Who may touch which rows of campaigns. Reversible: yes.

Joining writes rows of two sides at once (a code must be free in the whole shop), so it is the
system's, for that purpose; both sides then read their own.
"""

from django.db import migrations

from core.tenancy.guards import frozen
from core.tenancy.policies import may, same_tenant, tenant_table

READ = may("read")
WRITE = may("read add change")
BRAND = may("read", "brand_id = {me}")
INFLUENCER = may("read", "influencer_id = {me}")
SHARED = [
    "campaigns_participation",
    "campaigns_trackinglink",
    "campaigns_promocode",
    "campaigns_externalcode",
]


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0001_initial"),
        ("brands", "0002_access"),
        ("influencers", "0002_access"),
    ]
    operations = [
        tenant_table(
            "campaigns_campaign",
            public=may("read", "status = 'live'"),
            brand=may("read add change", "brand_id = {me}"),
            influencer=may("read", "status <> 'draft'"),
            ops=may("read change"),
            system=WRITE,
        ),
        tenant_table(
            "campaigns_terms",
            public=may("read", "published_at IS NOT NULL"),
            brand=may("read add change", "brand_id = {me}"),
            influencer=may("read", "published_at IS NOT NULL"),
            ops=READ,
            system=WRITE,
        ),
        *(
            tenant_table(table, brand=BRAND, influencer=INFLUENCER, ops=READ, system=WRITE)
            for table in SHARED
        ),
        tenant_table("campaigns_campaigntotals", brand=BRAND, ops=READ, system=WRITE),
        same_tenant("campaigns_campaigntotals", "campaign_id", "campaigns_campaign"),
        same_tenant("campaigns_terms", "campaign_id", "campaigns_campaign"),
        same_tenant("campaigns_participation", "campaign_id", "campaigns_campaign"),
        same_tenant("campaigns_participation", "terms_id", "campaigns_terms"),
        *(
            same_tenant(table, column, parent)
            for table in SHARED[1:]
            for column, parent in (
                ("participation_id", "campaigns_participation"),
                ("campaign_id", "campaigns_campaign"),
            )
        ),
        frozen("campaigns_campaign", ["brand_id", "public_id"]),
        frozen("campaigns_trackinglink", ["token", "participation_id", "influencer_id"]),
        frozen("campaigns_promocode", ["code", "participation_id", "influencer_id"]),
    ]
