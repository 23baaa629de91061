"""What marketplaces count themselves per tag and day, and tables of it that a brand brings.

Locks: none but on the new tables. Reversible: yes.
"""

import django.db.models.deletion
from django.db import migrations, models

import core.clock
import core.fields
import core.ids
from core.tenancy.guards import frozen
from core.tenancy.policies import may, same_tenant, tenant_table

DAY, UPLOAD = "attribution_tagday", "attribution_tagupload"
BRAND = may("read", "brand_id = {me}")
INFLUENCER = may("read", "influencer_id = {me}")
READ = may("read")
WRITE = may("read add change")


class Migration(migrations.Migration):
    dependencies = [
        ("attribution", "0020_receipts"),
        ("brands", "0002_access"),
        ("campaigns", "0005_ozon_voucher"),
        ("influencers", "0002_access"),
    ]

    operations = [
        migrations.CreateModel(
            name="TagDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.CharField(max_length=24)),
                ("tag", models.CharField(max_length=200, verbose_name="tag")),
                ("day_on", models.DateField(verbose_name="day")),
                ("visits", models.PositiveBigIntegerField(null=True, verbose_name="visits")),
                (
                    "ordered",
                    models.PositiveBigIntegerField(null=True, verbose_name="ordered pieces"),
                ),
                ("amount_minor", models.BigIntegerField(null=True, verbose_name="ordered for")),
                ("currency", models.CharField(max_length=3)),
                ("source_updated_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField(default=core.clock.now)),
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
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="campaigns.campaign",
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
                (
                    "influencer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="influencers.influencer",
                    ),
                ),
                (
                    "participation",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="campaigns.participation",
                    ),
                ),
            ],
            options={
                "verbose_name": "day of a tag",
                "verbose_name_plural": "days of tags",
                "indexes": [
                    models.Index(fields=["brand", "-day_on"], name="tag_day_of_brand"),
                    models.Index(
                        condition=models.Q(("influencer__isnull", False)),
                        fields=["influencer", "-day_on"],
                        name="tag_day_of_influencer",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("connection", "tag", "day_on"), name="tag_day_once_per_connection"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount_minor__isnull", True),
                            ("amount_minor__gte", 0),
                            _connector="OR",
                        ),
                        name="tag_day_amount_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("campaign", None), ("influencer", None), ("participation", None)
                            ),
                            models.Q(
                                ("campaign__isnull", False),
                                ("influencer__isnull", False),
                                ("participation__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="tag_day_names_all_or_nobody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TagUpload",
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
                ("name", models.CharField(max_length=120, verbose_name="file")),
                (
                    "state",
                    models.CharField(
                        choices=[("read", "waits for your word"), ("stored", "stored")],
                        default="read",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("content", core.fields.SealedBytesField()),
                ("rows_count", models.PositiveIntegerField()),
                ("stored_count", models.PositiveIntegerField(default=0)),
                ("uploaded_by_id", models.BigIntegerField()),
                ("created_at", models.DateTimeField(default=core.clock.now)),
                ("stored_at", models.DateTimeField(null=True)),
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
                "verbose_name": "upload of tags",
                "verbose_name_plural": "uploads of tags",
                "indexes": [
                    models.Index(fields=["connection", "-created_at"], name="tag_upload_newest")
                ],
            },
        ),
        tenant_table(DAY, brand=BRAND, influencer=INFLUENCER, ops=READ, system=WRITE),
        same_tenant(DAY, "connection_id", "attribution_connection"),
        same_tenant(DAY, "participation_id", "campaigns_participation"),
        same_tenant(DAY, "campaign_id", "campaigns_campaign"),
        frozen(DAY, ["connection_id", "source", "tag", "day_on"]),
        tenant_table(UPLOAD, brand=BRAND, ops=READ, system=WRITE),
        same_tenant(UPLOAD, "connection_id", "attribution_connection"),
        frozen(UPLOAD, ["connection_id", "uploaded_by_id"]),
    ]
