"""Clicks are found by their id and by their visitor; nothing asks for those of a link one by one,
as sums answer that. An index that nobody uses was written with every click.

Locks: ACCESS EXCLUSIVE on attribution_click and its days for the moment of the drop. Reversible:
yes; making it again reads every click.
"""

from django.db import migrations

DROP = migrations.RunSQL(
    "DROP INDEX click_of_link",
    "CREATE INDEX click_of_link ON attribution_click (link_id, at)",
)


class Migration(migrations.Migration):
    dependencies = [("attribution", "0009_ozon")]
    operations = [
        migrations.SeparateDatabaseAndState(
            [DROP], [migrations.RemoveIndex("click", "click_of_link")]
        ),
    ]
