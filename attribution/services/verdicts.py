"""A brand's word about sales before their approval: yes at once, or no with a numbered reason.

One sale or thousands go the same way: they are locked, each is judged by the same pure rule, and
what may be done is written together. What may not is named with its reason and left as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from attribution.domain.lifecycle import Status
from attribution.domain.verdicts import (
    ANSWER_DAYS,
    Refusal,
    Verdict,
    ground_refusal,
    undo_until,
    verdict_refusal,
)
from attribution.models import Conversion, Rejection
from attribution.selectors.receipt_orders import receipts_asked
from attribution.services.books import Books
from attribution.services.conversions import Settling, conversions_approve
from attribution.services.evidence_files import Evidence, evidence_keep
from attribution.services.notices import approved_notices_queue, rejected_notices_queue
from core import clock
from core.audit.services import audit_record
from core.clock import day_end, day_of
from core.errors import DomainError
from core.tenancy.context import acting_as

BATCH = 500  # conversions of one transaction
REFUSALS: Mapping[str, Promise] = {
    Refusal.NOT_THERE: gettext_lazy("There is no such sale."),
    Refusal.APPROVED: gettext_lazy(
        "It is approved already: an approved reward cannot be rejected any more."
    ),
    Refusal.REJECTED: gettext_lazy("It is rejected already."),
    Refusal.REVERSED: gettext_lazy("The goods came back already: nothing is owed for it."),
    Refusal.NOT_RECEIVED: gettext_lazy(
        "The buyer has not received it yet: only received goods are approved early."
    ),
    Refusal.QUEUED: gettext_lazy("It waits for budget. Top up the campaign first."),
    Refusal.ASKED: gettext_lazy(
        "Say first whether its receipt and another order are one purchase, in the list of receipts."
    ),
    Refusal.REASON_MISSING: gettext_lazy("Choose a reason."),
    Refusal.REASON_UNKNOWN: gettext_lazy("A brand cannot give this reason."),
    Refusal.NOTHING_SHOWN: gettext_lazy(
        "Say in a note, or show in a file, what the reason rests on."
    ),
    Refusal.NOTE_TOO_LONG: gettext_lazy("The note has more than 500 characters."),
}
FIELDS: Mapping[Refusal, str] = {
    Refusal.REASON_MISSING: "reason_code",
    Refusal.REASON_UNKNOWN: "reason_code",
    Refusal.NOTHING_SHOWN: "note",
    Refusal.NOTE_TOO_LONG: "note",
}


class VerdictRefused(DomainError):
    """The sale's state, or what was given, does not allow it; `code` is a Refusal."""

    def __init__(self, refusal: Refusal) -> None:
        message = REFUSALS[refusal]
        field = FIELDS.get(refusal)
        super().__init__(
            message, fields={field: [message]} if field else {}, code=f"verdict_{refusal}"
        )
        if field:
            self.status = 422
        elif refusal is Refusal.NOT_THERE:
            self.status = 404


@dataclass(frozen=True, slots=True)
class Said:
    """A brand's verdict on one conversion (its public id). The reason and the note belong to a
    rejection."""

    conversion: UUID
    verdict: Verdict
    reason_code: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who says it, and by which door. No person stands behind a key of the API."""

    brand_id: int
    door: Rejection.Door
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one verdict: `refusal` says why nothing did."""

    said: Said
    refusal: Refusal | None = None


# --- One ------------------------------------------------------------------------------------


def conversion_reject(
    *,
    conversion_id: UUID,
    speaker: Speaker,
    reason_code: int | None,
    note: str,
    evidence: Evidence | None = None,
) -> Rejection:
    """Reject a sale that is not approved yet. Its reward goes back to the budget at once.

    Raises:
        VerdictRefused: it is approved, gone or not the brand's; or the ground is missing.
        Invalid: the file is none that may be shown.
    """
    said = Said(conversion_id, Verdict.REJECT, reason_code, note.strip())
    with acting_as(system="reject a sale"):
        ((conversion, refusal),) = _judged(speaker, [said], has_file=evidence is not None).values()
        if refusal is not None or conversion is None:
            raise VerdictRefused(refusal or Refusal.NOT_THERE)
        (rejection,) = _reject([(conversion, said)], speaker)
        if evidence is not None:
            evidence_keep(rejection, evidence, by_influencer=False)
    return rejection


def conversion_approve(*, conversion_id: UUID, speaker: Speaker) -> None:
    """Approve a received sale before its hold is over. It cannot be taken back.

    Raises:
        VerdictRefused: it is not on hold, or not the brand's.
    """
    (outcome,) = verdicts_apply(speaker=speaker, verdicts=[Said(conversion_id, Verdict.APPROVE)])
    if outcome.refusal is not None:
        raise VerdictRefused(outcome.refusal)


# --- Many -----------------------------------------------------------------------------------


