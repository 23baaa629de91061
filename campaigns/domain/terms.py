"""What a campaign and a participation may become, what terms may say, what a budget costs."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from ledger.domain.fees import Reserve, reserve_for

WINDOW_DAYS_MIN, WINDOW_DAYS_DEFAULT, WINDOW_DAYS_MAX = 1, 30, 90
HOLD_DAYS_MIN, HOLD_DAYS_DEFAULT = 14, 21
CLAWBACK_DAYS_MIN, CLAWBACK_DAYS_MAX = 1, 180


class CampaignStatus(StrEnum):
    DRAFT = "draft"
    LIVE = "live"
    PAUSED = "paused"
    CLOSED = "closed"


class ParticipationState(StrEnum):
    APPLIED = "applied"
    APPROVED = "approved"
    REJECTED = "rejected"
    LEFT = "left"
    REMOVED = "removed"


# A closed campaign stays closed: its budget goes back to the brand once its orders are settled.
CAMPAIGN_CHANGES: Mapping[CampaignStatus, frozenset[CampaignStatus]] = {
    CampaignStatus.DRAFT: frozenset({CampaignStatus.LIVE}),
    CampaignStatus.LIVE: frozenset({CampaignStatus.PAUSED, CampaignStatus.CLOSED}),
    CampaignStatus.PAUSED: frozenset({CampaignStatus.LIVE, CampaignStatus.CLOSED}),
    CampaignStatus.CLOSED: frozenset(),
}
PARTICIPATION_CHANGES: Mapping[ParticipationState, frozenset[ParticipationState]] = {
    # Who left, or took an application back, may come again; who was removed only from the day that
    # the brand has named, unless the brand takes the removal back.
    ParticipationState.APPLIED: frozenset(
        {ParticipationState.APPROVED, ParticipationState.REJECTED, ParticipationState.LEFT}
    ),
    ParticipationState.APPROVED: frozenset({ParticipationState.LEFT, ParticipationState.REMOVED}),
    ParticipationState.REJECTED: frozenset({ParticipationState.APPLIED}),
    ParticipationState.LEFT: frozenset({ParticipationState.APPLIED}),
    ParticipationState.REMOVED: frozenset(
        {ParticipationState.APPLIED, ParticipationState.APPROVED}
    ),
}


class ChangeRefused(ValueError):
    """No such change of state exists."""

    def __init__(self, old: StrEnum, new: StrEnum) -> None:
        super().__init__(f"{old} does not become {new}")
        self.old = old
        self.new = new


def campaign_change_require(old: CampaignStatus, new: CampaignStatus) -> None:
    """Pass when a campaign may go from `old` to `new`.

    Raises:
        ChangeRefused: it may not.
    """
    if new not in CAMPAIGN_CHANGES[old]:
        raise ChangeRefused(old, new)


def participation_change_require(old: ParticipationState, new: ParticipationState) -> None:
    """Pass when a participation may go from `old` to `new`.

    Raises:
        ChangeRefused: it may not.
    """
    if new not in PARTICIPATION_CHANGES[old]:
        raise ChangeRefused(old, new)


def funding_needed(budget_minor: int, *, fee_bps: int, vat_bps: int) -> Reserve:
    """What must be free on a brand's balance (tiyn) to publish a campaign of `budget_minor`: the
    rewards B, our fee F on them and the VAT V on the fee, each rounded half up.

    Fees and their VAT are booked cumulatively (ledger.domain.fees), so however small the rewards
    are, together they never need more than this.

    Raises:
        ValueError: the budget is not positive.
    """
    if budget_minor <= 0:
        raise ValueError(f"budget must be positive: {budget_minor}")
    return reserve_for(budget_minor, fee_bps=fee_bps, vat_bps=vat_bps)


def funding_missing_minor(free_minor: int, needed: Reserve) -> int:
    """How much a brand has to add before the campaign can be published; 0 when it has enough."""
    return max(0, needed.total_minor - free_minor)
