"""Who may touch pools and aliases of codes; a code of a pool becomes somebody's once.

Reversible: yes.
"""

from django.db import migrations

from core.tenancy.guards import frozen
from core.tenancy.policies import may, same_tenant, tenant_table

POOL, CODE, ALIAS = "campaigns_codepool", "campaigns_promocode", "campaigns_codealias"
BRAND = may("read", "brand_id = {me}")
INFLUENCER = may("read", "influencer_id = {me}")
READ = may("read")

# What `frozen` said of all three columns, but that nobody may become somebody.
OWNER_KEPT = """
CREATE FUNCTION campaigns_code_owner_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.participation_id IS NOT NULL
       AND (NEW.participation_id IS DISTINCT FROM OLD.participation_id
            OR NEW.influencer_id IS DISTINCT FROM OLD.influencer_id) THEN
        RAISE EXCEPTION 'campaigns_promocode.participation_id is frozen'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.pool_id IS DISTINCT FROM OLD.pool_id THEN
        RAISE EXCEPTION 'campaigns_promocode.pool_id is frozen'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER campaigns_promocode_owner_kept BEFORE UPDATE ON campaigns_promocode
    FOR EACH ROW EXECUTE FUNCTION campaigns_code_owner_kept();
"""
OWNER_NOT_KEPT = """
DROP TRIGGER campaigns_promocode_owner_kept ON campaigns_promocode;
DROP FUNCTION campaigns_code_owner_kept();
"""
_BEFORE = frozen(CODE, ["code", "participation_id", "influencer_id"])


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0007_promo_codes")]
    operations = [
        tenant_table(
            POOL,
            brand=BRAND,
            influencer=INFLUENCER,
            ops=READ,
            system=may("read add change delete"),  # refused files are forgotten
        ),
        tenant_table(
            ALIAS, brand=BRAND, influencer=INFLUENCER, ops=READ, system=may("read add change")
        ),
        same_tenant(POOL, "campaign_id", "campaigns_campaign"),
        same_tenant(POOL, "participation_id", "campaigns_participation"),
        same_tenant(CODE, "pool_id", POOL),
        same_tenant(ALIAS, "code_id", CODE),
        migrations.RunSQL(_BEFORE.reverse_sql, _BEFORE.sql),
        frozen(CODE, ["code", "canonical", "skeleton", "brand_id"]),
        migrations.RunSQL(OWNER_KEPT, OWNER_NOT_KEPT),
    ]
