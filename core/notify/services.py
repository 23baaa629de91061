"""Notices to people. Queued with the change that causes them, sent when it has committed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation

from core import clock
from core.jobs import enqueue
from core.notify.models import Message
from core.tenancy.context import acting_as

ATTEMPTS_MAX = 8
SWEEP_BATCH = 200
SUBJECT_CHARS_MAX = 200


def message_queue(*, kind: str, email: str, subject: str, body: str, dedupe_key: str) -> bool:
    """Put one e-mail in the outbox; False when `dedupe_key` was queued before."""
    message = Message(
        kind=kind,
        email=email,
        subject=" ".join(subject.split())[:SUBJECT_CHARS_MAX],
        body=body,
        dedupe_key=dedupe_key,
    )
    with acting_as(system="notify"):
        created = Message.objects.bulk_create([message], ignore_conflicts=True)
        is_new = Message.objects.filter(pk=created[0].pk).exists()
        if is_new:
            enqueue("core.notify.tasks.message_send", str(message.pk))
    return is_new


def notice_queue(
    kind: str, *, email: str, language: str, context: Mapping[str, Any], dedupe_key: str
) -> bool:
    """Queue the notice of templates/notices/<kind>.txt in the reader's language.

    The template's first line is the subject.
    """
    with translation.override(language):
        text = render_to_string(
            f"notices/{kind}.txt", {"base_url": settings.BASE_URL, "language": language, **context}
        )
    subject, _, body = text.strip().partition("\n")
    return message_queue(
        kind=kind, email=email, subject=subject, body=body.strip() + "\n", dedupe_key=dedupe_key
    )


def message_send(message_id: UUID) -> bool:
    """Send one queued message. The row is put off before sending, so that no failure can loop.

    At least once: a crash between the mail server's yes and our COMMIT sends it again.
    """
    with acting_as(system="send mail"):
        message = (
            Message.objects.select_for_update(skip_locked=True)
            .filter(pk=message_id, state=Message.State.QUEUED)
            .first()
        )
        if message is None:
            return False
        message.attempts += 1
        message.next_at = clock.now() + timedelta(seconds=30 * 2**message.attempts)
        message.save(update_fields=["attempts", "next_at"])
    error = _deliver(message)
    with acting_as(system="send mail"):
        _outcome_record(message, error)
    return error is None


def _deliver(message: Message) -> str | None:
    """None, or why the mail server did not take it."""
    mail = EmailMessage(message.subject, message.body, None, [message.email])
    try:
        mail.send()
    except OSError as error:  # smtplib's errors too
        return f"{type(error).__name__}: {error}"[:200]
    return None


def _outcome_record(message: Message, error: str | None) -> None:
    if error is None:
        message.state, message.sent_at, message.error = Message.State.SENT, clock.now(), ""
    else:
        message.error = error
        if message.attempts >= ATTEMPTS_MAX:
            message.state = Message.State.DEAD
    message.save(update_fields=["state", "sent_at", "error"])


def messages_due() -> list[UUID]:
    """Messages whose time has come and that no task has taken."""
    with acting_as(system="send mail"):
        due = Message.objects.filter(state=Message.State.QUEUED, next_at__lte=clock.now())
        return list(due.order_by("next_at").values_list("pk", flat=True)[:SWEEP_BATCH])
