"""Pages of the brand's workplace (templates/brand/). The layout takes `side` on each of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from campaigns.domain.sale_cost import SaleCost
from exchange.web.pages.common import (
    Choice,
    Coming,
    Fact,
    MonthRow,
    Pager,
    PolicyTerms,
    Stat,
    Sum,
    Task,
)
from exchange.web.pages.decisions import DecisionForm, TickLine
from exchange.web.pages.statements import Filter as StatementFilter
from exchange.web.pages.statements import Past, StatementRow, Totals
from exchange.web.pages.totals import TotalsChoice


@dataclass(frozen=True, slots=True)
class Side:
    """The side bar: who, what waits where, and the balance. `others` are (name, url) of the
    person's other brands; `may_pay` shows the top-up button (owner or finance)."""

    name: str
    slug: str
    balance_minor: int
    orders_waiting: int = 0
    connections_failing: int = 0
    runway_days: int | None = None
    may_pay: bool = False
    others: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """A step from click to approved: a count, and its share of the step before."""

    label: str
    count: int
    share_bps: int | None = None


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """`spent_minor` is held and approved reward of `budget_minor`."""

    url: str
    title: str
    status: str
    rate_text: str
    influencers: int
    orders: int
    reward_minor: int
    budget_minor: int
    spent_minor: int

    @property
    def spent_percent(self) -> int:
        return min(100, self.spent_minor * 100 // self.budget_minor) if self.budget_minor else 0


@dataclass(frozen=True, slots=True)
class Overview:
    """`checks` orders approve themselves if nobody looks, the first at `checks_due_at`."""

    status: str
    free_minor: int
    reserved_minor: int
    funnel: list[FunnelStep]
    stats: list[Stat]
    periods: list[Choice]
    campaigns: list[CampaignRow]
    top_up_url: str
    orders_url: str
    campaign_new_url: str
    connect_url: str
    is_connected: bool
    may_edit: bool
    checks: int = 0
    checks_due_at: datetime | None = None
    runway_days: int | None = None
    task: Task | None = None
    posts: Task | None = None


@dataclass(frozen=True, slots=True)
class Campaigns:
    """`policy_text` says whose a sale is between two campaigns, where there are as many."""

    rows: list[CampaignRow]
    choices: list[Choice]
    new_url: str
    may_edit: bool
    is_filtered: bool = False
    clear_url: str = ""
    policy_url: str = ""
    policy_text: str = ""


@dataclass(frozen=True, slots=True)
class CampaignForm:
    """The form of a campaign; `form` in the context has the fields named in README.md.

    `policy` is the rule as it stands and `cost` what a sale costs by it; `fee_bps` and `vat_bps`
    go with the form, which asks for both again while it is filled in. While a rate is missing
    nothing is counted, and `rates_missing` says why. `open_folds` are parts that are in use.
    """

    action_url: str
    back_url: str
    fee_bps: int
    vat_bps: int
    policy: PolicyTerms
    cost: SaleCost
    open_folds: tuple[str, ...] = ()
    rates_missing: str = ""
    is_new: bool = True
    title: str = ""


@dataclass(frozen=True, slots=True)
class TermsForm:
    """Other terms for a campaign that runs, or for a group of it; as CampaignForm. `basket_text`
    goes with the form, so that the cost of a sale is counted along."""

    action_url: str
    back_url: str
    title: str
    fee_bps: int
    vat_bps: int
    basket_text: str
    policy: PolicyTerms
    cost: SaleCost
    heading: str
    button: str
    open_folds: tuple[str, ...] = ()
    of: Literal["campaign", "group", "new_group"] = "campaign"


@dataclass(frozen=True, slots=True)
class SmallForm:
    """One input with its button, posted to `url`; refused, it shows what was typed and why."""

    url: str
    value: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class ParticipantRow:
    """What the reader may not do is None or ""."""

    name: str
    city: str
    followers: int
    status: str
    code: str
    clicks: int
    orders: int
    minor: int
    joined_on: date
    articles: tuple[str, ...] = ()
    vouchers: tuple[str, ...] = ()
    public_id: str = ""
    reason: str = ""
    ticks: list[TickLine] = field(default_factory=list)
    skus: tuple[str, ...] = ()
    approve_url: str = ""
    restore_url: str = ""
    reject: DecisionForm | None = None
    remove: DecisionForm | None = None
    add_article: SmallForm | None = None
    add_voucher: SmallForm | None = None
    vouchers_url: str = ""
    skus_url: str = ""
    group: str = ""
    may_move: bool = False
    group_out_url: str = ""
    deal_url: str = ""

    @property
    def has_actions(self) -> bool:
        first = (self.approve_url, self.restore_url, self.deal_url)
        return any(first) or self.reject is not None or self.has_more

    @property
    def has_more(self) -> bool:
        """Whether there is something behind "More": what is done seldom."""
        forms = (self.remove, self.add_article, self.add_voucher)
        return any(forms) or any((self.vouchers_url, self.skus_url, self.group_out_url))

    @property
    def is_more_open(self) -> bool:
        """Where a form behind it was refused, it says so at once."""
        small = (self.add_article, self.add_voucher)
        refused = any(form.error for form in small if form)
        return refused or bool(self.remove and self.remove.errors)


@dataclass(frozen=True, slots=True)
class Campaign:
    """`reserve` is what moves into reserve at publishing (or is there); `missing_minor` > 0 means
    the free balance does not reach. The `*_url`s are posted to; "" hides the button.
    `budget_note` is said where a budget runs out; `less_hint` is how much of it may go back."""

    title: str
    status: str
    facts: list[Fact]
    policy: PolicyTerms
    reserve: list[Sum]
    participants: list[ParticipantRow]
    stats: list[Stat]
    back_url: str
    free_minor: int
    top_up_url: str
    missing_minor: int = 0
    spent_minor: int = 0
    budget_minor: int = 0
    edit_url: str = ""
    publish_url: str = ""
    pause_url: str = ""
    resume_url: str = ""
    close_url: str = ""
    blocked_reason: str = ""
    about: str = ""
    traffic_url: str = ""
    codes_url: str = ""
    totals: list[TotalsChoice] = field(default_factory=list)
    rerun_url: str = ""
    lift_url: str = ""
    add_budget: SmallForm | None = None
    participants_total: int = 0
    people_url: str = ""
    review_url: str = ""
    invites_url: str = ""
    deals_url: str = ""
    rules_url: str = ""
    places: str = ""
    less_budget: SmallForm | None = None
    less_hint: str = ""
    budget_note: str = ""
    budget_tone: str = ""
    months: list[MonthRow] = field(default_factory=list)
    terms_url: str = ""
    coming: Coming | None = None
    guarantees_url: str = ""
    close_note: str = ""

    @property
    def spent_percent(self) -> int:
        return min(100, self.spent_minor * 100 // self.budget_minor) if self.budget_minor else 0


@dataclass(frozen=True, slots=True)
class VoucherRow:
    """`codes` are what buyers type. Reserved: Ozon was asked and has not said yes."""

    title: str
    terms: str
    codes: list[str]
    is_reserved: bool = False
    is_over: bool = False
    settle_url: str = ""


@dataclass(frozen=True, slots=True)
class Vouchers:
    """One influencer's vouchers at Ozon; `form` in the context. `blocked` is why none can be made
    now; `sums` is what the next one will be, to be confirmed, `kept` what was typed, (name, value).
    """

    name: str
    title: str
    back_url: str
    action_url: str
    rows: list[VoucherRow]
    steps: list[str]
    blocked: str = ""
    connect_url: str = ""
    sums: list[Fact] = field(default_factory=list)
    kept: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ReserveRow:
    title: str
    url: str
    reward_minor: int
    fee_minor: int
    vat_minor: int

    @property
    def total_minor(self) -> int:
        return self.reward_minor + self.fee_minor + self.vat_minor


@dataclass(frozen=True, slots=True)
class Money:
    """Balances are those of now, or of the end of the day `past.on`. `requisites` are what a bank
    transfer needs, each with a copy button; `totals` are of the lines that the filter shows."""

    free_minor: int
    reserved_minor: int
    reserves: list[ReserveRow]
    rows: list[StatementRow]
    requisites: list[Fact]
    csv_url: str
    xlsx_url: str
    past: Past
    filter: StatementFilter
    totals: Totals | None = None
    is_filtered: bool = False
    clear_url: str = "?"
    kept: list[tuple[str, str]] = field(default_factory=list)  # of the form of the day
    runway_days: int | None = None
    runway_why: str = ""
    pager: Pager | None = None
    refunds_url: str = "#"
    top_ups_url: str = "#"


@dataclass(frozen=True, slots=True)
class MemberRow:
    """`role_url` and `remove_url` are posted to with the member's e-mail."""

    name: str
    email: str
    role: str
    has_second_factor: bool
    is_you: bool = False
    remove_url: str = ""
    role_url: str = ""


@dataclass(frozen=True, slots=True)
class Team:
    """`form` in the context invites a member where `may_invite`; until then `closed_reason` says
    why not. `roles` are (code, word)."""

    rows: list[MemberRow]
    action_url: str = ""
    may_invite: bool = False
    closed_reason: str = ""
    roles: list[tuple[str, str]] = field(default_factory=list)
