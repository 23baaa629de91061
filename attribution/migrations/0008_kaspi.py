"""Exports that a brand brings, read and waiting for its word. Reversible: yes."""

import django.db.models.deletion
from django.db import migrations, models

import core.clock
import core.fields
import core.ids
from core.tenancy.guards import frozen
from core.tenancy.policies import may, same_tenant, tenant_table

TABLE = "attribution_orderupload"
BRAND = may("read", "brand_id = {me}")
READ = may("read")
WRITE = may("read add change")


class Migration(migrations.Migration):
    dependencies = [("attribution", "0007_confirmed")]
    operations = [
        migrations.CreateModel(
            name="OrderUpload",
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
                ("counts", models.JSONField(default=dict)),
                ("orders_count", models.PositiveIntegerField()),
                ("known_count", models.PositiveIntegerField()),
                ("errors", models.JSONField(default=list)),
                ("errors_count", models.PositiveIntegerField()),
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
                        related_name="uploads",
                        to="attribution.connection",
                    ),
                ),
            ],
            options={
                "verbose_name": "upload of orders",
                "verbose_name_plural": "uploads of orders",
                "indexes": [
                    models.Index(fields=["connection", "-created_at"], name="upload_newest")
                ],
            },
        ),
        tenant_table(TABLE, brand=BRAND, ops=READ, system=WRITE),
        same_tenant(TABLE, "connection_id", "attribution_connection"),
        frozen(TABLE, ["connection_id", "errors", "uploaded_by_id"]),
    ]
