"""Taxes, VAT and the bank's fees that were paid: ops read them, services write them. A new, empty
table. What two people have booked is frozen.

Reversible: yes, with the loss of who had said what a row was; the ledger keeps what was booked.
"""

import django.db.models.deletion
from django.db import migrations, models

import core.clock
from core.tenancy.guards import frozen
from core.tenancy.policies import may, tenant_table


class Migration(migrations.Migration):
    dependencies = [("payouts", "0009_stops")]

    operations = [
        migrations.CreateModel(
            name="Outlay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("ipn", "Income tax"),
                            ("ipn_excess", "Income tax above the yearly band"),
                            ("opv", "Pension contribution"),
                            ("opvr", "Employer's pension contribution"),
                            ("so", "Social contribution"),
                            ("vosms", "Medical insurance"),
                            ("vat", "VAT of our fees"),
                            ("rail_fee", "What the bank takes for its work"),
                        ],
                        max_length=10,
                        verbose_name="what it was",
                    ),
                ),
                ("amount_minor", models.BigIntegerField(verbose_name="sum, tiyn")),
                ("reason", models.CharField(max_length=300, verbose_name="how we know")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "waiting for a second person"),
                            ("booked", "booked"),
                            ("refused", "refused"),
                        ],
                        default="asked",
                        max_length=7,
                        verbose_name="state",
                    ),
                ),
                ("created_by_id", models.BigIntegerField(verbose_name="said by")),
                ("decided_by_id", models.BigIntegerField(null=True, verbose_name="decided by")),
                (
                    "created_at",
                    models.DateTimeField(default=core.clock.now, verbose_name="said at"),
                ),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided at")),
                (
                    "row",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outlays",
                        to="payouts.statementrow",
                        verbose_name="row",
                    ),
                ),
            ],
            options={
                "verbose_name": "tax or bank's fee paid",
                "verbose_name_plural": "taxes and bank's fees paid",
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)), name="outlay_is_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "booked"), _negated=True),
                            models.Q(
                                ("decided_by_id__isnull", False),
                                models.Q(
                                    ("decided_by_id", models.F("created_by_id")), _negated=True
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="outlay_maker_is_not_checker",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", True),
                                ("decided_by_id__isnull", True),
                                ("state", "asked"),
                            ),
                            models.Q(
                                ("decided_at__isnull", False), ("decided_by_id__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="outlay_decided_by_somebody",
                    ),
                ],
            },
        ),
        tenant_table("payouts_outlay", ops=may("read"), system=may("read add change")),
        frozen("payouts_outlay", ["row_id", "kind", "amount_minor", "created_by_id"]),
    ]
