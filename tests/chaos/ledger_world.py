"""What the workers of the ledger's kill suite post: always the same event for the same number.

A worker goes through the whole chart for one sale after another, in the order of `STEPS`; what a
step needs, an earlier one of the same sale has brought. Every sale also takes from accounts that
all of them share.
"""

from __future__ import annotations

from collections.abc import Callable

from ledger.domain import accounts, journals
from ledger.domain.corrections import reversal
from ledger.domain.deal_journals import DealRef, deal_released, deal_reserved, task_accepted
from ledger.domain.drafts import JournalDraft, Leg
from ledger.domain.fees import Reserve
from ledger.domain.guarantees import (
    GuaranteeRef,
    TopUp,
    guarantee_promised,
    guarantee_released,
    guarantee_settled,
)
from ledger.domain.journals import ConversionRef, FeeBack, PayoutMoney, PeriodRef, Recovered
from ledger.services import InsufficientFunds
from tests.ledger.worlds import post

BRAND, CAMPAIGN, INFLUENCERS = 1, 3, 5
BUDGET_MINOR = 10_000_000_000
SALES_MAX = 1_000_000  # of one worker, so that no two name the same event
CAMPAIGNS_FROM = 1_000_000_000  # the sales' own campaigns; the shared one is far below

# What a sale reserves, and what is left of it at its end: worked out by hand.
RESERVE = Reserve(10_000, 1_500, 240)
LEFT = Reserve(5_400, 840, 134)
TAXES = {"opv": 500, "ipn": 450}


def world_make() -> None:
    """A budget that outlasts the run."""
    reserve = Reserve(BUDGET_MINOR, BUDGET_MINOR, 0)
    post(
        journals.deposit(statement_row="all", brand_id=BRAND, amount_minor=2 * BUDGET_MINOR),
        journals.campaign_reserve(campaign_id=CAMPAIGN, n=1, brand_id=BRAND, reserve=reserve),
    )


def _order(sale: int) -> ConversionRef:
    return ConversionRef(sale, CAMPAIGNS_FROM + sale, BRAND, sale % INFLUENCERS + 1)


def _payout(sale: int) -> PayoutMoney:
    """Two of three are paid, and keep 4,00 for goods that came back."""
    kept = 400 if sale % 3 else 0
    return PayoutMoney(sale, sale % INFLUENCERS + 1, 4_500, TAXES, kept)


def _payout_end(sale: int) -> JournalDraft:
    payout = _payout(sale)
    return journals.payout_undone(payout) if sale % 3 == 0 else journals.payout_paid(payout)


def _recovered(sale: int) -> JournalDraft:
    """Of a payout that was not paid, the debt takes what is payable again."""
    recover = journals.payout_netted if sale % 3 else journals.debt_recovered
    part = Recovered(BRAND, CAMPAIGNS_FROM + sale, 400)
    return recover(sale, sale % INFLUENCERS + 1, [part])


def _written_off(sale: int) -> JournalDraft:
    return journals.debt_written_off(
        write_off_id=sale,
        brand_id=BRAND,
        campaign_id=CAMPAIGNS_FROM + sale,
        influencer_id=sale % INFLUENCERS + 1,
        amount_minor=200,
    )


def _bonus(sale: int) -> JournalDraft:
    period = PeriodRef(sale, "bonus", sale, "2026-11", CAMPAIGN, BRAND, sale % INFLUENCERS + 1)
    return journals.period_reward(
        period, amount_minor=90, fee_held_minor=13, fee_minor=13, vat_minor=0
    )


def _deal(sale: int) -> DealRef:
    """Three posts of 1,00: one is accepted, two never come."""
    return DealRef(sale, CAMPAIGNS_FROM + sale, BRAND)


def _post(sale: int) -> JournalDraft:
    return task_accepted(
        _deal(sale),
        task_id=sale,
        influencer_id=sale % INFLUENCERS + 1,
        share=Reserve(100, 15, 2),
    )


