"""A payout also carries fixed fees of posts: a line is a conversion's, a month's or a post's.

Locks: ACCESS EXCLUSIVE on payouts_payoutline for a moment; its constraints read it once.
Reversible: yes, as long as no payout carries a post.
"""

import django.db.models.deletion
from django.db import migrations, models

from core.tenancy.policies import same_tenant


class Migration(migrations.Migration):
    dependencies = [
        ("attribution", "0031_lift_reports"),
        ("brands", "0004_top_up_invoices"),
        ("campaigns", "0021_deals"),
        ("influencers", "0003_topics"),
        ("payouts", "0007_refunds"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="payoutline",
            name="payoutline_of_one_thing",
        ),
        migrations.AddField(
            model_name="payoutline",
            name="task",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payout_lines",
                to="campaigns.task",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutline",
            constraint=models.UniqueConstraint(
                fields=("payout", "task"), name="payoutline_once_per_task"
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("conversion__isnull", False), ("period_reward", None), ("task", None)
                    ),
                    models.Q(
                        ("conversion", None), ("period_reward__isnull", False), ("task", None)
                    ),
                    models.Q(
                        ("conversion", None), ("period_reward", None), ("task__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="payoutline_of_one_thing",
            ),
        ),
        same_tenant("payouts_payoutline", "task_id", "campaigns_task"),
    ]
