"""What changed on a day, without reading every version: a BRIN index, which costs next to nothing
because versions are added in the order of their moments.

Locks: SHARE on attribution_conversionversion while it is built: one read of the table.
Reversible: yes.
"""

import django.contrib.postgres.indexes
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("attribution", "0022_traffic")]
    operations = [
        migrations.AddIndex(
            "conversionversion",
            django.contrib.postgres.indexes.BrinIndex(
                fields=["at"], name="conversion_version_by_moment"
            ),
        ),
    ]
