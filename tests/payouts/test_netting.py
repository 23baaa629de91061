"""A clawback netted over three payouts. Aliya is an entrepreneur: nothing is withheld.

Her first reward is 100 000,00 (10 % of 1 000 000,00) and is paid. Goods of 600 000,00 come back:
she owes 60 000,00. Each later reward is 80 000,00, of which at most 30 %, 24 000,00, is kept: twice
24 000,00, and then the 12 000,00 that are left.
"""

from dataclasses import replace

import pytest
from django.db import IntegrityError

from attribution.models import Conversion
from attribution.services.late_returns import late_returns_apply
from attribution.services.lifecycle import conversions_advance
from campaigns.models import Campaign
from compliance.selectors import rules_in_force
from compliance.services import tax_rules_load
from core import clock
from core.errors import Forbidden, Invalid
from core.tenancy.context import acting_as
from exchange.money_checks import money_findings
from ledger.checks import ledger_findings
from ledger.domain import accounts
from ledger.selectors import balances
from payouts.domain.netting import SHARE_RULE
from payouts.models import DebtWriteOff, Payout, PayoutNetting
from payouts.selectors import payee_cases, payee_outcome
from payouts.services.statements import payout_fail, statement_import
from payouts.services.write_offs import WriteOffConflict, write_off_ask, write_off_decide
from tests.attribution.shop import order_body, shop_open, signed
from tests.attribution.test_late_returns import joined_under
from tests.attribution.test_sale import work
from tests.clocks import clock_at
from tests.payouts.test_batches import (
    APPROVED,
    ORDERED,
    RULES,
    payable,
    payee_make,
    row,
    sent,
    statement,
)

DEBT = 6_000_000
LATER = 8_000_000  # a reward of goods of 800 000,00


_noon = clock_at(APPROVED)


class Desk:
    """Tulpar's shop, and the bank of its influencer."""

    def __init__(self, cast, client):
        self.cast, self.client, self.mine = cast, client, cast.tulpar
        self.shop = shop_open(cast.tulpar)
        self.numbers = iter(range(100, 200))

    def tell(self, number: int, total: str, *, minutes: int, refunded: str | None = None) -> None:
        body = order_body(
            number, total=total, coupons=("AQTAS",), status="completed", placed=ORDERED,
            minutes=minutes, refunded=refunded,
        )  # fmt: skip
        assert self.client.post(self.shop.path, body, **signed(body)).status_code == 200
        work()

    def earn(self, total: str = "800000.00") -> None:
        self.tell(next(self.numbers), total, minutes=0)
        assert conversions_advance() == 1

    def open_payout(self) -> Payout:
        sent(self.cast)
        with acting_as(system="test"):
            return Payout.objects.order_by("pk").last()

    def bank_says(self, *rows: str) -> None:
        statement_import(content=statement(*rows), name="s.txt", uploader_id=self.cast.maker)

    def pay(self) -> Payout:
        payout = self.open_payout()
        self.bank_says(row(payout))
        return payout

    def books(self) -> tuple[int, int, int]:
        """(debt, what the campaign waits for, its budget)"""
        campaign = (self.mine.brand, self.mine.campaign)
        refs = [
            accounts.influencer_debt(self.mine.influencer),
            accounts.clawback_pending(*campaign),
            accounts.budget(*campaign),
        ]
        with acting_as(system="test"):
            found = balances(refs)
        return tuple(found[ref] for ref in refs)


@pytest.fixture
def desk(cast, client):
    """Aliya owes 60 000,00 of 100 000,00 that she was paid."""
    tax_rules_load(text=RULES, maker_id=cast.maker, checker_id=cast.checker)
    joined_under(cast.tulpar, 90)
    desk = Desk(cast, client)
    payee_make(cast, "tulpar", "ip_simplified", register="yes")
    desk.earn("1000000.00")
    desk.pay()
    desk.tell(100, "1000000.00", minutes=60, refunded="600000.00")
    assert late_returns_apply() == 1
    return desk


def all_is_proven() -> None:
    assert money_findings() == []
    assert ledger_findings() == []


def test_a_debt_is_kept_back_over_three_payouts(desk):
    budget = 50_000_000 - 10_000_000
    assert desk.books() == (-DEBT, DEBT, budget)
    all_is_proven()
    seen = []
    for kept in (2_400_000, 2_400_000, 1_200_000):
        desk.earn()
        payout = desk.pay()
        seen.append((payout.gross_minor, payout.netted_minor, payout.net_minor))
        assert seen[-1] == (LATER, kept, LATER - kept)
        all_is_proven()
    assert sum(kept for _gross, kept, _net in seen) == DEBT
    assert desk.books() == (0, 0, budget - 3 * LATER + DEBT)
    desk.earn()
    assert desk.pay().netted_minor == 0
    with acting_as(system="test"):
        first = Conversion.objects.get(order_number="100")
    assert (first.recovered_minor, first.debt_minor, first.status) == (
        DEBT, 0, "partly_reversed",
    )  # fmt: skip
    assert payable(desk.mine) == 0


def test_nothing_is_kept_of_a_payout_that_did_not_arrive(desk):
    desk.earn()
    payout = desk.open_payout()
    assert desk.books()[:2] == (-DEBT, DEBT)  # not before the bank says that it was paid
    all_is_proven()
    payout_fail(payout_id=payout.pk, reason="closed account")
    assert (payable(desk.mine), desk.books()[:2]) == (LATER, (-DEBT, DEBT))
    all_is_proven()
    assert desk.pay().netted_minor == 2_400_000


