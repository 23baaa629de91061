"""One error for everything that a person at the terminal has to put right."""

from __future__ import annotations


class StackError(Exception):
    """Printed without a traceback: what is wrong, then the way out."""
