"""What a source's lists showed, to be held against our orders; what it says of its calls to us.

Locks: ACCESS EXCLUSIVE on attribution_connection for an instant (columns with a constant default,
or that may be null). The new table is empty. Reversible: yes, with the loss of what was shown.
"""

import django.db.models.deletion
from django.db import migrations, models

import core.clock
from core.tenancy.policies import may, same_tenant, tenant_table

ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")
TABLE = "attribution_shownorder"


def _of(model: str, *, has_constraint: bool = False) -> models.ForeignKey:
    return models.ForeignKey(
        db_constraint=has_constraint,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=model,
    )


class Migration(migrations.Migration):
    dependencies = [("attribution", "0014_ingest")]
    operations = [
        migrations.AddField(
            "connection",
            "refused_at",
            models.DateTimeField(null=True, verbose_name="last refused call"),
        ),
        migrations.AddField("connection", "calls", models.JSONField(default=dict)),
        migrations.CreateModel(
            "ShownOrder",
            [
                ("id", ID),
                ("external_id", models.CharField(max_length=128)),
                ("number", models.CharField(max_length=64)),
                ("placed_on", models.DateField()),
                ("placed_at", models.DateTimeField()),
                ("event_key", models.CharField(blank=True, max_length=200)),
                ("note", models.CharField(blank=True, max_length=8)),
                ("seen_at", models.DateTimeField(default=core.clock.now)),
                ("created_at", models.DateTimeField(default=core.clock.now)),
                ("brand", _of("brands.brand", has_constraint=True)),
                ("connection", _of("attribution.connection")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["connection", "placed_on"], name="shown_by_day"),
                    models.Index(fields=["placed_on"], name="shown_oldest"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("connection", "external_id"), name="shown_once_per_connection"
                    )
                ],
            },
        ),
        tenant_table(
            TABLE,
            brand=may("read", "brand_id = {me}"),
            ops=may("read"),
            system=may("read add change delete"),
        ),
        same_tenant(TABLE, "connection_id", "attribution_connection"),
    ]
