"""How tags on links to marketplaces begin, and what we know of a voucher that we made.

Locks: ACCESS EXCLUSIVE on campaigns_externalcode for a moment (new columns with constants).
Reversible: yes.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import core.clock
from core.tenancy.policies import may, tenant_table

TAG = "campaigns_traffictag"
BRAND = may("read", "brand_id = {me}")


class Migration(migrations.Migration):
    dependencies = [
        ("brands", "0002_access"),
        ("campaigns", "0005_ozon_voucher"),
        ("influencers", "0002_access"),
    ]

    operations = [
        migrations.CreateModel(
            name="TrafficTag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "platform",
                    models.CharField(
                        choices=[("ozon", "Ozon"), ("wildberries", "Wildberries")], max_length=12
                    ),
                ),
                ("start", models.CharField(max_length=40)),
                ("changed_at", models.DateTimeField(default=core.clock.now)),
            ],
        ),
        migrations.AddField(
            model_name="externalcode",
            name="discount_percent",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="externalcode",
            name="ends_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="externalcode",
            name="platform_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="externalcode",
            name="state",
            field=models.CharField(
                choices=[("reserved", "reserved"), ("active", "active"), ("void", "void")],
                default="active",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="externalcode",
            name="typed_codes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=64), default=list, size=None
            ),
        ),
        migrations.AddConstraint(
            model_name="externalcode",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "reserved")),
                fields=("participation", "kind"),
                name="external_code_one_reserved",
            ),
        ),
        migrations.AddField(
            model_name="traffictag",
            name="brand",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="brands.brand"
            ),
        ),
        migrations.AddConstraint(
            model_name="traffictag",
            constraint=models.UniqueConstraint(
                fields=("brand", "platform"), name="traffic_tag_once"
            ),
        ),
        tenant_table(TAG, brand=BRAND, ops=may("read"), system=may("read add change")),
    ]
