"""Claimed receipts and orders of other sources that may be one purchase.

A new, empty table. Locks: ACCESS EXCLUSIVE on attribution_receiptclaim while a unique index over
its ids is built (milliseconds for thousands of rows). Reversible: yes, with the loss of what was
found.
"""

import django.db.models.deletion
from django.db import migrations, models

import core.clock
import core.ids
from core.tenancy.guards import frozen
from core.tenancy.policies import may, same_tenant, tenant_table

MATCHES = "attribution_receiptmatch"
FROZEN = ["brand_id", "claim_id", "influencer_id", "receipt_order_id", "order_id", "found_at"]


class Migration(migrations.Migration):
    dependencies = [
        ("attribution", "0031_lift_reports"),
        ("brands", "0004_top_up_invoices"),
        ("campaigns", "0020_codes_freed"),
        ("influencers", "0003_topics"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReceiptMatch",
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
                        choices=[("open", "Open"), ("same", "Same"), ("apart", "Apart")],
                        max_length=5,
                    ),
                ),
                ("found_at", models.DateTimeField(default=core.clock.now)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by_id", models.BigIntegerField(null=True)),
            ],
        ),
        migrations.AddConstraint(
            model_name="receiptclaim",
            constraint=models.UniqueConstraint(
                fields=("id", "brand"), name="receipt_id_with_brand"
            ),
        ),
        migrations.AddField(
            model_name="receiptmatch",
            name="brand",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="brands.brand"
            ),
        ),
        migrations.AddField(
            model_name="receiptmatch",
            name="claim",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="matches",
                to="attribution.receiptclaim",
            ),
        ),
        migrations.AddField(
            model_name="receiptmatch",
            name="influencer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="influencers.influencer",
            ),
        ),
        migrations.AddField(
            model_name="receiptmatch",
            name="order",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="receipt_matches",
                to="attribution.order",
            ),
        ),
        migrations.AddField(
            model_name="receiptmatch",
            name="receipt_order",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="attribution.order",
            ),
        ),
        migrations.AddIndex(
            model_name="receiptmatch",
            index=models.Index(
                condition=models.Q(("state", "open")),
                fields=["brand", "found_at"],
                name="receipt_match_open",
            ),
        ),
        migrations.AddIndex(
            model_name="receiptmatch",
            index=models.Index(fields=["receipt_order"], name="receipt_match_of_receipt"),
        ),
        migrations.AddConstraint(
            model_name="receiptmatch",
            constraint=models.UniqueConstraint(
                fields=("claim", "order"), name="receipt_match_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="receiptmatch",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "same")),
                fields=("claim",),
                name="receipt_match_one_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="receiptmatch",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "same")),
                fields=("order",),
                name="receipt_match_one_receipt",
            ),
        ),
        migrations.AddConstraint(
            model_name="receiptmatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at__isnull", True), ("state", "open")),
                    models.Q(
                        models.Q(("state", "open"), _negated=True), ("decided_at__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="receipt_match_decided_has_its_moment",
            ),
        ),
        tenant_table(
            MATCHES,
            brand=may("read", "brand_id = {me}"),
            influencer=may("read", "influencer_id = {me}"),
            ops=may("read"),
            system=may("read add change"),
        ),
        same_tenant(MATCHES, "claim_id", "attribution_receiptclaim"),
        same_tenant(MATCHES, "receipt_order_id", "attribution_order"),
        same_tenant(MATCHES, "order_id", "attribution_order"),
        frozen(MATCHES, FROZEN),
    ]
