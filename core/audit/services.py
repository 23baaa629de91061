from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.db import models

from core.audit.models import AuditEntry
from core.bulk import row_new
from core.tenancy.context import TenancyError, acting_user_id, current_actor, origin_actor


class Who(NamedTuple):
    """Who acts now, as an entry says it."""

    actor: str
    origin: str
    user_id: int | None


def who_acts(action: str) -> Who:
    """Raises: TenancyError when nobody does."""
    actor, origin = current_actor(), origin_actor()
    if actor is None or origin is None:
        raise TenancyError(f"audit of {action}: nobody is acting")
    return Who(str(actor), str(origin), acting_user_id())


def audit_record(
    action: str,
    thing: models.Model,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    brand_id: int | None = None,
) -> None:
    """Write down a change, in the transaction that makes it.

    `before` and `after` hold plain JSON values and never personal data. `brand_id` is only needed
    where `thing` has no such column.

    Raises:
        TenancyError: nobody is acting.
    """
    audit_entry(action, thing, before=before, after=after, brand_id=brand_id).save(
        force_insert=True
    )


def audit_entry(
    action: str,
    thing: models.Model,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    brand_id: int | None = None,
    who: Who | None = None,
) -> AuditEntry:
    """As above, not written yet: for who writes many at once (core.bulk), and has asked once who
    is acting."""
    who = who or who_acts(action)
    return row_new(
        AuditEntry,
        actor=who.actor,
        origin=who.origin,
        user_id=who.user_id,
        action=action,
        object_type=thing._meta.label_lower,
        object_id=str(thing.pk),
        brand_id=brand_id or getattr(thing, "brand_id", None),
        before=dict(before or {}),
        after=dict(after or {}),
    )
