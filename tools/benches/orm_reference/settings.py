"""The product's settings with one view."""

from __future__ import annotations

from exchange.settings.test import *  # noqa: F403

ROOT_URLCONF = "tools.benches.orm_reference.urls"
