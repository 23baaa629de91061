"""Two more words for what became of a line's goods: Wildberries tells in rows of their own that a
unit was received or cancelled.

Locks: none, the database knows nothing of choices. Reversible: yes.
"""

from django.db import migrations, models

KINDS = [
    ("return", "return"),
    ("cancellation", "cancellation"),
    ("split", "went on in another order"),
    ("receipt", "received by the buyer"),
    ("withdrawal", "cancelled as a whole"),
]


class Migration(migrations.Migration):
    dependencies = [("attribution", "0010_click_index")]
    operations = [
        migrations.AlterField("linemove", "kind", models.CharField(choices=KINDS, max_length=12)),
    ]
