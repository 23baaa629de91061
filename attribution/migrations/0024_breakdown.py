"""The arithmetic of a reward, with each version of its conversion.

Locks: ACCESS EXCLUSIVE on attribution_conversionversion for a moment, without a rewrite.
Reversible: yes.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("attribution", "0023_versions_by_moment")]

    operations = [
        migrations.AddField(
            model_name="conversionversion",
            name="breakdown",
            field=models.JSONField(null=True),
        ),
    ]
