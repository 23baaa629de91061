"""What every row of a statement is, before anything moves: the check page shows this plan, and
applying carries it out. Runs as the system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from brands.domain.payment_reference import brands_named
from brands.models import Brand, Deposit
from payouts.domain.incoming import Claim, Companies, Company, Payer, claim_of
from payouts.domain.statement_rows import RowFace, RowFault, RowsDiffer, rows_identify
from payouts.models import Payout, Refund, StatementRow
from payouts.rails.bank_file.match import Outcome, RowMatch, SentPayout, statement_match
from payouts.rails.bank_file.statement import Direction, Statement
from payouts.rails.bank_file.statement import StatementRow as FileRow
from payouts.services.statement_reading import StatementRefused, sum_text

REFERENCE_CHARS_MAX = 56  # of the column's 64: "/2" may follow
BOOKED_BY_HAND = "booked_by_hand"
BOOKED_OTHERWISE = "booked_otherwise"
REFUND = "refund"
Kind = StatementRow.Outcome
# Rows that were read for good; a mismatch moved nothing and may be corrected by a later statement.
READ = tuple(kind for kind in Kind.values if kind not in (Kind.MISMATCH, Kind.REPEATED))


@dataclass(frozen=True, slots=True)
class Planned:
    """One row and what it does. `reference` is by what its money is booked; `claim` is of money
    that arrived and is no payout coming back."""

    row: FileRow
    outcome: StatementRow.Outcome
    note: str = ""
    payout_id: int | None = None
    brand_id: int | None = None
    reference: str = ""
    refund_id: int | None = None
    claim: Claim | None = None


def statement_plan(
    statement: Statement, payouts: Mapping[int, Payout], refunds: Mapping[int, Refund]
) -> list[Planned]:
    """Every row in its turn. `payouts` and `refunds` are those that left us.

    Raises:
        StatementRefused: a row contradicts what was read before; says which.
    """
    rows = statement.rows
    references = _references(statement)
    matches = statement_match(rows, [_sent(payout) for payout in payouts.values()])
    backs = statement_match(rows, [_sent_back(refund) for refund in refunds.values()])
    going = {pk: refund.state for pk, refund in refunds.items()}
    incoming = _Incoming(rows)
    states = {pk: payout.state for pk, payout in payouts.items()}
    plan = []
    for match, back, reference in zip(matches, backs, references, strict=True):
        if match.outcome is not Outcome.UNMATCHED:
            plan.append(_of_payout(match, states))
        elif back.outcome is not Outcome.UNMATCHED:
            plan.append(_of_refund(back, refunds, going))
        elif not reference:
            plan.append(Planned(match.row, Kind.REPEATED))
        elif match.row.direction is Direction.OUT:
            plan.append(Planned(match.row, Kind.UNMATCHED))
        else:
            plan.append(incoming.plan(match.row, reference))
    return plan


def _sent(payout: Payout) -> SentPayout:
    return SentPayout(payout.pk, payout.rail_key, payout.net_minor, payout.iban)


def _sent_back(refund: Refund) -> SentPayout:
    return SentPayout(refund.pk, refund.rail_key, refund.amount_minor, refund.iban)


def _of_refund(match: RowMatch, refunds: Mapping[int, Refund], states: dict[int, str]) -> Planned:
    """As below, of money that goes back."""
    assert match.payout_id is not None
    state, kind = states[match.payout_id], Kind.REPEATED
    if match.outcome is Outcome.MISMATCH or state == Refund.State.FAILED:
        kind = Kind.MISMATCH
    elif match.outcome is Outcome.PAID and state == Refund.State.SENDING:
        kind, states[match.payout_id] = Kind.PAID, Refund.State.PAID
    elif match.outcome is Outcome.RETURNED and state == Refund.State.PAID:
        kind, states[match.payout_id] = Kind.RETURNED, Refund.State.RETURNED
    elif match.outcome is Outcome.RETURNED and state == Refund.State.SENDING:
        kind = Kind.MISMATCH  # back before it was seen going out: a person looks
    brand_id = refunds[match.payout_id].brand_id
    note = ", ".join((REFUND, *match.reasons))
    return Planned(match.row, kind, note, brand_id=brand_id, refund_id=match.payout_id)


def _of_payout(match: RowMatch, states: dict[int, str]) -> Planned:
    """What the row does to its payout, in the state that the rows before it left it in."""
    assert match.payout_id is not None
    state = states[match.payout_id]
    kind = _payout_outcome(match, state)
    if kind is Kind.PAID:
        states[match.payout_id] = Payout.State.PAID
    elif kind is Kind.RETURNED:
        states[match.payout_id] = Payout.State.RETURNED
    return Planned(match.row, kind, ", ".join(match.reasons), match.payout_id)


def _payout_outcome(match: RowMatch, state: str) -> StatementRow.Outcome:
    if match.outcome is Outcome.MISMATCH:
        return Kind.MISMATCH
    is_out = match.outcome is Outcome.PAID
    if is_out and state in Payout.OPEN:
        return Kind.PAID
    if not is_out and state == Payout.State.PAID:
        return Kind.RETURNED
    is_back_too_early = not is_out and state in Payout.OPEN
    if is_back_too_early or state == Payout.State.FAILED:  # undone here, moved at the bank
        return Kind.MISMATCH  # a person looks
    return Kind.REPEATED


# --- Money that arrived ---------------------------------------------------------------------


class _Incoming:
    """Whose it is. Two queries, whatever the rows."""

    def __init__(self, rows: Sequence[FileRow]) -> None:
        brands = Brand.objects.values_list("pk", "bin", "legal_name")
        self._companies = Companies([Company(*brand) for brand in brands])
        booked = Deposit.objects.filter(received_on__in={row.booked_on for row in rows})
        self._booked = {(each.received_on, each.bank_reference): each for each in booked}

    def plan(self, row: FileRow, reference: str) -> Planned:
        claim = claim_of(
            Payer(row.counterparty_tax_id, row.counterparty_name, brands_named(row.purpose)),
            self._companies,
        )
        booked = self._booked.get((row.booked_on, reference))
        if booked is not None:
            return _booked_by_hand(row, booked, claim)
        if claim.brand_id is not None:
            return Planned(
                row, Kind.DEPOSIT, claim.ground, None, claim.brand_id, reference, claim=claim
            )
        return Planned(row, Kind.UNCLAIMED, claim.ground, reference=reference, claim=claim)


def _booked_by_hand(row: FileRow, booked: Deposit, claim: Claim) -> Planned:
    is_same = booked.amount_minor == row.amount_minor
    if is_same and claim.brand_id in (None, booked.brand_id):
        return Planned(row, Kind.REPEATED, BOOKED_BY_HAND, brand_id=booked.brand_id)
    return Planned(row, Kind.MISMATCH, BOOKED_OTHERWISE, brand_id=booked.brand_id)


# --- What was read before -------------------------------------------------------------------


def _references(statement: Statement) -> list[str]:
    rows = statement.rows
    faces = [
        RowFace(
            day=row.booked_on,
            number=row.number.strip()[:REFERENCE_CHARS_MAX],
            is_outgoing=row.direction is Direction.OUT,
            amount_minor=row.amount_minor,
            party=row.counterparty_iban or row.counterparty_tax_id,
            line=row.line,
        )
        for row in rows
    ]
    is_whole = statement.opening_minor is not None and statement.closing_minor is not None
    try:
        return rows_identify(faces, _read_before(statement), is_whole=is_whole)
    except RowsDiffer as error:
        raise StatementRefused(_difference_text(error)) from error


def _read_before(statement: Statement) -> list[RowFace]:
    """The rows of these days that statements have brought, each once."""
    of_days = Q(booked_on__in={row.booked_on for row in statement.rows})
    if statement.from_on is not None and statement.to_on is not None:
        of_days |= Q(booked_on__range=(statement.from_on, statement.to_on))
    read = StatementRow.objects.filter(of_days, outcome__in=READ, line__gt=0)
    columns = read.select_related("statement").only(
        "statement__name", "booked_on", "document_number", "is_outgoing", "amount_minor",
        "party_iban", "party_tax_id", "line",
    )  # fmt: skip
    return [
        RowFace(
            day=row.booked_on,
            number=row.document_number,
            is_outgoing=row.is_outgoing,
            amount_minor=row.amount_minor,
            party=row.party_iban or row.party_tax_id or "",
            line=row.line,
            where=row.statement.name,
        )
        for row in columns.order_by("pk")
    ]


def _difference_text(error: RowsDiffer) -> str:
    before: RowFace = error.before
    facts = {
        "line": error.line,
        "number": before.number or "-",
        "day": date_format(before.day),
        "sum": sum_text(before.amount_minor),
        "file": before.where,
        "before": before.line,
    }
    if error.fault is RowFault.REPEATED:
        return (
            _("Line %(line)s repeats line %(before)s: document %(number)s. Nothing was read.")
            % facts
        )
    if error.fault is RowFault.CHANGED:
        return (
            _(
                "Line %(line)s was changed. Document %(number)s of %(day)s was read before with"
                " another sum or payer: %(sum)s (file %(file)s, line %(before)s). Nothing was read."
            )
            % facts
        )
    return (
        _(
            "Document %(number)s of %(day)s for %(sum)s is missing here; it was read before (file"
            " %(file)s, line %(before)s). Nothing was read."
        )
        % facts
    )
