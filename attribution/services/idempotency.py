"""A call of the API that comes twice is done once, and answered the same way each time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from attribution.models import IdempotentCall
from core.errors import DomainError
from core.locks import lock_try_for_transaction


class KeyReused(DomainError):
    """The Idempotency-Key came before, with another body."""

    code = "idempotency_key_reused"


class CallInFlight(DomainError):
    """The same call is being worked on at this moment."""

    code = "idempotency_in_flight"
    retry_after_seconds = 1


class Reply(NamedTuple):
    """`status` is that of HTTP; `is_replay`: this is what was answered before."""

    status: int
    answer: Mapping[str, Any]
    is_replay: bool = False


class Call(NamedTuple):
    """Who calls, with which Idempotency-Key ("" without one), and what it stands over."""

    brand_id: int
    key: str = ""
    fingerprint: str = ""


def call_once(call: Call, work: Callable[[], Reply]) -> Reply:
    """What `work` answers, or answered before. Runs as the system, in one transaction with it: a
    refusal leaves nothing, so that the same key may come again.

    Raises:
        KeyReused: the key came with another body.
        CallInFlight: its twin has not been answered yet.
    """
    if not call.key:
        return work()
    if not lock_try_for_transaction(f"idempotency {call.brand_id} {call.key}"):
        raise CallInFlight(_("The same call is being worked on. Ask again in a second."))
    known = IdempotentCall.objects.filter(brand_id=call.brand_id, key=call.key).first()
    if known is not None:
        if known.fingerprint != call.fingerprint:
            raise KeyReused(_("This Idempotency-Key was used for another body. Make a new one."))
        return Reply(known.status, known.answer, is_replay=True)
    reply = work()
    IdempotentCall.objects.create(
        brand_id=call.brand_id,
        key=call.key,
        fingerprint=call.fingerprint,
        status=reply.status,
        answer=reply.answer,
    )
    return reply
