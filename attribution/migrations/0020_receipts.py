"""Receipts that followers claim, one per receipt of the country, and brands' cash registers.

Two new, empty tables. Reversible: yes, with the loss of the claims.
"""

import django.db.models.deletion
from django.db import migrations, models

import core.clock
import core.ids
from core.tenancy.guards import frozen
from core.tenancy.policies import may, same_tenant, tenant_table

REGISTERS, CLAIMS = "attribution_cashregister", "attribution_receiptclaim"
BRAND = may("read", "brand_id = {me}")
FROZEN = ["connection_id", "brand_id", "participation_id", "influencer_id", "register", "sign"]
FROZEN += ["total_minor", "sold_at", "consent_version", "claimed_at"]


class Migration(migrations.Migration):
    dependencies = [
        ("attribution", "0019_upload_parts"),
        ("brands", "0002_access"),
        ("campaigns", "0005_ozon_voucher"),
        ("influencers", "0002_access"),
    ]

    operations = [
        migrations.CreateModel(
            name="CashRegister",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=12)),
                ("shop", models.CharField(max_length=80)),
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
                        related_name="registers",
                        to="attribution.connection",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("brand", "number"), name="register_once_per_brand"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__regex", "^[0-9]{12}$")),
                        name="register_is_twelve_digits",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReceiptClaim",
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
                    "family",
                    models.CharField(
                        choices=[
                            ("kazakhtelecom", "kazakhtelecom"),
                            ("transtelecom", "transtelecom"),
                            ("kofd", "kofd"),
                            ("wofd", "wofd"),
                            ("kaspi", "kaspi"),
                            ("paper", "paper"),
                        ],
                        max_length=16,
                    ),
                ),
                ("register", models.CharField(max_length=12)),
                ("sign", models.CharField(max_length=13)),
                ("shop", models.CharField(max_length=80)),
                ("total_minor", models.BigIntegerField()),
                ("sold_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("differs", "Differs"),
                            ("confirmed", "Confirmed"),
                            ("returned", "Returned"),
                            ("expired", "Expired"),
                            ("refused", "Refused"),
                        ],
                        default="waiting",
                        max_length=9,
                    ),
                ),
                (
                    "file_total_minor",
                    models.BigIntegerField(null=True),
                ),
                (
                    "returned_minor",
                    models.BigIntegerField(default=0),
                ),
                (
                    "note",
                    models.CharField(blank=True, max_length=200),
                ),
                ("consent_version", models.PositiveSmallIntegerField()),
                ("person_index", models.CharField(blank=True, max_length=64)),
                ("network_index", models.CharField(blank=True, max_length=64)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "claimed_at",
                    models.DateTimeField(default=core.clock.now),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("order_confirmed_at", models.DateTimeField(null=True)),
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
                        related_name="receipts",
                        to="attribution.connection",
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
                    models.Index(fields=["brand", "-claimed_at", "-id"], name="receipt_of_brand"),
                    models.Index(
                        fields=["influencer", "-claimed_at"], name="receipt_of_influencer"
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ["waiting", "differs"])),
                        fields=["claimed_at"],
                        name="receipt_open",
                    ),
                    models.Index(
                        condition=models.Q(("person_index", ""), _negated=True),
                        fields=["claimed_at"],
                        name="receipt_with_person",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("order_confirmed_at__isnull", True), ("state", "confirmed")
                        ),
                        fields=["id"],
                        name="receipt_to_confirm",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("register"),
                        models.Func(models.F("sign"), models.Value("0"), function="LTRIM"),
                        name="receipt_claimed_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("returned_minor__gte", 0), ("total_minor__gt", 0)),
                        name="receipt_amounts_are_positive",
                    ),
                ],
            },
        ),
        tenant_table(REGISTERS, brand=BRAND, ops=may("read"), system=may("read add change delete")),
        same_tenant(REGISTERS, "connection_id", "attribution_connection"),
        tenant_table(
            CLAIMS,
            brand=BRAND,
            influencer=may("read", "influencer_id = {me}"),
            ops=may("read"),
            system=may("read add change"),
        ),
        same_tenant(CLAIMS, "connection_id", "attribution_connection"),
        same_tenant(CLAIMS, "participation_id", "campaigns_participation"),
        frozen(CLAIMS, FROZEN),
    ]
