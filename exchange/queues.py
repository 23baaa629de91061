"""What waits for ops, how old it is, and the day's numbers: the admin's home. Runs as ops.

A queue is a set of rows with a moment from which they wait and a limit. What is past its limit is
red, what will be within a day (or half of a shorter limit) amber. The limits are how we want to
work, not a promise to anybody: they stand here, in one list.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import redis
from django.db.models import Count, F, Min, Model, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from attribution.models import (
    ClickDaily,
    ClickQuarantine,
    CodeFinding,
    Connection,
    Conversion,
    InboundEvent,
    Order,
)
from attribution.selectors.clicks import Underway, clicks_underway
from attribution.selectors.proofs import days_late
from brands.models import Brand, Deposit, UnclaimedTransfer
from campaigns.models import Campaign, Task
from compliance.domain.rules import RuleOverlap
from compliance.models import EInvoice, Invoice
from compliance.selectors import rule_book
from core import clock
from core.accounts.models import User
from core.audit.models import AuditEntry
from core.months import month_after
from core.notify.models import Message
from exchange.checks import LEDGER_CHECKED
from ledger.domain.accounts import AccountKind
from ledger.models import Correction, ProofDay
from ledger.selectors import account_total
from payouts.models import (
    DebtWriteOff,
    Outlay,
    Payout,
    PayoutBatch,
    Refund,
    StatementRow,
)
from payouts.selectors import debts_open, rows_unclear, stops_open

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LEDGER_CHECK_AGE_MAX = timedelta(hours=3)  # beat checks it every hour
Word = str | Promise


@dataclass(frozen=True, slots=True)
class Queue:
    """`since` names the moment from which a row waits; `query` is the list's own filter."""

    title: Word
    icon: str
    permission: str
    rows: Callable[[], QuerySet[Any]]
    since: str
    limit: timedelta
    query: str


@dataclass(frozen=True, slots=True)
class QueueState:
    """How many wait: `late` are past the limit, `soon` will be, the rest is in time."""

    queue: Queue
    count: int
    late: int
    soon: int
    oldest_at: datetime | None
    url: str

    @property
    def in_time(self) -> int:
        return self.count - self.late - self.soon

    @property
    def tone(self) -> str:
        return "bad" if self.late else "hold" if self.soon else "wait"

    @property
    def heat(self) -> tuple[int, int, int]:
        """To sort by: what burns first."""
        return (self.late, self.soon, self.count)

    @property
    def bars(self) -> list[tuple[str, int, int]]:
        """(tone, where it begins, how long) of a bar of 300, a gap of 2 between the parts."""
        parts = (("bad", self.late), ("hold", self.soon), ("wait", self.in_time))
        found, begins = [], 0
        for tone, count in parts:
            width = 300 * count // self.count if self.count else 0
            if width:
                found.append((tone, begins, max(width - 2, 1)))
                begins += width
        return found


