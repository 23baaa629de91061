"""Public pages."""

from __future__ import annotations

from exchange.web.pages.public import Landing
from exchange.web.samples import portal


def landing() -> Landing:
    return Landing(fee_bps=1500, vat_bps=1600, cards=portal.cards()[:3])
