"""Comparisons of days on which a campaign ran with days on which it did not.

A new, empty table. Reversible: yes, with the loss of the reports.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

import core.clock
import core.ids
from core.tenancy.guards import append_only
from core.tenancy.policies import may, same_tenant, tenant_table

TABLE = "attribution_liftreport"


class Migration(migrations.Migration):
    dependencies = [("attribution", "0026_period_rewards")]

    operations = [
        migrations.CreateModel(
            name="LiftReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.UUIDField(default=core.ids.uuid7, editable=False, unique=True),
                ),
                ("source", models.CharField(blank=True, max_length=24)),
                (
                    "on_by",
                    models.CharField(
                        choices=[("hand", "Hand"), ("clicks", "Clicks")], max_length=6
                    ),
                ),
                ("first_on", models.DateField()),
                ("last_on", models.DateField()),
                ("cells", models.JSONField()),
                ("result", models.JSONField()),
                ("created_at", models.DateTimeField(default=core.clock.now)),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="brands.brand",
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="campaigns.campaign",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["campaign", "-id"], name="lift_of_campaign")],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(first_on__lte=F("last_on")), name="lift_days_in_order"
                    )
                ],
            },
        ),
        tenant_table(
            TABLE,
            brand=may("read", "brand_id = {me}"),
            ops=may("read"),
            system=may("read add"),
        ),
        same_tenant(TABLE, "campaign_id", "campaigns_campaign"),
        append_only(TABLE),
    ]
