"""What terms may ask of an order: its buyer, and what a marketplace paid of it.

Locks: ACCESS EXCLUSIVE on the three tables for a moment, without a rewrite; the indexes hold
writers of attribution_order for as long as they are built, and the constraint reads
attribution_orderline once. Reversible: yes.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("attribution", "0035_leaks")]

    operations = [
        migrations.AddField(
            model_name="conversion",
            name="approved_before",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="conversion",
            name="buyer",
            field=models.CharField(blank=True, max_length=9),
        ),
        migrations.AddField(
            model_name="order",
            name="buyer_told",
            field=models.CharField(blank=True, max_length=9),
        ),
        migrations.AddField(
            model_name="order",
            name="customer_email_index",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="orderline",
            name="market_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("customer_phone_index", ""), _negated=True),
                fields=["brand", "customer_phone_index", "placed_at"],
                name="order_of_phone",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("customer_email_index", ""), _negated=True),
                fields=["brand", "customer_email_index", "placed_at"],
                name="order_of_email",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("market_minor__gte", 0), ("market_minor__lte", models.F("amount_minor"))
                ),
                name="line_market_pays_at_most_its_amount",
            ),
        ),
    ]
