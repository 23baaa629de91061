"""No money leaves while a check of the books has findings. Aliya has 100 000,00 to be paid, and
her brand a refund that is prepared."""

import pytest
import time_machine
from django.db import IntegrityError
from django.urls import reverse

from core.audit.models import AuditEntry
from core.tenancy.context import acting_as
from exchange import checks, queues
from payouts.models import Payout, PayoutBatch, PayoutStop
from payouts.services import refunds
from payouts.services.batches import batch_approve, batch_cancel, batch_create, batch_hand_out
from payouts.services.statements import statement_import
from payouts.services.stops import PayoutsStopped
from tests.cast import BINS
from tests.doors.test_admin_payouts import desk, text_of
from tests.payouts.test_batches import APPROVED, earned, payable, payee_make, row, statement  # noqa: F401 fixtures
from tests.payouts.test_deposits import NOON, TULPAR_IBAN, doc, put
from tests.payouts.test_refunds import ask, in_flight

BROKEN = "journal 1 is out of balance by 1 KZT"


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(APPROVED, tick=False):
        yield


@pytest.fixture
def due(earned):  # noqa: F811
    payee_make(earned, "tulpar", "ip_simplified", register="yes")
    return earned


@pytest.fixture
def finds(monkeypatch):
    """Let a check find this."""

    def plant(findings, name="ledger_findings"):
        monkeypatch.setattr(checks, name, lambda: findings)

    plant([])
    plant([], "money_findings")
    return plant


def stops():
    with acting_as(ops=1):
        return [
            (stop.check_name, stop.findings, stop.ended_at is None)
            for stop in PayoutStop.objects.order_by("pk")
        ]


@pytest.mark.parametrize(
    ("name", "check", "run"),
    [
        ("ledger_findings", "ledger", checks.ledger_check_record),
        ("money_findings", "money", checks.money_check_follow),
    ],
)
def test_a_finding_stops_payouts_and_a_clean_check_lets_them_go_on(due, finds, name, check, run):
    finds([BROKEN], name)
    run()
    with pytest.raises(PayoutsStopped, match=r"findings \(1\)"):
        batch_create(maker_id=due.maker)
    with acting_as(system="test"):
        assert not PayoutBatch.objects.exists()
    assert payable(due.tulpar) == 10_000_000

    finds([BROKEN, "journal 2 has 0 legs"], name)
    run()
    assert stops() == [(check, [BROKEN, "journal 2 has 0 legs"], True)]
    finds([], name)
    run()
    run()
    assert stops() == [(check, [BROKEN, "journal 2 has 0 legs"], False)]
    with acting_as(ops=1):
        told = AuditEntry.objects.filter(object_type="payouts.payoutstop").order_by("at")
        assert [entry.action for entry in told] == ["payouts.stop", "payouts.go_on"]
    assert batch_create(maker_id=due.maker).payout_count == 1


def test_one_clean_check_does_not_speak_for_the_other(due, finds):
    finds([BROKEN], "money_findings")
    checks.money_check_follow()
    checks.ledger_check_record()
    with pytest.raises(PayoutsStopped):
        batch_create(maker_id=due.maker)


def test_what_waits_is_neither_approved_nor_handed_out_but_may_be_refused(due, finds):
    batch = batch_create(maker_id=due.maker)
    finds([BROKEN])
    checks.ledger_check_record()
    with pytest.raises(PayoutsStopped):
        batch_approve(batch_id=batch.pk, checker_id=due.checker)
    finds([])
    checks.ledger_check_record()
    batch_approve(batch_id=batch.pk, checker_id=due.checker)
    finds([BROKEN])
    checks.ledger_check_record()
    with pytest.raises(PayoutsStopped):
        batch_hand_out(batch_id=batch.pk, person_id=due.maker)
    with acting_as(system="test"):
        assert PayoutBatch.objects.get().state == "approved"
    batch_cancel(batch_id=batch.pk, checker_id=due.checker)
    assert payable(due.tulpar) == 10_000_000


def test_what_the_bank_has_paid_is_still_booked(due, finds):
    batch = batch_create(maker_id=due.maker)
    batch_approve(batch_id=batch.pk, checker_id=due.checker)
    batch_hand_out(batch_id=batch.pk, person_id=due.maker)
    finds([BROKEN])
    checks.ledger_check_record()
    with acting_as(system="test"):
        payout = Payout.objects.get()
    statement_import(content=statement(row(payout)), name="s.txt", uploader_id=due.maker)
    with acting_as(system="test"):
        assert Payout.objects.get().state == "paid"


def test_no_refund_leaves_either(cast, finds):
    with time_machine.travel(NOON, tick=False):
        put(cast, doc("17", "100.00", bin=BINS["tulpar"]))
        refund = ask(cast, iban=TULPAR_IBAN)
        refunds.refund_prepare(refund_id=refund.pk, person_id=cast.maker)
        finds([BROKEN])
        checks.ledger_check_record()
        with pytest.raises(PayoutsStopped):
            refunds.refund_approve(refund_id=refund.pk, person_id=cast.checker)
        with pytest.raises(PayoutsStopped):
            refunds.refund_hand_out(refund_id=refund.pk, person_id=cast.checker)
        assert in_flight(cast, refund) == 4_000
        refunds.refund_cancel(refund_id=refund.pk, person_id=cast.maker)
        assert in_flight(cast, refund) == 0


def test_a_check_begins_one_stop_at_a_time(db):
    with pytest.raises(IntegrityError, match="stop_one_open"), acting_as(system="test"):
        PayoutStop.objects.bulk_create(PayoutStop(check_name="ledger", findings=[]) for _ in "ab")


def test_ops_read_why_on_every_page_of_payouts(due, finds):
    batch = batch_create(maker_id=due.maker)
    finds([BROKEN])
    checks.ledger_check_record()
    client = desk(due.checker, "kk")
    with acting_as(ops=1):
        stop_id = PayoutStop.objects.values_list("pk", flat=True).get()
    pages = [
        reverse("admin:payouts_payoutbatch_change", args=[batch.pk]),
        reverse("admin:payouts_payoutbatch_make"),
        reverse("admin:payouts_payoutstop_changelist"),
        reverse("admin:payouts_payoutstop_change", args=[stop_id]),
        reverse("admin:index"),
    ]
    for address in pages:
        answer = client.get(address)
        assert answer.status_code == 200
        assert BROKEN in text_of(answer), address
    made = client.post(reverse("admin:payouts_payoutbatch_make"))
    assert BROKEN in text_of(made)
    with acting_as(ops=1):
        health = queues.ledger_health()
        assert (health.tone, health.findings, health.stopped_at) == ("bad", [BROKEN], APPROVED)
        assert PayoutBatch.objects.count() == 1
