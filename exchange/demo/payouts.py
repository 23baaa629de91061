"""Payouts of the demo: ops pay whoever can be paid, and the bank answers on that day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from compliance.services import payee_tax_set, register_check
from core.demo_clock import offset_read
from core.tenancy.context import acting_as
from exchange.demo import stage
from exchange.demo.people import Person
from exchange.demo.telling import Story
from influencers.models import Influencer
from influencers.services import payee_save, payout_account_add
from payouts.services.batches import batch_approve, batch_create, batch_hand_out
from payouts.services.checks import register_checks_refresh
from payouts.services.statements import statement_import


@dataclass(frozen=True, slots=True)
class Ops:
    finance: int
    checker: int


def payee_make(influencer: Influencer, person: Person, iin: str, iban: str) -> None:
    """Details of an entrepreneur whom the register confirms."""
    payee_save(influencer_id=influencer.pk, iin_text=iin, full_name=person.name, email=person.email)
    with acting_as(influencer=influencer.pk):
        payee_tax_set(influencer_id=influencer.pk, status="ip_simplified")
    register_check(influencer_id=influencer.pk)
    payout_account_add(influencer_id=influencer.pk, iban_text=iban, holder_name=person.name)


def paid_told(ops: Ops, now: datetime, *, days_ago: int) -> Story:
    """One batch, from its making to the bank's statement."""
    yield now - timedelta(days=days_ago)
    register_checks_refresh()  # an answer counts on its day
    batch = batch_create(maker_id=ops.finance)
    batch_approve(batch_id=batch.pk, checker_id=ops.checker)
    _name, content = batch_hand_out(batch_id=batch.pk, person_id=ops.finance)
    stage.clock_set(offset_read() - timedelta(days=days_ago))  # the bank books on that day
    statement = stage.bank_execute(content)
    stage.clock_set(offset_read())
    statement_import(content=statement, name="statement.txt", uploader_id=ops.finance)
