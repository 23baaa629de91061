"""Free balance that goes back to its brand, and a stranger's money to its sender."""

import pytest
from django.db import IntegrityError, transaction

from brands.models import Brand, UnclaimedTransfer
from core.errors import Forbidden, Invalid
from core.tenancy.context import acting_as
from exchange.money_checks import refunds_match_money_in_flight
from ledger.checks import ledger_findings
from ledger.domain import accounts
from ledger.selectors import balance_minor
from ledger.services import InsufficientFunds
from payouts.models import Refund
from payouts.services import refunds
from payouts.services.refunds import RefundDecided
from tests.cast import BINS
from tests.clocks import clock_at
from tests.payouts.test_deposits import (
    NOON,
    STRANGER,
    STRANGER_IBAN,
    TULPAR_IBAN,
    doc,
    free,
    kept,
    outcomes,
    platform,
    put,
)
from tests.world import law_load

_noon = clock_at(NOON)


@pytest.fixture
def rich(cast):
    """Tulpar has paid 100,00 from its own account; the law is in force."""
    law_load(cast)
    put(cast, doc("17", "100.00", bin=BINS["tulpar"]))
    return cast


def ask(cast, minor=4_000, iban=TULPAR_IBAN):
    with acting_as(brand=cast.tulpar.brand, user_id=cast.tulpar.owner):
        brand = Brand.objects.get(pk=cast.tulpar.brand)
        return refunds.refund_request(
            brand=brand, amount_minor=minor, iban_text=iban, person_id=cast.tulpar.owner
        )


def sent(cast, refund):
    refunds.refund_prepare(refund_id=refund.pk, person_id=cast.maker)
    refunds.refund_approve(refund_id=refund.pk, person_id=cast.checker)
    return refunds.refund_hand_out(refund_id=refund.pk, person_id=cast.maker)


def in_flight(cast, refund):
    with acting_as(system="test looks"):
        return balance_minor(accounts.refund_in_flight(cast.tulpar.brand, refund.pk))


def state(refund):
    with acting_as(system="test looks"):
        return Refund.objects.values_list("state", flat=True).get(pk=refund.pk)


def is_sound():
    return ledger_findings() == [] and not in_order()


def in_order():
    with acting_as(system="test looks"):
        return refunds_match_money_in_flight()


def test_from_the_brands_wish_to_a_paid_refund(rich):
    refund = ask(rich)
    assert (free(rich.tulpar), in_flight(rich, refund), platform()) == (6_000, 4_000, (-10_000, 0))
    assert (refund.is_known_account, refund.bank_bic) == (True, "CASPKZKA")

    name, file = sent(rich, refund)
    text = file.decode()
    assert name == f"birge-{refund.rail_key}.txt"
    for line in (
        f"НомерДокумента={refund.rail_key}", "Сумма=40.00", f"ПолучательИИК={TULPAR_IBAN}",
        "ПолучательНаименование=Tulpar LLP", f"ПолучательБИН_ИИН={BINS['tulpar']}",
        "ПолучательКБЕ=17", "КодНазначенияПлатежа=880",
    ):  # fmt: skip
        assert f"{line}\r\n" in text, line
    assert state(refund) == "sending"

    put(rich, doc(refund.rail_key, "40.00", way="Расход", day="21.11.2026"))
    assert (state(refund), in_flight(rich, refund), platform()) == ("paid", 0, (-6_000, 0))
    assert outcomes()[-1] == ("paid", "refund")
    assert is_sound()

    put(rich, doc(refund.rail_key, "40.00", day="21.11.2026"))
    assert (state(refund), free(rich.tulpar), platform()) == ("returned", 10_000, (-10_000, 0))
    assert outcomes()[-1] == ("returned", "refund")
    assert is_sound()


def test_another_sum_or_account_in_the_statement_moves_nothing(rich):
    refund = ask(rich)
    sent(rich, refund)
    put(rich, doc(refund.rail_key, "39.99", way="Расход"))
    put(rich, doc(refund.rail_key, "40.00", way="Расход", iban=STRANGER_IBAN))
    assert (state(refund), in_flight(rich, refund)) == ("sending", 4_000)
    assert [outcome for outcome, _note in outcomes()[1:]] == ["mismatch", "mismatch"]


