"""What a brand may promise for a month, and what is refused with nothing moved."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, transaction

from brands.models import Brand
from campaigns.models import Campaign, Guarantee, Participation
from campaigns.services.guarantees import (
    GuaranteeConflict,
    guarantee_cancel,
    guarantee_make,
    guarantee_raise,
)
from campaigns.services.lifecycle import BrandNotVerified
from campaigns.services.links import ParticipationConflict
from core.audit.models import AuditEntry
from core.errors import Invalid, NotFound
from core.tenancy.context import acting_as
from ledger.domain import accounts
from ledger.selectors import balance_minor
from ledger.services import InsufficientFunds
from tests.world import money_put

NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)
FREE = 11_740_00  # 10 000,00 with 15 % and 16 % of that


@pytest.fixture(autouse=True)
def money(cast):
    money_put(cast, cast.tulpar.brand, FREE)


def promise(cast, month=NOVEMBER, minor=1_000_00, who=None):
    return guarantee_make(
        participation_id=who or cast.tulpar.participation, month=month, amount_minor=minor
    )


def free(cast):
    with acting_as(system="test"):
        return balance_minor(accounts.brand_free(cast.tulpar.brand))


def campaign_set(cast, **columns):
    with acting_as(system="test"):
        Campaign.objects.filter(pk=cast.tulpar.campaign).update(**columns)


def test_all_the_free_money_may_be_promised_and_one_tiyn_more_may_not(cast):
    with pytest.raises(InsufficientFunds) as refused:
        promise(cast, minor=10_000_01)
    assert (refused.value.missing_minor, free(cast)) == (1, FREE)
    guarantee = promise(cast, minor=10_000_00)
    assert (guarantee.total_minor, free(cast)) == (FREE, 0)
    with pytest.raises(InsufficientFunds):
        guarantee_raise(guarantee_id=guarantee.pk, amount_minor=10_000_01)
    with acting_as(ops=cast.maker):
        assert AuditEntry.objects.filter(action__startswith="guarantee.").count() == 1


@pytest.mark.parametrize("minor", [0, -1, 10**15 + 1, 10**32])
def test_what_is_no_amount_is_refused(cast, minor):
    with pytest.raises(Invalid) as refused:
        promise(cast, minor=minor)
    assert set(refused.value.fields) == {"amount"}


@pytest.mark.parametrize(
    "month", [date(2026, 10, 1), date(2026, 11, 2), date(2027, 12, 1), date(1, 1, 1)]
)
def test_what_is_no_month_ahead_is_refused(cast, month):
    with pytest.raises(Invalid) as refused:
        promise(cast, month)
    assert set(refused.value.fields) == {"month"}
    assert free(cast) == FREE


def test_a_month_after_the_campaigns_end_is_refused(cast):
    campaign_set(cast, ends_at=datetime(2026, 11, 30, 19, 0, tzinfo=UTC))  # with November
    with pytest.raises(Invalid, match="over by then"):
        promise(cast, DECEMBER)
    promise(cast)


def test_two_for_one_month_are_refused(cast):
    promise(cast)
    with pytest.raises(Invalid, match="Raise it instead"):
        promise(cast)
    promise(cast, DECEMBER)


def test_only_who_takes_part_is_promised_something(cast):
    with pytest.raises(NotFound):
        promise(cast, who=10**9)
    for state in ("applied", "rejected", "left", "removed"):
        with acting_as(system="test"):
            Participation.objects.filter(pk=cast.tulpar.participation).update(state=state)
        with pytest.raises(ParticipationConflict):
            promise(cast)


@pytest.mark.parametrize("status", ["draft", "closed"])
def test_only_a_running_campaign_promises(cast, status):
    campaign_set(cast, status=status)
    with pytest.raises(GuaranteeConflict):
        promise(cast)


def test_a_suspended_brand_promises_nothing_new(cast):
    guarantee = promise(cast)
    with acting_as(system="test"):
        Brand.objects.filter(pk=cast.tulpar.brand).update(state="suspended")
    with pytest.raises(BrandNotVerified):
        promise(cast, DECEMBER)
    with pytest.raises(BrandNotVerified):
        guarantee_raise(guarantee_id=guarantee.pk, amount_minor=2_000_00)


@pytest.mark.parametrize("minor", [1_000_00, 999_99, 1])
def test_a_promise_is_never_cut(cast, minor):
    guarantee = promise(cast)
    with pytest.raises(Invalid, match="only be raised"):
        guarantee_raise(guarantee_id=guarantee.pk, amount_minor=minor)


def test_a_running_month_may_be_raised_and_not_cancelled_and_one_that_is_over_neither(cast):
    guarantee = promise(cast)
    with pytest.raises(GuaranteeConflict, match="has begun"):
        guarantee_cancel(guarantee_id=guarantee.pk)
    guarantee_raise(guarantee_id=guarantee.pk, amount_minor=2_000_00)
    # 00:30 of the first of December in Almaty
    with time_machine.travel(datetime(2026, 11, 30, 19, 30, tzinfo=UTC), tick=False):
        with pytest.raises(GuaranteeConflict, match="is over"):
            guarantee_raise(guarantee_id=guarantee.pk, amount_minor=3_000_00)
        with pytest.raises(GuaranteeConflict):
            guarantee_cancel(guarantee_id=guarantee.pk)


def test_what_was_taken_back_is_over(cast):
    guarantee = promise(cast, DECEMBER)
    guarantee_cancel(guarantee_id=guarantee.pk)
    assert free(cast) == FREE
    with pytest.raises(GuaranteeConflict, match="released"):
        guarantee_cancel(guarantee_id=guarantee.pk)
    with pytest.raises(GuaranteeConflict, match="released"):
        guarantee_raise(guarantee_id=guarantee.pk, amount_minor=2_000_00)
    with pytest.raises(NotFound):
        guarantee_cancel(guarantee_id=10**9)


def test_the_database_keeps_one_promise_a_month_for_the_right_person(cast):
    guarantee = promise(cast)
    same = {
        "brand_id": guarantee.brand_id,
        "campaign_id": guarantee.campaign_id,
        "influencer_id": guarantee.influencer_id,
        "participation_id": guarantee.participation_id,
        "month": NOVEMBER,
        "amount_minor": 1,
        "fee_minor": 0,
        "vat_minor": 0,
    }
    for wrong in (
        {},
        {"month": date(2026, 12, 2)},
        {"month": DECEMBER, "amount_minor": 0},
        {"month": DECEMBER, "participation_id": cast.sauran.participation},
        {"month": DECEMBER, "state": "released"},
    ):
        with (
            acting_as(system="test"),
            pytest.raises(IntegrityError),
            transaction.atomic(),
        ):
            Guarantee.objects.create(**same | wrong)
    with acting_as(system="test"), pytest.raises(DatabaseError, match="frozen"):
        Guarantee.objects.filter(pk=guarantee.pk).update(month=DECEMBER)
