"""design/domain.md section 6, worked by hand.

A brand tops up 1 000 000 ₸ and reserves 500 000 ₸ for a campaign; fee 15 %, VAT 16 % of the fee.
A buyer orders three things for 25 500 ₸ and sends one (8 500 ₸) back; the reward is 10 %. The
payee works under a civil-law contract: of 1 700 ₸ gross, pension 10 % = 170, social 5 % of the
rest = 77, medical 2 % = 34, income tax 10 % of 1 419 = 142 (facts/kazakhstan.md 1.4, whole tenge).

| event, in tenge | brand_free | budget | fee_reserve | vat_reserve | hold | fee_hold | payable |
|---|---|---|---|---|---|---|---|
| deposit | 1 000 000 | | | | | | |
| reserve | 413 000 | 500 000 | 75 000 | 12 000 | | | |
| order: C 2 550, f 382.50 | | 497 450 | 74 617.50 | | 2 550 | 382.50 | |
| return: C -850, f -127.50 | | 498 300 | 74 745 | | 1 700 | 255 | |
| approved: v 40.80 | | | | 11 959.20 | 0 | 0 | 1 700 |
| payout 1 700: taxes 423, net 1 277 | | | | | | | 0 |
| release of what is left | 998 004.20 | 0 | 0 | 0 | | | |
"""

from collections import Counter

import pytest

from ledger.domain import accounts, journals
from ledger.domain.accounts import AccountRef
from ledger.domain.drafts import JournalDraft
from ledger.domain.fees import Reserve, fee_due, reserve_for
from ledger.domain.journals import ConversionRef, PayoutMoney

TULPAR, ALIYA, SALE = 1, 2, 3
ORDER = ConversionRef(conversion_id=12, campaign_id=SALE, brand_id=TULPAR, influencer_id=ALIYA)
TAXES = {"opv": 17_000, "so": 7_700, "vosms": 3_400, "ipn": 14_200}
PAYOUT = PayoutMoney(payout_id=5, influencer_id=ALIYA, gross_minor=170_000, taxes_minor=TAXES)

FREE = accounts.brand_free(TULPAR)
BUDGET = accounts.budget(TULPAR, SALE)
FEE_RESERVE = accounts.fee_reserve(TULPAR, SALE)
VAT_RESERVE = accounts.vat_reserve(TULPAR, SALE)
FEE_HOLD = accounts.fee_hold(TULPAR, SALE)
HOLD, PAYABLE = accounts.influencer_hold(ALIYA), accounts.influencer_payable(ALIYA)
VAT_FUNDED = accounts.vat_funded(TULPAR)
IN_FLIGHT = accounts.payout_in_flight(ALIYA, 5)
BANK, SUSPENSE, PLATFORM_FEE = accounts.bank(), accounts.suspense(), accounts.platform_fee()

DEPOSIT = journals.deposit(statement_row="KZ-77", brand_id=TULPAR, amount_minor=100_000_000)
RESERVE = journals.campaign_reserve(
    campaign_id=SALE,
    n=1,
    brand_id=TULPAR,
    reserve=reserve_for(50_000_000, fee_bps=1500, vat_bps=1600),
)
ORDERED = journals.accrual(ORDER, version=1, commission_minor=255_000, fee_minor=38_250)
PARTLY_RETURNED = journals.accrual(ORDER, version=2, commission_minor=-85_000, fee_minor=-12_750)
APPROVED = journals.approval(ORDER, commission_minor=170_000, fee_minor=25_500, vat_minor=4_080)
CREATED = journals.payout_created(PAYOUT)
PAID = journals.payout_paid(PAYOUT)


def legs(draft: JournalDraft) -> dict[AccountRef, int]:
    return {leg.account: leg.amount_minor for leg in draft.legs}


def after(*drafts: JournalDraft) -> dict[AccountRef, int]:
    """Balances that are not zero."""
    balances: Counter[AccountRef] = Counter()
    for draft in drafts:
        balances.update(legs(draft))
    assert sum(balances.values()) == 0
    return {account: minor for account, minor in balances.items() if minor}


