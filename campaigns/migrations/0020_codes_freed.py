"""A marketplace's code is free for the next participation once the last one has ended.

Locks: campaigns_externalcode for the time of building one small index. Codes of who has left or was
removed before end at that moment. Reversible: yes, as long as no code was given twice.
"""

from django.db import migrations, models
from django.db.models import Q

ENDED = """
UPDATE campaigns_externalcode c SET valid_until = p.decided_at
  FROM campaigns_participation p
 WHERE p.id = c.participation_id AND p.state IN ('left', 'removed') AND p.decided_at IS NOT NULL
   AND c.kind <> 'exclusive_sku' AND c.state = 'active' AND c.valid_until IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0015_categories")]

    operations = [
        migrations.RunSQL(ENDED, migrations.RunSQL.noop),
        migrations.RemoveConstraint("externalcode", "external_code_once_per_shop"),
        migrations.AddConstraint(
            "externalcode",
            models.UniqueConstraint(
                fields=["brand", "kind", "value"],
                name="external_code_once_per_shop",
                condition=~Q(kind="exclusive_sku") & Q(valid_until__isnull=True),
            ),
        ),
    ]
