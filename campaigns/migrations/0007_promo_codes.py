"""Pools of one-time codes, schedules of codes, and what else buyers type for them.

Locks: ACCESS EXCLUSIVE on campaigns_promocode while two indexes and three checks are made: so far
a row for each participation. Reversible: yes, while no code is of a pool.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import core.clock
import core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("brands", "0002_access"),
        ("campaigns", "0006_traffic_tags"),
        ("influencers", "0002_access"),
    ]

    operations = [
        migrations.AddField(
            model_name="promocode",
            name="except_skus",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=128), default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="promocode",
            name="used_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="promocode",
            name="used_by",
            field=models.CharField(blank=True, max_length=160),
        ),
        migrations.AddField(
            model_name="promocode",
            name="valid_from",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="promocode",
            name="valid_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="promocode",
            name="influencer",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="codes",
                to="influencers.influencer",
            ),
        ),
        migrations.AlterField(
            model_name="promocode",
            name="participation",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="codes",
                to="campaigns.participation",
            ),
        ),
        migrations.AlterField(
            model_name="promocode",
            name="state",
            field=models.CharField(
                choices=[
                    ("active", "active"),
                    ("replaced", "replaced"),
                    ("issued", "issued"),
                    ("reserved", "reserved"),
                    ("redeemed", "redeemed"),
                    ("void", "void"),
                ],
                default="active",
                max_length=8,
            ),
        ),
        migrations.CreateModel(
            name="CodeAlias",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("translit", "the other alphabet"),
                            ("layout", "the other keyboard layout"),
                            ("by_hand", "assigned by hand"),
                            ("nobodys", "no influencer's"),
                        ],
                        max_length=8,
                    ),
                ),
                ("text", models.CharField(max_length=64)),
                ("skeleton", models.CharField(max_length=64)),
                ("ambiguous_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=core.clock.now)),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="brands.brand",
                    ),
                ),
                (
                    "code",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="aliases",
                        to="campaigns.promocode",
                    ),
                ),
                (
                    "influencer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="influencers.influencer",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CodePool",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.UUIDField(default=core.ids.uuid7, editable=False, unique=True),
                ),
                ("name", models.CharField(max_length=80)),
                (
                    "state",
                    models.CharField(
                        choices=[("ready", "ready"), ("refused", "refused")],
                        default="ready",
                        max_length=8,
                    ),
                ),
                ("rows", models.PositiveIntegerField(default=0)),
                ("faults", models.JSONField(default=list)),
                ("created_at", models.DateTimeField(default=core.clock.now)),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="brands.brand",
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="campaigns.campaign",
                    ),
                ),
                (
                    "influencer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="influencers.influencer",
                    ),
                ),
                (
                    "participation",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="campaigns.participation",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="promocode",
            name="pool",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="codes",
                to="campaigns.codepool",
            ),
        ),
        migrations.AddIndex(
            model_name="promocode",
            index=models.Index(
                condition=models.Q(("pool__isnull", False)),
                fields=["pool", "state", "id"],
                name="code_of_pool",
            ),
        ),
        migrations.AddIndex(
            model_name="promocode",
            index=models.Index(fields=["participation", "state"], name="code_of_participation"),
        ),
        migrations.AddConstraint(
            model_name="promocode",
            constraint=models.UniqueConstraint(fields=("id", "brand"), name="code_id_with_brand"),
        ),
        migrations.AddConstraint(
            model_name="promocode",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("pool__isnull", False),
                    models.Q(
                        ("participation__isnull", False),
                        ("state__in", ["active", "replaced", "void"]),
                    ),
                    _connector="OR",
                ),
                name="code_personal_is_somebodys",
            ),
        ),
        migrations.AddConstraint(
            model_name="promocode",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("influencer__isnull", True), ("participation__isnull", True)),
                    models.Q(("influencer__isnull", False), ("participation__isnull", False)),
                    _connector="OR",
                ),
                name="code_participation_has_its_influencer",
            ),
        ),
        migrations.AddConstraint(
            model_name="promocode",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state", "redeemed"),
                        ("used_at__isnull", False),
                        models.Q(("used_by", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("state", "redeemed"), _negated=True),
                        ("used_at__isnull", True),
                        ("used_by", ""),
                    ),
                    _connector="OR",
                ),
                name="code_redeemed_has_its_order",
            ),
        ),
        migrations.AddIndex(
            model_name="codealias",
            index=models.Index(fields=["code"], name="code_alias_of_code"),
        ),
        migrations.AddConstraint(
            model_name="codealias",
            constraint=models.UniqueConstraint(
                fields=("brand", "skeleton"), name="code_alias_once_per_shop"
            ),
        ),
        migrations.AddConstraint(
            model_name="codealias",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("code__isnull", True), ("influencer__isnull", True), ("kind", "nobodys")
                    ),
                    models.Q(
                        models.Q(("kind", "nobodys"), _negated=True),
                        ("code__isnull", False),
                        ("influencer__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="code_alias_is_somebodys_or_nobodys",
            ),
        ),
        migrations.AddIndex(
            model_name="codepool",
            index=models.Index(fields=["campaign", "-id"], name="code_pool_of_campaign"),
        ),
        migrations.AddConstraint(
            model_name="codepool",
            constraint=models.UniqueConstraint(
                fields=("id", "brand"), name="code_pool_id_with_brand"
            ),
        ),
    ]
