"""What was paid to an influencer, and the details without which nothing can be."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from exchange.web.pages.common import (
    MoneyStrip,
    MonthRow,
    Pager,
    Step,
    Sum,
    Task,
)
from exchange.web.pages.deals import FeeRow
from exchange.web.pages.portal import EarningRow, Payable


@dataclass(frozen=True, slots=True)
class PayoutRow:
    """A payout in the history. `minor` is what reaches the account; `reason` when it failed."""

    url: str
    day: date | datetime
    account_text: str
    minor: int
    status: str
    reason: str = ""
    fix_url: str = ""
    fix_button: str = ""


@dataclass(frozen=True, slots=True)
class AccountLine:
    """The account that payouts go to: "Halyk Bank ·· 8812", holder, state of words.ACCOUNT."""

    text: str
    holder: str
    status: str
    url: str


@dataclass(frozen=True, slots=True)
class Payouts:
    payable: Payable
    strip: MoneyStrip
    sums: list[Sum]
    rows: list[PayoutRow]
    account: AccountLine | None = None
    task: Task | None = None
    pager: Pager | None = None


@dataclass(frozen=True, slots=True)
class PayoutShare:
    """The part of a payout that one brand pays."""

    brand_name: str
    sales: int
    minor: int


@dataclass(frozen=True, slots=True)
class Payout:
    """One payout. `sums`: gross, each tax line with its why, net (strong)."""

    number: str
    minor: int
    status: str
    hint: str
    account_text: str
    tax_status: str
    sums: list[Sum]
    steps: list[Step]
    shares: list[PayoutShare]
    sales: list[EarningRow]
    months: list[MonthRow] = field(default_factory=list)
    fees: list[FeeRow] = field(default_factory=list)
    reason: str = ""
    fix_url: str = ""
    fix_button: str = ""
    back_url: str = ""


@dataclass(frozen=True, slots=True)
class SetupStep:
    """A step of the payee's details. `summary` is what a finished step says of itself."""

    key: Literal["iin", "tax", "register", "account"]
    state: Literal["done", "now", "later"]
    summary: str = ""
    edit_url: str = ""


@dataclass(frozen=True, slots=True)
class Setup:
    """Payee details in four steps. The form of the step in `now` is in the context as `form`.

    `answer` (yes|no|unknown; "" while it is being asked) and `checked_at` belong to the register
    step; `recheck_url` is posted to, `poll_url` is asked for news while there is no answer. When
    every step is done, `payable_minor` says what can now be paid.
    """

    steps: list[SetupStep]
    action_url: str
    answer: str = ""
    answer_text: str = ""
    checked_at: datetime | None = None
    recheck_url: str = ""
    poll_url: str = ""
    payable_minor: int | None = None
    back_url: str = ""

    @property
    def done(self) -> int:
        return sum(step.state == "done" for step in self.steps)

    @property
    def done_percent(self) -> int:
        return self.done * 100 // len(self.steps)

    @property
    def is_complete(self) -> bool:
        return self.done == len(self.steps)
