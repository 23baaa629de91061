"""Who vouches for the signature of an e-invoice, and why nobody does.

Rows that were signed before say so: nobody computed their signatures. Reversible: yes, with the
loss of who vouched; not while a row waits in one of the two new states.
"""

from django.db import migrations, models

BEFORE = """
UPDATE compliance_einvoice SET form = 'xml', checked_by = 'nobody' WHERE signed_document <> ''
"""


class Migration(migrations.Migration):
    dependencies = [
        ("compliance", "0005_einvoices"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="einvoice",
            name="einvoice_signed_has_its_file",
        ),
        migrations.AddField(
            model_name="einvoice",
            name="checked_by",
            field=models.CharField(
                blank=True,
                choices=[
                    ("ncanode", "NCANode"),
                    ("person", "a second person, without NCANode"),
                    ("nobody", "nobody: it is from before signatures were checked"),
                ],
                max_length=7,
                verbose_name="checked by",
            ),
        ),
        migrations.AddField(
            model_name="einvoice",
            name="confirmed_by_id",
            field=models.BigIntegerField(null=True, verbose_name="confirmed by"),
        ),
        migrations.AddField(
            model_name="einvoice",
            name="form",
            field=models.CharField(
                blank=True,
                choices=[("xml", "in the file (XML)"), ("cms", "beside the file (CMS)")],
                max_length=3,
                verbose_name="signature",
            ),
        ),
        migrations.AddField(
            model_name="einvoice",
            name="signed_by_id",
            field=models.BigIntegerField(null=True, verbose_name="brought by"),
        ),
        migrations.AddField(
            model_name="einvoice",
            name="trouble",
            field=models.CharField(
                blank=True,
                choices=[
                    ("down", "NCANode does not answer. We ask again every few minutes."),
                    ("unusable", "NCANode could not read it. We ask again every few minutes."),
                    (
                        "revocation",
                        "NCANode could not learn if the certificate is revoked. It asks again.",
                    ),
                    ("key", "NCANode cannot sign with the company's key. Look at the key's files."),
                    (
                        "method",
                        "NCANode vouches for the certificate, not for a signature of this form.",
                    ),
                    ("no_certificate", "It does not have one signer with one certificate."),
                    ("forged", "The signature is wrong: it was not made over this file."),
                    ("another_document", "It signs another document than the one handed out."),
                    ("another_signer", "The certificate is not of Birge's company."),
                    ("not_yet_valid", "The certificate is not valid yet."),
                    ("expired", "The certificate has expired."),
                    ("revoked", "The certificate is revoked."),
                    ("untrusted", "The certificate is not one of the national centre."),
                ],
                max_length=16,
                verbose_name="what is wrong",
            ),
        ),
        migrations.AddField(
            model_name="einvoice",
            name="trouble_detail",
            field=models.CharField(blank=True, max_length=200, verbose_name="what NCANode said"),
        ),
        migrations.AlterField(
            model_name="einvoice",
            name="state",
            field=models.CharField(
                choices=[
                    ("ready", "ready to be handed out"),
                    ("exported", "handed out to be signed"),
                    ("signing", "waits for NCANode to sign it"),
                    ("checking", "its signature is to be confirmed"),
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
        migrations.RunSQL(BEFORE, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="einvoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["ready", "exported", "signing", "declined"]),
                    models.Q(("signed_document", ""), _negated=True),
                    _connector="OR",
                ),
                name="einvoice_signed_has_its_file",
            ),
        ),
        migrations.AddConstraint(
            model_name="einvoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["signed", "sent", "accepted"]), _negated=True),
                    models.Q(
                        models.Q(("signer", ""), _negated=True),
                        models.Q(("checked_by", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="einvoice_signed_was_checked",
            ),
        ),
        migrations.AddConstraint(
            model_name="einvoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("checked_by", "person"), _negated=True),
                    models.Q(
                        ("confirmed_by_id__isnull", False),
                        ("signed_by_id__isnull", False),
                        models.Q(("confirmed_by_id", models.F("signed_by_id")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="einvoice_confirmed_by_another",
            ),
        ),
    ]
