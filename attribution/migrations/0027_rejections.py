"""A brand's rejections of sales, what both sides show, and the state of a sale of which a part came
back after its approval.

Two new, empty tables; a column without a default and a CHECK on attribution_conversion, which is
read once under ACCESS EXCLUSIVE for the CHECK. Reversible: yes, with the loss of the rejections.
"""

import django.db.models.deletion
from django.db import migrations, models

import core.clock
import core.fields
import core.ids
from core.tenancy.guards import append_only, frozen
from core.tenancy.policies import may, same_tenant, tenant_table

REJECTIONS, FILES = "attribution_rejection", "attribution_rejectionfile"
BRAND, INFLUENCER = may("read", "brand_id = {me}"), may("read", "influencer_id = {me}")
FROZEN = ["conversion_id", "brand_id", "influencer_id", "reason_code", "note", "lost_minor"]
FROZEN += ["door", "rejected_by_id", "rejected_at", "undo_until", "answer_until"]


class Migration(migrations.Migration):
    dependencies = [
        ("attribution", "0024_breakdown"),
        ("brands", "0002_access"),
        ("campaigns", "0009_rewards"),
        ("influencers", "0002_access"),
    ]

    operations = [
        migrations.CreateModel(
            name="Rejection",
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
                ("reason_code", models.PositiveSmallIntegerField(verbose_name="reason")),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="note")),
                ("lost_minor", models.BigIntegerField(verbose_name="reward, tiyn")),
                (
                    "door",
                    models.CharField(
                        choices=[
                            ("page", "the order's page"),
                            ("list", "the list"),
                            ("file", "a file"),
                            ("api", "REST API"),
                        ],
                        max_length=4,
                        verbose_name="by",
                    ),
                ),
                ("rejected_by_id", models.BigIntegerField(null=True, verbose_name="rejected by")),
                (
                    "rejected_at",
                    models.DateTimeField(default=core.clock.now, verbose_name="rejected at"),
                ),
                ("undo_until", models.DateTimeField()),
                ("answer_until", models.DateTimeField(verbose_name="may be answered until")),
                ("undone_at", models.DateTimeField(null=True, verbose_name="taken back at")),
                ("undone_by_id", models.BigIntegerField(null=True)),
                ("answer", core.fields.SealedTextField(null=True)),
                ("answered_at", models.DateTimeField(null=True, verbose_name="answered at")),
            ],
            options={
                "verbose_name": "rejection",
                "verbose_name_plural": "rejections",
            },
        ),
        migrations.CreateModel(
            name="RejectionFile",
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
                    "side",
                    models.CharField(
                        choices=[("brand", "the brand"), ("influencer", "the influencer")],
                        max_length=10,
                        verbose_name="shown by",
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="file")),
                ("content_type", models.CharField(max_length=20)),
                ("size", models.PositiveIntegerField(verbose_name="bytes")),
                ("content", core.fields.SealedBytesField()),
                (
                    "created_at",
                    models.DateTimeField(default=core.clock.now, verbose_name="uploaded at"),
                ),
            ],
            options={
                "verbose_name": "evidence",
                "verbose_name_plural": "evidence",
            },
        ),
        migrations.RemoveConstraint(
            model_name="conversion",
            name="conversion_approved_has_its_moment",
        ),
        migrations.AddField(
            model_name="conversion",
            name="refused_at",
            field=models.DateTimeField(null=True, verbose_name="rejected by the brand at"),
        ),
        migrations.AlterField(
            model_name="conversion",
            name="status",
            field=models.CharField(
                choices=[
                    ("pending", "on the way"),
                    ("on_hold", "on hold"),
                    ("approved", "approved"),
                    ("paid", "paid"),
                    ("partly_reversed", "partly reversed"),
                    ("rejected", "rejected"),
                    ("reversed", "reversed"),
                    ("awaiting_funding", "queued"),
                ],
                max_length=16,
                verbose_name="status",
            ),
        ),
        migrations.AlterField(
            model_name="conversionversion",
            name="status",
            field=models.CharField(
                choices=[
                    ("pending", "on the way"),
                    ("on_hold", "on hold"),
                    ("approved", "approved"),
                    ("paid", "paid"),
                    ("partly_reversed", "partly reversed"),
                    ("rejected", "rejected"),
                    ("reversed", "reversed"),
                    ("awaiting_funding", "queued"),
                ],
                max_length=16,
            ),
        ),
        migrations.AddConstraint(
            model_name="conversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("status__in", ["approved", "paid", "partly_reversed"]), _negated=True
                    ),
                    ("approved_at__isnull", False),
                    _connector="OR",
                ),
                name="conversion_approved_has_its_moment",
            ),
        ),
        migrations.AddField(
            model_name="rejection",
            name="brand",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="brands.brand"
            ),
        ),
        migrations.AddField(
            model_name="rejection",
            name="conversion",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="rejections",
                to="attribution.conversion",
            ),
        ),
        migrations.AddField(
            model_name="rejection",
            name="influencer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="influencers.influencer",
                verbose_name="influencer",
            ),
        ),
        migrations.AddField(
            model_name="rejectionfile",
            name="brand",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="brands.brand"
            ),
        ),
        migrations.AddField(
            model_name="rejectionfile",
            name="influencer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="influencers.influencer",
            ),
        ),
        migrations.AddField(
            model_name="rejectionfile",
            name="rejection",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="files",
                to="attribution.rejection",
            ),
        ),
        migrations.AddIndex(
            model_name="rejection",
            index=models.Index(
                condition=models.Q(("answered_at__isnull", False)),
                fields=["brand", "-answered_at"],
                name="rejection_answered",
            ),
        ),
        migrations.AddConstraint(
            model_name="rejection",
            constraint=models.UniqueConstraint(
                fields=("id", "brand"), name="rejection_id_with_brand"
            ),
        ),
        migrations.AddConstraint(
            model_name="rejection",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at__isnull", True)),
                fields=("conversion",),
                name="rejection_stands_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="rejection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer__isnull", True), ("answered_at__isnull", True)),
                    models.Q(("answer__isnull", False), ("answered_at__isnull", False)),
                    _connector="OR",
                ),
                name="rejection_answer_has_its_moment",
            ),
        ),
        migrations.AddConstraint(
            model_name="rejection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("answered_at__isnull", True),
                    ("answered_at__lte", models.F("answer_until")),
                    _connector="OR",
                ),
                name="rejection_answered_in_time",
            ),
        ),
        tenant_table(
            REJECTIONS,
            brand=BRAND,
            influencer=INFLUENCER,
            ops=may("read"),
            system=may("read add change"),
        ),
        tenant_table(
            FILES, brand=BRAND, influencer=INFLUENCER, ops=may("read"), system=may("read add")
        ),
        same_tenant(REJECTIONS, "conversion_id", "attribution_conversion"),
        same_tenant(FILES, "rejection_id", REJECTIONS),
        frozen(REJECTIONS, FROZEN),
        append_only(FILES),
    ]
