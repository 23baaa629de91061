"""Terms may take rewards back for goods that come back after the approval.

A column without a default, and a CHECK that scans a small table. Reversible: yes.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("brands", "0002_access"),
        ("campaigns", "0013_who_may_join"),
        ("campaigns", "0018_leaks_and_totals"),
    ]

    operations = [
        migrations.AddField(
            model_name="terms",
            name="clawback_days",
            field=models.PositiveSmallIntegerField(null=True, verbose_name="days of late returns"),
        ),
        migrations.AddConstraint(
            model_name="terms",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("clawback_days__isnull", True),
                    models.Q(("clawback_days__gte", 1), ("clawback_days__lte", 180)),
                    _connector="OR",
                ),
                name="terms_clawback_1_to_180",
            ),
        ),
    ]
