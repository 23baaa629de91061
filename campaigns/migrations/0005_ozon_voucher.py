"""A voucher of Ozon names its influencer. Words for Django only: the column stays as it is.

Locks: none. Reversible: yes.
"""

from django.db import migrations, models

KINDS = [
    ("wb_substitute_article", "Wildberries substitute article"),
    ("ozon_voucher", "Ozon voucher"),
]


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0004_links")]
    operations = [
        migrations.AlterField(
            "externalcode", "kind", models.CharField(choices=KINDS, max_length=24)
        )
    ]