QUEUES = (
    Queue(
        _("Payouts being checked"),
        "help",
        "payouts.view_payout",
        lambda: Payout.objects.filter(state=Payout.State.UNKNOWN),
        "created_at",
        4 * HOUR,
        "state__exact=unknown",
    ),
    Queue(
        _("Payout batches to approve"),
        "approval_delegation",
        "payouts.view_payoutbatch",
        lambda: PayoutBatch.objects.filter(state=PayoutBatch.State.SUBMITTED),
        "created_at",
        DAY,
        "state__exact=submitted",
    ),
    Queue(
        _("Campaigns to look at"),
        "campaign",
        "campaigns.view_campaign",
        lambda: Campaign.objects.filter(review=Campaign.Review.ASKED),
        "review_at",
        DAY,
        "review__exact=asked",
    ),
    Queue(
        _("Posts whose screenshot nobody looked at"),
        "image_search",
        "campaigns.view_task",
        lambda: Task.objects.filter(
            state=Task.State.SUBMITTED, has_label=False, review_until__lte=clock.now()
        ),
        "review_until",
        DAY,
        "state__exact=submitted&has_label__exact=0",
    ),
    Queue(
        _("Corrections to decide"),
        "balance",
        "ledger.view_correction",
        lambda: Correction.objects.filter(state=Correction.State.ASKED),
        "created_at",
        DAY,
        "state__exact=asked",
    ),
    Queue(
        _("Invoices that wait for VAT"),
        "request_quote",
        "compliance.view_invoice",
        lambda: Invoice.objects.filter(state=Invoice.State.DRAFT),
        "created_at",
        5 * DAY,
        "state__exact=draft",
    ),
    Queue(
        _("E-invoices to sign and send"),
        "draw",
        "compliance.view_einvoice",
        lambda: EInvoice.objects.filter(
            state__in=[
                EInvoice.State.READY,
                EInvoice.State.EXPORTED,
                EInvoice.State.SIGNING,
                EInvoice.State.SIGNED,
            ]
        ),
        "since",
        5 * DAY,
        "",
    ),
    Queue(
        _("Signatures of e-invoices to confirm"),
        "how_to_reg",
        "compliance.view_einvoice",
        lambda: EInvoice.objects.filter(state=EInvoice.State.CHECKING),
        "since",
        DAY,
        "state__exact=checking",
    ),
    Queue(
        _("E-invoices that were declined"),
        "cancel_schedule_send",
        "compliance.view_einvoice",
        lambda: EInvoice.objects.filter(state=EInvoice.State.DECLINED),
        "since",
        DAY,
        "state__exact=declined",
    ),
    Queue(
        _("Invoices to credit, asked by one person"),
        "undo",
        "compliance.view_invoice",
        lambda: Invoice.objects.filter(
            state=Invoice.State.ISSUED, credit_asked_by_id__isnull=False
        ),
        "credit_asked_at",
        DAY,
        "credit_asked_at__isempty=0",
    ),
    Queue(
        _("Debts of influencers that no payout recovers"),
        "money_off",
        "payouts.view_debt",
        debts_open,
        "owed_since",
        60 * DAY,
        "",
    ),
    Queue(
        _("Write-offs to decide"),
        "approval",
        "payouts.view_debtwriteoff",
        lambda: DebtWriteOff.objects.filter(state=DebtWriteOff.State.ASKED),
        "created_at",
        DAY,
        "state__exact=asked",
    ),
    Queue(
        _("Unclear rows of bank statements"),
        "quick_reference",
        "payouts.view_bankstatement",
        rows_unclear,
        "statement__created_at",
        DAY,
        "",
    ),
    Queue(
        _("Taxes and bank's fees to book"),
        "receipt_long",
        "payouts.view_outlay",
        lambda: Outlay.objects.filter(state=Outlay.State.ASKED),
        "created_at",
        DAY,
        "state__exact=asked",
    ),
    Queue(
        _("Refunds to decide on"),
        "undo",
        "payouts.view_refund",
        lambda: Refund.objects.filter(state__in=["requested", "prepared"]),
        "created_at",
        DAY,
        "",
    ),
    Queue(
        _("Unmatched transfers"),
        "person_search",
        "brands.view_unclaimedtransfer",
        lambda: UnclaimedTransfer.objects.filter(state__in=["waiting", "proposed"]),
        "created_at",
        DAY,
        "",
    ),
    Queue(
        _("Brands to verify"),
        "storefront",
        "brands.view_brand",
        lambda: Brand.objects.filter(state=Brand.State.IN_REVIEW),
        "created_at",
        3 * DAY,
        "state__exact=in_review",
    ),
    Queue(
        _("Failing connections"),
        "power_off",
        "attribution.view_connection",
        lambda: Connection.objects.filter(state=Connection.State.FAILING).annotate(
            quiet_since=Coalesce("last_event_at", "created_at")
        ),
        "quiet_since",
        2 * HOUR,
        "state__exact=failing",
    ),
    Queue(
        _("Silent connections"),
        "volume_off",
        "attribution.view_connection",
        lambda: Connection.objects.filter(state=Connection.State.OK, silent_since__isnull=False),
        "silent_since",
        3 * DAY,
        "silent_since__isempty=0",
    ),
    Queue(
        _("Events that failed for good"),
        "dangerous",
        "attribution.view_inboundevent",
        lambda: InboundEvent.objects.filter(state=InboundEvent.State.DEAD),
        "received_at",
        DAY,
        "state__exact=dead",
    ),
    Queue(
        _("Events that wait"),
        "hourglass",
        "attribution.view_inboundevent",
        lambda: InboundEvent.objects.filter(state=InboundEvent.State.RECEIVED),
        "received_at",
        HOUR,
        "state__exact=received",
    ),
    Queue(
        _("Orders with an unknown status"),
        "unknown_document",
        "attribution.view_order",
        lambda: Order.objects.filter(status=Order.Status.UNMAPPED),
        "created_at",
        3 * DAY,
        "status__exact=unmapped",
    ),
    Queue(
        _("Codes that look leaked"),
        "lock_open",
        "attribution.view_codefinding",
        lambda: CodeFinding.objects.filter(state=CodeFinding.State.OPEN),
        "opened_at",
        7 * DAY,
        "state__exact=open",
    ),
    Queue(
        _("Messages not delivered"),
        "unsubscribe",
        "notify.view_message",
        lambda: Message.objects.filter(state=Message.State.DEAD),
        "created_at",
        DAY,
        "state__exact=dead",
    ),
)
# Rows that have no list of their own are shown with their parent's.
LISTS: dict[type[Model], str] = {StatementRow: "payouts_bankstatement"}


def queue_states(user: User) -> list[QueueState]:
    """The queues that this person may work on, hottest first. One query each."""
    states = [_state(queue) for queue in QUEUES if user.has_perm(queue.permission)]
    return sorted(states, key=lambda state: state.heat, reverse=True)


