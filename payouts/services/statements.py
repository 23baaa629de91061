"""The bank's statement decides what was paid. The same file twice is the same statement."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from attribution.models import Conversion, PeriodReward
from attribution.selectors.conversions import still_payable
from brands.services import deposit_book
from campaigns.models import Task
from core import clock
from core.audit.services import audit_record
from core.errors import DomainError, NotFound
from core.locks import lock_for_transaction
from core.notify.services import notice_queue
from core.tenancy.context import acting_as
from influencers.models import Payee
from ledger.domain import accounts
from ledger.domain.journals import payout_paid, payout_returned, payout_undone
from ledger.selectors import balance_minor
from ledger.services import journal_post
from payouts.domain.states import payout_may_become
from payouts.models import (
    BankStatement,
    Payout,
    PayoutBatch,
    Refund,
    StatementLayout,
    StatementRow,
)
from payouts.rails.bank_file.statement import Direction
from payouts.selectors import statement_by_hash, statement_get, taxes_of
from payouts.services.batches import payout_money, payout_move
from payouts.services.netting import paid_back, payout_net
from payouts.services.refunds import refund_came_back, refund_paid
from payouts.services.statement_plans import REFERENCE_CHARS_MAX, Planned, statement_plan
from payouts.services.statement_reading import (
    StatementRefused,
    columns_remembered,
    is_statement_table,
    statement_read,
    titles_print,
)
from payouts.services.unclaimed import transfer_keep
from payouts.words import PAYOUT_STATES

NAME_CHARS_MAX = 120
BANK_RETURNED = "bank_returned"  # a word of the screens
Kind = StatementRow.Outcome
MOVES_PAYOUT = (Kind.PAID, Kind.RETURNED)


class StatementApplied(DomainError):
    """What it says has happened already."""

    code = "statement_applied"


class PayoutDecided(DomainError):
    """The payout is not, or no longer, in the hands of the bank."""

    code = "payout_decided"


def statement_import(*, content: bytes, name: str, uploader_id: int) -> BankStatement:
    """Keep a statement in 1C's form and apply it at once: for who has looked at it elsewhere.

    Raises: see `statement_keep` and `statement_apply`.
    """
    statement = statement_keep(content=content, name=name, uploader_id=uploader_id)
    return statement_apply(statement_id=statement.pk, person_id=uploader_id)


def statement_keep(*, content: bytes, name: str, uploader_id: int) -> BankStatement:
    """Keep a file that could be applied as it is, to be looked at. A table whose columns nobody
    has named yet waits for them. The same file twice is the same statement.

    Raises:
        StatementUnreadable: not a statement. Nothing is kept.
        StatementRefused: not ours, not whole, or it contradicts what was read before; says which
            line. Nothing is kept.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    is_of_table = is_statement_table(content) and bool(titles_print(content))
    with acting_as(system="bank statement"):
        lock_for_transaction("bank statement")  # the same file from two hands at once
        known = statement_by_hash(sha256)
        if known is not None:
            return known
        columns = columns_remembered(content) if is_of_table else None
        kept = BankStatement(
            name=name[:NAME_CHARS_MAX],
            sha256=sha256,
            content=content,
            columns=columns,
            state=BankStatement.State.COLUMNS,
            row_count=0,
            uploaded_by_id=uploader_id,
        )
        if columns is not None or not is_of_table:
            _look(kept)
        kept.save()
        audit_record("bank statement kept", kept, after={"rows": kept.row_count})
    return kept


def statement_columns_set(
    *, statement_id: int, columns: Mapping[str, str], person_id: int
) -> BankStatement:
    """Say which column of a table is which, {what: title}; remembered for the bank's next file.

    Raises:
        NotFound: no such statement.
        StatementApplied: it was applied already.
        StatementUnreadable, StatementRefused: see `statement_keep`; the words are not kept.
    """
    with acting_as(system="bank statement"):
        kept = statement_get(statement_id, for_update=True)
        if kept.state == BankStatement.State.APPLIED:
            raise StatementApplied(_("This statement was applied already."))
        kept.columns = dict(columns)
        _look(kept)
        kept.save(update_fields=["columns", "state", "row_count", *_PERIOD])
        StatementLayout.objects.update_or_create(
            titles_sha256=titles_print(bytes(kept.content)),
            defaults={
                "columns": kept.columns,
                "chosen_by_id": person_id,
                "chosen_at": clock.now(),
            },
        )
        audit_record("bank statement columns", kept, after={"columns": kept.columns})
    return kept


_PERIOD = ("from_on", "to_on", "opening_minor", "closing_minor")


def _look(kept: BankStatement) -> None:
    """Read it, and refuse what may not be applied."""
    statement = statement_read(bytes(kept.content), kept.columns)
    statement_plan(statement, {}, {})
    kept.state, kept.row_count = BankStatement.State.CHECKED, len(statement.rows)
    days = [row.booked_on for row in statement.rows]
    kept.from_on = statement.from_on or min(days, default=None)
    kept.to_on = statement.to_on or max(days, default=None)
    kept.opening_minor, kept.closing_minor = statement.opening_minor, statement.closing_minor


