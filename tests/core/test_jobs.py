"""Jobs through the real broker, by a real worker in another thread with its own connection."""

import threading

import pytest
from celery import signals
from celery.contrib.testing.worker import start_worker
from django.core import mail

from campaigns.models import Campaign
from core.audit.models import AuditEntry
from core.audit.services import audit_record
from core.jobs import ActingTask, enqueue
from core.notify.services import message_queue
from core.tenancy.context import TenancyError, acting_as
from exchange.celery import app

WAIT_SECONDS = 15


@app.task(base=ActingTask, name="tests.campaign_note")
def campaign_note(campaign_id):
    audit_record("campaign.note", Campaign.objects.get(pk=campaign_id))


@app.task(base=ActingTask, name="tests.campaign_break")
def campaign_break(campaign_id):
    campaign = Campaign.objects.get(pk=campaign_id)
    audit_record("campaign.break", campaign)
    raise ZeroDivisionError


@pytest.fixture
def worked():
    """Waits until the worker has finished with so many tasks."""
    finished = threading.Semaphore(0)

    def count(**_kwargs):
        finished.release()

    signals.task_postrun.connect(count)
    yield lambda: finished.acquire(timeout=WAIT_SECONDS)
    signals.task_postrun.disconnect(count)


@pytest.fixture
def worker():
    app.control.purge()  # what tests before this one have left in the queue
    with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=WAIT_SECONDS):
        yield


def notes(action):
    with acting_as(ops=1):
        found = AuditEntry.objects.filter(action=action)
        return list(found.values_list("actor", "user_id", "object_id"))


def test_a_task_acts_as_whoever_enqueued_it(committed_cast, worker, worked):
    tulpar = committed_cast.tulpar
    with acting_as(brand=tulpar.brand, user_id=tulpar.owner):
        enqueue("tests.campaign_note", tulpar.campaign)
    assert worked()
    assert notes("campaign.note") == [(f"brand:{tulpar.brand}", tulpar.owner, str(tulpar.campaign))]


def test_a_task_sees_no_more_than_who_enqueued_it(committed_cast, worker, worked):
    with acting_as(brand=committed_cast.tulpar.brand):
        enqueue("tests.campaign_note", committed_cast.sauran.campaign)
    assert worked()
    assert notes("campaign.note") == []


def test_a_task_that_fails_leaves_nothing(committed_cast, worker, worked):
    with acting_as(brand=committed_cast.tulpar.brand):
        enqueue("tests.campaign_break", committed_cast.tulpar.campaign)
    assert worked()
    assert notes("campaign.break") == []


def test_a_mail_that_was_queued_in_a_transaction_leaves_after_it(committed_cast, worker, worked):
    with acting_as(system="test"):
        message_queue(
            kind="test", email="aliya@people.example", subject="Hi", body="b", dedupe_key="1"
        )
        assert mail.outbox == []
    assert worked()
    assert [sent.subject for sent in mail.outbox] == ["Hi"]


def test_nothing_is_sent_when_the_transaction_is_rolled_back(committed_cast, monkeypatch):
    sent = []
    monkeypatch.setattr(campaign_note, "apply_async", lambda **options: sent.append(options))
    with pytest.raises(ZeroDivisionError), acting_as(ops=1):  # noqa: PT012
        enqueue("tests.campaign_note", 1)
        _ = 1 / 0
    assert sent == []
    with acting_as(ops=1, user_id=7):
        enqueue("tests.campaign_note", 1)
        assert sent == []
    assert sent == [{"args": (1,), "headers": {"acting": ["ops", "1", 7]}, "retry": False}]


def test_a_broker_that_is_down_does_not_fail_the_request(committed_cast, monkeypatch, caplog):
    """What was lost is found by a sweeper; the change itself stands."""

    def refused(**_options):
        raise ConnectionError("no broker")

    monkeypatch.setattr(campaign_note, "apply_async", refused)
    with acting_as(brand=committed_cast.tulpar.brand):
        Campaign.objects.update(title="changed")
        enqueue("tests.campaign_note", 1)
    assert "no broker" in caplog.text
    with acting_as(brand=committed_cast.tulpar.brand):
        assert Campaign.objects.get().title == "changed"


def test_what_does_not_exist_fails_at_the_call(db):
    with acting_as(ops=1), pytest.raises(KeyError):
        enqueue("tests.no_such_task", 1)


def test_nobody_enqueues_nothing_and_no_task_starts_by_itself(db):
    with pytest.raises(TenancyError, match="nobody is acting"):
        enqueue("tests.campaign_note", 1)
    with pytest.raises(TenancyError, match="not started by enqueue"):
        campaign_note(1)