def test_a_deposit_is_the_brands():
    assert after(DEPOSIT) == {BANK: -100_000_000, FREE: 100_000_000}


def test_a_transfer_of_nobody_waits_until_it_is_matched():
    unmatched = journals.deposit_unmatched(statement_row="KZ-78", amount_minor=9_000)
    assert after(unmatched) == {BANK: -9_000, SUSPENSE: 9_000}
    matched = journals.deposit_match(statement_row="KZ-78", brand_id=TULPAR, amount_minor=9_000)
    assert after(unmatched, matched) == {BANK: -9_000, FREE: 9_000}


def test_publishing_reserves_budget_fee_and_vat():
    assert after(DEPOSIT, RESERVE) == {
        BANK: -100_000_000,
        FREE: 41_300_000,
        BUDGET: 50_000_000,
        FEE_RESERVE: 7_500_000,
        VAT_RESERVE: 1_200_000,
    }


def test_an_order_and_its_partial_return_are_held():
    assert legs(ORDERED) == {
        BUDGET: -255_000,
        HOLD: 255_000,
        FEE_RESERVE: -38_250,
        FEE_HOLD: 38_250,
    }
    held = after(DEPOSIT, RESERVE, ORDERED, PARTLY_RETURNED)
    assert (held[BUDGET], held[FEE_RESERVE]) == (49_830_000, 7_474_500)
    assert (held[HOLD], held[FEE_HOLD]) == (170_000, 25_500)


def test_the_fees_of_the_example_are_what_is_due():
    assert fee_due(255_000, 1500, 0) == 38_250
    assert fee_due(170_000, 1500, 38_250) == -12_750
    assert fee_due(170_000, 1500, 0) == 25_500
    assert fee_due(25_500, 1600, 0) == 4_080


def test_a_version_that_changes_no_money_has_no_legs():
    assert journals.accrual(ORDER, version=3, commission_minor=0, fee_minor=0).legs == ()


def test_approval_makes_the_commission_payable_and_the_fee_ours():
    approved = after(DEPOSIT, RESERVE, ORDERED, PARTLY_RETURNED, APPROVED)
    assert HOLD not in approved
    assert FEE_HOLD not in approved
    assert approved[PAYABLE] == 170_000
    assert approved[PLATFORM_FEE] == 25_500
    assert (approved[VAT_RESERVE], approved[VAT_FUNDED]) == (1_195_920, 4_080)


def test_the_invoice_makes_its_vat_owed_to_the_state():
    invoiced = journals.fee_invoice(invoice_id=4, brand_id=TULPAR, vat_minor=4_080)
    assert legs(invoiced) == {VAT_FUNDED: -4_080, accounts.vat_payable(): 4_080}


@pytest.mark.parametrize(
    ("is_vat_invoiced", "vat_from"), [(False, VAT_FUNDED), (True, accounts.vat_payable())]
)
def test_a_return_after_approval_goes_back_to_the_budget(is_vat_invoiced, vat_from):
    returned = journals.clawback(
        ORDER,
        version=3,
        unpaid_minor=85_000,
        debt_minor=0,
        fee=journals.FeeBack(12_750, 12_750, 2_040),
        is_vat_invoiced=is_vat_invoiced,
    )
    assert legs(returned) == {
        PAYABLE: -85_000,
        BUDGET: 85_000,
        PLATFORM_FEE: -12_750,
        FEE_RESERVE: 12_750,
        vat_from: -2_040,
        VAT_RESERVE: 2_040,
    }


def test_a_payout_keeps_taxes_back_and_the_rest_is_in_flight():
    assert legs(CREATED) == {
        PAYABLE: -170_000,
        accounts.tax_withheld("opv"): 17_000,
        accounts.tax_withheld("so"): 7_700,
        accounts.tax_withheld("vosms"): 3_400,
        accounts.tax_withheld("ipn"): 14_200,
        IN_FLIGHT: 127_700,
    }


def test_a_paid_payout_has_left_the_bank():
    assert legs(PAID) == {IN_FLIGHT: -127_700, BANK: 127_700}


