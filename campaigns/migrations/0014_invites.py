"""Campaigns by invitation: their invitations, and nobody else sees them.

Locks: ACCESS EXCLUSIVE on campaigns_participation, campaigns_campaign and campaigns_terms for a
moment, without a rewrite. Reversible: yes, as long as no campaign is by invitation.
"""

import django.db.models.deletion
from django.db import migrations, models

import core.clock
import core.fields
import core.ids
from core.tenancy.policies import may, same_tenant, tenant_table

INVITE = "campaigns_invite"
# What a policy may look up in other tables is bound by their own policies: the invited, and who
# takes part or did, see a campaign by invitation.
MINE = """
    EXISTS (SELECT FROM campaigns_participation p
             WHERE p.campaign_id = campaigns_campaign.id AND p.influencer_id = {me})
    OR EXISTS (SELECT FROM campaigns_invite i
                WHERE i.campaign_id = campaigns_campaign.id AND i.influencer_id = {me}
                  AND i.revoked_at IS NULL AND i.answer <> 'declined')
""".replace("{me}", "NULLIF(current_setting('app.influencer_id', true), '')::bigint")
INFLUENCER_ON = "(SELECT NULLIF(current_setting('app.influencer_id', true), '') IS NOT NULL)"
PUBLIC_ON = "(SELECT NULLIF(current_setting('app.public_page', true), '') IS NOT NULL)"
SEEN = "EXISTS (SELECT FROM campaigns_campaign c WHERE c.id = campaigns_terms.campaign_id)"
PUBLISHED = "published_at IS NOT NULL"

FORWARD = f"""
ALTER POLICY public ON campaigns_campaign
    USING ({PUBLIC_ON} AND status = 'live' AND access <> 'private');
ALTER POLICY influencer ON campaigns_campaign
    USING ({INFLUENCER_ON} AND status <> 'draft' AND (access <> 'private' OR {MINE}));
ALTER POLICY public ON campaigns_terms USING ({PUBLIC_ON} AND {PUBLISHED} AND {SEEN});
ALTER POLICY influencer ON campaigns_terms USING ({INFLUENCER_ON} AND {PUBLISHED} AND {SEEN})
"""
BACKWARD = f"""
ALTER POLICY public ON campaigns_campaign USING ({PUBLIC_ON} AND (status = 'live'));
ALTER POLICY influencer ON campaigns_campaign USING ({INFLUENCER_ON} AND (status <> 'draft'));
ALTER POLICY public ON campaigns_terms USING ({PUBLIC_ON} AND ({PUBLISHED}));
ALTER POLICY influencer ON campaigns_terms USING ({INFLUENCER_ON} AND ({PUBLISHED}))
"""


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0011_terms_versions")]

    operations = [
        migrations.AlterField(
            "campaign",
            "access",
            models.CharField(
                choices=[
                    ("public", "open to everybody"),
                    ("application", "by application"),
                    ("private", "by invitation"),
                ],
                default="public",
                max_length=12,
                verbose_name="who may join",
            ),
        ),
        migrations.CreateModel(
            name="Invite",
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
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="brands.brand",
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="campaigns.campaign",
                    ),
                ),
                (
                    "influencer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="influencers.influencer",
                    ),
                ),
                ("token", core.fields.SealedTextField(null=True)),
                ("token_sha256", models.CharField(max_length=64, null=True, unique=True)),
                ("note", models.CharField(blank=True, max_length=80)),
                ("uses_max", models.PositiveIntegerField(default=1)),
                ("uses_count", models.PositiveIntegerField(default=0)),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "no answer yet"),
                            ("accepted", "accepted"),
                            ("declined", "declined"),
                        ],
                        max_length=8,
                    ),
                ),
                ("answered_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=core.clock.now)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["campaign", "-id"], name="invite_of_campaign"),
                    models.Index(
                        condition=models.Q(("influencer__isnull", False)),
                        fields=["influencer"],
                        name="invite_of_influencer",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("id", "brand"), name="invite_id_with_brand"),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("answer", ""),
                            ("influencer__isnull", False),
                            ("revoked_at__isnull", True),
                        ),
                        fields=("campaign", "influencer"),
                        name="invite_one_open_per_influencer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("influencer__isnull", False),
                                ("token__isnull", True),
                                ("token_sha256__isnull", True),
                            ),
                            models.Q(
                                ("influencer__isnull", True),
                                ("token__isnull", False),
                                ("token_sha256__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="invite_is_by_person_or_by_link",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("uses_count__lte", models.F("uses_max")), ("uses_max__gt", 0)
                        ),
                        name="invite_within_its_uses",
                    ),
                ],
            },
        ),
        tenant_table(
            INVITE,
            brand=may("read", "brand_id = {me}"),
            influencer=may("read", "influencer_id = {me}"),
            ops=may("read"),
            system=may("read add change"),
        ),
        same_tenant(INVITE, "campaign_id", "campaigns_campaign"),
        migrations.AddField(
            "participation",
            "invite",
            models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="campaigns.invite",
            ),
        ),
        same_tenant("campaigns_participation", "invite_id", INVITE),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
