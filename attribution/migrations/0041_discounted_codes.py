"""Which of an order's codes took something off; and that people of ours may reject a sale too.

Locks: ACCESS EXCLUSIVE on attribution_order for a moment (a new column with a constant).
Reversible: yes, with the loss of it.
"""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("attribution", "0040_receipt_matches"),
    ]

    operations = [
        migrations.AddField(
            model_name="order",
            name="discounted_codes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=64),
                db_default=[],
                default=list,
                editable=False,
                size=None,
            ),
        ),
        migrations.AlterField(
            model_name="rejection",
            name="door",
            field=models.CharField(
                choices=[
                    ("page", "the order's page"),
                    ("list", "the list"),
                    ("file", "a file"),
                    ("api", "REST API"),
                    ("ops", "people of Birge"),
                ],
                max_length=4,
                verbose_name="by",
            ),
        ),
    ]
