"""A fixed fee for a post beside a reward of an order, to the bank and back.

Aliya is an entrepreneur: nothing is withheld. 100 000,00 are approved for an order of Tulpar's and
10 000,03 accepted for a post.
"""

import pytest
from django.db import IntegrityError, transaction

from attribution.selectors.conversions import earned_by_stage
from attribution.selectors.earned_in import earned_in
from campaigns.domain.deals import DealMoney
from campaigns.models import TaskPost
from campaigns.services.invoices import brand_invoice
from campaigns.services.tasks import Verdict, task_accept
from compliance.models import Invoice, InvoiceEntry
from core.tenancy.context import acting_as
from exchange.invoice_checks import invoice_findings
from exchange.money_checks import money_findings
from ledger.checks import ledger_findings
from ledger.domain import accounts
from ledger.selectors import balance_minor
from payouts.models import PayoutLine
from payouts.selectors import payee_cases
from payouts.services.statements import statement_import
from tests.campaigns.deals_world import OFFER, POST, offered, running, send, states, tasks
from tests.clocks import clock_at
from tests.payouts.test_batches import (
    APPROVED,
    GROSS,
    both,
    earned,
    payable,
    payout_of,
    row,
    sent,
    statement,
)

__all__ = ["both", "earned"]


_noon = clock_at(APPROVED)


@pytest.fixture
def posted(both):
    """A deal of three, its first post accepted."""
    deal = running(both)
    task = tasks(deal)[0]
    send(both, task)
    task_accept(task_id=task.pk, verdict=Verdict(TaskPost.Speaker.BRAND))
    return both, deal


def stages(cast):
    with acting_as(influencer=cast.tulpar.influencer):
        found = earned_by_stage(cast.tulpar.influencer)
    return found.approved_minor, found.paid_minor


def test_a_post_is_paid_and_comes_back_as_a_reward_does(posted):
    cast, deal = posted
    assert payable(cast.tulpar) == GROSS + POST
    with acting_as(system="test"):
        (case,) = payee_cases(APPROVED.date(), [cast.tulpar.influencer])
        assert earned_in(cast.tulpar.participation).approved_minor == GROSS + POST
    assert sum(part.amount_minor for part in case.parts) == case.payable_minor
    assert [bool(part.task_id) for part in case.parts] == [False, True]
    assert stages(cast) == (GROSS + POST, 0)

    sent(cast)
    payout = payout_of(cast.tulpar)
    assert (payout.gross_minor, payable(cast.tulpar)) == (GROSS + POST, 0)
    with acting_as(system="test"):
        line = PayoutLine.objects.select_related("task").get(payout=payout, task__isnull=False)
        assert line.about == line.task.link_key
    statement_import(content=statement(row(payout)), name="s.txt", uploader_id=cast.maker)
    assert states(deal) == ("running", "paid", "open", "open")
    assert stages(cast) == (0, GROSS + POST)
    assert (money_findings(), ledger_findings()) == ([], [])

    back = statement(row(payout, way="Приход"))
    statement_import(content=back, name="b.txt", uploader_id=cast.maker)
    assert states(deal)[1] == "accepted"
    assert stages(cast) == (GROSS + POST, 0)
    assert payable(cast.tulpar) == GROSS + POST
    assert (money_findings(), ledger_findings()) == ([], [])


def test_a_line_of_a_payout_is_of_exactly_one_thing(posted):
    cast, deal = posted
    sent(cast)
    payout = payout_of(cast.tulpar)
    task = tasks(deal)[0]
    with acting_as(system="test"):
        of_order = PayoutLine.objects.get(payout=payout, conversion__isnull=False)
        whose = {"payout": payout, "influencer_id": task.influencer_id, "brand_id": task.brand_id}
        for things in ({}, {"task_id": task.pk, "conversion_id": of_order.conversion_id}):
            with pytest.raises(IntegrityError), transaction.atomic():
                PayoutLine.objects.create(amount_minor=1, **whose, **things)


def test_the_fee_of_a_post_is_invoiced_with_its_campaigns(posted):
    cast, _deal = posted
    (invoice,) = brand_invoice(brand_id=cast.tulpar.brand)
    # 15 % of 100 000,00 and of 10 000,03; 16 % of both
    assert (invoice.state, invoice.net_minor) == (Invoice.State.ISSUED, 1_500_000 + 150_000)
    assert invoice.vat_minor == 240_000 + 24_000
    assert len(invoice.lines) == 1
    with acting_as(system="test"):
        assert InvoiceEntry.objects.filter(invoice=invoice).count() == 2
        assert balance_minor(accounts.vat_funded(cast.tulpar.brand)) == 0
    assert (invoice_findings(), money_findings(), ledger_findings()) == ([], [], [])


def test_a_deal_beside_a_running_budget_takes_nothing_of_it(both):
    key = (both.tulpar.brand, both.tulpar.campaign)
    with acting_as(system="test"):
        before = [balance_minor(ref(*key)) for ref in (accounts.budget, accounts.fee_reserve)]
    offered(both)
    held = DealMoney(POST, 1_500, 1_600).of_posts(OFFER.post_count)
    with acting_as(system="test"):
        after = [balance_minor(ref(*key)) for ref in (accounts.budget, accounts.fee_reserve)]
    assert [new - old for new, old in zip(after, before, strict=True)] == [0, held.fee_minor]
