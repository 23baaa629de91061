"""Uses of promo codes, what looked like a leak, and the list of coupon sites.

Locks: none but on the new tables. Reversible: yes.
"""

import django.db.models.deletion
from django.db import migrations, models

import core.clock
import core.ids
from core.tenancy.guards import frozen
from core.tenancy.policies import may, same_tenant, shared_table, tenant_table

USE, FINDING = "attribution_codeuse", "attribution_codefinding"
WATCH, SITE = "attribution_codewatch", "attribution_couponsite"
BRAND = may("read", "brand_id = {me}")
INFLUENCER = may("read", "influencer_id = {me}")
READ = may("read")
WRITE = may("read add change")
# Where promo codes are collected, as we know it: nobody has confirmed any of them. Ops decides.
SITES = (
    ("berikod.ru", "BeriKod"),
    ("pepper.ru", "Pepper"),
    ("picodi.com", "Picodi"),
    ("promokodi.net", "Promokodi.net"),
    ("promokodus.com", "Promokodus"),
)


def sites_add(apps, schema_editor):
    model = apps.get_model("attribution", "CouponSite")
    model.objects.bulk_create(model(host=host, name=name) for host, name in SITES)


class Migration(migrations.Migration):
    dependencies = [
        ("attribution", "0027_rejections"),
        ("brands", "0002_access"),
        ("campaigns", "0018_leaks_and_totals"),
        ("influencers", "0002_access"),
    ]

    operations = [
        migrations.CreateModel(
            name="CodeWatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("candidate_id", models.BigIntegerField(default=0)),
                ("read_at", models.DateTimeField(default=core.clock.now)),
            ],
        ),
        migrations.CreateModel(
            name="CouponSite",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("host", models.CharField(max_length=253, unique=True, verbose_name="host")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("is_active", models.BooleanField(default=True, verbose_name="looked for")),
                (
                    "confidence",
                    models.CharField(
                        choices=[("confirmed", "confirmed"), ("unconfirmed", "unconfirmed")],
                        default="unconfirmed",
                        max_length=11,
                        verbose_name="confidence",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="note")),
                ("changed_by_id", models.BigIntegerField(null=True, verbose_name="changed by")),
                (
                    "changed_at",
                    models.DateTimeField(default=core.clock.now, verbose_name="changed"),
                ),
            ],
            options={
                "verbose_name": "coupon site",
                "verbose_name_plural": "coupon sites",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("host", ""), _negated=True),
                            models.Q(("host__startswith", "www."), _negated=True),
                        ),
                        name="coupon_site_has_a_bare_host",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CodeFinding",
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
                    "signal",
                    models.CharField(
                        choices=[
                            ("cold", "used without clicks"),
                            ("burst", "many uses in an hour"),
                            ("early", "used before the first click"),
                            ("referrer", "a coupon site"),
                            ("abroad", "people from abroad"),
                        ],
                        max_length=8,
                        verbose_name="what was seen",
                    ),
                ),
                ("figures", models.JSONField(verbose_name="figures")),
                ("since_at", models.DateTimeField(verbose_name="orders from")),
                ("until_at", models.DateTimeField(null=True, verbose_name="orders before")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "to look at"),
                            ("cleared", "nothing wrong"),
                            ("leaked", "leaked"),
                            ("lapsed", "nobody decided"),
                        ],
                        default="open",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                (
                    "reply",
                    models.CharField(
                        blank=True, max_length=500, verbose_name="what the influencer says"
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="note")),
                ("opened_at", models.DateTimeField(default=core.clock.now, verbose_name="found")),
                ("seen_at", models.DateTimeField(default=core.clock.now, verbose_name="seen last")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="decided")),
                ("closed_by_id", models.BigIntegerField(null=True)),
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
                    "code",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="campaigns.promocode",
                    ),
                ),
                (
                    "influencer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="code_findings",
                        to="influencers.influencer",
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
                "verbose_name": "finding of the leak guard",
                "verbose_name_plural": "findings of the leak guard",
                "indexes": [
                    models.Index(
                        fields=["brand", "-opened_at", "-id"], name="code_finding_of_brand"
                    ),
                    models.Index(
                        condition=models.Q(("state", "open")),
                        fields=["opened_at"],
                        name="code_finding_open",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("code", "signal"),
                        name="code_finding_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("state", "open")),
                            models.Q(
                                models.Q(("state", "open"), _negated=True),
                                ("closed_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="code_finding_closed_has_its_moment",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CodeUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="ordered")),
                ("is_clicked", models.BooleanField()),
                ("is_cold", models.BooleanField(null=True)),
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
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="campaigns.campaign",
                    ),
                ),
                (
                    "code",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uses",
                        to="campaigns.promocode",
                    ),
                ),
                (
                    "influencer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="influencers.influencer",
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
                (
                    "participation",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="campaigns.participation",
                    ),
                ),
            ],
            options={
                "verbose_name": "use of a code",
                "verbose_name_plural": "uses of codes",
                "indexes": [models.Index(fields=["code", "at"], name="code_use_by_moment")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("code", "order"), name="code_use_once_per_order"
                    )
                ],
            },
        ),
        tenant_table(USE, brand=BRAND, influencer=INFLUENCER, ops=READ, system=may("read add")),
        same_tenant(USE, "campaign_id", "campaigns_campaign"),
        same_tenant(USE, "participation_id", "campaigns_participation"),
        same_tenant(USE, "code_id", "campaigns_promocode"),
        same_tenant(USE, "order_id", "attribution_order"),
        tenant_table(FINDING, brand=BRAND, influencer=INFLUENCER, ops=READ, system=WRITE),
        same_tenant(FINDING, "campaign_id", "campaigns_campaign"),
        same_tenant(FINDING, "participation_id", "campaigns_participation"),
        same_tenant(FINDING, "code_id", "campaigns_promocode"),
        frozen(
            FINDING,
            ["brand_id", "participation_id", "influencer_id", "code_id", "signal", "opened_at"],
        ),
        tenant_table(WATCH, ops=READ, system=WRITE),
        shared_table(SITE, "a coupon site is the same for everybody", ops=WRITE, system=READ),
        migrations.RunPython(sites_add, migrations.RunPython.noop),
    ]
