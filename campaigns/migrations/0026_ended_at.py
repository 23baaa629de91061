"""Until when somebody last took part, apart from when the brand last decided about them: an
application that is refused later says nothing about the sales of before.

Locks: ACCESS EXCLUSIVE on campaigns_participation for a moment, without a rewrite; then its rows of
those who are out, once. Reversible: yes.
"""

from django.db import migrations, models

# Who is out was in if there is a link of theirs. Who has applied anew left when it was decided
# last; of who was refused after that only the new application's day is known
ENDED = """
UPDATE campaigns_participation p
   SET ended_at = CASE WHEN p.state = 'rejected' THEN p.applied_at ELSE p.decided_at END
 WHERE p.state <> 'approved' AND p.decided_at IS NOT NULL
   AND EXISTS (SELECT FROM campaigns_trackinglink l WHERE l.participation_id = p.id)
"""


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0025_groups")]

    operations = [
        migrations.AddField("participation", "ended_at", models.DateTimeField(null=True)),
        migrations.RunSQL(ENDED, migrations.RunSQL.noop),
    ]
