"""Uploads in parts: read, stored and undone as a whole, however long it takes.

What waited for the brand's word in the old form is erased: it takes a minute to upload again.
Locks: ACCESS EXCLUSIVE for an instant on a table of a few rows. Reversible: yes, without that.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations import RunSQL
from django.db.models import Q

import core.fields
from core.tenancy.guards import frozen
from core.tenancy.policies import may, same_tenant, tenant_table

TABLE = "attribution_orderupload"
PARTS = "attribution_uploadpart"
BRAND = may("read", "brand_id = {me}")
STATES = [
    ("new", "waits for its columns"),
    ("reading", "is being read"),
    ("refused", "could not be read"),
    ("read", "waits for your word"),
    ("storing", "is being stored"),
    ("stored", "stored"),
    ("undoing", "is being undone"),
    ("undone", "undone"),
    ("erased", "erased, never stored"),
]


def waiting_erase(apps, schema_editor):
    waiting = apps.get_model("attribution", "OrderUpload").objects.filter(state="read")
    waiting.update(state="erased", content=b"")


def waiting_stay(apps, schema_editor):
    """Nothing is left to bring back."""


# Errors are known only when the file was read, after its row was written.
WAS_FROZEN = frozen(TABLE, ["connection_id", "errors", "uploaded_by_id"])


class Migration(migrations.Migration):
    dependencies = [("attribution", "0018_s2s")]
    operations = [
        migrations.AlterField(
            "orderupload",
            "state",
            models.CharField(choices=STATES, default="read", max_length=8, verbose_name="state"),
        ),
        migrations.AddField("orderupload", "columns", models.JSONField(default=dict)),
        migrations.AddField("orderupload", "refusal", models.JSONField(default=list)),
        migrations.AddField("orderupload", "percent", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("orderupload", "touched_at", models.DateTimeField(null=True)),
        migrations.AddField("orderupload", "rows_count", models.PositiveIntegerField(default=0)),
        migrations.AddField("orderupload", "remarks", models.JSONField(default=list)),
        migrations.AddField("orderupload", "undone_count", models.PositiveIntegerField(default=0)),
        migrations.AddField("orderupload", "kept", models.JSONField(default=list)),
        migrations.AddField("orderupload", "kept_count", models.PositiveIntegerField(default=0)),
        migrations.AddField("orderupload", "undone_at", models.DateTimeField(null=True)),
        *(
            migrations.AlterField("orderupload", name, models.PositiveIntegerField(default=0))
            for name in ("orders_count", "known_count", "errors_count")
        ),
        migrations.AddConstraint(
            "orderupload",
            models.UniqueConstraint(fields=["id", "brand"], name="upload_id_with_brand"),
        ),
        migrations.AddIndex(
            "orderupload",
            models.Index(
                fields=["touched_at"],
                name="upload_at_work",
                condition=Q(state__in=["reading", "storing", "undoing"]),
            ),
        ),
        migrations.CreateModel(
            name="UploadPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("read", "read"), ("stored", "stored"), ("undone", "undone")],
                        default="read",
                        max_length=8,
                    ),
                ),
                ("content", core.fields.SealedBytesField()),
                (
                    "event_ids",
                    django.contrib.postgres.fields.ArrayField(models.UUIDField(), default=list),
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
                    "upload",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="attribution.orderupload",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["upload", "number"], name="part_once_per_upload"
                    )
                ],
            },
        ),
        tenant_table(PARTS, brand=BRAND, ops=may("read"), system=may("read add change delete")),
        same_tenant(PARTS, "upload_id", TABLE),
        RunSQL(WAS_FROZEN.reverse_sql, WAS_FROZEN.sql),
        frozen(TABLE, ["connection_id", "uploaded_by_id"]),
        migrations.RunPython(waiting_erase, waiting_stay),
    ]
