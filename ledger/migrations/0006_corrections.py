"""Corrections of journals by two people: ops read them, services write them. A new, empty table.

Reversible: yes, with the loss of who asked for what.
"""

import django.db.models.deletion
from django.db import migrations, models

import core.clock
from core.tenancy.policies import may, tenant_table


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0005_post_at_once"),
    ]

    operations = [
        migrations.CreateModel(
            name="Correction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(max_length=500, verbose_name="reason")),
                ("legs", models.JSONField(default=list, verbose_name="booked instead")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "waiting for a second person"),
                            ("posted", "posted"),
                            ("refused", "refused"),
                        ],
                        default="asked",
                        max_length=7,
                        verbose_name="state",
                    ),
                ),
                ("maker_id", models.BigIntegerField(verbose_name="asked for by")),
                ("checker_id", models.BigIntegerField(null=True, verbose_name="decided by")),
                (
                    "created_at",
                    models.DateTimeField(default=core.clock.now, verbose_name="asked at"),
                ),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided at")),
                (
                    "journal",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="ledger.journal",
                        verbose_name="journal",
                    ),
                ),
            ],
            options={
                "verbose_name": "correction",
                "verbose_name_plural": "corrections",
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "posted"), _negated=True),
                            models.Q(
                                ("checker_id__isnull", False),
                                models.Q(("checker_id", models.F("maker_id")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="correction_maker_is_not_checker",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "asked")),
                        fields=("journal",),
                        name="correction_one_waiting",
                    ),
                ],
            },
        ),
        tenant_table("ledger_correction", ops=may("read"), system=may("read add change")),
    ]
