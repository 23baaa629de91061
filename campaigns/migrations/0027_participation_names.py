"""What a participation is called on the pages of ops. Nothing in the database changes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0023_guarantees")]

    operations = [
        migrations.AlterModelOptions(
            "participation",
            options={
                "verbose_name": "participation",
                "verbose_name_plural": "participations",
            },
        )
    ]
