"""Who may be paid, what was paid before, and payouts as each side reads them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    When,
)
from django.db.models import Value as V
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext as _

from attribution.models import Conversion, LateReturn
from attribution.selectors.conversions import owed_back, still_payable
from attribution.selectors.periods import periods_payable
from campaigns.selectors.deals import tasks_payable
from compliance.domain.rules import RuleMissing, RulesInForce
from compliance.domain.withholding import (
    Booked,
    HoldReason,
    PaidSoFar,
    PayoutHeld,
    TaxKind,
    TaxProfile,
    Withholding,
    withholding_compute,
)
from compliance.selectors import rules_in_force, withholding_profiles
from core import clock
from core.accounts.models import User
from core.errors import NotFound
from influencers.models import Payee, PayoutAccount
from ledger.domain.accounts import AccountKind
from ledger.selectors import influencers_owed
from payouts.domain.batching import Part, payee_hold
from payouts.domain.netting import SHARE_RULE, Debt, Kept, netting_plan
from payouts.models import (
    BankStatement,
    Outlay,
    Payout,
    PayoutBatch,
    PayoutStop,
    PayoutTaxLine,
    StatementRow,
)
from payouts.models import Debt as DebtRow

# A payout in one of these states never reached, or did not stay with, its payee.
NOT_PAID = (Payout.State.FAILED, Payout.State.CANCELLED, Payout.State.RETURNED)


@dataclass(frozen=True, slots=True)
class PayeeCase:
    """Everything that decides whether and how one influencer is paid on a day."""

    influencer_id: int
    payable_minor: int
    payee: Payee | None
    account: PayoutAccount | None
    has_open_payout: bool
    profile: TaxProfile
    month: PaidSoFar
    year: PaidSoFar
    parts: tuple[Part, ...]  # what of approved money was not paid out yet
    debts: tuple[Debt, ...] = ()


def payee_cases(day: date, influencer_ids: Collection[int] | None = None) -> list[PayeeCase]:
    """Every influencer to whom something is payable, in a constant number of queries.

    Runs as ops or the system; as an influencer it finds their own case.
    """
    owed = influencers_owed(AccountKind.INFLUENCER_PAYABLE)
    ids = sorted(owed if influencer_ids is None else set(owed) & set(influencer_ids))
    payees = {row.influencer_id: row for row in Payee.objects.filter(influencer_id__in=ids)}
    accounts = {
        row.influencer_id: row
        for row in PayoutAccount.objects.filter(
            influencer_id__in=ids, state=PayoutAccount.State.ACTIVE
        )
    }
    is_open = set(
        Payout.objects.filter(influencer_id__in=ids, state__in=Payout.OPEN).values_list(
            "influencer_id", flat=True
        )
    )
    profiles = withholding_profiles(ids, day)
    month = paid_so_far(ids, first=day.replace(day=1), last=day, profiles=profiles)
    year = paid_so_far(ids, first=day.replace(month=1, day=1), last=day, profiles=profiles)
    parts, debts = _payable_parts(ids), debts_of(ids)
    return [
        PayeeCase(
            influencer_id=id,
            payable_minor=owed[id],
            payee=payees.get(id),
            account=accounts.get(id),
            has_open_payout=id in is_open,
            profile=profiles[id],
            month=month[id],
            year=year[id],
            parts=tuple(parts[id]),
            debts=tuple(debts[id]),
        )
        for id in ids
    ]


@dataclass(frozen=True, slots=True)
class Ready:
    """A payee who is paid, with the arithmetic."""

    case: PayeeCase
    payee: Payee
    account: PayoutAccount
    withholding: Withholding
    netting: tuple[Kept, ...] = ()

    @property
    def netted_minor(self) -> int:
        return sum(kept.amount_minor for kept in self.netting)

    @property
    def net_minor(self) -> int:
        """What reaches the payee."""
        return self.withholding.net_minor - self.netted_minor


@dataclass(frozen=True, slots=True)
class Held:
    """A payee who waits; `reason` is a PayeeHold or a HoldReason, `detail` its figures."""

    case: PayeeCase
    reason: str
    detail: Mapping[str, int | str]


def payees_sort(day: date) -> tuple[list[Ready], list[Held]]:
    """Who of all with payable money may be paid on a day, and why the others wait.

    Runs as ops or the system.
    """
    rules = rules_in_force(day)
    outcomes = [payee_outcome(case, rules) for case in payee_cases(day)]
    ready = [each for each in outcomes if isinstance(each, Ready)]
    return ready, [each for each in outcomes if isinstance(each, Held)]


def payee_outcome(case: PayeeCase, rules: RulesInForce) -> Ready | Held:
    """Whether somebody is paid under these rules, and with which arithmetic."""
    hold = _payee_hold(case)
    if hold is not None:
        return Held(case, hold, {})
    assert case.payee is not None
    assert case.account is not None
    outcome = withholding_compute(
        case.payable_minor, profile=case.profile, rules=rules, month=case.month, year=case.year
    )
    if isinstance(outcome, PayoutHeld):
        return Held(case, outcome.reason, outcome.detail)
    try:
        netting = _netting(case, outcome, rules)
    except RuleMissing as missing:
        detail = {"key": missing.key, "day": missing.day.isoformat()}
        return Held(case, HoldReason.RULE_MISSING, detail)
    return Ready(case, case.payee, case.account, outcome, netting)


def _netting(case: PayeeCase, outcome: Withholding, rules: RulesInForce) -> tuple[Kept, ...]:
    """Raises: RuleMissing when nobody has said how much may be kept, and something is owed."""
    if not case.debts:
        return ()
    return netting_plan(
        case.debts,
        gross_minor=outcome.gross_minor,
        net_minor=outcome.net_minor,
        share_max_bps=rules.value(SHARE_RULE),
    )


def _payee_hold(case: PayeeCase) -> str | None:
    names = [case.account.holder_name] if case.account else []
    names += [case.payee.full_name] if case.payee else []
    return payee_hold(
        has_payee=case.payee is not None,
        holder_names=names,
        account_usable_from=case.account.usable_from if case.account else None,
        has_open_payout=case.has_open_payout,
        payable_minor=case.payable_minor,
        parts=case.parts,
        now=clock.now(),
    )


def paid_so_far(
    influencer_ids: Collection[int],
    *,
    first: date,
    last: date,
    profiles: Mapping[int, TaxProfile],
) -> dict[int, PaidSoFar]:
    """What was paid and withheld on these days under each payee's present tax status."""
    same_status = Q()
    for id in influencer_ids:
        same_status |= Q(influencer_id=id, tax_status=profiles[id].status)
    paid = Payout.objects.filter(paid_on__range=(first, last)).exclude(state__in=NOT_PAID)
    paid = paid.filter(same_status) if influencer_ids else paid.none()
    gross = dict(paid.values_list("influencer_id").annotate(total=Sum("gross_minor")))
    lines = (
        PayoutTaxLine.objects.filter(payout__in=paid)
        .values_list("influencer_id", "kind")
        .annotate(base=Sum("base_minor"), amount=Sum("amount_minor"))
    )
    booked: dict[int, dict[TaxKind, Booked]] = defaultdict(dict)
    for influencer_id, kind, base, amount in lines:
        booked[influencer_id][TaxKind(kind)] = Booked(base, amount)
    return {id: PaidSoFar(gross.get(id, 0), booked[id]) for id in influencer_ids}


