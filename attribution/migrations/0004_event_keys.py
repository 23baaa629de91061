"""An order's versions and late evidences name an event of the same brand. Reversible: yes.

Locks: ACCESS EXCLUSIVE on the three tables while the index is built; they are small or new.
"""

import django.db.models.deletion
from django.db import migrations, models

from core.tenancy.policies import same_tenant

EVENT = models.ForeignKey(
    db_constraint=False,
    on_delete=django.db.models.deletion.PROTECT,
    related_name="+",
    to="attribution.inboundevent",
)


class Migration(migrations.Migration):
    dependencies = [("attribution", "0003_clicks")]
    operations = [
        migrations.AddConstraint(
            "inboundevent",
            models.UniqueConstraint(fields=("id", "brand"), name="event_id_with_brand"),
        ),
        migrations.AlterField("lateevidence", "event", EVENT),
        migrations.AlterField("orderversion", "event", EVENT.clone()),
        same_tenant("attribution_lateevidence", "event_id", "attribution_inboundevent"),
        same_tenant("attribution_orderversion", "event_id", "attribution_inboundevent"),
    ]
