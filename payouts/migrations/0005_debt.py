"""How ops look at sales for which something is owed back. Changes no table. Reversible: yes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("attribution", "0028_late_returns"),
        ("payouts", "0004_netting"),
    ]

    operations = [
        migrations.CreateModel(
            name="Debt",
            fields=[],
            options={
                "verbose_name": "debt",
                "verbose_name_plural": "debts of influencers",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("attribution.conversion",),
        ),
    ]
