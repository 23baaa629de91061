"""Admitad over real HTTP, from a click and a postback to the ledger."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import permutations
from uuid import UUID

import pytest
import time_machine
from django.test import override_settings

from attribution.connectors.admitad import postback
from attribution.models import Click, Connection, Conversion, InboundEvent, Order, PollCursor
from attribution.selectors.connections import connection_secrets
from attribution.services.connections import (
    ConnectionConflict,
    connection_create,
    connection_secret_rotate,
    connection_token_change,
)
from attribution.services.lifecycle import conversions_advance
from attribution.services.polling import connections_poll
from brands.models import Brand
from core import clock
from core.errors import Invalid
from core.tenancy.context import acting_as
from tests.attribution.shop import CLICK_ID, click_make, shop_open
from tests.attribution.test_sale import count, held, the, work
