from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from compliance.models.invoices import Invoice
from core import clock


class EInvoice(models.Model):
    """The electronic form of an issued invoice or credit note, and how far it has come with the
    state. `document` is the file that was handed out to be signed; the signed one must be the
    same. `signed_document` is that file with a signature in it, or (`form` CMS) the signature
    alone, in base64. `checked_by` says who vouches for it, `trouble` why nobody does yet or why it
    was refused. `word` is what the state's system calls its status, as ops entered it."""

    class State(models.TextChoices):
        READY = "ready", _("ready to be handed out")
        EXPORTED = "exported", _("handed out to be signed")
        SIGNING = "signing", _("waits for NCANode to sign it")
        CHECKING = "checking", _("its signature is to be confirmed")
        SIGNED = "signed", _("signed")
        SENT = "sent", _("sent")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")

    class Form(models.TextChoices):
        XML = "xml", _("in the file (XML)")
        CMS = "cms", _("beside the file (CMS)")

    class CheckedBy(models.TextChoices):
        NCANODE = "ncanode", _("NCANode")
        PERSON = "person", _("a second person, without NCANode")
        NOBODY = "nobody", _("nobody: it is from before signatures were checked")

    class Trouble(models.TextChoices):
        """Waits: `down` to `method`. Refused, and handed out again: the others."""

        DOWN = "down", _("NCANode does not answer. We ask again every few minutes.")
        UNUSABLE = "unusable", _("NCANode could not read it. We ask again every few minutes.")
        REVOCATION = (
            "revocation",
            _("NCANode could not learn if the certificate is revoked. It asks again."),
        )
        KEY = "key", _("NCANode cannot sign with the company's key. Look at the key's files.")
        METHOD = (
            "method",
            _("NCANode vouches for the certificate, not for a signature of this form."),
        )
        NO_CERTIFICATE = "no_certificate", _("It does not have one signer with one certificate.")
        FORGED = "forged", _("The signature is wrong: it was not made over this file.")
        ANOTHER_DOCUMENT = (
            "another_document",
            _("It signs another document than the one handed out."),
        )
        ANOTHER_SIGNER = "another_signer", _("The certificate is not of Birge's company.")
        NOT_YET_VALID = "not_yet_valid", _("The certificate is not valid yet.")
        EXPIRED = "expired", _("The certificate has expired.")
        REVOKED = "revoked", _("The certificate is revoked.")
        UNTRUSTED = "untrusted", _("The certificate is not one of the national centre.")

    invoice = models.OneToOneField(
        Invoice,
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="einvoice",
        verbose_name=_("invoice"),
    )
    brand = models.ForeignKey(
        "brands.Brand", on_delete=models.PROTECT, related_name="+", verbose_name=_("brand")
    )
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.READY)
    since = models.DateTimeField(_("in this state since"), default=clock.now)
    due_on = models.DateField(_("to be sent by"))
    document = models.TextField(blank=True)
    exported_by_id = models.BigIntegerField(_("handed out by"), null=True)
    signed_document = models.TextField(blank=True)
    form = models.CharField(_("signature"), max_length=3, choices=Form.choices, blank=True)
    signer = models.CharField(_("signed by"), max_length=300, blank=True)
    signed_by_id = models.BigIntegerField(_("brought by"), null=True)
    checked_by = models.CharField(
        _("checked by"), max_length=7, choices=CheckedBy.choices, blank=True
    )
    confirmed_by_id = models.BigIntegerField(_("confirmed by"), null=True)
    trouble = models.CharField(
        _("what is wrong"), max_length=16, choices=Trouble.choices, blank=True
    )
    trouble_detail = models.CharField(_("what NCANode said"), max_length=200, blank=True)
    word = models.CharField(_("status at the state's system"), max_length=40, blank=True)
    registration_number = models.CharField(_("registration number"), max_length=60, blank=True)
    note = models.CharField(_("what the state's system said"), max_length=300, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("e-invoice")
        verbose_name_plural = _("e-invoices")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="ready") | ~Q(document=""), name="einvoice_out_has_its_file"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["ready", "exported", "signing", "declined"])
                | ~Q(signed_document=""),
                name="einvoice_signed_has_its_file",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["signed", "sent", "accepted"])
                | ~Q(signer="") & ~Q(checked_by=""),
                name="einvoice_signed_was_checked",
            ),
            models.CheckConstraint(
                condition=~Q(checked_by="person")
                | Q(confirmed_by_id__isnull=False)
                & Q(signed_by_id__isnull=False)
                & ~Q(confirmed_by_id=F("signed_by_id")),
                name="einvoice_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted") | ~Q(registration_number=""),
                name="einvoice_accepted_has_its_number",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_on"], name="einvoice_queue")]

    def __str__(self) -> str:
        return str(self.invoice)
