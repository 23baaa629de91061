"""Published days, their records and hashes. Nobody changes them; a tenant reads its own records.

Everybody reads the days, also without an account: that is what publishing means. The hashes of
leaves are the system's: a proof gives away the few that it needs.

Three new, empty tables. Reversible: yes, with the loss of what was published.
"""

from django.db import migrations, models

import core.clock
from core.tenancy.guards import append_only
from core.tenancy.policies import may, tenant_table

DAY, LEAF, BLOCK = "ledger_proofday", "ledger_proofleaf", "ledger_proofblock"
READ, ADD = may("read"), may("read add")
OF_BRAND, OF_INFLUENCER = may("read", "brand_id = {me}"), may("read", "influencer_id = {me}")


def key():
    return models.BigAutoField(
        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
    )


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_access")]
    operations = [
        migrations.CreateModel(
            name="ProofDay",
            fields=[
                ("day_on", models.DateField(primary_key=True, serialize=False, verbose_name="day")),
                ("leaves", models.BigIntegerField(verbose_name="records")),
                ("root", models.CharField(max_length=64, verbose_name="root hash")),
                ("previous", models.CharField(max_length=64, verbose_name="the day before")),
                ("signature", models.CharField(max_length=128, verbose_name="signature")),
                ("key", models.CharField(max_length=64, verbose_name="key")),
                (
                    "published_at",
                    models.DateTimeField(default=core.clock.now, verbose_name="published"),
                ),
            ],
            options={
                "verbose_name": "published day",
                "verbose_name_plural": "published days",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("previous",), name="ledger_proofday_continues_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("leaves__gte", 0)),
                        name="ledger_proofday_leaves_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProofLeaf",
            fields=[
                ("id", key()),
                ("day_on", models.DateField()),
                ("position", models.BigIntegerField()),
                ("kind", models.CharField(max_length=12)),
                ("subject_id", models.BigIntegerField()),
                ("brand_id", models.BigIntegerField(null=True)),
                ("influencer_id", models.BigIntegerField()),
                ("nonce", models.CharField(max_length=32)),
                ("record", models.TextField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day_on", "position"), name="ledger_proofleaf_place"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "conversion")),
                        fields=("kind", "subject_id"),
                        name="ledger_proofleaf_conversion_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "summary")),
                        fields=("influencer_id", "day_on"),
                        name="ledger_proofleaf_summary_once_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("brand_id__isnull", False), ("kind", "conversion")),
                            models.Q(("brand_id__isnull", True), ("kind", "summary")),
                            _connector="OR",
                        ),
                        name="ledger_proofleaf_kind_has_its_owners",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProofBlock",
            fields=[
                ("id", key()),
                ("day_on", models.DateField()),
                ("number", models.PositiveIntegerField()),
                ("root", models.BinaryField(max_length=32)),
                ("hashes", models.BinaryField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day_on", "number"), name="ledger_proofblock_place"
                    ),
                ],
            },
        ),
        tenant_table(DAY, public=READ, brand=READ, influencer=READ, ops=READ, system=ADD),
        tenant_table(LEAF, brand=OF_BRAND, influencer=OF_INFLUENCER, ops=READ, system=ADD),
        tenant_table(BLOCK, ops=READ, system=ADD),
        append_only(DAY),
        append_only(LEAF),
        append_only(BLOCK),
    ]