def _payable_parts(influencer_ids: Collection[int]) -> dict[int, list[Part]]:
    """Oldest first, so that a payout says whose money it is in the order of earning; rewards of
    months after those of orders, then fixed fees of posts. Three queries."""
    rows = (
        Conversion.objects.filter(
            influencer_id__in=influencer_ids,
            approved_at__isnull=False,
        )
        .annotate(payable_minor=still_payable())
        .filter(payable_minor__gt=0)
        .order_by("approved_at", "id")
        .values_list("influencer_id", "pk", "brand_id", "payable_minor")
    )
    by_influencer: dict[int, list[Part]] = defaultdict(list)
    for influencer_id, pk, brand_id, payable in rows:
        by_influencer[influencer_id].append(Part(brand_id, payable, conversion_id=pk))
    for reward in periods_payable(influencer_ids):
        left = reward.amount_minor - reward.paid_minor
        part = Part(reward.brand_id, left, period_reward_id=reward.pk)
        by_influencer[reward.influencer_id].append(part)
    for task in tasks_payable(influencer_ids):
        part = Part(task.brand_id, task.amount_minor - task.paid_minor, task_id=task.pk)
        by_influencer[task.influencer_id].append(part)
    return by_influencer


def debts_of(influencer_ids: Collection[int]) -> dict[int, list[Debt]]:
    """{influencer: what they owe back, the oldest sale first}. One query."""
    rows = (
        Conversion.objects.filter(influencer_id__in=influencer_ids, approved_at__isnull=False)
        .annotate(owed_minor=owed_back())
        .filter(owed_minor__gt=0)
        .order_by("approved_at", "id")
        .values_list("influencer_id", "pk", "campaign_id", "brand_id", "owed_minor")
    )
    found: dict[int, list[Debt]] = defaultdict(list)
    for influencer_id, *debt in rows:
        found[influencer_id].append(Debt(*debt))
    return found


