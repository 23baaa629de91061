"""What a guarantee adds to a month is a reward of the month. A longer word needs no rewrite of the
table; ACCESS EXCLUSIVE for a moment. Reversible: yes, while there is none."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("attribution", "0041_discounted_codes"),
    ]

    operations = [
        migrations.AlterField(
            model_name="periodreward",
            name="kind",
            field=models.CharField(
                choices=[
                    ("tier", "tier of the month"),
                    ("bonus", "bonus of the month"),
                    ("guarantee", "top-up to the guarantee of the month"),
                ],
                max_length=9,
                verbose_name="kind",
            ),
        ),
    ]
