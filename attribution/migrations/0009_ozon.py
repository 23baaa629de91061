"""Goods that left a line by a row of its own (returns, splits); pauses that a source asked for.

Locks: ACCESS EXCLUSIVE on attribution_pollcursor for an instant (a column that may be null). The
new table is empty. Reversible: yes, with the loss of what these rows said.
"""

import django.db.models.deletion
from django.db import migrations, models

import core.clock
from core.tenancy.policies import may, same_tenant, tenant_table

ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")
KINDS = [
    ("return", "return"),
    ("cancellation", "cancellation"),
    ("split", "went on in another order"),
]


def _of(model: str, *, has_constraint: bool = False) -> models.ForeignKey:
    return models.ForeignKey(
        db_constraint=has_constraint,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=model,
    )


class Migration(migrations.Migration):
    dependencies = [("attribution", "0008_kaspi"), ("brands", "0002_access")]
    operations = [
        migrations.AddField("pollcursor", "limited_until", models.DateTimeField(null=True)),
        migrations.CreateModel(
            "LineMove",
            [
                ("id", ID),
                ("order_external_id", models.CharField(max_length=128)),
                ("line_id", models.CharField(max_length=128)),
                ("move_id", models.CharField(max_length=128)),
                ("kind", models.CharField(choices=KINDS, max_length=12)),
                ("quantity", models.PositiveIntegerField()),
                ("source_updated_at", models.DateTimeField()),
                ("created_at", models.DateTimeField(default=core.clock.now)),
                ("brand", _of("brands.brand", has_constraint=True)),
                ("connection", _of("attribution.connection")),
                ("event", _of("attribution.inboundevent")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("connection", "order_external_id", "line_id", "move_id"),
                        name="move_once_per_line",
                    )
                ]
            },
        ),
        tenant_table(
            "attribution_linemove",
            brand=may("read", "brand_id = {me}"),
            ops=may("read"),
            system=may("read add change"),
        ),
        same_tenant("attribution_linemove", "connection_id", "attribution_connection"),
        same_tenant("attribution_linemove", "event_id", "attribution_inboundevent"),
    ]
