"""Who enters a payout batch, and why somebody does not. Source: design/domain.md section 7."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PayeeHold(StrEnum):
    """Why a payee waits for a reason that is not the tax law's (see compliance HoldReason).
    Shown to the payee with the button that fixes it; translated by key."""

    NO_PAYEE = "no_payee"
    NO_ACCOUNT = "no_account"
    ACCOUNT_ON_HOLD = "account_on_hold"
    HOLDER_IS_ANOTHER = "holder_is_another"
    OPEN_PAYOUT = "open_payout"
    LEDGER_DIFFERS = "ledger_differs"


@dataclass(frozen=True, slots=True)
class Part:
    """What one conversion, one reward of a month or one post puts into a payout."""

    brand_id: int
    amount_minor: int
    conversion_id: int | None = None
    period_reward_id: int | None = None
    task_id: int | None = None

    def __post_init__(self) -> None:
        sources = (self.conversion_id, self.period_reward_id, self.task_id)
        assert sum(each is not None for each in sources) == 1, self


def payee_hold(
    *,
    has_payee: bool,
    holder_names: Sequence[str],
    account_usable_from: datetime | None,
    has_open_payout: bool,
    payable_minor: int,
    parts: Sequence[Part],
    now: datetime,
) -> PayeeHold | None:
    """The first reason why somebody is not paid now, in the order in which people can fix them.

    `holder_names` are the account holder's name, then every name the person is known by; all of
    them must agree. The parts must explain the ledger's balance to the tiyn: money whose brand
    we cannot name is not sent.
    """
    tests = (
        (PayeeHold.NO_PAYEE, not has_payee),
        (PayeeHold.NO_ACCOUNT, account_usable_from is None),
        (PayeeHold.OPEN_PAYOUT, has_open_payout),
        (
            PayeeHold.ACCOUNT_ON_HOLD,
            account_usable_from is not None and account_usable_from > now,
        ),
        (PayeeHold.HOLDER_IS_ANOTHER, len({name_fold(name) for name in holder_names}) > 1),
        (PayeeHold.LEDGER_DIFFERS, sum(part.amount_minor for part in parts) != payable_minor),
    )
    return next((hold for hold, applies in tests if applies), None)


def name_fold(name: str) -> tuple[str, ...]:
    """A person's name to compare: capitals, order and spaces do not matter, nor does the word for
    "individual entrepreneur" in front of it."""
    words = name.casefold().replace("ё", "е").replace(".", " ").replace('"', " ").split()
    return tuple(sorted(word for word in words if word not in ("ип", "жк")))
