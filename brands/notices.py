"""Letters to the people of a brand."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from brands.models import Member
from core.notify.services import notice_queue


def team_notice_queue(
    kind: str,
    brand_id: int,
    roles: Collection[Member.Role],
    *,
    context: Mapping[str, Any],
    dedupe_key: str,
) -> None:
    """One letter to each who has one of the roles: to the address of the login, in their language;
    the template gets `brand` too. `dedupe_key` is of them all. Runs as the system. One query, and
    those of the outbox."""
    team = Member.objects.filter(brand_id=brand_id, role__in=roles).order_by("pk")
    for member in team.select_related("brand", "user"):
        notice_queue(
            kind,
            email=member.user.email,
            language=member.user.language,
            context={"brand": member.brand, **context},
            dedupe_key=f"{dedupe_key}:{member.pk}",
        )
