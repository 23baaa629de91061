"""What we ask a source with apart from what its calls are signed with: a source may have both.

A sealed column of its own, and the tokens of the sources that are asked move into it. Locks:
ACCESS EXCLUSIVE for an instant; a row of a brand's handful of connections is rewritten once.
Reversible: yes.
"""

import json

from django.db import migrations

from core.fields import SealedTextField

ASKED = ("wildberries", "ozon", "kaspi", "admitad")


def tokens_move(apps, schema_editor):
    for connection in apps.get_model("attribution", "Connection").objects.filter(source__in=ASKED):
        connection.token = next(iter(json.loads(connection.secrets)), "")
        connection.secrets = "[]"
        connection.save(update_fields=["token", "secrets"])


def tokens_move_back(apps, schema_editor):
    for connection in apps.get_model("attribution", "Connection").objects.filter(source__in=ASKED):
        connection.secrets = json.dumps([connection.token] if connection.token else [])
        connection.save(update_fields=["secrets"])


class Migration(migrations.Migration):
    dependencies = [("attribution", "0012_planner")]
    operations = [
        migrations.AddField("connection", "token", SealedTextField(default="")),
        migrations.AlterField("connection", "secrets", SealedTextField(default="[]")),
        migrations.RunPython(tokens_move, tokens_move_back),
    ]
