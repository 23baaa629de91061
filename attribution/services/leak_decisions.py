"""What people decide about a code that looks leaked, and what a campaign does about such codes."""

from __future__ import annotations

from django.utils.translation import gettext as _

from attribution.domain.lifecycle import ReasonCode
from attribution.domain.verdicts import Verdict
from attribution.models import CodeFinding, Conversion, Grade, Rejection
from attribution.selectors.leaks import FindingClosed, finding_locked, held_by
from attribution.services.evidence_files import Evidence
from attribution.services.verdicts import Said, Speaker, conversion_reject, verdicts_apply
from campaigns.models import Campaign, PromoCode
from campaigns.services.codes import code_rotate
from core import clock
from core.audit.services import audit_record
from core.errors import Invalid, NotFound
from core.tenancy.context import acting_as, acting_user_id

NOTE_CHARS_MAX = 500
State = CodeFinding.State


def finding_clear(*, finding_id: int, note: str = "") -> CodeFinding:
    """Nothing is wrong: what waited goes on, and the code is counted anew from now.

    Raises:
        NotFound: no such finding.
        FindingClosed: somebody has decided already.
    """
    with acting_as(system="decide about a code"):
        finding = finding_locked(finding_id)
        _close(finding, State.CLEARED, note)
    return finding


def finding_reject(*, finding_id: int, speaker: Speaker, note: str) -> int:
    """The code has leaked: what waits for this finding is rejected with reason 19 and this note,
    which the influencer reads and may answer. What is approved stays. Returns how many sales.

    Raises:
        NotFound: no such finding.
        FindingClosed: somebody has decided already.
        Invalid: nothing is said of what proves it.
    """
    said = note.replace("\x00", "").strip()[:NOTE_CHARS_MAX]
    if not said:
        message = _("Say where the code was seen: a sign alone is no proof.")
        raise Invalid.of("note", message)
    with acting_as(system="decide about a code"):
        finding = finding_locked(finding_id)
        waiting = held_by(finding).order_by("pk").values_list("public_id", flat=True)
        verdicts = [
            Said(public_id, Verdict.REJECT, ReasonCode.CODE_LEAKED, said) for public_id in waiting
        ]
        outcomes = verdicts_apply(speaker=speaker, verdicts=verdicts)
        _close(finding, State.LEAKED, said)
    return sum(outcome.refusal is None for outcome in outcomes)


def leaked_sale_reject(
    *, conversion: Conversion, speaker: Speaker, note: str, evidence: Evidence | None = None
) -> Rejection:
    """Reject one sale with reason 19, which is for sales by a code alone.

    Raises:
        Invalid: something else than a code decided it; or the file is none that may be shown.
        VerdictRefused: its state, or what was given, does not allow it.
    """
    if conversion.grade != Grade.B:
        raise Invalid(_("No promo code decided this sale: a leaked code is no reason."))
    return conversion_reject(
        conversion_id=conversion.public_id,
        speaker=speaker,
        reason_code=ReasonCode.CODE_LEAKED,
        note=note.replace("\x00", ""),
        evidence=evidence,
    )


def finding_rotate(*, finding_id: int) -> PromoCode:
    """A new code at once; the old one counts no more from now on. The finding stays open: what it
    holds is decided apart.

    Raises:
        NotFound: no such finding.
        FindingClosed: somebody has decided already.
        ParticipationConflict: the influencer takes part no more, or codes do not count.
    """
    with acting_as(system="decide about a code"):
        finding = finding_locked(finding_id)
        if finding.code.state != PromoCode.State.ACTIVE:
            raise FindingClosed(_("This code has been replaced already."))
        return code_rotate(participation_id=finding.participation_id, grace_days=0)


def finding_reply(*, finding_id: int, text: str) -> CodeFinding:
    """What the influencer says to it; the brand reads it beside the figures.

    Raises:
        NotFound: no such finding.
        FindingClosed: somebody has decided already.
        Invalid: nothing was said.
    """
    said = " ".join(text.replace("\x00", "").split())[:NOTE_CHARS_MAX]
    if not said:
        message = _("Write where you told of the code.")
        raise Invalid.of("text", message)
    with acting_as(system="answer about a code"):
        finding = finding_locked(finding_id)
        finding.reply = said
        finding.save(update_fields=["reply"])
        audit_record("code_finding.reply", finding, after={"reply": said})
    return finding


def leak_mode_set(*, campaign_id: int, mode: str) -> Campaign:
    """What the campaign does about codes that look leaked, from now on, open findings too.

    Raises:
        NotFound: no such campaign.
        Invalid: no such way.
    """
    if mode not in Campaign.LeakMode.values:
        message = _("Choose one of the three.")
        raise Invalid.of("mode", message)
    with acting_as(system="choose what a leak does"):
        campaign = Campaign.objects.select_for_update().filter(pk=campaign_id).first()
        if campaign is None:
            raise NotFound(_("There is no such campaign."))
        before = {"leak_mode": campaign.leak_mode}
        if campaign.leak_mode != mode:
            campaign.leak_mode = mode
            campaign.save(update_fields=["leak_mode"])
            audit_record("campaign.leak_mode", campaign, before=before, after={"leak_mode": mode})
    return campaign


def _close(finding: CodeFinding, state: State, note: str) -> None:
    finding.state, finding.note = state, note.replace("\x00", "").strip()[:NOTE_CHARS_MAX]
    finding.closed_at, finding.closed_by_id = clock.now(), acting_user_id()
    finding.save(update_fields=["state", "note", "closed_at", "closed_by_id"])
    audit_record(
        f"code_finding.{state}",
        finding,
        before={"state": str(State.OPEN)},
        after={"state": str(state), "note": finding.note},
    )
