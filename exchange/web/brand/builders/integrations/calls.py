"""Whether a shop still calls us, as it says itself, in words for the brand."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from attribution.models import Connection
from core import clock
from exchange.web.formatting import moment_short

HEALED_SHOWN = timedelta(days=7)


def calls_fault(found: Connection) -> str:
    """What somebody has to do in the shop; "" when nothing."""
    topics = str(found.calls.get("detail", "")).partition(":")[0]
    if found.calls.get("state") == "missing":
        said = _("The shop has no webhook for %(topics)s with our address: add it there.")
        return said % {"topics": topics}
    if found.calls.get("state") == "off":
        said = _("The shop's webhook %(topics)s is off: switch it on there.")
        return said % {"topics": topics}
    return ""


def calls_healed(found: Connection) -> str:
    """That we have made the shop call again, lately; "" otherwise."""
    text = found.calls.get("healed_at")
    if not text:
        return ""
    healed_at = datetime.fromisoformat(text)
    if clock.now() - healed_at > HEALED_SHOWN:
        return ""
    said = _(
        "The shop had stopped calling us after failed deliveries. We made it call again (%(time)s);"
        " what was lost is read from its list."
    )
    return said % {"time": moment_short(healed_at)}
