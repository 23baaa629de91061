from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from compliance.models.invoices import Invoice
from core import clock


class EInvoice(models.Model):
    """The electronic form of an issued invoice or credit note, and how far it has come with the
    state. `document` is the file that was handed out to be signed; the signed one must be the
    same. `word` is what the state's system calls its status, as ops entered it."""

    class State(models.TextChoices):
        READY = "ready", _("ready to be handed out")
        EXPORTED = "exported", _("handed out to be signed")
        SIGNED = "signed", _("signed")
        SENT = "sent", _("sent")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")

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
    signer = models.CharField(_("signed by"), max_length=300, blank=True)
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
                condition=Q(state__in=["ready", "exported", "declined"])
                | ~Q(signed_document="") & ~Q(signer=""),
                name="einvoice_signed_has_its_file",
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted") | ~Q(registration_number=""),
                name="einvoice_accepted_has_its_number",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_on"], name="einvoice_queue")]

    def __str__(self) -> str:
        return str(self.invoice)
