"""Stops of payouts: the system writes them, ops read them. A new, empty table.

Reversible: yes, with the loss of when payouts had been stopped.
"""

from django.db import migrations, models

import core.clock
from core.tenancy.policies import may, tenant_table


class Migration(migrations.Migration):
    dependencies = [("payouts", "0008_deals")]

    operations = [
        migrations.CreateModel(
            name="PayoutStop",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "check_name",
                    models.CharField(
                        choices=[
                            ("ledger", "the ledger in itself"),
                            ("money", "sales, payouts and escrow against the ledger"),
                        ],
                        max_length=6,
                        verbose_name="check",
                    ),
                ),
                ("findings", models.JSONField(verbose_name="findings")),
                (
                    "begun_at",
                    models.DateTimeField(default=core.clock.now, verbose_name="since"),
                ),
                ("ended_at", models.DateTimeField(null=True, verbose_name="until")),
            ],
            options={
                "verbose_name": "stop of payouts",
                "verbose_name_plural": "stops of payouts",
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("check_name",),
                        name="stop_one_open",
                    )
                ],
            },
        ),
        tenant_table("payouts_payoutstop", ops=may("read"), system=may("read add change")),
    ]
