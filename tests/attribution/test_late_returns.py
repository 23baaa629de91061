"""A sale of which half came back after its approval, through the shop's webhook to the ledger.

25 500,00 at 10 % is 2 550,00; our fee of it at 15 % is 382,50, its VAT at 16 % is 61,20. Of goods
of 10 200,00 that come back: 1 020,00, 153,00 and 24,48.
"""

from datetime import timedelta

import pytest

from attribution.models import Conversion, ConversionVersion, LateReturn
from attribution.services.late_returns import late_returns_apply
from attribution.services.lifecycle import conversions_advance, conversions_fund
from campaigns.models import CampaignTotals, Participation, Terms
from campaigns.services.invoices import brand_invoice
from core import clock
from core.notify.models import Message
from core.tenancy.context import acting_as
from exchange.invoice_checks import invoice_findings
from exchange.money_checks import money_findings
from ledger.checks import ledger_findings
from ledger.domain import accounts
from ledger.domain.journals import PayoutMoney, payout_created, payout_paid, payout_undone
from ledger.selectors import balances
from ledger.services import journals_post
from tests.attribution.shop import order_body, shop_open
from tests.attribution.test_sale import COMMISSION, NOW, count, deliver, held, the
from tests.clocks import clock_at
from tests.world import law_load

BUDGET = 50_000_000
APPROVED = NOW + timedelta(days=21)
BACK, FEE_BACK, VAT_BACK = 102_000, 15_300, 2_448


_later = clock_at(APPROVED)


@pytest.fixture
def approved(client, cast, shop) -> Conversion:
    """By silence; the terms take rewards back for 30 days."""
    return approve(client, cast, shop)


def approve(client, cast, shop, clawback_days=30) -> Conversion:
    joined_under(cast.tulpar, clawback_days)
    deliver(client, shop, body(minutes=5))
    assert conversions_advance() == 1
    return the(Conversion)


def joined_under(party, clawback_days: int | None) -> None:
    """The next version of the terms, in force for whoever takes part."""
    with acting_as(system="test data"):
        terms = Terms.objects.create(
            campaign_id=party.campaign,
            brand_id=party.brand,
            version=2,
            commission_bps=1000,
            clawback_days=clawback_days,
            published_at=clock.now(),
        )
        Participation.objects.filter(pk=party.participation).update(terms=terms)


def body(*, minutes: int, refunded: str | None = None, **changes) -> bytes:
    mine = {"coupons": ("AQTAS",), "status": "completed"} | changes
    return order_body(refunded=refunded, minutes=minutes, **mine)


def books(cast) -> dict[str, int]:
    mine = cast.tulpar
    campaign = (mine.brand, mine.campaign)
    wanted = {
        "payable": accounts.influencer_payable(mine.influencer),
        "debt": accounts.influencer_debt(mine.influencer),
        "budget": accounts.budget(*campaign),
        "pending": accounts.clawback_pending(*campaign),
        "fee_reserve": accounts.fee_reserve(*campaign),
        "fee": accounts.platform_fee(),
        "vat_reserve": accounts.vat_reserve(*campaign),
        "vat_funded": accounts.vat_funded(mine.brand),
    }
    with acting_as(system="test"):
        found = balances(wanted.values())
    return {name: found[ref] for name, ref in wanted.items()}


