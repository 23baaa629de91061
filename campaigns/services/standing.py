"""What every change of a participation shares: the lock, the change itself, what comes with it.

People of one campaign change one after another, so that its places are counted and its queue moves
without a race. The lock comes before any row's: no two wait for each other.
"""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import override

from campaigns.domain.terms import (
    CampaignStatus,
    ChangeRefused,
    ParticipationState,
    participation_change_require,
)
from campaigns.link_cache import links_changed
from campaigns.models import (
    Campaign,
    Invite,
    ParticipantGroup,
    Participation,
    ParticipationTerms,
    PromoCode,
    Terms,
    TrackingLink,
)
from campaigns.reason_words import reason_text
from campaigns.selectors.versions import announced_at, later_terms, terms_at, terms_now
from campaigns.services.codes import code_create, codes_disarm
from campaigns.services.exclusive_skus import exclusive_skus_disarm
from campaigns.services.external_codes import external_codes_disarm
from campaigns.services.links import ParticipationConflict, link_make, participation_locked
from core import clock
from core.audit.services import audit_record
from core.errors import NotFound
from core.locks import lock_for_transaction
from influencers.notices import influencer_notice_queue

State = Participation.State


class PlacesTaken(ParticipationConflict):
    """The campaign has room for nobody more."""

    code = "places_taken"


def people_lock(campaign_id: int) -> None:
    """Nobody else joins, is accepted or leaves this campaign until the transaction ends."""
    lock_for_transaction(f"people of campaign {campaign_id}")


def participation_taken(participation_id: int) -> Participation:
    """The row, with its campaign's people locked. NotFound when there is none."""
    row = Participation.objects.filter(pk=participation_id).values_list("campaign_id").first()
    if row is None:
        raise NotFound(_("There is no such participation."))
    people_lock(row[0])
    return participation_locked(participation_id)


# --- Places ---------------------------------------------------------------------------------


def places_left(campaign: Campaign) -> int | None:
    """How many more may take part; None where nobody has set a limit. The people are locked."""
    if campaign.participants_max is None:
        return None
    taken = Participation.objects.filter(campaign=campaign, state=State.APPROVED).count()
    return max(0, campaign.participants_max - taken)


def is_full(campaign: Campaign) -> bool:
    return places_left(campaign) == 0


def places_fill(campaign: Campaign) -> list[Participation]:
    """Take in who waits for a place, the first one first, where nobody has to decide. The people
    are locked; the campaign was read after that."""
    left = places_left(campaign)
    if campaign.access == Campaign.Access.APPLICATION or not is_open(campaign) or left == 0:
        return []
    waiting = Participation.objects.filter(campaign=campaign, state=State.APPLIED)
    taken_in = list(waiting.order_by("applied_at", "pk")[:left])
    for participation in taken_in:
        approve(participation, campaign)
        decision_notice(participation, campaign)
    return taken_in


def is_open(campaign: Campaign) -> bool:
    """Whether it runs now."""
    is_over = campaign.ends_at is not None and campaign.ends_at <= clock.now()
    return campaign.status == CampaignStatus.LIVE and not is_over


# --- The change -----------------------------------------------------------------------------


def terms_in_force(campaign: Campaign, group_id: int | None = None) -> Terms:
    """The latest of the whole campaign, or of a group of it."""
    published = Terms.objects.filter(campaign=campaign, published_at__isnull=False)
    return published.filter(group_id=group_id).latest("version")


def terms_renew(participation: Participation, campaign: Campaign) -> None:
    """The terms of today for who comes in. Who was in before gets them as one more version: the
    clicks of then keep theirs."""
    today = terms_in_force(campaign, participation.group_id)
    if participation.ended_at is None:
        participation.terms = today
        return
    now, later = clock.now(), later_terms([participation])
    known = later.get(participation.pk, ())
    if terms_at(participation, later, now).pk == today.pk and not announced_at(known, now):
        return
    ParticipationTerms.objects.create(
        participation=participation,
        campaign_id=campaign.pk,
        brand_id=campaign.brand_id,
        influencer_id=participation.influencer_id,
        terms=today,
        number=len(known) + 1,
        since=now,
        is_cut=False,
    )
    participation.has_later_terms = True


