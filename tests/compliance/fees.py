"""Fees of a campaign that became final, and came back, as the ledger has them."""

from __future__ import annotations

from datetime import datetime

from core.tenancy.context import acting_as
from ledger.domain.fees import Reserve
from ledger.domain.journals import (
    ConversionRef,
    FeeBack,
    accrual,
    approval,
    campaign_reserve,
    clawback,
    deposit,
)
from ledger.services import journals_post
from tests.cast import Party

RESERVE = Reserve(budget_minor=100_000_00, fee_minor=15_000_00, vat_minor=2_400_00)


def reserve_put(party: Party, at: datetime, *, free_minor: int = 0) -> None:
    """100 000 tenge of budget with 15 % of fee and 16 % of VAT, and so much free balance."""
    money = deposit(
        statement_row=f"{party.slug}-1",
        brand_id=party.brand,
        amount_minor=RESERVE.total_minor + free_minor,
    )
    reserve = campaign_reserve(
        campaign_id=party.campaign, n=1, brand_id=party.brand, reserve=RESERVE
    )
    with acting_as(system="test"):
        journals_post([money, reserve], occurred_at=at)


def ref(party: Party, conversion_id: int) -> ConversionRef:
    return ConversionRef(conversion_id, party.campaign, party.brand, party.influencer)


def fee_final(
    party: Party,
    conversion_id: int,
    at: datetime,
    *,
    reward_minor: int = 2_000_00,
    fee_minor: int = 300_00,
    vat_minor: int = 48_00,
) -> None:
    """An approved reward; 2 000 tenge with a fee of 300 and its VAT of 48 unless said otherwise."""
    sold = ref(party, conversion_id)
    with acting_as(system="test"):
        held = accrual(sold, version=1, commission_minor=reward_minor, fee_minor=fee_minor)
        journals_post([held], occurred_at=at)
        final = approval(
            sold, commission_minor=reward_minor, fee_minor=fee_minor, vat_minor=vat_minor
        )
        journals_post([final], occurred_at=at)


def fee_back(
    party: Party,
    conversion_id: int,
    at: datetime,
    *,
    is_vat_invoiced: bool,
    version: int = 2,
    reward_minor: int = 1_000_00,
    fee_minor: int = 150_00,
    vat_minor: int = 24_00,
) -> None:
    """Half of the goods came back after approval. Negative: the return was undone."""
    claw = clawback(
        ref(party, conversion_id),
        version=version,
        unpaid_minor=reward_minor,
        debt_minor=0,
        fee=FeeBack(fee_minor, fee_minor, vat_minor),
        is_vat_invoiced=is_vat_invoiced,
    )
    with acting_as(system="test"):
        journals_post([claw], occurred_at=at)
