from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import override_settings

from brands.models import Brand
from core.notify.models import Message
from core.notify.services import (
    ATTEMPTS_MAX,
    message_queue,
    message_send,
    messages_due,
    notice_queue,
)
from core.notify.tasks import messages_sweep
from core.tenancy.context import acting_as

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
# Nothing listens on port 1: the mail server is down.
DOWN = override_settings(
    EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
    EMAIL_HOST="127.0.0.1",
    EMAIL_PORT=1,
)


def queue(key="k", **changes):
    given = {"kind": "test", "email": "aliya@people.example", "subject": "Hello", "body": "Text\n"}
    with acting_as(system="test"):
        return message_queue(**(given | changes), dedupe_key=key)


def message():
    with acting_as(system="test"):
        return Message.objects.get()


def test_a_message_is_sent_once_and_remembers_when(db):
    queue()
    with time_machine.travel(NOON, tick=False):
        assert message_send(message().pk) is True
    assert message_send(message().pk) is False
    (sent,) = mail.outbox
    assert (sent.to, sent.subject, sent.body) == (["aliya@people.example"], "Hello", "Text\n")
    assert (message().state, message().sent_at) == ("sent", NOON)


def test_the_same_news_is_queued_once(db):
    assert [queue("a"), queue("a"), queue("b")] == [True, False, True]
    with acting_as(system="test"):
        assert Message.objects.count() == 2


def test_a_message_is_gone_with_the_change_that_caused_it(db):
    with pytest.raises(ZeroDivisionError), acting_as(system="test"):  # noqa: PT012
        message_queue(kind="t", email="a@x.example", subject="s", body="b", dedupe_key="k")
        _ = 1 / 0
    with acting_as(system="test"):
        assert Message.objects.count() == 0


def test_a_server_that_is_down_is_asked_later_and_less_often(db):
    queue()
    with time_machine.travel(NOON, tick=False), DOWN:
        assert message_send(message().pk) is False
    waiting = message()
    assert (waiting.state, waiting.attempts) == ("queued", 1)
    assert waiting.error.startswith("ConnectionRefusedError")
    assert waiting.next_at == NOON + timedelta(seconds=60)
    with time_machine.travel(NOON + timedelta(seconds=59), tick=False):
        assert messages_due() == []
    with time_machine.travel(NOON + timedelta(seconds=60), tick=False), DOWN:
        assert messages_sweep() == 1
        assert messages_due() == []  # next time in two minutes
    assert message().next_at == NOON + timedelta(seconds=180)


def test_after_the_last_attempt_a_message_is_dead_and_rests(db):
    queue()
    with DOWN:
        for _attempt in range(ATTEMPTS_MAX):
            message_send(message().pk)
    dead = message()
    assert (dead.state, dead.attempts, dead.sent_at) == ("dead", 8, None)
    assert message_send(dead.pk) is False
    assert mail.outbox == []


def test_address_and_text_are_sealed_at_rest(db):
    queue(body="https://birge.example/secret-link")
    with acting_as(system="test"), connection.cursor() as cursor:
        cursor.execute("SELECT email, body FROM notify_message")
        email, body = (bytes(value) for value in cursor.fetchone())
    assert b"aliya" not in email
    assert b"secret-link" not in body


def test_a_subject_is_one_line(db):
    queue(subject="Hello\r\nBcc: everybody@people.example\n" + "x" * 300)
    assert message().subject.startswith("Hello Bcc: everybody@people.example xxx")
    assert len(message().subject) == 200


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_notice_is_written_in_the_readers_language(cast, language):
    with acting_as(system="test"):
        notice_queue(
            "brand_verified",
            email="owner@tulpar.example",
            language=language,
            context={"brand": Brand.objects.get(pk=cast.tulpar.brand)},
            dedupe_key=language,
        )
    made = message()
    assert made.kind == "brand_verified"
    assert made.subject != ""
    assert "Tulpar" in made.subject + made.body
    assert "\n" not in made.subject
