"""Guarantees of months. Locks: none but on the new table. Reversible: yes."""

import django.db.models.deletion
from django.db import migrations, models

import core.clock
import core.ids
from core.tenancy.guards import frozen
from core.tenancy.policies import may, same_tenant, tenant_table

TABLE = "campaigns_guarantee"
FROZEN = [
    *("public_id", "brand_id", "campaign_id", "participation_id", "influencer_id", "month"),
    "created_at",
]


class Migration(migrations.Migration):
    dependencies = [
        ("brands", "0004_top_up_invoices"),
        ("campaigns", "0021_deals"),
        ("campaigns", "0026_ended_at"),
        ("influencers", "0003_topics"),
    ]

    operations = [
        migrations.CreateModel(
            name="Guarantee",
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
                ("month", models.DateField(verbose_name="month")),
                ("amount_minor", models.BigIntegerField(verbose_name="promised, tiyn")),
                ("fee_minor", models.BigIntegerField(verbose_name="fee reserved, tiyn")),
                ("vat_minor", models.BigIntegerField(verbose_name="VAT reserved, tiyn")),
                ("raises", models.PositiveIntegerField(default=0, verbose_name="raises")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("promised", "promised"),
                            ("settled", "settled up"),
                            ("released", "released"),
                        ],
                        default="promised",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                (
                    "ending",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("cancelled", "the brand cancelled it before its month"),
                            ("closed", "the campaign was closed before its month"),
                            ("left", "the influencer left"),
                            ("removed", "the brand ended the participation"),
                        ],
                        max_length=9,
                        verbose_name="why released",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=core.clock.now, verbose_name="promised at"),
                ),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended at")),
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
                        related_name="guarantees",
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
                        related_name="guarantees",
                        to="campaigns.participation",
                    ),
                ),
            ],
            options={
                "verbose_name": "guarantee of a month",
                "verbose_name_plural": "guarantees of months",
                "indexes": [
                    models.Index(
                        fields=["campaign", "-month", "-id"], name="guarantee_of_campaign"
                    ),
                    models.Index(
                        fields=["influencer", "-month", "-id"], name="guarantee_of_influencer"
                    ),
                    models.Index(
                        condition=models.Q(("state", "promised")),
                        fields=["month", "id"],
                        name="guarantee_stands",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("id", "brand"), name="guarantee_id_with_brand"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "released"), _negated=True),
                        fields=("participation", "month"),
                        name="guarantee_once_a_month",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount_minor__gt", 0), ("fee_minor__gte", 0), ("vat_minor__gte", 0)
                        ),
                        name="guarantee_amounts_hold",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("month__day", 1)),
                        name="guarantee_month_is_its_first_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("state", "promised")),
                            models.Q(
                                models.Q(("state", "promised"), _negated=True),
                                ("ended_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="guarantee_ended_has_its_moment",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ending__gt", ""), ("state", "released")),
                            models.Q(
                                models.Q(("state", "released"), _negated=True), ("ending", "")
                            ),
                            _connector="OR",
                        ),
                        name="guarantee_released_says_why",
                    ),
                ],
            },
        ),
        tenant_table(
            TABLE,
            brand=may("read", "brand_id = {me}"),
            influencer=may("read", "influencer_id = {me}"),
            ops=may("read"),
            system=may("read add change"),
        ),
        same_tenant(TABLE, "campaign_id", "campaigns_campaign"),
        same_tenant(TABLE, "participation_id", "campaigns_participation"),
        frozen(TABLE, FROZEN),
    ]