def _state(queue: Queue) -> QueueState:
    now = clock.now()
    late_before = now - queue.limit
    soon_before = late_before + min(DAY, queue.limit / 2)
    rows = queue.rows()
    found = rows.aggregate(
        count=Count("pk"),
        late=Count("pk", filter=Q(**{f"{queue.since}__lte": late_before})),
        due=Count("pk", filter=Q(**{f"{queue.since}__lte": soon_before})),
        oldest_at=Min(queue.since),
    )
    opts = rows.model._meta
    name = LISTS.get(rows.model, f"{opts.app_label}_{opts.model_name}")
    return QueueState(
        queue=queue,
        count=found["count"],
        late=found["late"],
        soon=found["due"] - found["late"],
        oldest_at=found["oldest_at"],
        url=f"{reverse(f'admin:{name}_changelist')}?{queue.query}",
    )


# --- Health ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LedgerHealth:
    """What the last check of the ledger found, and when. `checked_at` None: never. `stopped_at`:
    since when no payout leaves."""

    checked_at: datetime | None
    findings: list[str]
    stopped_at: datetime | None = None

    @property
    def tone(self) -> str:
        if self.findings or self.stopped_at:
            return "bad"
        is_fresh = self.checked_at and clock.now() - self.checked_at <= LEDGER_CHECK_AGE_MAX
        return "paid" if is_fresh else "hold"


def ledger_health() -> LedgerHealth:
    latest = AuditEntry.objects.filter(
        object_type="ledger", object_id="all", action=LEDGER_CHECKED
    ).order_by("-at")
    entry = latest.first()
    stops = list(stops_open())
    findings = list(entry.after["findings"]) if entry else []
    findings += [each for stop in stops for each in stop.findings if each not in findings]
    stopped_at = stops[0].begun_at if stops else None
    return LedgerHealth(entry.at if entry else None, findings, stopped_at)


@dataclass(frozen=True, slots=True)
class RulesHealth:
    """Figures of the law that end before the end of next month with nothing after them."""

    missing: list[str]
    overlap: str = ""
    is_empty: bool = False  # none was ever put in force

    @property
    def tone(self) -> str:
        return "bad" if self.overlap or self.is_empty else "hold" if self.missing else "paid"


def rules_health() -> RulesHealth:
    until = month_after(month_after(clock.today())) - timedelta(days=1)
    try:
        book = rule_book()
    except RuleOverlap as error:
        return RulesHealth([], overlap=str(error))
    missing = sorted(gap.key for gap in book.gaps(until=until))
    return RulesHealth(missing, is_empty=not book.rules)


@dataclass(frozen=True, slots=True)
class ClicksHealth:
    """Clicks on their way into the database. `underway` None: Redis does not answer, and clicks
    wait on the disks of the click processes."""

    underway: Underway | None
    unreadable: int  # lines of the last week that are no clicks

    @property
    def tone(self) -> str:
        if self.underway is None or self.underway.is_late or self.underway.is_piling_up:
            return "bad"
        return "hold" if self.unreadable else "paid"


def clicks_health() -> ClicksHealth:
    week_ago = clock.now() - 7 * DAY
    unreadable = ClickQuarantine.objects.filter(created_at__gte=week_ago).count()
    try:
        return ClicksHealth(clicks_underway(), unreadable)
    except redis.RedisError:
        return ClicksHealth(None, unreadable)


@dataclass(frozen=True, slots=True)
class ProofsHealth:
    """Published days: the last of them, and those that are missing."""

    last_on: date | None
    late: list[date]

    @property
    def tone(self) -> str:
        return "bad" if self.late else "paid"


def proofs_health() -> ProofsHealth:
    last_on = ProofDay.objects.order_by("-day_on").values_list("day_on", flat=True).first()
    return ProofsHealth(last_on, days_late())


# --- The day's numbers ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Today:
    """Since midnight in Kazakhstan; the last two are as of now. Amounts in tiyn."""

    clicks: int
    orders: int
    orders_matched: int
    deposits: int
    deposits_minor: int
    on_hold_minor: int
    payable_minor: int


def today_numbers() -> Today:
    """Six queries."""
    begins = clock.day_start(clock.today())
    orders = Order.objects.filter(created_at__gte=begins)
    matched = Conversion.objects.filter(order__created_at__gte=begins)
    deposits = Deposit.objects.filter(booked_at__gte=begins).aggregate(
        count=Count("pk"), minor=Sum("amount_minor")
    )
    clicks = ClickDaily.objects.filter(day_on=clock.today()).aggregate(people=Sum("people"))
    return Today(
        clicks=clicks["people"] or 0,
        orders=orders.count(),
        orders_matched=matched.aggregate(count=Count(F("order_id"), distinct=True))["count"],
        deposits=deposits["count"],
        deposits_minor=deposits["minor"] or 0,
        on_hold_minor=account_total(AccountKind.INFLUENCER_HOLD),
        payable_minor=account_total(AccountKind.INFLUENCER_PAYABLE),
    )