def test_one_person_does_not_do_both(rich):
    refund = ask(rich)
    refunds.refund_prepare(refund_id=refund.pk, person_id=rich.maker)
    with pytest.raises(Forbidden):
        refunds.refund_approve(refund_id=refund.pk, person_id=rich.maker)
    with acting_as(system="test"), pytest.raises(IntegrityError), transaction.atomic():
        Refund.objects.update(decided_by_id=rich.maker)
    assert state(refund) == "prepared"


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_until_the_file_has_left_it_can_be_cancelled(rich, steps):
    refund = ask(rich)
    if steps > 0:
        refunds.refund_prepare(refund_id=refund.pk, person_id=rich.maker)
    if steps > 1:
        refunds.refund_approve(refund_id=refund.pk, person_id=rich.checker)
    refunds.refund_cancel(refund_id=refund.pk, person_id=rich.maker)
    assert (free(rich.tulpar), state(refund), platform()) == (10_000, "cancelled", (-10_000, 0))
    with pytest.raises(RefundDecided):
        refunds.refund_cancel(refund_id=refund.pk, person_id=rich.maker)
    with pytest.raises(RefundDecided):  # also where a file was made: its money is free again
        refunds.refund_hand_out(refund_id=refund.pk, person_id=rich.checker)
    assert is_sound()


def test_a_file_that_has_left_is_not_cancelled_and_may_fail(rich):
    refund = ask(rich)
    sent(rich, refund)
    with pytest.raises(RefundDecided):
        refunds.refund_cancel(refund_id=refund.pk, person_id=rich.maker)
    refunds.refund_fail(refund_id=refund.pk, reason="The account is closed", person_id=rich.maker)
    assert (free(rich.tulpar), state(refund)) == (10_000, "failed")
    with pytest.raises(RefundDecided):
        refunds.refund_hand_out(refund_id=refund.pk, person_id=rich.maker)
    assert is_sound()


@pytest.mark.parametrize(
    ("minor", "iban", "refused"),
    [
        (10_001, TULPAR_IBAN, InsufficientFunds),
        (0, TULPAR_IBAN, Invalid),
        (-1, TULPAR_IBAN, Invalid),
        (10**30, TULPAR_IBAN, Invalid),
        (1, "KZ42722C000000000001", Invalid),
        (1, "DE89370400440532013000", Invalid),
        (1, "", Invalid),
    ],
)
def test_what_cannot_go_back_moves_nothing(rich, minor, iban, refused):
    with pytest.raises(refused):
        ask(rich, minor, iban)
    assert (free(rich.tulpar), kept(Refund)) == (10_000, [])


def test_an_account_nobody_paid_from_is_marked_for_ops(rich):
    assert ask(rich, iban=STRANGER_IBAN).is_known_account is False


def test_nobodys_transfer_goes_back_to_its_sender(rich):
    put(rich, doc("18", "7.00", bin=STRANGER, iban=STRANGER_IBAN))
    [transfer] = kept(UnclaimedTransfer)
    with pytest.raises(Invalid):
        refunds.transfer_send_back(transfer_id=transfer.pk, reason="", person_id=rich.maker)
    refund = refunds.transfer_send_back(
        transfer_id=transfer.pk, reason="Not a client", person_id=rich.maker
    )
    with pytest.raises(Forbidden):
        refunds.refund_approve(refund_id=refund.pk, person_id=rich.maker)
    refunds.refund_approve(refund_id=refund.pk, person_id=rich.checker)
    refunds.refund_hand_out(refund_id=refund.pk, person_id=rich.maker)
    assert platform() == (-10_700, 700)
    put(rich, doc(refund.rail_key, "7.00", way="Расход", day="21.11.2026", iban=STRANGER_IBAN))
    assert (state(refund), platform()) == ("paid", (-10_000, 0))
    assert kept(UnclaimedTransfer)[0].state == "sent_back"
    put(rich, doc(refund.rail_key, "7.00", day="21.11.2026", iban=STRANGER_IBAN))
    assert (state(refund), platform()) == ("returned", (-10_700, 700))
    assert kept(UnclaimedTransfer)[0].state == "waiting"
    assert is_sound()
