"""Letters to influencers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.notify.services import notice_queue
from influencers.models import Influencer


def influencer_notice_queue(
    kind: str, person: Influencer, *, context: Mapping[str, Any], dedupe_key: str
) -> None:
    """To the address of the login, in their language; the template gets `name` too. Runs as the
    system."""
    notice_queue(
        kind,
        email=person.user.email,
        language=person.user.language,
        context={"name": person.name, **context},
        dedupe_key=dedupe_key,
    )
