"""When a brand gave its word for a sale that only an unsigned hint speaks for. Reversible: yes.

A column without a default: no rewrite, ACCESS EXCLUSIVE for a moment. The policies cover it.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("attribution", "0009_exchange_rates")]
    operations = [
        migrations.AddField(
            "conversion",
            "confirmed_at",
            models.DateTimeField(null=True, verbose_name="confirmed by the brand at"),
        ),
    ]
