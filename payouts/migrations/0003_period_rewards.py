"""A payout also carries rewards of months: a line is a conversion's or a month's.

Locks: ACCESS EXCLUSIVE on payouts_payoutline for a moment; its constraints read it once.
Reversible: yes, as long as no payout carries a month.
"""

import django.db.models.deletion
from django.db import migrations, models

from core.tenancy.policies import same_tenant


class Migration(migrations.Migration):
    dependencies = [
        ("attribution", "0026_period_rewards"),
        ("payouts", "0005_debt"),
    ]

    operations = [
        migrations.AddField(
            model_name="payoutline",
            name="period_reward",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payout_lines",
                to="attribution.periodreward",
            ),
        ),
        migrations.AlterField(
            model_name="payoutline",
            name="conversion",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payout_lines",
                to="attribution.conversion",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutline",
            constraint=models.UniqueConstraint(
                fields=("payout", "period_reward"), name="payoutline_once_per_period"
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("conversion__isnull", True), ("period_reward__isnull", True), _connector="XOR"
                ),
                name="payoutline_of_one_thing",
            ),
        ),
        same_tenant("payouts_payoutline", "period_reward_id", "attribution_periodreward"),
    ]
