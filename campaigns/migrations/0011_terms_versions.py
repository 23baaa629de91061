"""Versions of a live campaign's terms, and from when each reaches whom.

Locks: ACCESS EXCLUSIVE on campaigns_participation for a moment, without a rewrite. Reversible: yes.
"""

import django.db.models.deletion
from django.db import migrations, models

import core.clock
from core.tenancy.guards import append_only
from core.tenancy.policies import may, same_tenant, tenant_table

TABLE = "campaigns_participationterms"
READ = may("read")


class Migration(migrations.Migration):
    dependencies = [
        ("brands", "0002_access"),
        ("campaigns", "0010_terms_kinds"),
        ("influencers", "0002_access"),
    ]

    operations = [
        migrations.CreateModel(
            name="ParticipationTerms",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("since", models.DateTimeField()),
                ("is_cut", models.BooleanField()),
                ("created_at", models.DateTimeField(default=core.clock.now)),
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="influencers.influencer",
                    ),
                ),
                (
                    "participation",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="later_terms",
                        to="campaigns.participation",
                    ),
                ),
                (
                    "terms",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="campaigns.terms",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("participation", "number"), name="participation_terms_number_once"
                    )
                ]
            },
        ),
        migrations.AddField(
            model_name="participation",
            name="has_later_terms",
            field=models.BooleanField(default=False),
        ),
        tenant_table(
            TABLE,
            brand=may("read", "brand_id = {me}"),
            influencer=may("read", "influencer_id = {me}"),
            ops=READ,
            system=may("read add"),
        ),
        same_tenant(TABLE, "participation_id", "campaigns_participation"),
        same_tenant(TABLE, "campaign_id", "campaigns_campaign"),
        same_tenant(TABLE, "terms_id", "campaigns_terms"),
        append_only(TABLE),
    ]
