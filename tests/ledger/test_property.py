"""Any life of a campaign: the ledger says what a pencil says, and refuses what has no cover."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from itertools import count

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from core.tenancy.context import acting_as
from ledger.checks import balances_match_entries, journals_balance, journals_have_legs
from ledger.domain import accounts, journals
from ledger.domain.accounts import AccountRef, kind_rule
from ledger.domain.drafts import JournalDraft
from ledger.domain.fees import Reserve, fee_due, reserve_for
from ledger.domain.journals import ConversionRef, PayoutMoney
from ledger.selectors import balances
from ledger.services import InsufficientFunds
from tests.ledger.worlds import post

BRAND, CAMPAIGN, ALIYA = 1, 3, 2
FEE_BPS, VAT_BPS = 1500, 1600

amounts = st.integers(1, 300_000)
commissions = st.integers(0, 20_000)


class Life(RuleBasedStateMachine):
    """One brand, one campaign, one influencer; every event may come at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.transaction = ExitStack()
        self.transaction.enter_context(acting_as(system="test"))
        self.numbers = count(1)
        self.pencil: Counter[AccountRef] = Counter()
        self.posted: list[JournalDraft] = []
        self.reserved = Reserve()
        self.held: dict[int, int] = {}  # conversion -> commission
        self.fee_accrued = self.approved = self.fee_approved = self.vat_approved = 0
        self.flying: list[PayoutMoney] = []
        self.paid: list[PayoutMoney] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.close()

    def try_to(self, draft: JournalDraft) -> bool:
        """Post; whether there was cover for it."""
        after = self.pencil.copy()
        after.update({leg.account: leg.amount_minor for leg in draft.legs})
        has_cover = all(
            minor >= 0 or kind_rule(ref.kind).floor_minor is None for ref, minor in after.items()
        )
        try:
            post(draft)
        except InsufficientFunds:
            assert not has_cover, draft
            return False
        assert has_cover, draft
        self.pencil = after
        self.posted.append(draft)
        return True

    # --- Events -----------------------------------------------------------------------------

    @initialize(commission=commissions)
    def begin(self, commission: int) -> None:
        """So that short lives get far: a budget that a few orders empty, and an approved order."""
        self.top_up(150_000)
        self.reserve(60_000)
        self.order(commission)
        self.approve_one(*self.held)

    @rule(amount=amounts)
    def top_up(self, amount: int) -> None:
        row = f"{next(self.numbers)}"
        self.try_to(journals.deposit(statement_row=row, brand_id=BRAND, amount_minor=amount))

    @rule(amount=amounts)
    def take_back(self, amount: int) -> None:
        refund = {"refund_id": next(self.numbers), "brand_id": BRAND, "amount_minor": amount}
        self.try_to(journals.refund_created(**refund))

    @rule(amount=amounts)
    def reserve(self, amount: int) -> None:
        more = reserve_for(amount, fee_bps=FEE_BPS, vat_bps=VAT_BPS, earlier=self.reserved)
        draft = journals.campaign_reserve(
            campaign_id=CAMPAIGN, n=next(self.numbers), brand_id=BRAND, reserve=more
        )
        if self.try_to(draft):
            self.reserved = Reserve(
                self.reserved.budget_minor + more.budget_minor,
                self.reserved.fee_minor + more.fee_minor,
                self.reserved.vat_minor + more.vat_minor,
            )

    @rule(commission=commissions)
    def order(self, commission: int) -> None:
        self.accrue(next(self.numbers), commission)

    @precondition(lambda self: self.held)
    @rule(data=st.data(), commission=commissions)
    def change_order(self, data: st.DataObject, commission: int) -> None:
        self.accrue(data.draw(st.sampled_from(sorted(self.held))), commission)

    def accrue(self, conversion: int, commission: int) -> None:
        more = commission - self.held.get(conversion, 0)
        base = self.approved + sum(self.held.values()) + more
        fee = fee_due(base, FEE_BPS, self.fee_accrued)
        ref, version = ConversionRef(conversion, CAMPAIGN, BRAND, ALIYA), next(self.numbers)
        draft = journals.accrual(ref, version=version, commission_minor=more, fee_minor=fee)
        if self.try_to(draft):
            self.held[conversion] = commission
            self.fee_accrued += fee

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def approve(self, data: st.DataObject) -> None:
        self.approve_one(data.draw(st.sampled_from(sorted(self.held))))

    def approve_one(self, conversion: int) -> None:
        commission = self.held.pop(conversion)
        self.approved += commission
        fee = fee_due(self.approved, FEE_BPS, self.fee_approved)
        vat = fee_due(self.fee_approved + fee, VAT_BPS, self.vat_approved)
        ref = ConversionRef(conversion, CAMPAIGN, BRAND, ALIYA)
        draft = journals.approval(ref, commission_minor=commission, fee_minor=fee, vat_minor=vat)
        assert self.try_to(draft), "what was accrued covers what is approved"
        self.fee_approved += fee
        self.vat_approved += vat

    @rule(percent=st.integers(1, 120), tax_percent=st.integers(0, 30))
    def pay(self, percent: int, tax_percent: int) -> None:
        gross = self.pencil[accounts.influencer_payable(ALIYA)] * percent // 100 + 1
        taxes = {"ipn": (gross - 1) * tax_percent // 100}
        payout = PayoutMoney(next(self.numbers), ALIYA, gross, taxes)
        if self.try_to(journals.payout_created(payout)):
            self.flying.append(payout)

    @precondition(lambda self: self.flying)
    @rule(is_paid=st.booleans())
    def end_payout(self, is_paid: bool) -> None:
        payout = self.flying.pop()
        assert self.try_to((journals.payout_paid if is_paid else journals.payout_undone)(payout))
        self.paid += [payout] * is_paid

    @precondition(lambda self: self.paid)
    @rule()
    def bank_returns(self) -> None:
        assert self.try_to(journals.payout_returned(self.paid.pop()))

    @precondition(lambda self: self.posted)
    @rule(data=st.data())
    def come_again(self, data: st.DataObject) -> None:
        """A job that was given back, a webhook sent twice."""
        post(data.draw(st.sampled_from(self.posted)))

    # --- What is always so ------------------------------------------------------------------

    @invariant()
    def ledger_equals_pencil(self) -> None:
        assert balances(self.pencil) == self.pencil
        assert self.pencil.total() == 0

    @invariant()
    def nothing_is_left_on_hold_without_an_order(self) -> None:
        if not self.held:
            assert self.pencil[accounts.fee_hold(BRAND, CAMPAIGN)] == 0

    @invariant()
    def the_checks_agree(self) -> None:
        assert journals_balance() + journals_have_legs() + balances_match_entries() == []


@pytest.mark.django_db
def test_any_life_of_a_campaign():
    limits = settings(
        max_examples=30,
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    run_state_machine_as_test(Life, settings=limits)
