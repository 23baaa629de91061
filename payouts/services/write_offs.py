"""A debt is given up by two people: one asks with a reason, another decides."""

from __future__ import annotations

from django.utils.translation import gettext as _

from attribution.models import Conversion
from core import clock
from core.audit.services import audit_record
from core.errors import DomainError, Forbidden, Invalid, NotFound
from core.tenancy.context import acting_as
from ledger.domain.journals import debt_written_off
from ledger.services import journals_post
from payouts.models import DebtWriteOff

REASON_CHARS_MAX = 300


class WriteOffConflict(DomainError):
    """The debt, or what was asked about it, has changed meanwhile."""

    code = "write_off_state"


def write_off_ask(*, conversion_id: int, reason: str, maker_id: int) -> DebtWriteOff:
    """Ask to give up what is owed for one sale, all of it.

    Raises:
        NotFound: no such sale.
        WriteOffConflict: nothing is owed for it, or it was asked already.
        Invalid: no reason.
    """
    words = reason.strip()
    if not words or len(words) > REASON_CHARS_MAX:
        message = _("Write the reason, up to 300 characters.")
        raise Invalid.of("reason", message)
    with acting_as(system="ask for a write-off", user_id=maker_id):
        conversion = _locked(conversion_id)
        if not conversion.debt_minor:
            raise WriteOffConflict(_("Nothing is owed for this sale."))
        if DebtWriteOff.objects.filter(
            conversion=conversion, state=DebtWriteOff.State.ASKED
        ).exists():
            raise WriteOffConflict(_("A write-off of this debt waits for approval already."))
        asked = DebtWriteOff.objects.create(
            conversion=conversion,
            influencer_id=conversion.influencer_id,
            brand_id=conversion.brand_id,
            amount_minor=conversion.debt_minor,
            reason=words,
            created_by_id=maker_id,
        )
        audit_record("debt.write_off_ask", asked, after={"amount_minor": asked.amount_minor})
    return asked


def write_off_decide(*, write_off_id: int, checker_id: int, is_agreed: bool) -> DebtWriteOff:
    """The second person's word. Agreed: the influencer owes it no more, and the brand, which would
    have got it, bears it.

    Raises:
        NotFound: nothing such was asked.
        Forbidden: by who asked (the database refuses that too).
        WriteOffConflict: it is decided, or less is owed by now.
    """
    with acting_as(system="decide a write-off", user_id=checker_id):
        asked = DebtWriteOff.objects.select_for_update().filter(pk=write_off_id).first()
        if asked is None:
            raise NotFound(_("There is no such write-off."))
        if asked.state != DebtWriteOff.State.ASKED:
            raise WriteOffConflict(_("This write-off is decided already."))
        if asked.created_by_id == checker_id:
            raise Forbidden(_("A write-off needs two people: you asked, another person decides."))
        if is_agreed:
            _write_off(asked)
        asked.state = DebtWriteOff.State.DONE if is_agreed else DebtWriteOff.State.REFUSED
        asked.decided_by_id, asked.decided_at = checker_id, clock.now()
        asked.save(update_fields=["state", "decided_by_id", "decided_at"])
        audit_record("debt.write_off_decide", asked, after={"state": str(asked.state)})
    return asked


def _write_off(asked: DebtWriteOff) -> None:
    conversion = _locked(asked.conversion_id)
    if conversion.debt_minor < asked.amount_minor:
        raise WriteOffConflict(
            _("Less is owed by now: a payout has paid some of it. Refuse this and ask anew.")
        )
    draft = debt_written_off(
        write_off_id=asked.pk,
        brand_id=conversion.brand_id,
        campaign_id=conversion.campaign_id,
        influencer_id=conversion.influencer_id,
        amount_minor=asked.amount_minor,
    )
    journals_post([draft], occurred_at=clock.now())
    conversion.forgiven_minor += asked.amount_minor
    conversion.save(update_fields=["forgiven_minor"])


def _locked(conversion_id: int) -> Conversion:
    conversion = Conversion.objects.select_for_update().filter(pk=conversion_id).first()
    if conversion is None:
        raise NotFound(_("There is no such sale."))
    return conversion