def statement_preview(kept: BankStatement) -> list[Planned]:
    """What applying would do, row by row. Moves nothing.

    Raises: see `statement_keep`.
    """
    with acting_as(system="bank statement"):
        statement = statement_read(bytes(kept.content), kept.columns)
        payouts = {payout.pk: payout for payout in _sent_payouts()}
        return statement_plan(statement, payouts, {each.pk: each for each in _sent_refunds()})


def statement_apply(*, statement_id: int, person_id: int) -> BankStatement:
    """Let every row do what it says: payouts are paid or come back, top-ups reach their brands,
    the rest of what arrived waits in suspense. All or nothing; applied again it stays as it is.

    Raises:
        NotFound: no such statement.
        StatementRefused: it contradicts what was read meanwhile, or nobody named its columns.
    """
    with acting_as(system="bank statement", user_id=person_id):
        lock_for_transaction("bank statement")
        kept = statement_get(statement_id, for_update=True)
        if kept.state == BankStatement.State.APPLIED:
            return kept
        if kept.state == BankStatement.State.COLUMNS:
            raise StatementRefused(_("Say first which column is which."))
        payouts = {payout.pk: payout for payout in _sent_payouts(for_update=True)}
        refunds = {refund.pk: refund for refund in _sent_refunds(for_update=True)}
        statement = statement_read(bytes(kept.content), kept.columns)
        plan = statement_plan(statement, payouts, refunds)
        _carry_out(plan, payouts, person_id)
        _refunds_follow(plan, refunds)
        _rows_write(kept, plan)
        kept.state, kept.applied_by_id = BankStatement.State.APPLIED, person_id
        kept.matched_count = sum(
            each.outcome in MOVES_PAYOUT and each.payout_id is not None for each in plan
        )
        kept.ledger_minor = -balance_minor(accounts.bank())
        kept.save(update_fields=["state", "applied_by_id", "matched_count", "ledger_minor"])
        _batches_settle(payouts)
        after = {"rows": kept.row_count, "matched": kept.matched_count}
        audit_record("bank statement imported", kept, after=after)
    return kept


def _sent_payouts(*, for_update: bool = False) -> QuerySet[Payout]:
    """Every payout that left us and may still move."""
    states = (
        Payout.State.SENDING,
        Payout.State.ACCEPTED,
        Payout.State.UNKNOWN,
        Payout.State.PAID,
        Payout.State.FAILED,
        Payout.State.RETURNED,
    )
    rows = Payout.objects.select_for_update() if for_update else Payout.objects.all()
    return rows.filter(state__in=states).order_by("pk")


def _sent_refunds(*, for_update: bool = False) -> QuerySet[Refund]:
    """The same of refunds."""
    states = (
        Refund.State.SENDING,
        Refund.State.PAID,
        Refund.State.FAILED,
        Refund.State.RETURNED,
    )
    rows = Refund.objects.select_for_update(of=("self",)) if for_update else Refund.objects.all()
    return rows.select_related("transfer").filter(state__in=states).order_by("pk")


def _refunds_follow(plan: Sequence[Planned], refunds: dict[int, Refund]) -> None:
    for each in plan:
        if each.refund_id is None:
            continue
        if each.outcome is Kind.PAID:
            refund_paid(refunds[each.refund_id])
        elif each.outcome is Kind.RETURNED:
            refund_came_back(refunds[each.refund_id])


def _carry_out(plan: Sequence[Planned], payouts: dict[int, Payout], person_id: int) -> None:
    named = {each.payout_id for each in plan if each.payout_id is not None}
    taxes = taxes_of([payouts[payout_id] for payout_id in named])
    for each in plan:
        if each.outcome is Kind.PAID and each.payout_id:
            _payout_paid(payouts[each.payout_id], taxes[each.payout_id])
        elif each.outcome is Kind.RETURNED and each.payout_id:
            _payout_came_back(payouts[each.payout_id], taxes[each.payout_id])
        elif each.outcome is Kind.DEPOSIT and each.brand_id:
            _deposit(each, each.brand_id, person_id)
        elif each.outcome is Kind.UNCLAIMED:
            transfer_keep(each.row, each.reference, each.claim)


def _deposit(each: Planned, brand_id: int, person_id: int) -> None:
    deposit_book(
        brand_id=brand_id,
        amount_minor=each.row.amount_minor,
        bank_reference=each.reference,
        received_on=each.row.booked_on,
        booked_by_id=person_id,
    )


