"""Terms may pay a sum for an order, have rewards by product, and a cap.

Locks: ACCESS EXCLUSIVE on campaigns_terms, without a rewrite; its constraints are checked by one
scan of a small table. Reversible: yes, as long as no such terms exist.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0008_promo_code_access")]

    operations = [
        migrations.RemoveConstraint(
            model_name="terms", name="terms_commission_within_0_and_90_pct"
        ),
        migrations.AlterField(
            model_name="terms",
            name="commission_bps",
            field=models.PositiveIntegerField(default=0, verbose_name="reward, basis points"),
        ),
        migrations.AddField(
            model_name="terms",
            name="fixed_minor",
            field=models.BigIntegerField(default=0, verbose_name="reward of an order, tiyn"),
        ),
        migrations.AddField(
            model_name="terms",
            name="cap_minor",
            field=models.BigIntegerField(null=True, verbose_name="most that an order earns, tiyn"),
        ),
        migrations.AddField(
            model_name="terms",
            name="sku_rates",
            field=models.JSONField(default=list, verbose_name="rewards of products"),
        ),
        migrations.AddConstraint(
            model_name="terms",
            constraint=models.CheckConstraint(
                condition=models.Q(("commission_bps__lte", 9000), ("fixed_minor__gte", 0)),
                name="terms_reward_within_0_and_90_pct",
            ),
        ),
        migrations.AddConstraint(
            model_name="terms",
            constraint=models.CheckConstraint(
                condition=models.Q(("commission_bps", 0), ("fixed_minor", 0), _connector="OR"),
                name="terms_percent_or_fixed",
            ),
        ),
        migrations.AddConstraint(
            model_name="terms",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("commission_bps__gt", 0),
                    ("fixed_minor__gt", 0),
                    models.Q(("sku_rates", []), _negated=True),
                    _connector="OR",
                ),
                name="terms_pay_for_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="terms",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cap_minor__isnull", True),
                    models.Q(("cap_minor__gt", 0), ("cap_minor__gte", models.F("fixed_minor"))),
                    _connector="OR",
                ),
                name="terms_cap_not_under_the_fixed_reward",
            ),
        ),
    ]
