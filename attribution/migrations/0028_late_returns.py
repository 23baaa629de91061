"""Goods that came back after their reward was approved, and what of a paid reward was recovered or
written off.

A new, empty table; two columns with a constant default on attribution_conversion (no rewrite) and a
CHECK, for which it is read once. Reversible: yes, with the loss of the returns.
"""

import django.db.models.deletion
from django.db import migrations, models

import core.clock
from core.tenancy.guards import frozen
from core.tenancy.policies import may, same_tenant, tenant_table

RETURNS = "attribution_latereturn"
FROZEN = ["conversion_id", "brand_id", "influencer_id", "order_version", "kept_base_minor"]
FROZEN += ["returned_at", "created_at"]


class Migration(migrations.Migration):
    dependencies = [
        ("attribution", "0027_rejections"),
        ("attribution", "0035_leaks"),
        ("brands", "0002_access"),
        ("campaigns", "0016_clawback"),
        ("influencers", "0002_access"),
    ]

    operations = [
        migrations.CreateModel(
            name="LateReturn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("order_version", models.PositiveIntegerField()),
                ("kept_base_minor", models.BigIntegerField(verbose_name="goods kept, tiyn")),
                ("returned_at", models.DateTimeField(verbose_name="came back at")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("loss", "the brand's loss"),
                            ("waiting", "waiting"),
                            ("applied", "applied"),
                        ],
                        max_length=7,
                        verbose_name="state",
                    ),
                ),
                (
                    "unpaid_minor",
                    models.BigIntegerField(default=0, verbose_name="out of unpaid money, tiyn"),
                ),
                ("debt_minor", models.BigIntegerField(default=0, verbose_name="as a debt, tiyn")),
                ("conversion_version", models.PositiveIntegerField(null=True)),
                ("created_at", models.DateTimeField(default=core.clock.now)),
                ("applied_at", models.DateTimeField(null=True, verbose_name="applied at")),
            ],
            options={
                "verbose_name": "late return",
                "verbose_name_plural": "late returns",
            },
        ),
        migrations.AddField(
            model_name="conversion",
            name="forgiven_minor",
            field=models.BigIntegerField(default=0, verbose_name="written off, tiyn"),
        ),
        migrations.AddField(
            model_name="conversion",
            name="recovered_minor",
            field=models.BigIntegerField(default=0, verbose_name="recovered, tiyn"),
        ),
        migrations.AddConstraint(
            model_name="conversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("forgiven_minor__gte", 0), ("recovered_minor__gte", 0)),
                name="conversion_recovered_not_negative",
            ),
        ),
        migrations.AddField(
            model_name="latereturn",
            name="brand",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="brands.brand"
            ),
        ),
        migrations.AddField(
            model_name="latereturn",
            name="conversion",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="late_returns",
                to="attribution.conversion",
            ),
        ),
        migrations.AddField(
            model_name="latereturn",
            name="influencer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="influencers.influencer",
            ),
        ),
        migrations.AddIndex(
            model_name="latereturn",
            index=models.Index(
                condition=models.Q(("state", "waiting")), fields=["id"], name="latereturn_waiting"
            ),
        ),
        migrations.AddIndex(
            model_name="latereturn",
            index=models.Index(fields=["conversion", "-id"], name="latereturn_of_conversion"),
        ),
        migrations.AddConstraint(
            model_name="latereturn",
            constraint=models.UniqueConstraint(
                fields=("conversion", "order_version"), name="latereturn_once_per_order_version"
            ),
        ),
        migrations.AddConstraint(
            model_name="latereturn",
            constraint=models.CheckConstraint(
                condition=models.Q(("kept_base_minor__gte", 0)), name="latereturn_base_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="latereturn",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "applied"), _negated=True),
                    models.Q(("applied_at__isnull", False), ("conversion_version__isnull", False)),
                    _connector="OR",
                ),
                name="latereturn_applied_has_its_version",
            ),
        ),
        tenant_table(
            RETURNS,
            brand=may("read", "brand_id = {me}"),
            influencer=may("read", "influencer_id = {me}"),
            ops=may("read"),
            system=may("read add change"),
        ),
        same_tenant(RETURNS, "conversion_id", "attribution_conversion"),
        frozen(RETURNS, FROZEN),
    ]
