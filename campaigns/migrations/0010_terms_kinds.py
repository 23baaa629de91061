"""Terms know returning buyers, the base, more caps, tiers, bonuses and places.

Locks: ACCESS EXCLUSIVE on campaigns_terms, without a rewrite; its constraints are checked by one
scan of a small table. Reversible: yes, as long as no such terms exist.
"""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0018_leaks_and_totals")]

    operations = [
        migrations.AddField(
            model_name="terms",
            name="base_as_paid",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="terms",
            name="base_includes_vat",
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name="terms",
            name="bonuses",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="terms",
            name="cap_day_minor",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="terms",
            name="cap_influencer_minor",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="terms",
            name="cap_total_minor",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="terms",
            name="places",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=16), default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="terms",
            name="returning_bps",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="terms",
            name="returning_minor",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="terms",
            name="tier_kind",
            field=models.CharField(
                choices=[
                    ("progressive", "for the orders that follow"),
                    ("retroactive", "for all orders of the month, when it is over"),
                ],
                default="progressive",
                max_length=11,
            ),
        ),
        migrations.AddField(
            model_name="terms",
            name="tiers",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="terms",
            name="unknown_buyer",
            field=models.CharField(
                choices=[("new", "as a new buyer"), ("returning", "as a returning buyer")],
                default="new",
                max_length=9,
            ),
        ),
        migrations.AddConstraint(
            model_name="terms",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("returning_bps__isnull", True),
                    ("returning_minor__isnull", True),
                    _connector="OR",
                ),
                name="terms_one_rate_of_returning_buyers",
            ),
        ),
        migrations.AddConstraint(
            model_name="terms",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("returning_bps__isnull", True), ("returning_bps__lte", 9000), _connector="OR"
                ),
                name="terms_returning_within_0_and_90_pct",
            ),
        ),
        migrations.AddConstraint(
            model_name="terms",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("cap_day_minor__isnull", True), ("cap_day_minor__gt", 0), _connector="OR"
                    ),
                    models.Q(
                        ("cap_influencer_minor__isnull", True),
                        ("cap_influencer_minor__gt", 0),
                        _connector="OR",
                    ),
                    models.Q(
                        ("cap_total_minor__isnull", True),
                        ("cap_total_minor__gt", 0),
                        _connector="OR",
                    ),
                ),
                name="terms_caps_are_positive",
            ),
        ),
    ]
