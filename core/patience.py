"""Statements that read whole tables: the login's own limit is for people who wait."""

from __future__ import annotations

from django.db.backends.utils import CursorWrapper

TIMEOUT = "30min"


def be_patient(cursor: CursorWrapper) -> None:
    """Until this transaction ends, let a statement take TIMEOUT."""
    cursor.execute("SELECT set_config('statement_timeout', %s, true)", [TIMEOUT])
