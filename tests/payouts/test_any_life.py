"""A campaign lives as chance has it, through the services alone: orders, returns and their undoing,
budgets made larger and smaller, payouts that are paid, refused and sent back, debts, invoices
credited and made anew. After every step the books are whole. In the end all that is reserved is the
brand's again; what is left are debts, and the brand waits for exactly those.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from attribution.models import Conversion
from attribution.services.late_returns import late_returns_apply
from attribution.services.lifecycle import campaign_fund, conversions_advance, conversions_fund
from campaigns.services import campaign_close, campaign_shrink, campaign_top_up, campaigns_sweep
from campaigns.services.invoices import (
    brand_invoice,
    invoice_credit,
    invoices_sweep,
    returns_sweep,
)
from compliance.models import Invoice
from compliance.services import tax_rules_load
from compliance.services.invoice_credits import invoice_credit_ask
from core import clock
from core.errors import DomainError
from core.tenancy.context import acting_as
from exchange.invoice_checks import invoice_findings
from exchange.money_checks import money_findings
from ledger.checks import ledger_findings
from ledger.models import Balance
from payouts.models import Payout
from payouts.services.batches import batch_approve, batch_cancel, batch_create, batch_hand_out
from payouts.services.statements import payout_fail, statement_import
from payouts.services.write_offs import write_off_ask, write_off_decide
from tests.attribution.shop import order_body, shop_open, signed
from tests.attribution.test_late_returns import joined_under
from tests.attribution.test_sale import work
from tests.payouts import test_batches as bank

BEGINS = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
STEPS = 80
SETTLED = ("budget", "fee_reserve", "vat_reserve", "fee_hold", "influencer_hold", "vat_funded")


class Life:
    """One campaign, its shop, its influencer and the bank."""

    def __init__(self, cast: Any, client: Any, time: Any, chance: random.Random) -> None:
        self.cast, self.client, self.time, self.chance = cast, client, time, chance
        self.campaign, self.brand = cast.tulpar.campaign, cast.tulpar.brand
        self.shop = shop_open(cast.tulpar, budget_minor=20_000_000)
        self.orders: list[dict[str, Any]] = []
        self.said = 0
        self.log: list[str] = []

    def tell(self, order: dict[str, Any], **news: Any) -> None:
        """The shop tells the order anew."""
        order |= news
        self.said += 1  # each word is newer than the one before
        minutes = int((clock.now() - order["placed"]).total_seconds()) // 60 + self.said
        body = order_body(coupons=("AQTAS",), minutes=minutes, **order)
        assert self.client.post(self.shop.path, body, **signed(body)).status_code == 200
        work()

    def some(self, status: str) -> list[dict[str, Any]]:
        """One of the orders in a state, or none."""
        found = [order for order in self.orders if order["status"] == status]
        return [self.chance.choice(found)] if found else []

    def payouts(self, state: str) -> list[Payout]:
        with acting_as(system="test"):
            return list(Payout.objects.filter(state=state))

    def bank_says(self, *payouts: Payout, way: str) -> None:
        today = f"{clock.today():%d.%m.%Y}"
        rows = [bank.row(each, way=way).replace("21.11.2026", today) for each in payouts]
        name = f"{self.said}.txt"
        statement_import(content=bank.statement(*rows), name=name, uploader_id=self.cast.maker)

    # --- What may happen ------------------------------------------------------------------

    def order(self) -> None:
        tenge = self.chance.randint(100, 200_000)
        order = {"order_id": 100 + len(self.orders), "total": f"{tenge}.37", "placed": clock.now()}
        self.orders.append(order)
        self.tell(order, status=self.chance.choice(["processing", "completed"]))

    def complete(self) -> None:
        for order in self.some("processing"):
            self.tell(order, status="completed")

    def cancel(self) -> None:
        for order in self.some("processing"):
            self.tell(order, status="cancelled")

    def goods_come_back(self) -> None:
        """Some, all, or none after all."""
        for order in self.some("completed"):
            part = f"{float(order['total']) * self.chance.random():.2f}"
            self.tell(order, refunded=self.chance.choice([part, order["total"], None]))

    def days_pass(self) -> None:
        self.time.shift(timedelta(days=self.chance.choice([1, 2, 3, 7])))

    def advance(self) -> None:
        conversions_advance()
        late_returns_apply()
        conversions_fund()

    def pay(self) -> None:
        batch = batch_create(maker_id=self.cast.maker)
        if self.chance.random() < 0.2:
            batch_cancel(batch_id=batch.pk, checker_id=self.cast.checker)
            return
        batch_approve(batch_id=batch.pk, checker_id=self.cast.checker)
        batch_hand_out(batch_id=batch.pk, person_id=self.cast.maker)

    def bank_pays(self) -> None:
        if payouts := self.payouts("sending"):
            self.bank_says(*payouts, way="Расход")

    def bank_sends_back(self) -> None:
        if payouts := self.payouts("paid"):
            self.bank_says(self.chance.choice(payouts), way="Приход")

    def bank_refuses(self) -> None:
        for payout in self.payouts("sending"):
            payout_fail(payout_id=payout.pk, reason="closed account")

    def debt_is_given_up(self) -> None:
        with acting_as(system="test"):
            owed = [each for each in Conversion.objects.all() if each.debt_minor]
        for conversion in owed[:1]:
            asked = write_off_ask(
                conversion_id=conversion.pk, reason="Lost", maker_id=self.cast.maker
            )
            write_off_decide(write_off_id=asked.pk, checker_id=self.cast.checker, is_agreed=True)

    def grow(self) -> None:
        minor = self.chance.randint(1, 5_000_000)
        campaign_top_up(campaign_id=self.campaign, amount_minor=minor)
        campaign_fund(self.campaign)

    def shrink(self) -> None:
        minor = self.chance.randint(1, 3_000_000)
        campaign_shrink(campaign_id=self.campaign, amount_minor=minor)

    def invoice(self) -> None:
        brand_invoice(brand_id=self.brand)

    def invoice_is_credited(self) -> None:
        with acting_as(system="test"):
            issued = list(Invoice.objects.filter(kind="invoice", state="issued"))
        for invoice in issued[-1:]:
            invoice_credit_ask(invoice_id=invoice.pk, reason="Wrong", person_id=self.cast.maker)
            invoice_credit(invoice_id=invoice.pk, person_id=self.cast.checker)

    def nights_work(self) -> None:
        invoices_sweep()
        returns_sweep()
        campaigns_sweep()

    # --- All of it ------------------------------------------------------------------------

    def step(self, what: Callable[[], None]) -> None:
        self.log.append(what.__name__)
        with suppress(DomainError):  # refused with its reason; what matters is what is left behind
            what()
        assert ledger_findings() + money_findings() + invoice_findings() == [], self.log

    def live(self) -> None:
        often = [self.order, self.complete, self.goods_come_back, self.days_pass, self.advance]
        often += [self.pay, self.bank_pays]
        seldom = [self.cancel, self.bank_sends_back, self.bank_refuses, self.debt_is_given_up]
        seldom += [self.grow, self.shrink, self.invoice, self.invoice_is_credited]
        for _step in range(STEPS):
            self.step(self.chance.choice(4 * often + seldom + [self.nights_work]))

    def end(self) -> None:
        """Every order is delivered, the campaign closed, and time does the rest."""
        for order in self.orders:
            if order["status"] == "processing":
                self.tell(order, status="completed")
        campaign_close(campaign_id=self.campaign)
        for _week in range(5):
            self.time.shift(timedelta(days=7))
            for what in (self.advance, self.pay, self.bank_pays, self.nights_work):
                self.step(what)
        self.step(self.invoice)

    def left(self) -> dict[str, int]:
        with acting_as(ops=1):
            rows = Balance.objects.exclude(balance_minor=0).select_related("account")
            return {row.account.kind: row.balance_minor for row in rows}


@pytest.mark.parametrize("seed", [36])
def test_any_life_keeps_the_books_whole_and_gives_every_tiyn_back(cast, client, seed, monkeypatch):
    monkeypatch.setattr(bank, "ORDERED", BEGINS)
    monkeypatch.setattr(bank, "APPROVED", BEGINS)
    with time_machine.travel(BEGINS, tick=False) as time:
        rules = bank.RULES.replace("valid_to = 2026-12-31", "valid_to = 2027-12-31")
        tax_rules_load(text=rules, maker_id=cast.maker, checker_id=cast.checker)
        joined_under(cast.tulpar, 90)
        bank.payee_make(cast, "tulpar", "individual_gph")
        life = Life(cast, client, time, random.Random(seed))
        life.live()
        life.end()
        left = life.left()
    assert not {kind: left[kind] for kind in SETTLED if kind in left}
    assert left.get("influencer_debt", 0) == -left.get("clawback_pending", 0)
    with acting_as(system="test"):  # a life in which nothing was earned would prove little
        assert Payout.objects.exists()
        assert Invoice.objects.filter(kind="invoice").exists()