def debts_open() -> QuerySet[DebtRow]:
    """Sales for which something is owed back. Runs as ops."""
    rows: QuerySet[DebtRow] = debts_with_sums().filter(approved_at__isnull=False, owed_minor__gt=0)
    return rows


def debts_with_sums() -> Any:
    """A queryset of sales with what is owed back for them, and since when."""
    late = LateReturn.objects.filter(conversion=OuterRef("pk"), debt_minor__gt=0).order_by()
    since = late.values("conversion").annotate(last=Max("applied_at")).values("last")
    return DebtRow.objects.annotate(owed_minor=owed_back(), owed_since=Subquery(since))


def batch_get(batch_id: int, *, for_update: bool = False) -> PayoutBatch:
    """Runs as ops or the system.

    Raises:
        NotFound: no such batch.
    """
    batches = PayoutBatch.objects.select_for_update() if for_update else PayoutBatch.objects.all()
    batch = batches.filter(pk=batch_id).first()
    if batch is None:
        raise NotFound(_("There is no such payout batch."))
    return batch


def taxes_of(payouts: Collection[Payout]) -> dict[int, dict[str, int]]:
    """{payout: {kind: tiyn}} of what was withheld. One query."""
    taxes: dict[int, dict[str, int]] = {payout.pk: {} for payout in payouts}
    lines = PayoutTaxLine.objects.filter(payout_id__in=taxes, amount_minor__gt=0)
    for payout_id, kind, amount in lines.values_list("payout_id", "kind", "amount_minor"):
        taxes[payout_id][kind] = amount
    return taxes


def statement_by_hash(sha256: str) -> BankStatement | None:
    return BankStatement.objects.filter(sha256=sha256).first()


def statement_get(statement_id: int, *, for_update: bool = False) -> BankStatement:
    """Raises: NotFound"""
    rows = BankStatement.objects.select_for_update() if for_update else BankStatement.objects.all()
    statement = rows.filter(pk=statement_id).first()
    if statement is None:
        raise NotFound(_("There is no such statement."))
    return statement


def payout_list_of(influencer_id: int, rows: int = 50) -> list[Payout]:
    return list(Payout.objects.filter(influencer_id=influencer_id).order_by("-pk")[:rows])


def payout_access_for_influencer(influencer_id: int, public_id: UUID) -> Payout:
    """Raises: NotFound for another influencer's."""
    payout = Payout.objects.filter(influencer_id=influencer_id, public_id=public_id).first()
    if payout is None:
        raise NotFound(_("There is no such payout."))
    return payout


# --- What ops see. Runs as ops ----------------------------------------------------------------

