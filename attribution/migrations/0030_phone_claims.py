"""Phone numbers that followers left: claims, marks of orders, and the brands' peppers.

Three new, empty tables. Reversible: yes, with the loss of the claims.
"""

import django.db.models.deletion
from django.db import migrations, models

import core.clock
import core.fields
import core.ids
from core.tenancy.guards import frozen
from core.tenancy.policies import may, same_tenant, tenant_table

CLAIMS, MARKS = "attribution_phoneclaim", "attribution_phonemark"
PEPPERS = "attribution_phonepepper"
BRAND = may("read", "brand_id = {me}")
FROZEN = ["brand_id", "participation_id", "influencer_id", "pepper_number", "code_id"]
FROZEN += ["consent_version", "consent_language", "consent_sha256", "claimed_at"]
FROZEN += ["counts_until", "erase_at"]


class Migration(migrations.Migration):
    dependencies = [
        ("attribution", "0028_late_returns"),
        ("brands", "0002_access"),
        ("campaigns", "0018_leaks_and_totals"),
        ("influencers", "0002_access"),
    ]

    operations = [
        migrations.CreateModel(
            name="PhoneClaim",
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
                ("pepper_number", models.PositiveSmallIntegerField()),
                ("phone_index", models.CharField(blank=True, max_length=64)),
                ("phone_end", models.CharField(blank=True, max_length=2)),
                ("person_index", models.CharField(blank=True, max_length=64)),
                ("network_index", models.CharField(blank=True, max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("active", "Active"),
                            ("withdrawn", "Withdrawn"),
                            ("expired", "Expired"),
                        ],
                        default="active",
                        max_length=9,
                    ),
                ),
                ("consent_version", models.PositiveSmallIntegerField()),
                ("consent_language", models.CharField(max_length=2)),
                ("consent_sha256", models.CharField(max_length=64)),
                ("claimed_at", models.DateTimeField(default=core.clock.now)),
                ("counts_until", models.DateTimeField()),
                ("erase_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="brands.brand",
                    ),
                ),
                (
                    "code",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="campaigns.promocode",
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
                        related_name="+",
                        to="campaigns.participation",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("phone_index", ""), _negated=True),
                        fields=["brand", "phone_index"],
                        name="phone_claim_by_index",
                    ),
                    models.Index(
                        condition=models.Q(("state", "active")),
                        fields=["erase_at"],
                        name="phone_claim_to_erase",
                    ),
                    models.Index(
                        fields=["brand", "-claimed_at", "-id"], name="phone_claim_of_brand"
                    ),
                    models.Index(fields=["participation", "state"], name="phone_claim_of_part"),
                    models.Index(
                        fields=["network_index", "claimed_at"], name="phone_claim_of_network"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("phone_index", ""), _negated=True),
                        fields=("participation", "phone_index"),
                        name="phone_claimed_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("claimed_at__lte", models.F("counts_until")),
                            ("counts_until__lte", models.F("erase_at")),
                        ),
                        name="phone_claim_times_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state", "active"),
                                models.Q(("phone_index", ""), _negated=True),
                                ("ended_at__isnull", True),
                            ),
                            models.Q(
                                models.Q(("state", "active"), _negated=True),
                                ("ended_at__isnull", False),
                                ("network_index", ""),
                                ("person_index", ""),
                                ("phone_end", ""),
                                ("phone_index", ""),
                            ),
                            _connector="OR",
                        ),
                        name="phone_claim_ended_names_nobody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PhoneMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("order_external_id", models.CharField(max_length=128)),
                ("pepper_number", models.PositiveSmallIntegerField()),
                ("phone_index", models.CharField(max_length=64)),
                ("placed_at", models.DateTimeField()),
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
                    "connection",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="attribution.connection",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["brand", "phone_index"], name="phone_mark_by_index"),
                    models.Index(fields=["placed_at"], name="phone_mark_oldest"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("connection", "order_external_id", "pepper_number"),
                        name="phone_mark_once_per_order",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PhonePepper",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("secret", core.fields.SealedBytesField()),
                ("created_at", models.DateTimeField(default=core.clock.now)),
                ("retired_at", models.DateTimeField(null=True)),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="brands.brand",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("id", "brand"), name="pepper_id_with_brand"),
                    models.UniqueConstraint(fields=("brand", "number"), name="pepper_number_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("retired_at__isnull", True)),
                        fields=("brand",),
                        name="pepper_one_takes_claims",
                    ),
                ],
            },
        ),
        tenant_table(
            CLAIMS,
            brand=BRAND,
            influencer=may("read", "influencer_id = {me}"),
            ops=may("read"),
            system=may("read add change"),
        ),
        same_tenant(CLAIMS, "participation_id", "campaigns_participation"),
        same_tenant(CLAIMS, "code_id", "campaigns_promocode"),
        frozen(CLAIMS, FROZEN),
        # Nobody but the system has anything to do with marks and keys
        tenant_table(MARKS, system=may("read add delete")),
        same_tenant(MARKS, "connection_id", "attribution_connection"),
        tenant_table(PEPPERS, brand=BRAND, ops=may("read"), system=may("read add change delete")),
    ]
