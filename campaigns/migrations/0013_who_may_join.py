"""What a campaign asks of those who join, how many there is room for, and why one was refused.

Locks: ACCESS EXCLUSIVE on campaigns_campaign and campaigns_participation for a moment; the columns
are added without a rewrite, but that the moment of an application is filled in once from that of
the row. Reversible: yes; what was asked is forgotten.
"""

import django.contrib.postgres.fields
from django.db import migrations, models

import core.clock


def names(length):
    return django.contrib.postgres.fields.ArrayField(
        base_field=models.CharField(max_length=length), default=list, size=None
    )


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0009_rewards"), ("influencers", "0003_topics")]

    operations = [
        migrations.AddField("campaign", "followers_min", models.PositiveIntegerField(null=True)),
        migrations.AddField("campaign", "followers_max", models.PositiveIntegerField(null=True)),
        migrations.AddField("campaign", "cities", names(12)),
        migrations.AddField("campaign", "languages", names(2)),
        migrations.AddField("campaign", "topics", names(24)),
        migrations.AddField("campaign", "payee_types", names(16)),
        migrations.AddField(
            "campaign",
            "participants_max",
            models.PositiveIntegerField(null=True, verbose_name="places"),
        ),
        migrations.AddConstraint(
            "campaign",
            models.CheckConstraint(
                condition=models.Q(
                    ("followers_min__isnull", True),
                    ("followers_max__isnull", True),
                    ("followers_max__gte", models.F("followers_min")),
                    _connector="OR",
                ),
                name="campaign_followers_least_to_most",
            ),
        ),
        migrations.AddConstraint(
            "campaign",
            models.CheckConstraint(
                condition=models.Q(
                    ("participants_max__isnull", True),
                    ("participants_max__gt", 0),
                    _connector="OR",
                ),
                name="campaign_has_a_place",
            ),
        ),
        migrations.AddField(
            "participation", "applied_at", models.DateTimeField(default=core.clock.now)
        ),
        migrations.RunSQL(
            "UPDATE campaigns_participation SET applied_at = created_at", migrations.RunSQL.noop
        ),
        migrations.AddField(
            "participation", "reason_code", models.CharField(blank=True, max_length=12)
        ),
        migrations.AddField(
            "participation", "reason_note", models.CharField(blank=True, max_length=500)
        ),
        migrations.AddField("participation", "apply_again_on", models.DateField(null=True)),
        migrations.AddIndex(
            "participation",
            models.Index(fields=["campaign", "state", "-id"], name="participation_of_campaign"),
        ),
    ]
