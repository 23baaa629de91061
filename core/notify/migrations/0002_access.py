"""The outbox belongs to the system; ops may look. Reversible: yes."""

from django.db import migrations

from core.tenancy.policies import may, tenant_table


class Migration(migrations.Migration):
    dependencies = [("notify", "0001_initial"), ("core", "0002_access")]
    operations = [
        tenant_table(
            "notify_message",
            ops=may("read"),
            system=may("read add change"),
        ),
    ]
