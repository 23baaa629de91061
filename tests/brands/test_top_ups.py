"""Invoices for payment: numbered without gaps, paid by a transfer of their very sum."""

from datetime import date

import pytest
import time_machine

from brands.domain.top_ups import Arrived, Asked, invoices_paid
from brands.models import TopUpInvoice
from brands.services import top_up_invoice_create
from core.errors import Invalid
from core.tenancy.context import acting_as
from tests.world import NOON

DAY, LATER = date(2026, 11, 20), date(2026, 11, 21)


@pytest.mark.parametrize(
    ("asked", "arrived", "paid"),
    [
        ([Asked(1, DAY, 100)], [], {}),
        ([Asked(1, DAY, 100)], [Arrived(7, DAY, 100)], {1: 7}),
        ([Asked(1, DAY, 100)], [Arrived(7, DAY, 99)], {}),
        ([Asked(1, LATER, 100)], [Arrived(7, DAY, 100)], {}),
        ([Asked(1, DAY, 100), Asked(2, DAY, 100)], [Arrived(7, LATER, 100)], {1: 7}),
        (
            [Asked(1, DAY, 100), Asked(2, DAY, 100)],
            [Arrived(7, LATER, 100), Arrived(8, LATER, 100)],
            {1: 7, 2: 8},
        ),
        ([Asked(1, DAY, 5), Asked(2, DAY, 100)], [Arrived(7, LATER, 100)], {2: 7}),
    ],
)
def test_a_transfer_pays_the_oldest_invoice_of_its_sum(asked, arrived, paid):
    assert invoices_paid(asked, arrived) == paid


def make(cast, party, minor=100):
    with acting_as(brand=party.brand, user_id=party.owner):
        return top_up_invoice_create(
            brand_id=party.brand, amount_minor=minor, person_id=party.owner
        )


def test_numbers_go_on_through_the_year_whoever_asks_and_begin_anew(cast):
    with time_machine.travel(NOON, tick=False):
        numbers = [make(cast, party).number for party in (cast.tulpar, cast.sauran, cast.tulpar)]
    assert numbers == ["T-2026-000001", "T-2026-000002", "T-2026-000003"]
    with time_machine.travel(NOON.replace(year=2027), tick=False):
        assert make(cast, cast.tulpar).number == "T-2027-000001"


@pytest.mark.parametrize("minor", [0, -1, 10**30])
def test_what_is_no_amount_makes_no_invoice(cast, minor):
    with pytest.raises(Invalid):
        make(cast, cast.tulpar, minor)
    with acting_as(system="test looks"):
        assert not TopUpInvoice.objects.exists()
