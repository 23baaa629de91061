"""When a promo code counts, in words for both sides."""

from __future__ import annotations

from django.utils.translation import gettext as _

from campaigns.models import PromoCode
from exchange.web.formatting import day_short


def when_text(code: PromoCode) -> str:
    """From when to when it counts; "" without bounds."""
    first = day_short(code.valid_from) if code.valid_from else ""
    last = day_short(code.valid_until) if code.valid_until else ""
    if first and last:
        return _("Counts: %(first)s – %(last)s") % {"first": first, "last": last}
    if first:
        return _("Counts from: %(day)s") % {"day": first}
    return _("Counts until: %(day)s") % {"day": last} if last else ""