def verdicts_apply(*, speaker: Speaker, verdicts: Sequence[Said]) -> list[Outcome]:
    """Do what may be done, in their order; the first verdict on a sale is the one that counts."""
    outcomes: list[Outcome] = []
    for begin in range(0, len(verdicts), BATCH):
        with acting_as(system="decide sales"):
            outcomes += _batch_apply(speaker, verdicts[begin : begin + BATCH])
    return outcomes


def verdicts_judge(*, speaker: Speaker, verdicts: Sequence[Said]) -> list[Outcome]:
    """What `verdicts_apply` would answer now, with nothing done."""
    with acting_as(system="look at verdicts on sales"):
        judged = _judged(speaker, verdicts, for_update=False)
        return [Outcome(said, refusal) for said, (_row, refusal) in judged.items()]


def _batch_apply(speaker: Speaker, verdicts: Sequence[Said]) -> list[Outcome]:
    judged = _judged(speaker, verdicts)
    accepted = [(row, said) for said, (row, no) in judged.items() if row is not None and no is None]
    _reject([each for each in accepted if each[1].verdict is Verdict.REJECT], speaker)
    _approve([row for row, said in accepted if said.verdict is Verdict.APPROVE])
    return [Outcome(said, refusal) for said, (_row, refusal) in judged.items()]


def _judged(
    speaker: Speaker, verdicts: Sequence[Said], *, for_update: bool = True, has_file: bool = False
) -> dict[Said, tuple[Conversion | None, Refusal | None]]:
    """Each verdict with its conversion and why it is not taken. A second one on a sale that an
    earlier one decides finds it decided."""
    rows = Conversion.objects.filter(
        brand_id=speaker.brand_id, public_id__in={said.conversion for said in verdicts}
    ).order_by("pk")
    found = {row.public_id: row for row in (rows.select_for_update() if for_update else rows)}
    will_be = {Verdict.APPROVE: Status.APPROVED, Verdict.REJECT: Status.REJECTED}
    states = {public_id: Status(row.status) for public_id, row in found.items()}
    asked = receipts_asked(found.values())
    judged: dict[Said, tuple[Conversion | None, Refusal | None]] = {}
    for said in verdicts:
        if said in judged:
            continue
        if said.conversion not in found:
            judged[said] = (None, Refusal.NOT_THERE)
            continue
        refusal = verdict_refusal(states[said.conversion], said.verdict)
        if refusal is None and said.verdict is Verdict.APPROVE and said.conversion in asked:
            refusal = Refusal.ASKED
        if refusal is None and said.verdict is Verdict.REJECT:
            refusal = ground_refusal(said.reason_code, said.note, has_file=has_file)
        if refusal is None:
            states[said.conversion] = will_be[said.verdict]
        judged[said] = (found[said.conversion], refusal)
    return judged


def _approve(conversions: Sequence[Conversion]) -> None:
    conversions_approve(conversions, at=clock.now(), cause="approved_by_brand")
    approved_notices_queue(conversions)


def _reject(pairs: Sequence[tuple[Conversion, Said]], speaker: Speaker) -> list[Rejection]:
    """Take back what they were worth, and write down who said so and why."""
    if not pairs:
        return []
    now = clock.now()
    settling = Settling(Books({conversion.campaign_id for conversion, _said in pairs}))
    rejections = []
    for conversion, said in pairs:
        rejections.append(_rejection(conversion, said, speaker, now))
        if conversion.status != Status.AWAITING_FUNDING:
            is_taken = settling.books.accrue(
                conversion, from_minor=conversion.commission_minor, to_minor=0
            )
            assert is_taken, conversion.pk  # what was taken can be given back
        conversion.status, conversion.reason_code = Status.REJECTED, said.reason_code
        conversion.base_minor = conversion.commission_minor = 0
        settling.version_add(conversion, cause="rejected_by_brand", breakdown=[])
    settling.write(at=now)
    for conversion, said in pairs:
        conversion.refused_at, conversion.reason_note = now, said.note
    Conversion.objects.bulk_update([row for row, _said in pairs], ["refused_at", "reason_note"])
    Rejection.objects.bulk_create(rejections)
    for rejection in rejections:
        after = {"reason_code": rejection.reason_code, "door": str(rejection.door)}
        audit_record("conversion.reject", rejection, after=after)
    rejected_notices_queue(rejections)
    return rejections


def _rejection(conversion: Conversion, said: Said, speaker: Speaker, at: datetime) -> Rejection:
    assert said.reason_code is not None, said
    return Rejection(
        conversion=conversion,
        brand_id=conversion.brand_id,
        influencer_id=conversion.influencer_id,
        reason_code=said.reason_code,
        note=said.note,
        lost_minor=conversion.commission_minor,
        door=speaker.door,
        rejected_by_id=speaker.user_id,
        rejected_at=at,
        undo_until=undo_until(at, day_ends_at=day_end(day_of(at))),
        answer_until=at + timedelta(days=ANSWER_DAYS),
    )


def refusal_text(refusal: Refusal) -> str:
    """In the reader's language."""
    return str(REFUSALS[refusal])
