"""What of a payout is kept for goods that came back late, and debts that two people write off.

Two new, empty tables; a column with a constant default on payouts_payout and payouts_payoutbatch
(no rewrite), whose CHECKs are made anew and read them once under ACCESS EXCLUSIVE. Reversible: yes,
as long as nothing was kept.
"""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import core.clock
from core.tenancy.guards import append_only, frozen
from core.tenancy.policies import may, same_tenant, tenant_table

NETTINGS, WRITE_OFFS = "payouts_payoutnetting", "payouts_debtwriteoff"
BRAND, INFLUENCER = may("read", "brand_id = {me}"), may("read", "influencer_id = {me}")
FROZEN = ["conversion_id", "influencer_id", "brand_id", "amount_minor", "reason", "created_by_id"]


class Migration(migrations.Migration):
    dependencies = [
        ("attribution", "0028_late_returns"),
        ("brands", "0003_unclaimed_transfers"),
        ("campaigns", "0016_clawback"),
        ("influencers", "0003_topics"),
        ("payouts", "0006_statements_of_deposits"),
    ]

    operations = [
        migrations.CreateModel(
            name="DebtWriteOff",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount_minor", models.BigIntegerField(verbose_name="sum, tiyn")),
                ("reason", models.CharField(max_length=300, verbose_name="reason")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "waiting for approval"),
                            ("done", "written off"),
                            ("refused", "refused"),
                        ],
                        default="asked",
                        max_length=7,
                        verbose_name="state",
                    ),
                ),
                ("created_by_id", models.BigIntegerField(verbose_name="asked by")),
                ("decided_by_id", models.BigIntegerField(null=True, verbose_name="decided by")),
                (
                    "created_at",
                    models.DateTimeField(default=core.clock.now, verbose_name="asked at"),
                ),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided at")),
            ],
            options={
                "verbose_name": "write-off of a debt",
                "verbose_name_plural": "write-offs of debts",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="PayoutNetting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="payout",
            name="payout_gross_is_tax_and_net",
        ),
        migrations.RemoveConstraint(
            model_name="payoutbatch",
            name="batch_gross_is_tax_and_net",
        ),
        migrations.AddField(
            model_name="payout",
            name="netted_minor",
            field=models.BigIntegerField(default=0, verbose_name="kept for debts, tiyn"),
        ),
        migrations.AddField(
            model_name="payoutbatch",
            name="netted_minor",
            field=models.BigIntegerField(default=0, verbose_name="kept for debts, tiyn"),
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "gross_minor",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                models.F("tax_minor"), "+", models.F("netted_minor")
                            ),
                            "+",
                            models.F("net_minor"),
                        ),
                    ),
                    ("net_minor__gt", 0),
                    ("netted_minor__gte", 0),
                    ("tax_minor__gte", 0),
                ),
                name="payout_gross_is_tax_and_net",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "gross_minor",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                models.F("tax_minor"), "+", models.F("netted_minor")
                            ),
                            "+",
                            models.F("net_minor"),
                        ),
                    )
                ),
                name="batch_gross_is_tax_and_net",
            ),
        ),
        migrations.AddField(
            model_name="debtwriteoff",
            name="brand",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="brands.brand",
                verbose_name="brand",
            ),
        ),
        migrations.AddField(
            model_name="debtwriteoff",
            name="conversion",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="write_offs",
                to="attribution.conversion",
                verbose_name="order",
            ),
        ),
        migrations.AddField(
            model_name="debtwriteoff",
            name="influencer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="influencers.influencer",
                verbose_name="influencer",
            ),
        ),
        migrations.AddField(
            model_name="payoutnetting",
            name="brand",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="brands.brand"
            ),
        ),
        migrations.AddField(
            model_name="payoutnetting",
            name="campaign",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="campaigns.campaign",
            ),
        ),
        migrations.AddField(
            model_name="payoutnetting",
            name="conversion",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payout_nettings",
                to="attribution.conversion",
            ),
        ),
        migrations.AddField(
            model_name="payoutnetting",
            name="influencer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="influencers.influencer",
            ),
        ),
        migrations.AddField(
            model_name="payoutnetting",
            name="payout",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="nettings",
                to="payouts.payout",
            ),
        ),
        migrations.AddConstraint(
            model_name="debtwriteoff",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="writeoff_is_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="debtwriteoff",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by_id__isnull", True),
                    models.Q(("decided_by_id", models.F("created_by_id")), _negated=True),
                    _connector="OR",
                ),
                name="writeoff_maker_is_not_checker",
            ),
        ),
        migrations.AddConstraint(
            model_name="debtwriteoff",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at__isnull", True),
                        ("decided_by_id__isnull", True),
                        ("state", "asked"),
                    ),
                    models.Q(("decided_at__isnull", False), ("decided_by_id__isnull", False)),
                    _connector="OR",
                ),
                name="writeoff_decided_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="debtwriteoff",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "asked")),
                fields=("conversion",),
                name="writeoff_asked_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutnetting",
            constraint=models.UniqueConstraint(
                fields=("payout", "conversion"), name="netting_once_per_conversion"
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutnetting",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="netting_amount_is_positive"
            ),
        ),
        tenant_table(
            NETTINGS, brand=BRAND, influencer=INFLUENCER, ops=may("read"), system=may("read add")
        ),
        same_tenant(NETTINGS, "payout_id", "payouts_payout", "influencer_id"),
        same_tenant(NETTINGS, "conversion_id", "attribution_conversion"),
        same_tenant(NETTINGS, "campaign_id", "campaigns_campaign"),
        append_only(NETTINGS),
        tenant_table(
            WRITE_OFFS,
            brand=BRAND,
            influencer=INFLUENCER,
            ops=may("read"),
            system=may("read add change"),
        ),
        same_tenant(WRITE_OFFS, "conversion_id", "attribution_conversion"),
        frozen(WRITE_OFFS, FROZEN),
    ]
