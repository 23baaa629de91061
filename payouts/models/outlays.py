"""Money that left our account for the state or the bank."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from payouts.models.bank import StatementRow


class Outlay(models.Model):
    """What an outgoing row of a statement was, or a part of it: a tax kept back from payees, VAT of
    our fees, or what the bank took for its work. One person says it, another books it."""

    class Kind(models.TextChoices):
        IPN = "ipn", _("Income tax")
        IPN_EXCESS = "ipn_excess", _("Income tax above the yearly band")
        OPV = "opv", _("Pension contribution")
        OPVR = "opvr", _("Employer's pension contribution")
        SO = "so", _("Social contribution")
        VOSMS = "vosms", _("Medical insurance")
        VAT = "vat", _("VAT of our fees")
        RAIL_FEE = "rail_fee", _("What the bank takes for its work")

    class State(models.TextChoices):
        ASKED = "asked", _("waiting for a second person")
        BOOKED = "booked", _("booked")
        REFUSED = "refused", _("refused")

    COUNTS = (State.ASKED, State.BOOKED)  # as a part of its row

    row = models.ForeignKey(
        StatementRow, on_delete=models.PROTECT, related_name="outlays", verbose_name=_("row")
    )
    kind = models.CharField(_("what it was"), max_length=10, choices=Kind.choices)
    amount_minor = models.BigIntegerField(_("sum, tiyn"))
    reason = models.CharField(_("how we know"), max_length=300)
    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.ASKED)
    created_by_id = models.BigIntegerField(_("said by"))
    decided_by_id = models.BigIntegerField(_("decided by"), null=True)
    created_at = models.DateTimeField(_("said at"), default=clock.now)
    decided_at = models.DateTimeField(_("decided at"), null=True)

    class Meta:
        verbose_name = _("tax or bank's fee paid")
        verbose_name_plural = _("taxes and bank's fees paid")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="outlay_is_positive"),
            models.CheckConstraint(
                condition=~Q(state="booked")
                | Q(decided_by_id__isnull=False) & ~Q(decided_by_id=F("created_by_id")),
                name="outlay_maker_is_not_checker",
            ),
            models.CheckConstraint(
                condition=Q(state="asked", decided_by_id__isnull=True, decided_at__isnull=True)
                | Q(decided_by_id__isnull=False, decided_at__isnull=False),
                name="outlay_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.row}"
