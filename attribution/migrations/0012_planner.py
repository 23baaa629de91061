"""Slow sources apart from the others; silence of a source; bodies of events that are erased.

Locks: ACCESS EXCLUSIVE on the three tables for an instant (columns that may be null or have a
default), on attribution_inboundevent also while its partial index is built: seconds per million.
Reversible: yes; erased bodies stay erased.
"""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("attribution", "0011_wb")]
    operations = [
        migrations.AddField(
            "pollcursor", "is_slow", models.BooleanField(default=False, verbose_name="slow")
        ),
        migrations.RemoveIndex("pollcursor", "cursor_due"),
        migrations.AddIndex(
            "pollcursor", models.Index(fields=["is_slow", "next_at"], name="cursor_due")
        ),
        migrations.AddField(
            "connection",
            "silent_since",
            models.DateTimeField(null=True, verbose_name="silent since"),
        ),
        migrations.AddField(
            "inboundevent",
            "body_purged_at",
            models.DateTimeField(null=True, verbose_name="body erased"),
        ),
        migrations.AddIndex(
            "inboundevent",
            models.Index(
                fields=["received_at"],
                name="event_with_body",
                condition=Q(body_purged_at__isnull=True),
            ),
        ),
    ]