def _promised(sale: int, raises: int, minor: int) -> JournalDraft:
    reserve = Reserve(minor, minor * 15 // 100, 0)
    return guarantee_promised(_guarantee(sale), raises=raises, reserve=reserve)


def _guarantee(sale: int) -> GuaranteeRef:
    return GuaranteeRef(sale, CAMPAIGN, BRAND, sale % INFLUENCERS + 1)


def _promise_end(sale: int) -> JournalDraft:
    """Two of three are settled."""
    whole = Reserve(1_000, 150, 0)
    if sale % 3 == 0:
        return guarantee_released(_guarantee(sale), reserve=whole)
    top_up = TopUp(400, 60, 0)
    return guarantee_settled(_guarantee(sale), reserve=whole, top_up=top_up, period_reward_id=sale)


def _payout_after(sale: int) -> JournalDraft:
    """One of three that were paid comes back; the others cost what the bank takes."""
    if sale % 3 == 1:
        return journals.payout_returned(_payout(sale))
    return journals.rail_fee(statement_row=f"fee-{sale}", amount_minor=30)


def _refund_end(sale: int) -> JournalDraft:
    end = journals.refund_paid if sale % 2 else journals.refund_undone
    return end(refund_id=sale, brand_id=BRAND, amount_minor=450)


def _refund_after(sale: int) -> JournalDraft:
    """One of two that were paid comes back."""
    if sale % 4 == 1:
        return journals.refund_returned(refund_id=sale, brand_id=BRAND, amount_minor=450)
    return journals.rail_fee(statement_row=f"refund-fee-{sale}", amount_minor=20)


def _greedy(sale: int) -> JournalDraft:
    """Always refused: nobody has that much."""
    id = 2 * SALES_MAX * 1_000 + sale
    return journals.refund_created(refund_id=id, brand_id=BRAND, amount_minor=10**15)


def _hot(sale: int) -> JournalDraft:
    order = ConversionRef(CAMPAIGNS_FROM + sale, CAMPAIGN, BRAND, sale % INFLUENCERS + 1)
    return journals.accrual(order, version=1, commission_minor=100 + sale % 9, fee_minor=15)


def _wrong_deposit(sale: int) -> JournalDraft:
    return journals.deposit(statement_row=f"wrong-{sale}", brand_id=BRAND, amount_minor=70)


def _correction(sale: int) -> JournalDraft:
    return reversal(sale, [Leg(accounts.bank(), -70), Leg(accounts.brand_free(BRAND), 70)])


STEPS: tuple[Callable[[int], JournalDraft], ...] = (
    lambda n: journals.deposit(statement_row=f"{n}", brand_id=BRAND, amount_minor=20_000),
    lambda n: journals.deposit_unmatched(statement_row=f"u{n}", amount_minor=3_000),
    lambda n: journals.deposit_match(statement_row=f"u{n}", brand_id=BRAND, amount_minor=3_000),
    lambda n: journals.campaign_reserve(
        campaign_id=CAMPAIGNS_FROM + n, n=1, brand_id=BRAND, reserve=RESERVE
    ),
    _hot,
    lambda n: journals.accrual(_order(n), version=1, commission_minor=8_000, fee_minor=1_200),
    lambda n: journals.accrual(_order(n), version=2, commission_minor=-1_000, fee_minor=-150),
    lambda n: journals.approval(_order(n), commission_minor=7_000, fee_minor=1_050, vat_minor=168),
    lambda n: journals.clawback(
        _order(n),
        version=3,
        unpaid_minor=2_000,
        debt_minor=600,
        fee=FeeBack(390, 390, 62),
        is_vat_invoiced=False,
    ),
    _bonus,
    lambda n: deal_reserved(_deal(n), Reserve(300, 45, 7)),
    _post,
    lambda n: deal_released(_deal(n), Reserve(200, 30, 5), posts_left=1),
    lambda n: _promised(n, 0, 800),
    lambda n: _promised(n, 1, 200),
    _promise_end,
    lambda n: journals.vat_funding(invoice_id=n, brand_id=BRAND, difference_minor=5),
    lambda n: journals.fee_invoice(invoice_id=n, brand_id=BRAND, vat_minor=100),
    lambda n: journals.credit_note(
        note_id=SALES_MAX * 1_000 + n, brand_id=BRAND, to_funded_minor=50, to_free_minor=5
    ),
    lambda n: journals.payout_created(_payout(n)),
    _payout_end,
    _recovered,
    _written_off,
    _payout_after,
    lambda n: journals.tax_remitted(remittance_id=n, tax="opv", amount_minor=11),
    lambda n: journals.vat_remitted(remittance_id=SALES_MAX * 1_000 + n, amount_minor=7),
    lambda n: journals.campaign_release(
        campaign_id=CAMPAIGNS_FROM + n, n=2, brand_id=BRAND, reserve=LEFT
    ),
    lambda n: journals.refund_created(refund_id=n, brand_id=BRAND, amount_minor=450),
    _refund_end,
    _refund_after,
    _greedy,
    _wrong_deposit,
    _correction,
)


def draft_of(worker: str, n: int) -> JournalDraft:
    """The n-th event of a worker."""
    sale, step = divmod(n, len(STEPS))
    return STEPS[step](int(worker) * SALES_MAX + sale)


def is_posted(draft: JournalDraft) -> bool:
    """Post it; False when there was not enough money."""
    try:
        post(draft)
    except InsufficientFunds:
        return False
    return True
