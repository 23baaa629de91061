"""Orders decided again under the rules of now, and single clicks that a person vouches for.

Locks: none but on the new tables. Reversible: yes.
"""

import django.db.models.deletion
from django.db import migrations, models

import core.clock
import core.ids
from core.tenancy.guards import append_only, frozen
from core.tenancy.policies import may, same_tenant, tenant_table

JOB, ROW = "attribution_rerunjob", "attribution_rerunrow"
WORD = "attribution_clickword"
BRAND = may("read", "brand_id = {me}")
READ = may("read")


class Migration(migrations.Migration):
    dependencies = [
        ("attribution", "0030_phone_claims"),
        ("brands", "0002_access"),
        ("campaigns", "0009_rewards"),
    ]

    operations = [
        migrations.CreateModel(
            name="ClickWord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("click_id", models.UUIDField(unique=True)),
                ("clicked_at", models.DateTimeField(verbose_name="time of the click")),
                ("influencer_id", models.BigIntegerField()),
                ("why", models.CharField(max_length=300, verbose_name="why")),
                ("said_by_id", models.BigIntegerField(null=True)),
                ("said_at", models.DateTimeField(default=core.clock.now)),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="brands.brand",
                    ),
                ),
            ],
            options={
                "verbose_name": "click taken for a person's",
                "verbose_name_plural": "clicks taken for a person's",
            },
        ),
        migrations.CreateModel(
            name="RerunJob",
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
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("checking", "is compared"),
                            ("checked", "waits for your word"),
                            ("applying", "is corrected"),
                            ("applied", "corrected"),
                            ("stopped", "stopped"),
                            ("dropped", "given up"),
                        ],
                        default="checking",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                (
                    "resumes_as",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("checking", "is compared"),
                            ("checked", "waits for your word"),
                            ("applying", "is corrected"),
                            ("applied", "corrected"),
                            ("stopped", "stopped"),
                            ("dropped", "given up"),
                        ],
                        max_length=8,
                    ),
                ),
                ("why", models.CharField(max_length=300, verbose_name="why")),
                (
                    "until",
                    models.DateTimeField(default=core.clock.now, verbose_name="orders up to"),
                ),
                ("cursor", models.JSONField(default=list)),
                ("orders_count", models.PositiveIntegerField(default=0, verbose_name="orders")),
                ("done_count", models.PositiveIntegerField(default=0, verbose_name="looked at")),
                (
                    "rows_count",
                    models.PositiveIntegerField(default=0, verbose_name="lines that change"),
                ),
                (
                    "applied_count",
                    models.PositiveIntegerField(default=0, verbose_name="rows gone through"),
                ),
                ("counts", models.JSONField(default=dict)),
                ("totals", models.JSONField(default=dict)),
                ("outcomes", models.JSONField(default=dict)),
                ("error", models.CharField(blank=True, max_length=300, verbose_name="error")),
                ("touched_at", models.DateTimeField(null=True)),
                ("started_by_id", models.BigIntegerField(null=True, verbose_name="started by")),
                ("applied_by_id", models.BigIntegerField(null=True, verbose_name="corrected by")),
                (
                    "created_at",
                    models.DateTimeField(default=core.clock.now, verbose_name="started"),
                ),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished")),
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
            ],
            options={
                "verbose_name": "re-run",
                "verbose_name_plural": "re-runs",
            },
        ),
        migrations.CreateModel(
            name="RerunRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("order_number", models.CharField(max_length=64)),
                ("placed_at", models.DateTimeField()),
                ("change", models.CharField(max_length=8)),
                ("before_id", models.BigIntegerField(null=True)),
                ("after_id", models.BigIntegerField(null=True)),
                ("before_minor", models.BigIntegerField()),
                ("after_minor", models.BigIntegerField()),
                ("rule", models.CharField(max_length=40)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("applied", "corrected"),
                            ("queued", "waits for budget"),
                            ("stands", "approved, stays"),
                            ("other", "something else has happened since"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="brands.brand",
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rows",
                        to="attribution.rerunjob",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="attribution.orderline",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="attribution.order",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="rerunjob",
            index=models.Index(fields=["brand", "-created_at"], name="rerun_of_brand"),
        ),
        migrations.AddIndex(
            model_name="rerunjob",
            index=models.Index(
                condition=models.Q(("state__in", ["checking", "applying"])),
                fields=["touched_at"],
                name="rerun_at_work",
            ),
        ),
        migrations.AddConstraint(
            model_name="rerunjob",
            constraint=models.UniqueConstraint(fields=("id", "brand"), name="rerun_id_with_brand"),
        ),
        migrations.AddConstraint(
            model_name="rerunjob",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["checking", "checked", "applying", "stopped"])),
                fields=("campaign",),
                name="rerun_one_open_per_campaign",
            ),
        ),
        migrations.AddConstraint(
            model_name="rerunjob",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "stopped"), _negated=True),
                    ("resumes_as__in", ["checking", "applying"]),
                    _connector="OR",
                ),
                name="rerun_stopped_knows_how_to_go_on",
            ),
        ),
        migrations.AddIndex(
            model_name="rerunrow",
            index=models.Index(fields=["job", "id"], name="rerun_rows_in_turn"),
        ),
        migrations.AddConstraint(
            model_name="rerunrow",
            constraint=models.UniqueConstraint(fields=("job", "line"), name="rerun_line_once"),
        ),
        tenant_table(JOB, brand=BRAND, ops=READ, system=may("read add change")),
        same_tenant(JOB, "campaign_id", "campaigns_campaign"),
        frozen(JOB, ["brand_id", "campaign_id", "why", "until", "started_by_id"]),
        tenant_table(ROW, brand=BRAND, ops=READ, system=may("read add change")),
        same_tenant(ROW, "job_id", JOB),
        same_tenant(ROW, "order_id", "attribution_order"),
        same_tenant(ROW, "line_id", "attribution_orderline"),
        frozen(ROW, ["job_id", "line_id", "change", "before_minor", "after_minor"]),
        tenant_table(WORD, brand=BRAND, ops=READ, system=may("read add")),
        append_only(WORD),
    ]
