"""An article that is one influencer's for a time: no two of a shop overlap in the database.

Locks: campaigns_externalcode for the time of building two small indexes. Reversible: yes, where no
exclusive article was given.
"""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
from django.db import migrations, models
from django.db.models import F, Func, Q

KINDS = [
    ("wb_substitute_article", "Wildberries substitute article"),
    ("ozon_voucher", "Ozon voucher"),
    ("exclusive_sku", "exclusive article"),
]
PERIOD = Func(
    F("valid_from"),
    F("valid_until"),
    function="TSTZRANGE",
    output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(),
)


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0013_who_may_join")]
    operations = [
        migrations.AlterField(
            "externalcode", "kind", models.CharField(choices=KINDS, max_length=24)
        ),
        migrations.AddField("externalcode", "valid_from", models.DateTimeField(null=True)),
        migrations.AddField("externalcode", "valid_until", models.DateTimeField(null=True)),
        migrations.RemoveConstraint("externalcode", "external_code_once_per_shop"),
        migrations.AddConstraint(
            "externalcode",
            models.UniqueConstraint(
                fields=["brand", "kind", "value"],
                name="external_code_once_per_shop",
                condition=~Q(kind="exclusive_sku"),
            ),
        ),
        migrations.AddConstraint(
            "externalcode",
            django.contrib.postgres.constraints.ExclusionConstraint(
                name="external_code_article_is_one_persons",
                expressions=[("brand", "="), ("value", "="), (PERIOD, "&&")],
                condition=Q(kind="exclusive_sku"),
            ),
        ),
        migrations.AddConstraint(
            "externalcode",
            models.CheckConstraint(
                condition=~Q(kind="exclusive_sku")
                | Q(valid_from__isnull=False)
                & (Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from"))),
                name="external_code_article_has_its_period",
            ),
        ),
        migrations.AddIndex(
            "externalcode",
            models.Index(fields=["brand", "kind", "value"], name="external_code_by_value"),
        ),
    ]
