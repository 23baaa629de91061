"""What every event of an order costs, whatever it says.

1. What people call an order is looked up with every event of it (a shop's page may name either the
   id or the number), and was found by reading all orders of the connection.
2. Events and conversions change their state many times; each time the whole row, the sealed body
   included, was turned into JSON and compared to see whether a frozen column had changed.

Locks: SHARE on attribution_order (no writes) while the index is built: seconds per million rows;
SHARE ROW EXCLUSIVE on the two other tables for a moment. Reversible: yes.
"""

from django.db import migrations, models

from core.tenancy.guards import frozen_where_named


class Migration(migrations.Migration):
    dependencies = [("attribution", "0013_tokens")]
    operations = [
        migrations.AddIndex(
            "order", models.Index(fields=["connection", "number"], name="order_of_number")
        ),
        frozen_where_named(
            "attribution_inboundevent", ["body_sha256", "event_key", "connection_id", "trust"]
        ),
        frozen_where_named(
            "attribution_conversion", ["line_id", "influencer_id", "participation_id"]
        ),
    ]
