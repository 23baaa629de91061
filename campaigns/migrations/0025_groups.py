"""Groups of a campaign's influencers with terms of their own, which nobody else reads.

Locks: ACCESS EXCLUSIVE on campaigns_terms, campaigns_participation and campaigns_invite for a
moment, without a rewrite. Reversible: yes, as long as no group was made.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Lower

import core.clock
import core.ids
from core.tenancy.guards import frozen
from core.tenancy.policies import may, same_tenant, tenant_table

GROUP = "campaigns_participantgroup"
INFLUENCER_ON = "(SELECT NULLIF(current_setting('app.influencer_id', true), '') IS NOT NULL)"
PUBLIC_ON = "(SELECT NULLIF(current_setting('app.public_page', true), '') IS NOT NULL)"
SEEN = "EXISTS (SELECT FROM campaigns_campaign c WHERE c.id = campaigns_terms.campaign_id)"
PUBLISHED = "published_at IS NOT NULL"
# A version of a group is read by those whom it pays or paid, and announced to; not by others
MINE = """
    EXISTS (SELECT FROM campaigns_participation p
             WHERE p.terms_id = campaigns_terms.id AND p.influencer_id = {me})
    OR EXISTS (SELECT FROM campaigns_participationterms t
                WHERE t.terms_id = campaigns_terms.id AND t.influencer_id = {me})
""".replace("{me}", "NULLIF(current_setting('app.influencer_id', true), '')::bigint")

FORWARD = f"""
ALTER POLICY public ON campaigns_terms
    USING ({PUBLIC_ON} AND {PUBLISHED} AND group_id IS NULL AND {SEEN});
ALTER POLICY influencer ON campaigns_terms
    USING ({INFLUENCER_ON} AND {PUBLISHED} AND {SEEN} AND (group_id IS NULL OR {MINE}))
"""
BACKWARD = f"""
ALTER POLICY public ON campaigns_terms USING ({PUBLIC_ON} AND {PUBLISHED} AND {SEEN});
ALTER POLICY influencer ON campaigns_terms USING ({INFLUENCER_ON} AND {PUBLISHED} AND {SEEN})
"""


def of_a_group(related_name: str) -> models.ForeignKey:
    return models.ForeignKey(
        db_constraint=False,
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name=related_name,
        to="campaigns.participantgroup",
    )


class Migration(migrations.Migration):
    dependencies = [("brands", "0002_access"), ("campaigns", "0021_deals")]

    operations = [
        migrations.CreateModel(
            name="ParticipantGroup",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.UUIDField(default=core.ids.uuid7, editable=False, unique=True),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="groups",
                        to="campaigns.campaign",
                    ),
                ),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="brands.brand",
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("created_at", models.DateTimeField(default=core.clock.now)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("id", "brand"), name="group_id_with_brand"),
                    models.UniqueConstraint(
                        "campaign",
                        Lower("name"),
                        name="group_name_once",
                        condition=Q(("ended_at__isnull", True)),
                    ),
                ],
            },
        ),
        tenant_table(
            GROUP,
            brand=may("read", "brand_id = {me}"),
            ops=may("read"),
            system=may("read add change"),
        ),
        same_tenant(GROUP, "campaign_id", "campaigns_campaign"),
        frozen(GROUP, ["brand_id", "campaign_id", "public_id"]),
        migrations.AddField("terms", "group", of_a_group("terms")),
        migrations.AddField("participation", "group", of_a_group("+")),
        migrations.AddField("invite", "group", of_a_group("+")),
        same_tenant("campaigns_terms", "group_id", GROUP),
        same_tenant("campaigns_participation", "group_id", GROUP),
        same_tenant("campaigns_invite", "group_id", GROUP),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