# Lists need nothing of what is sealed, and each unsealing costs.
SEALED_OF_PAYOUT = ("payee_name", "payee_iin", "iban")
SEALED_OF_ROW = ("party_name", "party_tax_id", "party_iban", "purpose")
SEALED_OF_ROWS = (*SEALED_OF_ROW, *(f"payout__{name}" for name in SEALED_OF_PAYOUT))
# What needs a person comes first.
UNCLEAR = (StatementRow.Outcome.MISMATCH, StatementRow.Outcome.UNMATCHED)
OUTCOMES = (
    *UNCLEAR,
    StatementRow.Outcome.UNCLAIMED,
    StatementRow.Outcome.RETURNED,
    StatementRow.Outcome.DEPOSIT,
    StatementRow.Outcome.PAID,
    StatementRow.Outcome.REPEATED,
)
OUTCOME_RANK = Case(*(When(outcome=outcome, then=V(n)) for n, outcome in enumerate(OUTCOMES)))


def person_name(column: str) -> Subquery:
    """For `annotate`: the name of the user whose id stands in a plain column, or their e-mail."""
    users = User.objects.filter(pk=OuterRef(column))
    known_as = Coalesce(NullIf("name", V("")), "email", output_field=CharField())
    return Subquery(users.values(known_as=known_as)[:1])


def tax_lines_of(payouts: Collection[Payout]) -> dict[int, dict[str, tuple[int, int]]]:
    """{payout: {kind: (tiyn, basis points)}}, with what came to nothing. One query."""
    found: dict[int, dict[str, tuple[int, int]]] = {payout.pk: {} for payout in payouts}
    lines = PayoutTaxLine.objects.filter(payout_id__in=found).order_by("pk")
    for payout_id, kind, amount, bps in lines.values_list(
        "payout_id", "kind", "amount_minor", "rate_bps"
    ):
        found[payout_id][kind] = (amount, bps)
    return found


def batch_taxes(batch_id: int) -> dict[str, int]:
    """{kind: tiyn} of a whole batch, in the order in which the law is worked out."""
    lines = PayoutTaxLine.objects.filter(payout__batch_id=batch_id)
    sums = dict(lines.values_list("kind").annotate(minor=Sum("amount_minor")))
    return {str(kind): sums[kind] for kind in TaxKind if kind in sums}


def statement_rows(statement_id: int, outcome: str = "") -> QuerySet[StatementRow]:
    """The rows of a statement, of one outcome if it is named."""
    rows = StatementRow.objects.filter(statement_id=statement_id)
    rows = rows.filter(outcome=outcome) if outcome else rows
    return (
        rows.select_related("payout", "brand")
        .defer(*SEALED_OF_ROWS)
        .order_by(OUTCOME_RANK, "number")
    )


def stops_open() -> QuerySet[PayoutStop]:
    """What keeps payouts from leaving now, the oldest first."""
    return PayoutStop.objects.filter(ended_at__isnull=True).order_by("begun_at")


def rows_unclear() -> Any:
    """Rows that a person has to look at, and of which nobody has said yet what they were."""
    told = Outlay.objects.filter(row=OuterRef("pk"), state__in=Outlay.COUNTS)
    return StatementRow.objects.filter(outcome__in=UNCLEAR).exclude(Exists(told))


def row_left_minor(row: StatementRow) -> int:
    """How much of a row that left our account nobody has said yet what it was; 0 for others."""
    if not row.is_outgoing or row.outcome != StatementRow.Outcome.UNMATCHED:
        return 0
    told = Outlay.objects.filter(row=row, state__in=Outlay.COUNTS).aggregate(
        minor=Sum("amount_minor")
    )
    return int(row.amount_minor - (told["minor"] or 0))


def unclear_rows() -> Coalesce:
    """For `annotate` on statements: how many rows of each a person has to look at."""
    rows = rows_unclear().filter(statement=OuterRef("pk"))
    counted = rows.order_by().values("statement").annotate(rows=Count("pk")).values("rows")
    return Coalesce(Subquery(counted), 0)


def statement_outcomes(statement_id: int) -> dict[str, int]:
    """{outcome: rows}, in the order in which they are looked at."""
    rows = StatementRow.objects.filter(statement_id=statement_id)
    counts = dict(rows.values_list("outcome").annotate(count=Count("pk")))
    return {str(outcome): counts[outcome] for outcome in OUTCOMES if outcome in counts}
