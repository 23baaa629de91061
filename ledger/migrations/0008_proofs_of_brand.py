"""A brand reads its records of a day, and on which days it has any, without reading the day.

Builds an index over every published record: writers of proofs (once a night) wait meanwhile,
nobody else does. Reversible: yes.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0006_corrections")]
    operations = [
        migrations.AddIndex(
            model_name="proofleaf",
            index=models.Index(
                fields=["brand_id", "day_on", "position"],
                condition=models.Q(("brand_id__isnull", False)),
                name="ledger_proofleaf_of_brand",
            ),
        ),
    ]