def test_an_entrepreneur_is_paid_in_full():
    payout = PayoutMoney(payout_id=6, influencer_id=ALIYA, gross_minor=170_000, taxes_minor={})
    in_flight = accounts.payout_in_flight(ALIYA, 6)
    assert legs(journals.payout_created(payout)) == {PAYABLE: -170_000, in_flight: 170_000}


def test_a_payout_that_does_not_go_through_leaves_no_trace_in_the_balances():
    assert after(CREATED, journals.payout_undone(PAYOUT)) == {}


def test_a_payout_that_the_bank_sends_back_is_payable_again():
    returned = journals.payout_returned(PAYOUT)
    assert legs(returned)[BANK] == -127_700
    assert legs(returned)[PAYABLE] == 170_000
    assert after(CREATED, PAID, returned) == {}


def test_a_payout_ends_once():
    assert PAID.business_key == journals.payout_undone(PAYOUT).business_key == "payout-end:5"


def test_closing_releases_what_is_left_and_nothing_is_missing():
    left = Reserve(49_830_000, 7_474_500, 1_195_920)
    release = journals.campaign_release(campaign_id=SALE, n=2, brand_id=TULPAR, reserve=left)
    invoice = journals.fee_invoice(invoice_id=4, brand_id=TULPAR, vat_minor=4_080)
    whole = [DEPOSIT, RESERVE, ORDERED, PARTLY_RETURNED, APPROVED, invoice, CREATED, PAID, release]
    assert after(*whole) == {
        BANK: -99_872_300,
        FREE: 99_800_420,
        PLATFORM_FEE: 25_500,
        accounts.vat_payable(): 4_080,
        accounts.tax_withheld("opv"): 17_000,
        accounts.tax_withheld("so"): 7_700,
        accounts.tax_withheld("vosms"): 3_400,
        accounts.tax_withheld("ipn"): 14_200,
    }


def test_a_brand_takes_its_free_money_back():
    refund = {"refund_id": 8, "brand_id": TULPAR, "amount_minor": 5_000}
    created, paid = journals.refund_created(**refund), journals.refund_paid(**refund)
    assert after(created) == {FREE: -5_000, accounts.refund_in_flight(TULPAR, 8): 5_000}
    assert after(created, paid) == {FREE: -5_000, BANK: 5_000}
    assert after(created, journals.refund_undone(**refund)) == {}


def test_the_state_and_the_rail_are_paid_from_the_bank():
    tax = journals.tax_remitted(remittance_id=1, tax="ipn", amount_minor=14_200)
    assert legs(tax) == {accounts.tax_withheld("ipn"): -14_200, BANK: 14_200}
    vat = journals.vat_remitted(remittance_id=2, amount_minor=4_080)
    assert legs(vat) == {accounts.vat_payable(): -4_080, BANK: 4_080}
    fee = journals.rail_fee(statement_row="KZ-79", amount_minor=10_000)
    assert legs(fee) == {PLATFORM_FEE: -10_000, BANK: 10_000}


@pytest.mark.parametrize(
    ("draft", "key", "refs"),
    [
        (DEPOSIT, "bank-stmt:KZ-77", {}),
        (RESERVE, "reserve:3:1", {"campaign": 3}),
        (ORDERED, "accr:12:1", {"campaign": 3, "conversion": 12}),
        (PARTLY_RETURNED, "accr:12:2", {"campaign": 3, "conversion": 12}),
        (APPROVED, "appr:12", {"campaign": 3, "conversion": 12}),
        (journals.fee_invoice(invoice_id=4, brand_id=1, vat_minor=1), "inv:4", {"invoice": 4}),
        (CREATED, "payout:5", {"payout": 5}),
        (journals.payout_returned(PAYOUT), "returned:5", {"payout": 5}),
    ],
)
def test_business_keys_are_those_of_the_domain_page(draft, key, refs):
    assert (draft.business_key, draft.refs) == (key, refs)


def test_a_payout_that_leaves_nothing_is_a_mistake():
    with pytest.raises(AssertionError):
        PayoutMoney(payout_id=5, influencer_id=2, gross_minor=100, taxes_minor={"ipn": 100})
