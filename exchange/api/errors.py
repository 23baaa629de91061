"""One shape for every error of the API: {"code", "message", "errors"}."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.settings import api_settings

from core.errors import DomainError


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF answers an exception itself, and rolls back only where ATOMIC_REQUESTS is on."""
    if connection.in_atomic_block:
        transaction.set_rollback(True)
    if isinstance(error, DomainError):
        errors = {name: [str(text) for text in texts] for name, texts in error.fields.items()}
        answer = _answer(error.status, error.code, str(error), errors)
        if seconds := getattr(error, "retry_after_seconds", None):
            answer["Retry-After"] = str(seconds)
        return answer
    if isinstance(error, Http404):
        return _answer(404, "not_found", "No such thing.", {})
    if isinstance(error, ValidationError):
        message = str(_("Some fields are not valid; see errors."))
        return _answer(422, "invalid", message, dict(_flat(error.detail)))
    if isinstance(error, APIException):
        code = str(error.get_codes()) if isinstance(error.get_codes(), str) else "refused"
        return _answer(error.status_code, code, str(error.detail), {})
    return None


def _flat(detail: Any, path: str = "") -> Iterator[tuple[str, list[str]]]:
    """("lines[1].quantity", what is wrong with it), from the tree that DRF makes."""
    if isinstance(detail, dict):
        for name, below in detail.items():
            yield from _flat(below, _path_below(path, name))
    elif isinstance(detail, list) and any(isinstance(each, dict | list) for each in detail):
        for number, below in enumerate(detail):
            yield from _flat(below, _path_below(path, number))
    elif detail:
        texts = detail if isinstance(detail, list) else [detail]
        yield path or "body", [str(text) for text in texts]


def _path_below(path: str, name: str | int) -> str:
    if isinstance(name, int):
        return f"{path}[{name}]"
    if name == api_settings.NON_FIELD_ERRORS_KEY:
        return path
    return f"{path}.{name}" if path else name


def _answer(status: int, code: str, message: str, errors: Any) -> Response:
    return Response({"code": code, "message": message, "errors": errors}, status=status)
