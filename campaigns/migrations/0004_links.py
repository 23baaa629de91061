"""No link looks like another, and which app opens a shop's links. Reversible: yes.

Locks: ACCESS EXCLUSIVE on campaigns_trackinglink while it is written anew with the column of its
looks (a million links take some seconds; the click process serves from its caches meanwhile).
"""

import django.db.models.functions.text
from django.db import migrations, models

import core.clock
from core.tenancy.policies import may, shared_table

LOOKS = models.Func(
    django.db.models.functions.text.Lower("token"),
    models.Value("01l-_"),
    models.Value("oii"),
    function="TRANSLATE",
    output_field=models.CharField(),
)
for pair, letter in (("rn", "m"), ("vv", "w")):
    LOOKS = django.db.models.functions.text.Replace(LOOKS, models.Value(pair), models.Value(letter))


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0003_terms_stay"), ("core", "0002_access")]
    operations = [
        migrations.AddField(
            "trackinglink",
            "token_looks",
            models.GeneratedField(
                db_persist=True, expression=LOOKS, output_field=models.CharField(max_length=40)
            ),
        ),
        migrations.AddConstraint(
            "trackinglink",
            models.UniqueConstraint(fields=("token_looks",), name="link_looks_like_no_other"),
        ),
        migrations.AddConstraint(
            "trackinglink",
            models.CheckConstraint(
                condition=models.Q(("token__regex", "^[a-z0-9-]{4,40}$")),
                name="link_token_is_small_letters",
            ),
        ),
        migrations.CreateModel(
            name="AppTarget",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("host", models.CharField(max_length=253, unique=True, verbose_name="host")),
                (
                    "android_package",
                    models.CharField(max_length=150, verbose_name="Android package"),
                ),
                ("is_active", models.BooleanField(default=False, verbose_name="opens links")),
                (
                    "confidence",
                    models.CharField(
                        choices=[("confirmed", "confirmed"), ("unconfirmed", "unconfirmed")],
                        default="unconfirmed",
                        max_length=11,
                        verbose_name="confidence",
                    ),
                ),
                ("source_url", models.URLField(max_length=500, verbose_name="source")),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="note")),
                ("changed_by_id", models.BigIntegerField(verbose_name="changed by")),
                (
                    "changed_at",
                    models.DateTimeField(default=core.clock.now, verbose_name="changed"),
                ),
            ],
            options={
                "verbose_name": "app of a shop",
                "verbose_name_plural": "apps of shops",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_active", False), ("confidence", "confirmed"), _connector="OR"
                        ),
                        name="app_opens_links_only_when_confirmed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("source_url", ""), _negated=True),
                            models.Q(("host__startswith", "www."), _negated=True),
                        ),
                        name="app_has_a_source_and_a_bare_host",
                    ),
                ],
            },
        ),
        shared_table(
            "campaigns_apptarget",
            "an app is the same for everybody",
            ops=may("read add change"),
            system=may("read"),
        ),
    ]
