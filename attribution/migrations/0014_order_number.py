"""What people call an order is looked up with every event of it (a shop's page may name either the
id or the number), and was found by reading all orders of the connection.

Locks: SHARE on attribution_order (no writes) while the index is built: seconds per million rows.
Reversible: yes.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("attribution", "0012_planner")]
    operations = [
        migrations.AddIndex(
            "order", models.Index(fields=["connection", "number"], name="order_of_number")
        ),
    ]