def group_of(invite: Invite | None) -> ParticipantGroup | None:
    """Whom an invitation puts its people among; None: everybody."""
    group = invite.group if invite is not None else None
    return group if group is not None and group.ended_at is None else None


def approve(participation: Participation, campaign: Campaign) -> None:
    """Under the terms of today, with a link and a code."""
    participation.group = group_of(participation.invite)
    terms_renew(participation, campaign)
    state_change(participation, ParticipationState.APPROVED, "participation.approve")
    equip(participation, campaign)


def state_change(
    participation: Participation,
    new: ParticipationState,
    action: str,
    *,
    code: str = "",
    note: str = "",
    again_on: date | None = None,
) -> None:
    """Another state, with why and from when they may come again where somebody says so.

    Raises:
        ParticipationConflict: there is no way from its state to this one.
    """
    try:
        participation_change_require(ParticipationState(participation.state), new)
    except ChangeRefused:
        raise ParticipationConflict(
            _("This is not possible: the participation is %(state)s.")
            % {"state": participation.get_state_display()}
        ) from None
    before = {"state": participation.state}
    if participation.state == State.APPROVED:
        participation.ended_at = clock.now()
    participation.state = State(new)
    if new in (ParticipationState.LEFT, ParticipationState.APPLIED):
        participation.group = None  # who comes by themselves comes as anybody
    if new is not ParticipationState.APPLIED:
        participation.decided_at = clock.now()
    participation.reason_code, participation.reason_note = code, note
    participation.apply_again_on = again_on
    changed = ["state", "decided_at", "ended_at", "terms", "has_later_terms", "group", "invite"]
    changed += ["reason_code", "reason_note", "apply_again_on"]
    if new is ParticipationState.APPLIED:
        participation.applied_at = clock.now()
        changed.append("applied_at")
    participation.save(update_fields=changed)
    audit_record(action, participation, before=before, after=_words(participation))


def _words(participation: Participation) -> dict[str, str]:
    """For the audit: what became of it, and why."""
    again_on = participation.apply_again_on
    words = {
        "state": str(participation.state),
        "reason_code": participation.reason_code,
        "reason": participation.reason_note,
        "apply_again_on": again_on.isoformat() if again_on else "",
    }
    return {name: word for name, word in words.items() if word}


def equip(participation: Participation, campaign: Campaign) -> None:
    """The first link, and a code where the campaign counts codes."""
    link_make(participation, campaign.destination_url)
    if terms_now(participation).code_policy != Terms.CodePolicy.CLICK_ONLY:
        code_create(participation)


def disarm(participation: Participation) -> None:
    """Links stop, codes are void. Sales so far are still paid."""
    links = TrackingLink.objects.filter(participation=participation)
    links_changed(links.values_list("token", flat=True))
    links.update(state=TrackingLink.State.DISABLED)
    codes_disarm(participation)
    exclusive_skus_disarm(participation)
    external_codes_disarm(participation)


def rearm(participation: Participation, campaign: Campaign) -> None:
    """The links and the code that were theirs work again; what was never there is made."""
    links = TrackingLink.objects.filter(participation=participation)
    links_changed(links.values_list("token", flat=True))
    links.update(state=TrackingLink.State.ACTIVE)
    personal = PromoCode.objects.filter(participation=participation, pool__isnull=True)
    last = personal.filter(state=PromoCode.State.VOID).order_by("-pk").first()
    if last is not None:
        last.state = PromoCode.State.ACTIVE
        last.save(update_fields=["state"])
    if not links.exists():
        equip(participation, campaign)


# --- The letter -----------------------------------------------------------------------------


def decision_notice(participation: Participation, campaign: Campaign) -> None:
    """To the influencer, in their language: what was decided, and why."""
    person = participation.influencer
    assert participation.decided_at is not None
    moment = participation.decided_at.isoformat()
    with override(person.user.language):
        reason = reason_text(participation.reason_code, participation.reason_note)
    influencer_notice_queue(
        f"participation_{participation.state}",
        person,
        context={
            "campaign": campaign,
            "reason": reason,
            "again_on": participation.apply_again_on,
        },
        dedupe_key=f"participation:{participation.public_id}:{moment}",
    )
