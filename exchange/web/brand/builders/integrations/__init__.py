"""Sources of orders: how each is doing, its events, and how one is connected."""

from __future__ import annotations

from exchange.web.brand.builders.integrations.cards import connection_cards, integrations
from exchange.web.brand.builders.integrations.difference import (
    days_default,
    difference,
    difference_csv,
)
from exchange.web.brand.builders.integrations.events import replay, replay_days
from exchange.web.brand.builders.integrations.sites import site, tag_template_text
from exchange.web.brand.builders.integrations.source import (
    connection,
    connection_form,
    endpoint_url,
    source_require,
    stages,
)

__all__ = [
    "connection",
    "connection_cards",
    "connection_form",
    "days_default",
    "difference",
    "difference_csv",
    "endpoint_url",
    "integrations",
    "replay",
    "replay_days",
    "site",
    "source_require",
    "stages",
    "tag_template_text",
]
