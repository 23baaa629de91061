"""E-invoices, one for each issued invoice. A brand reads its own, ops read all, the system writes.

One new, empty table. Reversible: yes, with the loss of what was signed.
"""

import django.db.models.deletion
from django.db import migrations, models

import core.clock
from core.tenancy.guards import frozen
from core.tenancy.policies import may, same_tenant, tenant_table


class Migration(migrations.Migration):
    dependencies = [
        ("brands", "0002_access"),
        ("compliance", "0004_invoice_access"),
    ]

    operations = [
        migrations.CreateModel(
            name="EInvoice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ready", "ready to be handed out"),
                            ("exported", "handed out to be signed"),
                            ("signed", "signed"),
                            ("sent", "sent"),
                            ("accepted", "accepted"),
                            ("declined", "declined"),
                        ],
                        default="ready",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                (
                    "since",
                    models.DateTimeField(
                        default=core.clock.now, verbose_name="in this state since"
                    ),
                ),
                ("due_on", models.DateField(verbose_name="to be sent by")),
                ("document", models.TextField(blank=True)),
                ("exported_by_id", models.BigIntegerField(null=True, verbose_name="handed out by")),
                ("signed_document", models.TextField(blank=True)),
                ("signer", models.CharField(blank=True, max_length=300, verbose_name="signed by")),
                (
                    "word",
                    models.CharField(
                        blank=True, max_length=40, verbose_name="status at the state's system"
                    ),
                ),
                (
                    "registration_number",
                    models.CharField(blank=True, max_length=60, verbose_name="registration number"),
                ),
                (
                    "note",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="what the state's system said"
                    ),
                ),
                ("created_at", models.DateTimeField(default=core.clock.now)),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="brands.brand",
                        verbose_name="brand",
                    ),
                ),
                (
                    "invoice",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="einvoice",
                        to="compliance.invoice",
                        verbose_name="invoice",
                    ),
                ),
            ],
            options={
                "verbose_name": "e-invoice",
                "verbose_name_plural": "e-invoices",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["state", "due_on"], name="einvoice_queue")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "ready"),
                            models.Q(("document", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="einvoice_out_has_its_file",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["ready", "exported", "declined"]),
                            models.Q(
                                models.Q(("signed_document", ""), _negated=True),
                                models.Q(("signer", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="einvoice_signed_has_its_file",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "accepted"), _negated=True),
                            models.Q(("registration_number", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="einvoice_accepted_has_its_number",
                    ),
                ],
            },
        ),
        tenant_table(
            "compliance_einvoice",
            brand=may("read", "brand_id = {me}"),
            ops=may("read"),
            system=may("read add change"),
        ),
        same_tenant("compliance_einvoice", "invoice_id", "compliance_invoice"),
        frozen("compliance_einvoice", ["invoice_id", "brand_id", "due_on", "created_at"]),
    ]
