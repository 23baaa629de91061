"""Under which order of another source a sale counts, so that its influencer earns once.

Locks: ACCESS EXCLUSIVE on attribution_order while a column that may be null is added, and while its
key is checked (a scan that finds nothing but nulls). The index is partial and empty at first.
Reversible: yes, with the loss of what was found to be one sale.
"""

import django.db.models.deletion
from django.db import migrations, models

from core.tenancy.policies import same_tenant


class Migration(migrations.Migration):
    dependencies = [("attribution", "0015_shown_orders")]
    operations = [
        migrations.AddField(
            "order",
            "same_sale",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="repeats",
                to="attribution.order",
            ),
        ),
        same_tenant("attribution_order", "same_sale_id", "attribution_order"),
        migrations.AddIndex(
            "order",
            models.Index(
                condition=models.Q(("same_sale__isnull", False)),
                fields=["same_sale"],
                name="order_repeats_another",
            ),
        ),
    ]
