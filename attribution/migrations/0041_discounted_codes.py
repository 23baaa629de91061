"""Which of an order's codes took something off.

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
    ]
