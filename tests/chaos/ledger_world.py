"""What the workers of the ledger's kill suite post: always the same event for the same number."""

from __future__ import annotations

from ledger.domain import accounts, journals
from ledger.domain.drafts import JournalDraft
from ledger.domain.fees import Reserve
from ledger.domain.journals import ConversionRef
from ledger.services import InsufficientFunds
from tests.ledger.worlds import post

BRAND, CAMPAIGN, INFLUENCERS = 1, 3, 5
BUDGET_MINOR = 10_000_000_000
FREE = accounts.brand_free(BRAND)
NUMBERS_MAX = 1_000_000  # of one worker, so that no two name the same event


def world_make() -> None:
    """A budget that outlasts the run, and no free money: spending it is often refused."""
    reserve = Reserve(BUDGET_MINOR, BUDGET_MINOR, 0)
    post(
        journals.deposit(statement_row="all", brand_id=BRAND, amount_minor=2 * BUDGET_MINOR),
        journals.campaign_reserve(campaign_id=CAMPAIGN, n=1, brand_id=BRAND, reserve=reserve),
    )


def draft_of(worker: str, n: int) -> JournalDraft:
    """Sales on hot accounts, small deposits, and refunds that may ask for more than there is."""
    id = int(worker) * NUMBERS_MAX + n
    if n % 5 == 3:
        return journals.deposit(statement_row=f"{id}", brand_id=BRAND, amount_minor=500 + n % 7)
    if n % 5 == 4:
        return journals.refund_created(refund_id=id, brand_id=BRAND, amount_minor=450 + n % 90)
    order = ConversionRef(id, CAMPAIGN, BRAND, id % INFLUENCERS + 1)
    return journals.accrual(order, version=1, commission_minor=100 + n % 9, fee_minor=15)


def is_posted(draft: JournalDraft) -> bool:
    """Post it; False when there was not enough money."""
    try:
        post(draft)
    except InsufficientFunds:
        return False
    return True
