"""Rates of the tenge, and which of them makes an order's amounts tenge.

Locks: ACCESS EXCLUSIVE on attribution_order for a moment (columns without a default, or with a
constant one), and while the small index is built. Reversible: yes, with the loss of the rates.
"""

from django.db import migrations, models

import core.clock
from core.tenancy.policies import may, shared_table

READ = may("read")


class Migration(migrations.Migration):
    dependencies = [("attribution", "0005_click_store")]
    operations = [
        migrations.CreateModel(
            name="ExchangeRate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("rate_on", models.DateField(verbose_name="day")),
                (
                    "tenge",
                    models.DecimalField(
                        decimal_places=8, max_digits=18, verbose_name="tenge for one unit"
                    ),
                ),
                ("created_at", models.DateTimeField(default=core.clock.now)),
            ],
            options={
                "verbose_name": "exchange rate",
                "verbose_name_plural": "exchange rates",
                "constraints": [
                    models.UniqueConstraint(fields=("currency", "rate_on"), name="rate_once_a_day"),
                    models.CheckConstraint(
                        condition=models.Q(("tenge__gt", 0)), name="rate_is_positive"
                    ),
                ],
            },
        ),
        migrations.AddField(
            "order",
            "rate",
            models.DecimalField(
                decimal_places=8,
                editable=False,
                max_digits=18,
                null=True,
                verbose_name="tenge for one unit",
            ),
        ),
        migrations.AddField(
            "order", "rate_on", models.DateField(null=True, verbose_name="day of the rate")
        ),
        migrations.AddField("order", "is_rate_final", models.BooleanField(default=False)),
        migrations.AddIndex(
            "order",
            models.Index(
                condition=models.Q(
                    models.Q(("currency", "KZT"), _negated=True), ("is_rate_final", False)
                ),
                fields=["id"],
                name="order_in_other_money",
            ),
        ),
        migrations.AddField(
            "conversion",
            "currency",
            models.CharField(default="KZT", max_length=3, verbose_name="currency"),
        ),
        migrations.AddField(
            "conversion",
            "rate",
            models.DecimalField(decimal_places=8, max_digits=18, null=True),
        ),
        migrations.AddField("conversion", "rate_on", models.DateField(null=True)),
        shared_table(
            "attribution_exchangerate",
            "official rates, the same for everybody",
            brand=READ,
            influencer=READ,
            ops=READ,
            system=may("read add"),
        ),
    ]