def _payout_paid(payout: Payout, taxes: dict[str, int]) -> None:
    journal_post(payout_paid(payout_money(payout, taxes)), occurred_at=clock.now())
    payout_net(payout)
    payout_move(payout, Payout.State.PAID)
    for line in payout.lines.order_by("conversion_id", "period_reward_id", "task_id"):
        paid = F("paid_minor") + line.amount_minor
        Conversion.objects.filter(payout_lines=line).update(paid_minor=paid)
        PeriodReward.objects.filter(payout_lines=line).update(paid_minor=paid)
        Task.objects.filter(payout_lines=line).update(paid_minor=paid)
    _rewards_follow(payout)
    _notice(payout, "payout_paid")


def _payout_came_back(payout: Payout, taxes: dict[str, int]) -> None:
    """The gross is payable again, without what it kept for debts; the month's tax is computed anew
    at the next payout, from what stayed paid."""
    journal_post(payout_returned(payout_money(payout, taxes)), occurred_at=clock.now())
    paid_back(payout)
    payout_move(payout, Payout.State.RETURNED, failure=BANK_RETURNED)
    _rewards_follow(payout)
    _notice(payout, "payout_returned")


def payout_fail(*, payout_id: int, reason: str) -> Payout:
    """The bank refused a document before any money left: the payout is undone.

    `reason` is read by the payee.

    Raises:
        NotFound: no such payout.
        PayoutDecided: it is not at the bank.
    """
    with acting_as(system="payout refused by the bank"):
        payout = Payout.objects.select_for_update().filter(pk=payout_id).first()
        if payout is None:
            raise NotFound(_("There is no such payout."))
        if not payout_may_become(payout.state, Payout.State.FAILED):
            raise PayoutDecided(
                _("This payout is not at the bank. Its state: %(state)s.")
                % {"state": PAYOUT_STATES[payout.state]}
            )
        taxes = taxes_of([payout])[payout.pk]
        journal_post(payout_undone(payout_money(payout, taxes)), occurred_at=clock.now())
        payout_move(payout, Payout.State.FAILED, failure=reason[:300])
        _batches_settle({payout.pk: payout})
        _notice(payout, "payout_returned")
    return payout


def _rewards_follow(payout: Payout) -> None:
    """What is wholly paid is `paid`, else it is `approved`, or, of a post, `accepted`; a reversed
    conversion stays reversed."""
    touched = Conversion.objects.filter(payout_lines__payout=payout)
    touched = touched.annotate(still_minor=still_payable())
    touched.filter(status="approved", still_minor=0).update(status="paid")
    touched.filter(status="paid", still_minor__gt=0).update(status="approved")
    months = PeriodReward.objects.filter(payout_lines__payout=payout)
    months.filter(state="approved", paid_minor=F("amount_minor")).update(state="paid")
    months.filter(state="paid", paid_minor__lt=F("amount_minor")).update(state="approved")
    posts = Task.objects.filter(payout_lines__payout=payout)
    posts.filter(state="accepted", paid_minor=F("amount_minor")).update(state="paid")
    posts.filter(state="paid", paid_minor__lt=F("amount_minor")).update(state="accepted")


def _rows_write(statement: BankStatement, plan: Sequence[Planned]) -> None:
    StatementRow.objects.bulk_create(
        StatementRow(
            statement=statement,
            number=number,
            line=each.row.line,
            document_number=each.row.number.strip()[:REFERENCE_CHARS_MAX],
            is_outgoing=each.row.direction is Direction.OUT,
            amount_minor=each.row.amount_minor,
            booked_on=each.row.booked_on,
            payout_id=each.payout_id,
            brand_id=each.brand_id,
            refund_id=each.refund_id,
            outcome=each.outcome,
            note=each.note,
            reference=each.reference,
            party_name=each.row.counterparty_name,
            party_tax_id=each.row.counterparty_tax_id,
            party_iban=each.row.counterparty_iban,
            purpose=each.row.purpose,
        )
        for number, each in enumerate(plan, 1)
    )


def _batches_settle(payouts: dict[int, Payout]) -> None:
    """A sent batch without an open payout is settled."""
    ids = {payout.batch_id for payout in payouts.values()}
    sent = PayoutBatch.objects.filter(pk__in=ids, state=PayoutBatch.State.SENT)
    settled = sent.exclude(payouts__state__in=Payout.OPEN)
    PayoutBatch.objects.filter(pk__in=list(settled.values_list("pk", flat=True))).update(
        state=PayoutBatch.State.SETTLED
    )


def _notice(payout: Payout, kind: str) -> None:
    payee = Payee.objects.select_related("influencer__user").get(influencer_id=payout.influencer_id)
    notice_queue(
        kind,
        email=payee.email,
        language=payee.influencer.user.language,
        context={
            "name": payee.influencer.name,
            "amount_minor": payout.net_minor,
            "iban_last4": payout.iban_last4,
            "payout_id": str(payout.public_id),
        },
        dedupe_key=f"{kind}:{payout.pk}",
    )