def moved(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {name: after[name] - before[name] for name in after if after[name] != before[name]}


def all_is_proven() -> None:
    assert money_findings() == []
    assert ledger_findings() == []


def test_half_of_the_goods_come_back_before_the_reward_is_paid(client, cast, shop, approved):
    before = books(cast)
    deliver(client, shop, body(minutes=60, refunded="10200.00"))
    assert late_returns_apply() == 1

    assert moved(before, books(cast)) == {
        "payable": -BACK, "budget": BACK, "fee": -FEE_BACK, "fee_reserve": FEE_BACK,
        "vat_funded": -VAT_BACK, "vat_reserve": VAT_BACK,
    }  # fmt: skip
    conversion = the(Conversion)
    assert (conversion.status, conversion.commission_minor) == ("partly_reversed", 153_000)
    assert (conversion.base_minor, conversion.fee_minor) == (1_530_000, 38_250 - FEE_BACK)
    late = the(LateReturn)
    assert (late.state, late.unpaid_minor, late.debt_minor) == ("applied", BACK, 0)
    assert "1\u00a0020" in the(Message, kind="reward_returned").body
    all_is_proven()
    assert late_returns_apply() == 0  # once
    deliver(client, shop, body(minutes=61, refunded="10200.00"))  # the shop says it again
    assert count(LateReturn) == 1


def test_after_the_invoice_a_return_is_a_credit_notes(client, cast, shop, approved):
    """382,50 of fee and 61,20 of VAT were invoiced; 153,00 and 24,48 of them come back."""
    law_load(cast)
    (invoice,) = brand_invoice(brand_id=cast.tulpar.brand)
    assert (invoice.number, invoice.net_minor, invoice.vat_minor) == (
        "F-2026-000001",
        38_250,
        6_120,
    )
    before = books(cast)
    deliver(client, shop, body(minutes=60, refunded="10200.00"))
    assert late_returns_apply() == 1
    assert moved(before, books(cast)) == {
        "payable": -BACK, "budget": BACK, "fee": -FEE_BACK, "fee_reserve": FEE_BACK,
        "vat_reserve": VAT_BACK,
    }  # fmt: skip
    (note,) = brand_invoice(brand_id=cast.tulpar.brand)
    assert (note.credits_id, note.net_minor, note.vat_minor) == (invoice.pk, -FEE_BACK, -VAT_BACK)
    with acting_as(system="test"):
        assert balances([accounts.vat_payable()]) == {accounts.vat_payable(): 6_120 - VAT_BACK}
    all_is_proven()
    assert invoice_findings() == []


def test_three_parts_and_then_all_of_it_come_back_to_the_tiyn(client, cast, shop, approved):
    with acting_as(system="test"):
        whole = balances([accounts.budget(cast.tulpar.brand, cast.tulpar.campaign)])
    for minutes, refunded in ((60, "0.07"), (61, "8500.01"), (62, "17000.03"), (63, "25500.00")):
        deliver(client, shop, body(minutes=minutes, refunded=refunded))
        late_returns_apply()
        all_is_proven()
    conversion = the(Conversion)
    assert (conversion.status, conversion.commission_minor, conversion.base_minor) == (
        "reversed", 0, 0,
    )  # fmt: skip
    assert (conversion.fee_minor, conversion.vat_minor) == (0, 0)
    assert list(whole.values()) == [BUDGET - COMMISSION]
    assert books(cast) == {
        "payable": 0, "debt": 0, "budget": BUDGET, "pending": 0, "fee_reserve": 7_500_000,
        "fee": 0, "vat_reserve": 1_200_000, "vat_funded": 0,
    }  # fmt: skip
    with acting_as(system="test"):
        totals = CampaignTotals.objects.get(campaign_id=cast.tulpar.campaign)
        parts = sum(each.unpaid_minor for each in LateReturn.objects.all())
    assert (totals.accrued_minor, totals.final_minor, totals.vat_final_minor) == (0, 0, 0)
    assert parts == COMMISSION


def test_what_was_paid_becomes_a_debt_and_a_return_undone_ends_it(client, cast, shop, approved):
    pay(cast, approved)
    before = books(cast)
    deliver(client, shop, body(minutes=60, refunded="10200.00"))
    assert late_returns_apply() == 1
    assert moved(before, books(cast)) == {
        "debt": -BACK, "pending": BACK, "fee": -FEE_BACK, "fee_reserve": FEE_BACK,
        "vat_funded": -VAT_BACK, "vat_reserve": VAT_BACK,
    }  # fmt: skip
    all_is_proven()
    deliver(client, shop, body(minutes=70))  # the buyer keeps it after all
    assert late_returns_apply() == 1
    assert books(cast) == before
    assert (the(Conversion).status, the(Conversion).commission_minor) == ("paid", COMMISSION)
    all_is_proven()


def pay(cast, conversion, minor: int = COMMISSION) -> None:
    """As if a payout without taxes had left us."""
    with acting_as(system="test data"):
        money = PayoutMoney(1, cast.tulpar.influencer, minor, {})
        journals_post([payout_created(money)], occurred_at=clock.now())
        journals_post([payout_paid(money)], occurred_at=clock.now())
        Conversion.objects.filter(pk=conversion.pk).update(paid_minor=minor, status="paid")


def test_without_a_clawback_a_late_return_is_written_down_as_the_brands_loss(client, cast, shop):
    approve(client, cast, shop, clawback_days=None)
    before = books(cast)
    deliver(client, shop, body(minutes=60, refunded="10200.00"))
    assert late_returns_apply() == 0
    assert (the(LateReturn).state, the(LateReturn).kept_base_minor) == ("loss", 1_530_000)
    assert (books(cast), the(Conversion).status) == (before, "approved")
    deliver(client, shop, body(minutes=61, status="cancelled"))
    assert (count(LateReturn), books(cast)) == (2, before)


def test_after_the_last_day_of_the_terms_it_is_the_brands_loss_too(client, cast, shop):
    approve(client, cast, shop, clawback_days=1)
    deliver(client, shop, body(minutes=60 * 24 * 23 + 1, refunded="10200.00"))
    assert the(LateReturn).state == "loss"


def test_a_return_waits_while_a_payout_is_under_way(client, cast, shop, approved):
    money = PayoutMoney(7, cast.tulpar.influencer, COMMISSION, {})
    with acting_as(system="test data"):
        journals_post([payout_created(money)], occurred_at=clock.now())
    deliver(client, shop, body(minutes=60, refunded="10200.00"))
    assert (late_returns_apply(), the(LateReturn).state) == (0, "waiting")
    with acting_as(system="test data"):
        journals_post([payout_undone(money)], occurred_at=clock.now())
    assert (late_returns_apply(), the(LateReturn).unpaid_minor) == (1, BACK)
    all_is_proven()


def test_an_undone_return_waits_for_budget_that_is_used_by_then(client, cast):
    shop = shop_open(cast.tulpar, budget_minor=COMMISSION)
    approve(client, cast, shop)
    deliver(client, shop, body(minutes=60, refunded="25500.00"))
    late_returns_apply()
    deliver(client, shop, order_body(2, coupons=("AQTAS",)))  # takes what came back
    assert held(cast) == (COMMISSION, 0, 0)
    deliver(client, shop, body(minutes=61))
    assert (late_returns_apply(), the(LateReturn, kept_base_minor=2_550_000).state) == (
        0,
        "waiting",
    )
    all_is_proven()


def test_orders_after_an_empty_budget_queue_and_drain_in_order(client, cast):
    """One reward fits; what comes back of it late goes to whoever has waited longest."""
    shop = shop_open(cast.tulpar, budget_minor=COMMISSION)
    approve(client, cast, shop)
    for number in (2, 3):
        deliver(client, shop, order_body(number, coupons=("AQTAS",)))
    assert (conversions_fund(), count(Conversion, status="awaiting_funding")) == (0, 2)
    deliver(client, shop, body(minutes=60, refunded="25500.00"))
    late_returns_apply()
    assert conversions_fund() == 1
    assert the(Conversion, order_number="2").status == "pending"
    assert the(Conversion, order_number="3").status == "awaiting_funding"
    all_is_proven()


def test_a_clawback_that_the_ledger_does_not_know_is_found(client, cast, shop, approved):
    pay(cast, approved)
    deliver(client, shop, body(minutes=60, refunded="10200.00"))
    late_returns_apply()
    with acting_as(system="lie"):
        Conversion.objects.update(recovered_minor=1)
    assert money_findings() == [
        f"campaign {cast.tulpar.campaign}: conversions owe 101999, the ledger has 102000",
        f"influencer {cast.tulpar.influencer}: conversions owe 101999, the ledger has 102000",
    ]


def test_versions_say_why(client, cast, shop, approved):
    deliver(client, shop, body(minutes=60, refunded="10200.00"))
    late_returns_apply()
    with acting_as(influencer=cast.tulpar.influencer):
        last = ConversionVersion.objects.order_by("-number").first()
        assert (last.status, last.cause, last.commission_minor) == (
            "partly_reversed", "returned_late", 153_000,
        )  # fmt: skip
        assert LateReturn.objects.get().debt_minor == 0
