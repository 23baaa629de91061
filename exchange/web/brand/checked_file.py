"""A file that first shows what it would do, and then does it or not. What was checked travels with
the page, sealed: nobody else applies it, and nobody an hour later."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from django import forms
from django.core import signing
from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from core.errors import DomainError, Invalid
from core.forms import form_refuse
from exchange.web.brand.desk import FORM_REFUSED, Desk, page_show
from exchange.web.pages.files import CheckedFile, FileFault
from exchange.web.spreadsheet import csv_answer

CHECK_SECONDS = 3_600  # how long a checked file may be applied
FAULTS_SHOWN = 100
P = TypeVar("P", bound=CheckedFile)


def file_show(
    request: HttpRequest,
    desk: Desk,
    template: str,
    page: CheckedFile,
    form_class: type[forms.Form],
    check: Callable[[bytes], CheckedFile],
) -> HttpResponse:
    """The form; after a file the page that `check` makes of it, with the form for another."""
    form = form_class(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if form.is_valid():
        try:
            page = check(form.cleaned_data["file"].read())
        except DomainError as error:
            form_refuse(form, error)
        else:
            form = form_class()
    status = FORM_REFUSED if form.is_bound else 200
    return page_show(request, desk, template, page, form=form, status=status)


def file_judged(
    page: P, salt: str, plain: list[Any], faults: Sequence[FileFault], **figures: Any
) -> P:
    """The page of what a file would do: `plain` is what is done then, nothing while a row is
    wrong; `figures` are the page's own."""
    rows = [[each.row, each.column, each.found, each.text] for each in faults]
    return replace(
        page,
        faults=list(faults[:FAULTS_SHOWN]),
        faults_count=len(faults),
        payload=signing.dumps([[] if rows else plain, rows], salt=salt, compress=True),
        **figures,
    )


def plain_opened(request: HttpRequest, salt: str) -> list[Any]:
    """What is to be done by the page that was shown. Raises: Invalid."""
    plain: list[Any] = _opened(request, salt)[0]
    return plain


def faults_csv(request: HttpRequest, salt: str) -> FileResponse:
    """Every wrong row, to take away. Raises: Invalid."""
    header = [_("Row"), _("Column"), _("Found"), _("What is wrong")]
    rows = ([str(cell) for cell in row] for row in _opened(request, salt)[1])
    return csv_answer("faults.csv", header, rows)


def _opened(request: HttpRequest, salt: str) -> list[Any]:
    try:
        opened: list[Any] = signing.loads(
            request.POST.get("payload", ""), salt=salt, max_age=CHECK_SECONDS
        )
    except signing.BadSignature:
        raise Invalid(_("The check is too old. Upload the file again.")) from None
    return opened
