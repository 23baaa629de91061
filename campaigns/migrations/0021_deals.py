"""Posts at a fixed fee. Three new, empty tables. Locks: none but on them. Reversible: yes."""

import django.db.models.deletion
from django.db import migrations, models

import core.clock
import core.fields
import core.ids
from core.tenancy.guards import frozen
from core.tenancy.policies import may, same_tenant, tenant_table

DEAL, TASK, POST = "campaigns_deal", "campaigns_task", "campaigns_taskpost"
SIDES = {
    "brand": may("read", "brand_id = {me}"),
    "influencer": may("read", "influencer_id = {me}"),
    "ops": may("read"),
    "system": may("read add change"),
}
WHOSE = ["public_id", "brand_id", "influencer_id"]
OF_DEAL = ["campaign_id", "participation_id", "place", "post_count", "post_minor", "fee_bps"]
OF_DEAL += ["vat_bps", "brief", "due_on", "review_days", "answer_until", "offered_by_id"]
OF_TASK = ["campaign_id", "participation_id", "deal_id", "number", "amount_minor"]
OF_POST = ["task_id", "number", "url", "text", "label", "sent_at"]
OF_POST += ["picture_name", "picture_type", "picture"]


class Migration(migrations.Migration):
    dependencies = [
        ("brands", "0004_top_up_invoices"),
        ("campaigns", "0020_codes_freed"),
        ("influencers", "0003_topics"),
    ]

    operations = [
        migrations.CreateModel(
            name="Deal",
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
                    "place",
                    models.CharField(
                        choices=[
                            ("instagram", "Instagram"),
                            ("tiktok", "TikTok"),
                            ("youtube", "YouTube"),
                            ("telegram", "Telegram"),
                            ("threads", "Threads"),
                            ("whatsapp", "WhatsApp"),
                            ("vk", "VK"),
                            ("own_site", "own site"),
                        ],
                        max_length=12,
                        verbose_name="where",
                    ),
                ),
                ("post_count", models.PositiveSmallIntegerField(verbose_name="posts")),
                ("post_minor", models.BigIntegerField(verbose_name="fee of a post, tiyn")),
                ("fee_bps", models.PositiveIntegerField()),
                ("vat_bps", models.PositiveIntegerField()),
                ("brief", models.TextField(max_length=2000, verbose_name="what to post")),
                ("due_on", models.DateField(verbose_name="to be posted by")),
                (
                    "review_days",
                    models.PositiveSmallIntegerField(verbose_name="days to look at a post"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("offered", "offered"),
                            ("running", "running"),
                            ("done", "done"),
                            ("declined", "declined"),
                            ("expired", "expired"),
                            ("cancelled", "cancelled"),
                        ],
                        default="offered",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                ("answer_until", models.DateTimeField(verbose_name="to be answered until")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="answered at")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended at")),
                ("offered_by_id", models.BigIntegerField(null=True, verbose_name="offered by")),
                (
                    "created_at",
                    models.DateTimeField(default=core.clock.now, verbose_name="offered at"),
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
                    "campaign",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deals",
                        to="campaigns.campaign",
                    ),
                ),
                (
                    "influencer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="influencers.influencer",
                        verbose_name="influencer",
                    ),
                ),
                (
                    "participation",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deals",
                        to="campaigns.participation",
                    ),
                ),
            ],
            options={
                "verbose_name": "deal",
                "verbose_name_plural": "deals",
            },
        ),
        migrations.CreateModel(
            name="Task",
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
                ("number", models.PositiveSmallIntegerField(verbose_name="number")),
                ("amount_minor", models.BigIntegerField(verbose_name="fee, tiyn")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "to be posted"),
                            ("submitted", "being looked at"),
                            ("returned", "sent back"),
                            ("accepted", "accepted"),
                            ("paid", "paid"),
                            ("expired", "not posted in time"),
                            ("cancelled", "cancelled"),
                        ],
                        default="open",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                ("due_on", models.DateField(verbose_name="to be posted by")),
                ("link_key", models.CharField(max_length=300, null=True)),
                ("review_until", models.DateTimeField(null=True, verbose_name="looked at until")),
                ("has_label", models.BooleanField(default=False, verbose_name="ad label found")),
                ("fee_minor", models.BigIntegerField(default=0, verbose_name="our fee, tiyn")),
                (
                    "vat_minor",
                    models.BigIntegerField(default=0, verbose_name="VAT of the fee, tiyn"),
                ),
                ("paid_minor", models.BigIntegerField(default=0, verbose_name="paid, tiyn")),
                ("accepted_at", models.DateTimeField(null=True, verbose_name="accepted at")),
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
                    "deal",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tasks",
                        to="campaigns.deal",
                    ),
                ),
                (
                    "influencer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="influencers.influencer",
                        verbose_name="influencer",
                    ),
                ),
                (
                    "participation",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="campaigns.participation",
                    ),
                ),
            ],
            options={
                "verbose_name": "post",
                "verbose_name_plural": "posts",
            },
        ),
        migrations.CreateModel(
            name="TaskPost",
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
                ("number", models.PositiveSmallIntegerField()),
                ("url", models.URLField(max_length=500, verbose_name="link")),
                ("text", models.TextField(blank=True, max_length=5000, verbose_name="text")),
                ("label", models.CharField(blank=True, max_length=40, verbose_name="ad label")),
                (
                    "picture_name",
                    models.CharField(blank=True, max_length=120, verbose_name="screenshot"),
                ),
                ("picture_type", models.CharField(blank=True, max_length=20)),
                ("picture", core.fields.SealedBytesField(null=True)),
                ("sent_at", models.DateTimeField(default=core.clock.now, verbose_name="sent at")),
                (
                    "verdict",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "being looked at"),
                            ("accepted", "accepted"),
                            ("returned", "sent back"),
                        ],
                        max_length=8,
                        verbose_name="verdict",
                    ),
                ),
                (
                    "speaker",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("brand", "the brand"),
                            ("ops", "Birge"),
                            ("silence", "nobody objected"),
                        ],
                        max_length=7,
                        verbose_name="by",
                    ),
                ),
                ("decided_by_id", models.BigIntegerField(null=True, verbose_name="decided by")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided at")),
                ("return_code", models.CharField(blank=True, max_length=5, verbose_name="reason")),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="note")),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="brands.brand",
                    ),
                ),
                (
                    "influencer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="influencers.influencer",
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="posts",
                        to="campaigns.task",
                    ),
                ),
            ],
            options={
                "verbose_name": "post sent in",
                "verbose_name_plural": "posts sent in",
            },
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(fields=["campaign", "-id"], name="deal_of_campaign"),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(fields=["influencer", "-id"], name="deal_of_influencer"),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(
                condition=models.Q(("state__in", ["offered", "running"])),
                fields=["id"],
                name="deal_under_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="deal",
            constraint=models.UniqueConstraint(fields=("id", "brand"), name="deal_id_with_brand"),
        ),
        migrations.AddConstraint(
            model_name="deal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("post_count__gt", 0),
                    ("post_count__lte", 30),
                    ("post_minor__gt", 0),
                    ("review_days__gt", 0),
                ),
                name="deal_numbers_hold",
            ),
        ),
        migrations.AddConstraint(
            model_name="deal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("state__in", ["offered", "running"])),
                    models.Q(
                        models.Q(("state__in", ["offered", "running"]), _negated=True),
                        ("ended_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="deal_over_has_its_moment",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("state__in", ["accepted", "paid"])),
                fields=["influencer", "-accepted_at"],
                name="task_earned",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("state", "submitted")),
                fields=["review_until"],
                name="task_looked_at",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.UniqueConstraint(fields=("id", "brand"), name="task_id_with_brand"),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.UniqueConstraint(fields=("deal", "number"), name="task_number_once"),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["submitted", "accepted", "paid"])),
                fields=("influencer", "link_key"),
                name="task_post_is_paid_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount_minor__gt", 0),
                    ("paid_minor__gte", 0),
                    ("paid_minor__lte", models.F("amount_minor")),
                ),
                name="task_amounts_hold",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("accepted_at__isnull", False), ("state__in", ["accepted", "paid"])),
                    models.Q(
                        models.Q(("state__in", ["accepted", "paid"]), _negated=True),
                        ("accepted_at__isnull", True),
                        ("paid_minor", 0),
                    ),
                    _connector="OR",
                ),
                name="task_accepted_has_its_moment",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "submitted"), _negated=True),
                    ("review_until__isnull", False),
                    _connector="OR",
                ),
                name="task_submitted_has_its_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="taskpost",
            constraint=models.UniqueConstraint(
                fields=("task", "number"), name="taskpost_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="taskpost",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("label", ""), _negated=True),
                    ("picture__isnull", False),
                    _connector="OR",
                ),
                name="taskpost_has_label_or_picture",
            ),
        ),
        migrations.AddConstraint(
            model_name="taskpost",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at__isnull", True), ("verdict", "")),
                    models.Q(
                        models.Q(("verdict", ""), _negated=True), ("decided_at__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="taskpost_verdict_has_its_moment",
            ),
        ),
        migrations.AddConstraint(
            model_name="taskpost",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("speaker", "silence"), _negated=True),
                    models.Q(("label", ""), _negated=True),
                    _connector="OR",
                ),
                name="taskpost_silence_needs_a_label",
            ),
        ),
        *(tenant_table(table, **SIDES) for table in (DEAL, TASK, POST)),
        *(
            same_tenant(table, f"{parent}_id", f"campaigns_{parent}")
            for table in (DEAL, TASK)
            for parent in ("campaign", "participation")
        ),
        same_tenant(TASK, "deal_id", DEAL),
        same_tenant(POST, "task_id", TASK),
        frozen(DEAL, [*WHOSE, *OF_DEAL]),
        frozen(TASK, [*WHOSE, *OF_TASK]),
        frozen(POST, [*WHOSE, *OF_POST]),
    ]
