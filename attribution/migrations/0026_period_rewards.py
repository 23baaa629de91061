"""Tiers and bonuses of months. Locks: none but on the new table. Reversible: yes."""

import django.db.models.deletion
from django.db import migrations, models

import core.clock
import core.ids
from core.tenancy.guards import frozen
from core.tenancy.policies import may, same_tenant, tenant_table

TABLE = "attribution_periodreward"
FROZEN = [
    *("public_id", "brand_id", "campaign_id", "participation_id", "influencer_id"),
    *("month", "kind", "orders", "earned_minor", "amount_minor", "breakdown"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("attribution", "0033_reruns"),
        ("brands", "0003_unclaimed_transfers"),
        ("campaigns", "0011_terms_versions"),
        ("influencers", "0003_topics"),
    ]

    operations = [
        migrations.CreateModel(
            name="PeriodReward",
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
                (
                    "kind",
                    models.CharField(
                        choices=[("tier", "tier of the month"), ("bonus", "bonus of the month")],
                        max_length=5,
                        verbose_name="kind",
                    ),
                ),
                ("orders", models.PositiveIntegerField(verbose_name="approved orders")),
                ("earned_minor", models.BigIntegerField(verbose_name="earned by orders, tiyn")),
                ("amount_minor", models.BigIntegerField(verbose_name="reward, tiyn")),
                ("breakdown", models.JSONField(default=list)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("nothing", "not reached"),
                            ("awaiting_funding", "queued"),
                            ("approved", "approved"),
                            ("paid", "paid"),
                        ],
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                ("fee_minor", models.BigIntegerField(default=0, verbose_name="fee, tiyn")),
                (
                    "vat_minor",
                    models.BigIntegerField(default=0, verbose_name="VAT of the fee, tiyn"),
                ),
                ("paid_minor", models.BigIntegerField(default=0, verbose_name="paid, tiyn")),
                ("approved_at", models.DateTimeField(null=True, verbose_name="approved at")),
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
                        related_name="period_rewards",
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
                        related_name="period_rewards",
                        to="campaigns.participation",
                    ),
                ),
            ],
            options={
                "verbose_name": "reward of a month",
                "verbose_name_plural": "rewards of months",
                "indexes": [
                    models.Index(
                        fields=["influencer", "-month", "-id"], name="period_of_influencer"
                    ),
                    models.Index(
                        condition=models.Q(("state", "awaiting_funding")),
                        fields=["campaign", "id"],
                        name="period_waits_for_budget",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("id", "brand"), name="period_id_with_brand"),
                    models.UniqueConstraint(
                        fields=("participation", "month", "kind"), name="period_once_of_a_kind"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount_minor__gte", 0),
                            ("paid_minor__gte", 0),
                            ("paid_minor__lte", models.F("amount_minor")),
                        ),
                        name="period_amounts_hold",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("amount_minor", 0), ("state", "nothing")),
                            models.Q(
                                models.Q(("state", "nothing"), _negated=True),
                                ("amount_minor__gt", 0),
                            ),
                            _connector="OR",
                        ),
                        name="period_nothing_is_nothing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["approved", "paid"]), _negated=True),
                            ("approved_at__isnull", False),
                            _connector="OR",
                        ),
                        name="period_approved_has_its_moment",
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
