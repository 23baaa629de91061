"""Payments at terminals: nothing is asked to connect them, as no acquirer here has an API.

A file of payments never tells of receipt or of a return: the hold runs from the payment.
"""

from __future__ import annotations

from attribution.models import Connection
from attribution.services.setup import Given, Setup, Typed


def _read(typed: Typed, known: Connection | None) -> Given:
    return Given(settings={"hold_from_paid": True})


SETUP = Setup(_read, has_token=False)
