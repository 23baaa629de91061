"""Pages of the influencer's portal (templates/portal/)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from exchange.web.pages.common import (
    Chart,
    Choice,
    Coming,
    Fact,
    MoneyStrip,
    MonthRow,
    Pager,
    PolicyTerms,
    Stat,
    Step,
    Sum,
    Task,
    Trace,
)
from exchange.web.pages.deals import FeeRow
from exchange.web.pages.guarantees import GuaranteeCard
from exchange.web.pages.invites import Invited
from exchange.web.pages.links import LinkCard
from exchange.web.pages.verdicts import Late, Rejection


@dataclass(frozen=True, slots=True)
class EarningRow:
    """A sale in a list. `hint` from sale_words.sale_hint."""

    url: str
    title: str
    brand_name: str
    day: date | datetime
    minor: int
    status: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Payable:
    """The hero: money that may be paid. `state` decides the sentence and the button:
    none   nothing yet
    setup  payee details are missing: button `url` leads to them
    held   `reason` is a key of words.HOLDS, `url` the page that fixes it ("" when nothing to do)
    ready  leaves with the next batch
    sent   a payout is under way: `url` leads to it
    `owed_minor` is what later payouts keep a part of, for goods that came back.
    """

    state: Literal["none", "setup", "held", "ready", "sent"]
    minor: int
    net_minor: int | None = None
    pays_on: date | None = None
    reason: str = ""
    url: str = ""
    tax_why: str = ""
    owed_minor: int = 0


@dataclass(frozen=True, slots=True)
class Home:
    name: str
    payable: Payable
    strip: MoneyStrip
    links: list[LinkCard]
    links_total: int
    stats: list[Stat]
    periods: list[Choice]
    earnings: list[EarningRow]
    task: Task | None = None
    chart: Chart | None = None
    earned_minor: int = 0
    per_click_minor: int | None = None


@dataclass(frozen=True, slots=True)
class CampaignCard:
    """`per_sale_minor` is the reward of a typical basket; None when the brand named no basket.
    `state` is about the reader: open (may join), applied, joined (`link_url` to copy), rejected."""

    url: str
    title: str
    brand_name: str
    rate_text: str
    window_days: int
    hold_days: int
    state: Literal["open", "applied", "joined", "rejected"] = "open"
    is_verified: bool = False
    is_funded: bool = False
    per_sale_minor: int | None = None
    basket_minor: int | None = None
    approval_bps: int | None = None
    pay_days: int | None = None
    ends_on: date | None = None
    link_url: str = ""


@dataclass(frozen=True, slots=True)
class Campaigns:
    cards: list[CampaignCard]
    choices: list[Choice]
    query: str = ""
    is_filtered: bool = False
    clear_url: str = ""
    pager: Pager | None = None
    invited: list[Invited] = field(default_factory=list)
    deals: Task | None = None


@dataclass(frozen=True, slots=True)
class Requirement:
    """A condition of joining: what is asked, what the reader has, the button where it misses."""

    text: str
    have: str
    is_met: bool
    url: str = ""
    button: str = ""


@dataclass(frozen=True, slots=True)
class Campaign:
    """`join_url` is posted to; `leave_url` leads to leaving ("" where there is nothing to leave).
    `may_come_again`: after a refusal; `answer` is what the brand said. `is_full`: no place is free;
    `queue_place` is the reader's own in the queue, 0 out of it. `is_used_up`: new orders wait for
    a top-up. `budget_left_minor` of `budget_minor`: both None hides the bar."""

    card: CampaignCard
    policy: PolicyTerms
    facts: list[Fact]
    join_url: str
    back_url: str
    description: str = ""
    budget_minor: int | None = None
    budget_left_minor: int | None = None
    leave_url: str = ""
    is_used_up: bool = False
    is_by_application: bool = False
    may_come_again: bool = False
    coming: Coming | None = None
    is_full: bool = False
    queue_place: int = 0
    answer: str = ""
    is_invited: bool = False
    is_invited_by_name: bool = False
    decline_url: str = ""
    guarantees: list[GuaranteeCard] = field(default_factory=list)
    requirements: list[Requirement] = field(default_factory=list)
    brand_facts: list[Stat] = field(default_factory=list)

    @property
    def met(self) -> int:
        return sum(one.is_met for one in self.requirements)

    @property
    def may_join(self) -> bool:
        """Where the brand decides, or has by an invitation by name, it may take in anybody."""
        is_decided = self.is_by_application and not self.is_invited
        return self.is_eligible or is_decided or self.is_invited_by_name

    @property
    def is_eligible(self) -> bool:
        return self.met == len(self.requirements)

    @property
    def left_percent(self) -> int:
        """What the budget bar shows, 0..100."""
        if not self.budget_minor or self.budget_left_minor is None:
            return 0
        return max(0, min(100, self.budget_left_minor * 100 // self.budget_minor))


@dataclass(frozen=True, slots=True)
class Leaving:
    """Leaving a campaign: what stops, and what stays. Amounts are of this campaign: `waiting_minor`
    on the way and on hold, `approved_minor` the influencer's already. `lost` are promises of the
    brand that would be off."""

    title: str
    brand_name: str
    action_url: str
    back_url: str
    is_application: bool
    waiting_minor: int = 0
    approved_minor: int = 0
    may_come_back: bool = True
    lost: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Earnings:
    rows: list[EarningRow]
    choices: list[Choice]
    strip: MoneyStrip
    is_filtered: bool = False
    clear_url: str = ""
    campaigns_url: str = ""
    pager: Pager | None = None
    months: list[MonthRow] = field(default_factory=list)
    fees: list[FeeRow] = field(default_factory=list)
    guarantees: list[GuaranteeCard] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ProofRow:
    """A state of a sale as it was published on `on`; `url` and `day_url` download the proofs of it
    and of the whole day."""

    on: date
    status: str
    minor: int
    url: str
    day_url: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What is published of a sale, newest first; `next_on` is the day on which the newest change
    will be, None when it is there already."""

    rows: list[ProofRow]
    next_on: date | None = None


@dataclass(frozen=True, slots=True)
class Earning:
    """One sale, as a sheet or a page. `sums` ends with the reward; `after_tax` stands below it."""

    title: str
    brand_name: str
    campaign_title: str
    order_ref: str
    minor: int
    status: str
    hint: str
    steps: list[Step]
    trace: Trace
    sums: list[Sum]
    after_tax: list[Sum] = field(default_factory=list)
    proof: Proof | None = None
    back_url: str = ""
    rejection: Rejection | None = None
    late: list[Late] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Profile:
    """`form` in the context edits name, city, language, followers; posted to `action_url`."""

    name: str
    email: str
    action_url: str
    setup_url: str
    setup_done: int
    setup_total: int
