"""Small worlds of money for tests."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import connection

from core.tenancy.context import acting_as
from core.tenancy.logins import logged_in_as_owner
from ledger.domain import accounts, journals
from ledger.domain.drafts import JournalDraft
from ledger.domain.fees import reserve_for
from ledger.domain.journals import ConversionRef, PayoutMoney
from ledger.models import Account
from ledger.services import journals_post

NOON = datetime(2026, 11, 21, 7, tzinfo=UTC)
TULPAR, SAURAN = 1, 2  # brands
ALIYA, DANA = 11, 12  # influencers; Aliya sells for Tulpar, Dana for Sauran
TAXES = {"opv": 17_000, "so": 7_700, "vosms": 3_400, "ipn": 14_200}


def post(*drafts: JournalDraft) -> list[int]:
    return journals_post(drafts, occurred_at=NOON)


def sale_drafts(brand_id: int, influencer_id: int) -> list[JournalDraft]:
    """From a top-up to a payout in flight; the numbers of tests/ledger/domain/test_journals.py."""
    campaign_id, n = brand_id * 100, brand_id * 1_000
    order = ConversionRef(n, campaign_id, brand_id, influencer_id)
    reserve = reserve_for(50_000_000, fee_bps=1500, vat_bps=1600)
    payout = PayoutMoney(n, influencer_id, 170_000, TAXES)
    return [
        journals.deposit(statement_row=f"S{n}", brand_id=brand_id, amount_minor=100_000_000),
        journals.campaign_reserve(campaign_id=campaign_id, n=1, brand_id=brand_id, reserve=reserve),
        journals.accrual(order, version=1, commission_minor=255_000, fee_minor=38_250),
        journals.accrual(order, version=2, commission_minor=-85_000, fee_minor=-12_750),
        journals.approval(order, commission_minor=170_000, fee_minor=25_500, vat_minor=4_080),
        journals.payout_created(payout),
    ]


def two_sales() -> None:
    post(*sale_drafts(TULPAR, ALIYA), *sale_drafts(SAURAN, DANA))


def account_id(ref: accounts.AccountRef) -> int:
    with acting_as(system="test"):
        return Account.objects.get(code=ref.code).pk


def as_owner(*statements: str) -> None:
    """Needs a transactional test: another login is another transaction."""
    with logged_in_as_owner(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
