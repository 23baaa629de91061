"""When a brand gave its word for a sale that only an unsigned hint speaks for. Reversible: yes.

A column without a default: no rewrite, ACCESS EXCLUSIVE for a moment. The policies cover it.
"""

from django.db import migrations, models

GRADES = [
    ("A", "an id inside the platform's row"),
    ("B", "a promo code typed at checkout"),
    ("C", "the platform's total by a tag"),
    ("D", "a phone, a receipt or the shop's page, to be confirmed"),
    ("E", "modelled, never paid"),
]


class Migration(migrations.Migration):
    dependencies = [("attribution", "0006_exchange_rates")]
    operations = [
        migrations.AddField(
            "conversion",
            "confirmed_at",
            models.DateTimeField(null=True, verbose_name="confirmed by the brand at"),
        ),
        # Words only: the columns stay as they are.
        migrations.AlterField(
            "conversion",
            "grade",
            models.CharField(choices=GRADES, max_length=1, verbose_name="evidence"),
        ),
        migrations.AlterField("candidate", "grade", models.CharField(choices=GRADES, max_length=1)),
        migrations.AlterField(
            "decision", "grade", models.CharField(blank=True, choices=GRADES, max_length=1)
        ),
    ]
