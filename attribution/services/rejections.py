"""What follows a rejection: the influencer answers, or the brand takes its word back."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from attribution.domain.lifecycle import TRANSITIONS, Status
from attribution.domain.verdicts import ANSWER_CHARS_MAX
from attribution.models import Conversion, ConversionVersion, Rejection
from attribution.selectors.news import News
from attribution.services.books import Books
from attribution.services.conversions import Settling, conversions_settle
from attribution.services.decisions import order_decide
from attribution.services.evidence_files import Evidence, evidence_keep
from attribution.services.lifecycle import campaign_fund
from attribution.services.work import work_load
from core import clock
from core.audit.services import audit_record
from core.errors import DomainError, Invalid, NotFound
from core.tenancy.context import acting_as


class RejectionStands(DomainError):
    """It can neither be answered nor taken back now."""

    code = "rejection_stands"


def rejection_answer(
    *, conversion_id: int, influencer_id: int, text: str, evidence: Evidence | None = None
) -> Rejection:
    """Keep the influencer's answer: the brand and ops read it. One answer, until its last day.

    Raises:
        NotFound: no rejection of theirs stands.
        RejectionStands: it was answered, or the time for it is over.
        Invalid: an empty or endless answer, or a file that may not be shown.
    """
    words = text.strip()
    if not words:
        raise Invalid.of("answer", _("Say why you disagree."))
    if len(words) > ANSWER_CHARS_MAX:
        said = _("The answer has more than %(count)s characters.")
        raise Invalid.of("answer", said % {"count": ANSWER_CHARS_MAX})
    with acting_as(system="answer a rejection"):
        rejection = _standing(conversion_id=conversion_id, influencer_id=influencer_id)
        now = clock.now()
        if rejection.answered_at is not None:
            raise RejectionStands(_("You have answered already."))
        if now > rejection.answer_until:
            raise RejectionStands(_("The time to answer is over."))
        rejection.answer, rejection.answered_at = words, now
        rejection.save(update_fields=["answer", "answered_at"])
        if evidence is not None:
            evidence_keep(rejection, evidence, by_influencer=True)
        after = {"has_file": evidence is not None}
        audit_record("conversion.rejection_answer", rejection, after=after)
    return rejection


def rejection_undo(*, conversion_id: UUID, brand_id: int, user_id: int) -> Conversion:
    """Take a rejection back: the sale lives again by the same rules as any other. It has its old
    place in the queue for the budget, and its order is decided anew, as it is now.

    Raises:
        NotFound: no rejection of this brand stands.
        RejectionStands: its time is over, or the sale is another's by now.
    """
    with acting_as(system="take a rejection back"):
        found = Conversion.objects.filter(public_id=conversion_id, brand_id=brand_id)
        conversion = found.select_related("order").first()
        if conversion is None:
            raise NotFound(_("There is no such sale."))
        key = (conversion.order.connection_id, conversion.order.external_id)
        work = work_load(News(names={key}))  # locks the order
        rejection = _standing(conversion_id=conversion.pk, brand_id=brand_id)
        if clock.now() > rejection.undo_until:
            raise RejectionStands(_("The time to take it back is over."))
        _revive(conversion)
        rejection.undone_at, rejection.undone_by_id = clock.now(), user_id
        rejection.save(update_fields=["undone_at", "undone_by_id"])
        audit_record("conversion.rejection_undo", rejection)
        order_decide(work, work.dossiers.get(key))
        work.changes.write()
        conversions_settle(work)
        campaign_fund(conversion.campaign_id)
        conversion.refresh_from_db()
    return conversion


def _standing(**whose: int) -> Rejection:
    """Locked. Raises: NotFound."""
    rows = Rejection.objects.select_for_update().filter(undone_at__isnull=True, **whose)
    rejection = rows.first()
    if rejection is None:
        raise NotFound(_("There is no such rejection."))
    return rejection


def _revive(conversion: Conversion) -> None:
    """Back into the queue for the budget, with what it was worth."""
    rows = Conversion.objects.select_for_update().filter(order_id=conversion.order_id)
    of_order = {each.pk: each for each in rows.order_by("pk")}  # before the campaign's totals
    locked = of_order[conversion.pk]
    if any(
        each.line_id == locked.line_id and each.status != Status.REJECTED
        for each in of_order.values()
    ):
        raise RejectionStands(_("This sale is somebody else's by now."))
    assert Status.AWAITING_FUNDING in TRANSITIONS[Status(locked.status)], locked.pk
    worth = (
        ConversionVersion.objects.filter(conversion=locked, number__lt=locked.version)
        .order_by("-number")
        .first()
    )
    assert worth is not None, locked.pk  # nothing is rejected before it was
    locked.status, locked.reason_code = Status.AWAITING_FUNDING, None
    locked.base_minor, locked.commission_minor = worth.base_minor, worth.commission_minor
    settling = Settling(Books({locked.campaign_id}))
    settling.version_add(locked, cause="rejection_undone", breakdown=worth.breakdown)
    settling.write(at=clock.now())
    locked.refused_at, locked.reason_note = None, ""
    locked.save(update_fields=["refused_at", "reason_note"])
