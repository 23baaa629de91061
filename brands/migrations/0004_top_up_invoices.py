"""Invoices by which a company's accountant pays a top-up. Reversible: yes."""

import django.db.models.deletion
from django.db import migrations, models

import core.clock
import core.ids
from core.tenancy.guards import append_only
from core.tenancy.policies import may, tenant_table


class Migration(migrations.Migration):
    dependencies = [("brands", "0003_unclaimed_transfers")]

    operations = [
        migrations.CreateModel(
            name="TopUpInvoice",
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
                ("year", models.PositiveSmallIntegerField()),
                ("serial", models.PositiveIntegerField()),
                ("amount_minor", models.BigIntegerField(verbose_name="amount, tiyn")),
                ("issued_on", models.DateField(verbose_name="issued on")),
                ("issued_by_id", models.BigIntegerField(verbose_name="issued by")),
                ("created_at", models.DateTimeField(default=core.clock.now)),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="top_up_invoices",
                        to="brands.brand",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("year", "serial"), name="topup_number_is_given_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)), name="topup_is_positive"
                    ),
                ],
            },
        ),
        tenant_table(
            "brands_topupinvoice",
            brand=may("read", "brand_id = {me}"),
            ops=may("read"),
            system=may("read add"),
        ),
        append_only("brands_topupinvoice"),
    ]
