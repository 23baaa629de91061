"""What a brand decides about people: accept, refuse, end, take that back; one or many at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.translation import gettext as _

from campaigns.domain.reasons import REJECT_CODES, REMOVE_CODES, ReasonCode, needs_note
from campaigns.domain.terms import ParticipationState
from campaigns.models import Campaign, Guarantee, Participation
from campaigns.services.guarantee_ends import guarantees_end
from campaigns.services.links import ParticipationConflict
from campaigns.services.standing import (
    PlacesTaken,
    approve,
    decision_notice,
    disarm,
    is_full,
    participation_taken,
    places_fill,
    rearm,
    state_change,
    terms_renew,
)
from core import clock
from core.errors import DomainError, Invalid
from core.tenancy.context import acting_as

NOTE_CHARS_MAX = 500
AGAIN_DAYS_MAX = 365
BULK_MAX = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why, for the influencer to read: a word of the list, the brand's own words, and the day from
    which they may come again (None: at any time after a refusal, never after a removal)."""

    code: str
    note: str = ""
    again_on: date | None = None


def participation_approve(*, participation_id: int) -> Participation:
    """Accept an application: link and code exist at once, the influencer gets a letter.

    Raises:
        NotFound: no such participation.
        ParticipationConflict: it is no application.
        PlacesTaken: the campaign is full.
    """
    with acting_as(system="decide on an application"):
        participation, campaign = _taken(participation_id)
        if participation.state == Participation.State.REMOVED:
            raise _not_possible(participation)  # `participation_restore` is for that
        _place_require(campaign)
        approve(participation, campaign)
        decision_notice(participation, campaign)
    return participation


def participation_reject(*, participation_id: int, reason: Reason) -> Participation:
    """Refuse an application; the influencer reads why and may apply again, from the day named.

    Raises:
        NotFound: no such participation.
        Invalid: the reason is not on the list, or says nothing; a day that has passed.
        ParticipationConflict: it is no application.
    """
    _reason_require(reason, REJECT_CODES)
    with acting_as(system="decide on an application"):
        participation, campaign = _taken(participation_id)
        _end(participation, ParticipationState.REJECTED, "participation.reject", reason)
        decision_notice(participation, campaign)
    return participation


def participation_remove(*, participation_id: int, reason: Reason) -> Participation:
    """End a participation: links stop, codes are void. Sales so far are still paid. The place goes
    to who waits for one, and guarantees of the month that runs and of later ones are off.

    Raises: as `participation_reject`.
    """
    _reason_require(reason, REMOVE_CODES)
    with acting_as(system="end a participation"):
        participation, campaign = _taken(participation_id)
        _end(participation, ParticipationState.REMOVED, "participation.remove", reason)
        guarantees_end(participation, Guarantee.Ending.REMOVED)
        disarm(participation)
        decision_notice(participation, campaign)
        places_fill(campaign)
    return participation


def participation_restore(*, participation_id: int) -> Participation:
    """Take a no back. A refused application waits for an answer again; who was removed takes part
    again, with the same links and code, under the terms of today.

    Raises:
        NotFound: no such participation.
        ParticipationConflict: there is no no to take back.
        PlacesTaken: the campaign is full.
    """
    with acting_as(system="take a decision back"):
        participation, campaign = _taken(participation_id)
        if participation.state == Participation.State.REJECTED:
            state_change(participation, ParticipationState.APPLIED, "participation.restore")
            return participation
        if participation.state != Participation.State.REMOVED:
            raise _not_possible(participation)
        _place_require(campaign)
        terms_renew(participation, campaign)
        state_change(participation, ParticipationState.APPROVED, "participation.restore")
        rearm(participation, campaign)
        decision_notice(participation, campaign)
    return participation


def _taken(participation_id: int) -> tuple[Participation, Campaign]:
    """Both, read once the people are locked."""
    participation = participation_taken(participation_id)
    return participation, Campaign.objects.get(pk=participation.campaign_id)


def _place_require(campaign: Campaign) -> None:
    if is_full(campaign):
        raise PlacesTaken(
            _(
                "All places are taken (%(count)s). Raise the number of places, or end a"
                " participation."
            )
            % {"count": campaign.participants_max}
        )


def _end(
    participation: Participation, new: ParticipationState, action: str, reason: Reason
) -> None:
    state_change(
        participation,
        new,
        action,
        code=reason.code,
        note=reason.note.strip(),
        again_on=reason.again_on,
    )


def _reason_require(reason: Reason, codes: Iterable[ReasonCode]) -> None:
    errors: dict[str, list[str]] = {}
    note = reason.note.strip()
    if reason.code not in set(codes):
        errors["reason_code"] = [_("Choose a reason: the influencer reads it.")]
    elif needs_note(ReasonCode(reason.code)) and not note:
        errors["reason"] = [_("Say why, in your own words: the influencer reads it.")]
    if len(note) > NOTE_CHARS_MAX:
        errors["reason"] = [_("Say why, in up to 500 characters: the influencer reads it.")]
    today = clock.today()
    last = today + timedelta(days=AGAIN_DAYS_MAX)
    if reason.again_on is not None and not today < reason.again_on <= last:
        errors["again_on"] = [_("Choose a day from tomorrow on, within a year.")]
    if errors:
        raise Invalid(_("Some fields need another look."), fields=errors)


def _not_possible(participation: Participation) -> DomainError:
    return ParticipationConflict(
        _("This is not possible: the participation is %(state)s.")
        % {"state": participation.get_state_display()}
    )


# --- Many at once ---------------------------------------------------------------------------


@dataclass(slots=True)
class Decided:
    """What became of a list: how many, and why others not."""

    done: int = 0
    refused: list[str] = field(default_factory=list)


def participations_approve(*, participation_ids: Iterable[int]) -> Decided:
    """Accept each application; what is refused by a rule stays, and is said."""
    return _each(participation_ids, lambda pk: participation_approve(participation_id=pk))


def participations_reject(*, participation_ids: Iterable[int], reason: Reason) -> Decided:
    """Refuse each application, for one reason.

    Raises:
        Invalid: the reason; nothing is refused then.
    """
    _reason_require(reason, REJECT_CODES)
    return _each(
        participation_ids, lambda pk: participation_reject(participation_id=pk, reason=reason)
    )


def _each(participation_ids: Iterable[int], act: Callable[[int], Participation]) -> Decided:
    """One by one, each whole or not at all, in the order given."""
    decided = Decided()
    with acting_as(system="decide on applications"):
        for pk in list(dict.fromkeys(participation_ids))[:BULK_MAX]:
            try:
                act(pk)  # a savepoint of its own
            except DomainError as error:
                decided.refused.append(str(error))
            else:
                decided.done += 1
    return decided
