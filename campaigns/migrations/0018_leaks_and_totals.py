"""What a campaign does about leaked codes, and which marketplaces' daily totals it pays by.

Locks: ACCESS EXCLUSIVE on campaigns_campaign for a moment (new columns with constants).
Reversible: yes.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0017_exclusive_skus")]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="leak_mode",
            field=models.CharField(
                choices=[
                    ("flag", "only tell"),
                    ("enforce", "hold the rewards"),
                    ("rotate", "give a new code"),
                ],
                default="flag",
                max_length=8,
                verbose_name="when a promo code looks leaked",
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="totals_from",
            field=models.JSONField(default=dict, editable=False),
        ),
    ]