def test_what_a_bank_sends_back_leaves_what_was_kept_with_the_brand(desk):
    desk.earn()
    payout = desk.pay()
    desk.bank_says(row(payout, way="Приход"))
    assert payable(desk.mine) == LATER - 2_400_000
    assert desk.books()[:2] == (-DEBT + 2_400_000, DEBT - 2_400_000)
    all_is_proven()
    again = desk.pay()  # 30 % of 56 000,00
    assert (again.gross_minor, again.netted_minor) == (5_600_000, 1_680_000)
    all_is_proven()


def test_a_payout_of_returned_goods_that_comes_back_ends_its_debt(desk):
    with acting_as(system="test"):
        first = Payout.objects.get()
    desk.bank_says(row(first, way="Приход"))
    assert (payable(desk.mine), desk.books()[:2]) == (4_000_000, (0, 0))
    all_is_proven()
    assert desk.pay().gross_minor == 4_000_000


def test_a_closed_campaigns_brand_gets_it_free(desk):
    desk.earn()
    with acting_as(system="test data"):
        Campaign.objects.filter(pk=desk.mine.campaign).update(status="closed")
        free = balances([accounts.brand_free(desk.mine.brand)])
    desk.pay()
    with acting_as(system="test"):
        now = balances([accounts.brand_free(desk.mine.brand)])
    assert sum(now.values()) - sum(free.values()) == 2_400_000
    assert desk.books()[:2] == (-3_600_000, 3_600_000)
    all_is_proven()


def test_a_day_without_the_figure_holds_who_owes(desk):
    desk.earn()
    with acting_as(system="test"):
        rules = rules_in_force(clock.today())
        known = {key: rule for key, rule in rules.by_key.items() if key != SHARE_RULE}
        (case,) = payee_cases(clock.today())
        held = payee_outcome(case, replace(rules, by_key=known))
    assert (held.reason, held.detail) == (
        "rule_missing",
        {"key": SHARE_RULE, "day": "2026-11-21"},
    )


def ask(desk, **changes):
    with acting_as(system="test"):
        first = Conversion.objects.get(order_number="100")
    wanted = {"reason": "Жауап бермейді", "maker_id": desk.cast.maker} | changes
    return write_off_ask(conversion_id=first.pk, **wanted)


def test_two_people_write_a_debt_off(desk):
    asked = ask(desk)
    with pytest.raises(Forbidden):
        write_off_decide(write_off_id=asked.pk, checker_id=desk.cast.maker, is_agreed=True)
    with pytest.raises(WriteOffConflict, match="already"):
        ask(desk)
    budget = desk.books()[2]
    write_off_decide(write_off_id=asked.pk, checker_id=desk.cast.checker, is_agreed=True)
    assert desk.books() == (0, 0, budget)  # the brand bears it
    all_is_proven()
    with pytest.raises(WriteOffConflict, match="decided"):
        write_off_decide(write_off_id=asked.pk, checker_id=desk.cast.checker, is_agreed=True)
    desk.earn()
    assert desk.pay().netted_minor == 0
    with pytest.raises(WriteOffConflict, match="Nothing is owed"):
        ask(desk)


def test_a_write_off_of_what_a_payout_has_paid_meanwhile_is_asked_anew(desk):
    asked = ask(desk)
    desk.earn()
    desk.pay()
    with pytest.raises(WriteOffConflict, match="Less is owed"):
        write_off_decide(write_off_id=asked.pk, checker_id=desk.cast.checker, is_agreed=True)
    write_off_decide(write_off_id=asked.pk, checker_id=desk.cast.checker, is_agreed=False)
    assert ask(desk).amount_minor == DEBT - 2_400_000
    all_is_proven()


def test_the_database_wants_two_people_too(desk):
    asked = ask(desk)
    with pytest.raises(IntegrityError, match="maker_is_not_checker"), acting_as(system="test"):
        DebtWriteOff.objects.filter(pk=asked.pk).update(
            state="done", decided_by_id=desk.cast.maker, decided_at=APPROVED
        )
    with pytest.raises(Invalid):
        ask(desk, reason=" ")


def test_both_sides_read_what_was_kept(desk):
    desk.earn()
    desk.pay()
    for side in ({"brand": desk.mine.brand}, {"influencer": desk.mine.influencer}):
        with acting_as(**side):
            assert PayoutNetting.objects.get().amount_minor == 2_400_000
    with acting_as(brand=desk.cast.sauran.brand):
        assert not PayoutNetting.objects.exists()


def test_what_was_kept_for_a_debt_that_ended_meanwhile_is_payable_again(desk):
    """24 000,00 of the second payout are kept for the first sale. Before the bank says that it was
    paid, it sends the first payout back: nothing is owed for that sale any more, and of it
    40 000,00 are payable. So the 24 000,00 are the influencer's, too."""
    with acting_as(system="test"):
        first = Payout.objects.get()
    desk.earn()
    second = desk.open_payout()
    desk.bank_says(row(first, way="Приход"))
    assert (payable(desk.mine), desk.books()[:2]) == (4_000_000, (0, 0))
    budget = desk.books()[2]
    desk.bank_says(row(second))
    assert (payable(desk.mine), desk.books()) == (4_000_000 + 2_400_000, (0, 0, budget))
    all_is_proven()
    assert desk.pay().gross_minor == 6_400_000
    all_is_proven()


def test_a_debt_written_off_while_a_payout_keeps_some_of_it_is_given_back(desk):
    asked = ask(desk)
    desk.earn()
    payout = desk.open_payout()
    write_off_decide(write_off_id=asked.pk, checker_id=desk.cast.checker, is_agreed=True)
    desk.bank_says(row(payout))
    assert (payable(desk.mine), desk.books()[:2]) == (2_400_000, (0, 0))
    all_is_proven()
