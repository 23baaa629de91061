"""A refused rule, told once: page, fragment, JSON and admin message are made from it.

The message is for the person who asked, in their language: what happened, why, what to do next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class DomainError(Exception):
    """A rule of Birge refused what was asked. `str(error)` may be shown to the user.

    `fields` ties messages to inputs of a form or keys of a JSON body.
    """

    code = "refused"
    status = 409

    def __init__(
        self,
        message: Any = "",
        *,
        fields: Mapping[str, Sequence[Any]] | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(message)
        self.fields = dict(fields or {})
        if code is not None:
            self.code = code


class NotFound(DomainError):
    """No such thing, or not yours: the same answer, so that ids cannot be probed."""

    code = "not_found"
    status = 404


class Invalid(DomainError):
    """What was given breaks a rule of its form."""

    code = "invalid"
    status = 422

    @classmethod
    def of(cls, field: str, message: Any) -> Invalid:
        """One thing is wrong, with one input."""
        return cls(message, fields={field: [message]})


class Forbidden(DomainError):
    """You may see the thing, and may not do this to it."""

    code = "forbidden"
    status = 403
