"""An order in roubles, from the shop's webhook to the ledger, at the National Bank's rates."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest
import time_machine

from attribution.models import Conversion, ExchangeRate, Order
from attribution.selectors.rates import rates_missing
from attribution.services import rates
from attribution.services.lifecycle import conversions_advance
from attribution.services.rates import rates_import, rates_keep_up
from core.http import outgoing
from core.tenancy.context import acting_as
from exchange.checks import rates_are_there
from tests.attribution.shop import click_make, order_body, shop_open
from tests.attribution.test_sale import deliver, held, the
from tests.clocks import clock_at
from tests.sandbox.process import sandbox, sandbox_process

__all__ = ["sandbox", "sandbox_process"]

PLACED = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
RECEIVED = PLACED + timedelta(days=4)
BUDGET = 50_000_000


_now = clock_at(PLACED + timedelta(days=1))


@pytest.fixture
def shop(cast):
    shop = shop_open(cast.tulpar, budget_minor=BUDGET)
    click_make(cast.tulpar, at=PLACED - timedelta(days=1))
    return shop


def rate_set(on: datetime | date, tenge: str, currency: str = "RUB") -> None:
    day = on.date() if isinstance(on, datetime) else on
    with acting_as(system="test"):
        ExchangeRate.objects.create(currency=currency, rate_on=day, tenge=Decimal(tenge))


def order(click, **changes) -> bytes:
    return order_body(click_id=click.click_id.hex, total="1000.00", currency="RUB", **changes)


@pytest.fixture
def click(cast, shop):
    return click_make(cast.tulpar, at=PLACED - timedelta(days=2))


def rated(order_: Order) -> tuple[Decimal | None, date | None, bool]:
    return order_.rate, order_.rate_on, order_.is_rate_final


def test_it_is_worth_the_rate_of_its_day_and_then_for_good_of_the_day_of_receipt(
    client, cast, shop, click
):
    rate_set(PLACED, "6.45")
    deliver(client, shop, order(click))
    conversion = the(Conversion)
    # 1 000 RUB at 6,45 are 6 450 ₸, 10 % of them 645 ₸
    assert (conversion.base_minor, conversion.commission_minor) == (645_000, 64_500)
    assert held(cast) == (64_500, 0, BUDGET - 64_500)
    assert rated(the(Order)) == (Decimal("6.45"), date(2026, 11, 20), False)

    rate_set(RECEIVED, "6.10")
    with time_machine.travel(RECEIVED + timedelta(hours=1), tick=False):
        deliver(client, shop, order(click, status="completed", minutes=4 * 1440))
    conversion = the(Conversion)
    assert (conversion.status, conversion.commission_minor) == ("on_hold", 61_000)
    assert held(cast) == (61_000, 0, BUDGET - 61_000)
    assert (conversion.currency, conversion.rate) == ("RUB", Decimal("6.10"))
    assert rated(the(Order)) == (Decimal("6.10"), date(2026, 11, 24), True)

    with time_machine.travel(RECEIVED + timedelta(days=2), tick=False):
        rate_set(RECEIVED + timedelta(days=1), "9.99")
        again = order(click, status="completed", minutes=5 * 1440, refunded="400.00")
        deliver(client, shop, again)
    assert rated(the(Order)) == (Decimal("6.10"), date(2026, 11, 24), True), "fixed is fixed"
    assert the(Conversion).commission_minor == 36_600  # 600 RUB at 6,10, 10 %


def test_without_its_days_rate_it_waits_and_somebody_is_told_in_the_end(client, cast, shop, click):
    rate_set(PLACED - timedelta(days=1), "6.45")
    deliver(client, shop, order(click))
    with acting_as(system="test"):
        assert not Conversion.objects.exists()
        assert rates_missing() == [("RUB", date(2026, 11, 20))]
    assert held(cast) == (0, 0, BUDGET)
    with time_machine.travel(PLACED + timedelta(days=2), tick=False):
        assert rates_are_there() == []
    with time_machine.travel(PLACED + timedelta(days=3), tick=False):
        assert rates_are_there() == ["orders in RUB wait for the rate of 2026-11-20"]


def test_it_is_not_approved_by_silence_at_a_rate_that_is_not_final(client, cast, shop, click):
    rate_set(PLACED, "6.45")
    deliver(client, shop, order(click))
    with time_machine.travel(RECEIVED, tick=False):
        deliver(client, shop, order(click, status="completed", minutes=4 * 1440))
    assert the(Conversion).status == "pending", "received, and its rate is not known"
    with time_machine.travel(RECEIVED + timedelta(days=90), tick=False):
        conversions_advance()
    assert the(Conversion).status == "pending"


def test_rates_are_fetched_and_who_waited_goes_on(client, cast, shop, click, sandbox, settings):
    settings.SANDBOX_URL = sandbox.url
    settings.NATIONAL_BANK_URL = f"{sandbox.url}/national_bank"
    sandbox.control("national_bank/rates", {"on": "2026-11-20", "rates": {"RUB": "6.51"}})
    deliver(client, shop, order(click))
    assert rates_keep_up() == 11, "today and ten days back"
    assert the(Conversion).commission_minor == 65_100
    assert rates_keep_up() == 0, "what is there is not asked for again"
    sandbox.control("national_bank/rates", {"on": "2026-11-20", "rates": {"RUB": "7.77"}})
    assert rates_import(date(2026, 11, 20))
    assert the(ExchangeRate, currency="RUB", rate_on=date(2026, 11, 20)).tenge == Decimal("6.51")


@pytest.mark.parametrize("fault", ["500", "timeout", "html", "truncated", "204"])
def test_a_bank_that_fails_is_asked_again_later(db, sandbox, settings, monkeypatch, fault):
    monkeypatch.setattr(rates, "outgoing", partial(outgoing, timeout_seconds=1.0))
    settings.SANDBOX_URL = sandbox.url
    settings.NATIONAL_BANK_URL = f"{sandbox.url}/national_bank"
    on = date(2026, 11, 20)
    sandbox.control("faults", {"service": "national_bank", "fault": fault, "times": 20})
    assert not rates_import(on)
    sandbox.control("reset", {})
    assert rates_import(on)
    with acting_as(system="test"):
        assert ExchangeRate.objects.filter(rate_on=on).count() == 7


def test_a_day_without_rates_is_not_taken_for_one_with(db, sandbox, settings):
    settings.SANDBOX_URL = sandbox.url
    settings.NATIONAL_BANK_URL = f"{sandbox.url}/national_bank"
    sandbox.control("national_bank/rates", {"on": "2026-11-20", "rates": None})
    assert not rates_import(date(2026, 11, 20))
    assert not rates_import(date(2027, 6, 1)), "a day that has not come"


def test_a_currency_without_a_rate_keeps_no_other_back(client, cast, shop, click):
    deliver(client, shop, order_body(1, click_id=click.click_id.hex, currency="USD"))
    deliver(client, shop, order_body(2, click_id=click.click_id.hex, currency="RUB"))
    rate_set(PLACED, "6.45")
    rates_keep_up()
    assert the(Conversion).currency == "RUB"
