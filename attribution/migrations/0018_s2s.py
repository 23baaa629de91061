"""Calls that were refused are kept in the log, repeats are counted; calls of the API by their
Idempotency-Key.

Locks: ACCESS EXCLUSIVE on attribution_inboundevent for an instant (a column with a default).
Reversible: yes; calls that were refused stay in the log.
"""

import django.db.models.deletion
from django.db import migrations, models

import core.clock
from core.tenancy.policies import may, tenant_table

TABLE = "attribution_idempotentcall"


class Migration(migrations.Migration):
    dependencies = [("attribution", "0016_same_sale")]
    operations = [
        migrations.AlterField(
            "inboundevent",
            "state",
            models.CharField(
                choices=[
                    ("received", "received"),
                    ("done", "done"),
                    ("ignored", "nothing to do"),
                    ("dead", "failed for good"),
                    ("refused", "refused"),
                ],
                default="received",
                max_length=8,
                verbose_name="state",
            ),
        ),
        migrations.AddField(
            "inboundevent",
            "repeats",
            models.PositiveIntegerField(default=0, verbose_name="repeats"),
        ),
        migrations.CreateModel(
            name="IdempotentCall",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=255)),
                ("fingerprint", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField()),
                ("answer", models.JSONField()),
                ("created_at", models.DateTimeField(default=core.clock.now)),
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
                "verbose_name": "call of the API",
                "verbose_name_plural": "calls of the API",
                "indexes": [models.Index(fields=["created_at"], name="call_oldest")],
                "constraints": [
                    models.UniqueConstraint(fields=("brand", "key"), name="call_once_per_key")
                ],
            },
        ),
        tenant_table(TABLE, ops=may("read"), system=may("read add delete")),
    ]
