"""A brand's cash registers, and what it allows of claims."""

from __future__ import annotations

import pytest

from attribution.domain.receipts import Limits, ReceiptRefused, Refusal
from attribution.models import CashRegister, Connection
from attribution.services.receipt_registers import (
    RegisterConflict,
    receipt_limits_change,
    register_remove,
    registers_add,
)
from core.errors import Invalid, NotFound
from core.tenancy.context import acting_as
from tests.attribution.receipts import ABAI, DOSTYK, NOW, chain_open, claim
from tests.attribution.test_sale import count, the
from tests.clocks import clock_at

_now = clock_at(NOW)


@pytest.fixture
def chain(cast):
    return chain_open(cast.tulpar)


def test_registers_are_added_renamed_and_removed(chain):
    text = f"{ABAI} Abai 12\n\n010101234569;\tTöle bi 1 \r\n"
    assert registers_add(connection_id=chain.connection, text=text) == 2
    with acting_as(system="test"):
        shops = dict(CashRegister.objects.values_list("number", "shop"))
    assert shops == {ABAI: "Abai 12", DOSTYK: "Dostyk 5", "010101234569": "Töle bi 1"}
    register_remove(connection_id=chain.connection, number=ABAI)
    with pytest.raises(ReceiptRefused) as refused:
        claim(chain.token)
    assert refused.value.refusal is Refusal.OTHER_SHOP
    with pytest.raises(NotFound):
        register_remove(connection_id=chain.connection, number=ABAI)


@pytest.mark.parametrize("text", ["", " \n", "12345 Abai", "01010123456٧ Abai", f"{ABAI}", "Abai"])
def test_a_line_that_is_no_register_is_refused_by_its_number(chain, text):
    with pytest.raises(Invalid) as error:
        registers_add(connection_id=chain.connection, text=text)
    assert "registers" in error.value.fields
    assert count(CashRegister) == 2


def test_a_register_is_in_one_connection_of_a_brand(cast, chain):
    with acting_as(system="test data"):
        second = Connection.objects.create(
            brand_id=cast.tulpar.brand, source="receipt", name="More", secrets="[]"
        )
    with pytest.raises(RegisterConflict):
        registers_add(connection_id=second.pk, text=f"{ABAI} Abai")
    with pytest.raises(NotFound):
        registers_add(connection_id=0, text=f"{ABAI} Abai")


@pytest.mark.parametrize(
    "changed",
    [
        {"total_min_minor": 0},
        {"total_min_minor": 200, "total_max_minor": 100},
        {"person_max": 0},
        {"influencer_max": 10_001},
        {"confirm_days": 2},
        {"confirm_days": 61},
    ],
)
def test_limits_that_allow_nothing_are_refused(chain, changed):
    with pytest.raises(Invalid):
        receipt_limits_change(connection_id=chain.connection, limits=Limits(**changed))
    assert the(Connection, source="receipt").settings == {}
