"""One shape for every error of the API: {"code", "message", "errors"}."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.http import Http404
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response

from core.errors import DomainError


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF answers an exception itself, and rolls back only where ATOMIC_REQUESTS is on."""
    if connection.in_atomic_block:
        transaction.set_rollback(True)
    if isinstance(error, DomainError):
        errors = {name: [str(text) for text in texts] for name, texts in error.fields.items()}
        return _answer(error.status, error.code, str(error), errors)
    if isinstance(error, Http404):
        return _answer(404, "not_found", "No such thing.", {})
    if isinstance(error, ValidationError):
        wrong = error.detail if isinstance(error.detail, dict) else {"body": error.detail}
        return _answer(422, "invalid", "Some fields are not valid; see errors.", wrong)
    if isinstance(error, APIException):
        code = str(error.get_codes()) if isinstance(error.get_codes(), str) else "refused"
        return _answer(error.status_code, code, str(error.detail), {})
    return None


def _answer(status: int, code: str, message: str, errors: Any) -> Response:
    return Response({"code": code, "message": message, "errors": errors}, status=status)
