"""Whose a sale is when two campaigns of a brand meet.

Locks: ACCESS EXCLUSIVE on brands_brand for a moment (a new column with a constant, and a scan of
its few rows). Reversible: yes, with the loss of what brands have chosen.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("brands", "0004_top_up_invoices"),
    ]

    operations = [
        migrations.AddField(
            model_name="brand",
            name="code_policy",
            field=models.CharField(
                choices=[("code_wins", "the promo code wins"), ("click_wins", "the link wins")],
                db_default="code_wins",
                default="code_wins",
                max_length=10,
                verbose_name="between campaigns",
            ),
        ),
        migrations.AddConstraint(
            model_name="brand",
            constraint=models.CheckConstraint(
                condition=models.Q(("code_policy__in", ["code_wins", "click_wins"])),
                name="brand_code_policy_is_known",
            ),
        ),
    ]
