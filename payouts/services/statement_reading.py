"""A file of the bank as rows that may be trusted, or the reason and the line why not."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core import clock
from core.errors import DomainError
from payouts.models import StatementLayout
from payouts.rails.bank_file.statement import (
    Statement,
    StatementError,
    StatementReason,
    StatementRow,
    statement_parse,
)
from payouts.rails.bank_file.table_statement import (
    is_table,
    layout_named,
    layout_of,
    table_parse,
)
from payouts.words import STATEMENT_REASONS, numbers_masked

NBSP = "\N{NO-BREAK SPACE}"
CURRENCIES = ("", "KZT", "398", "ТЕНГЕ", "ТГ")  # how banks call the tenge; "" where they do not


class StatementUnreadable(DomainError):
    """The file is no statement that we can read; the message names the line and the reason."""

    code = "statement_unreadable"
    status = 422


class StatementRefused(DomainError):
    """A statement that is not ours, not whole, or that contradicts what was read before."""

    code = "statement_refused"
    status = 422


def statement_read(content: bytes, columns: Mapping[str, str] | None) -> Statement:
    """The rows of a file: 1C's form, or a table by `columns` ({what: title}).

    Raises:
        StatementUnreadable: what cannot be understood, and on which line.
        StatementRefused: another company's, another currency, not whole.
    """
    try:
        if columns is None:
            statement = statement_parse(content)
        else:
            statement = table_parse(content, layout_named(content, columns), now=clock.now())
    except StatementError as error:
        raise unreadable(error) from error
    _require_ours(statement, is_account_needed=columns is None)
    for row in statement.rows:
        _require_row(row)
    _require_whole(statement)
    return statement


def columns_remembered(content: bytes) -> dict[str, str] | None:
    """How a table with these titles was read before; None when nobody has said it yet, and for a
    file in 1C's form, which needs no words.

    Raises:
        StatementUnreadable: no table either.
    """
    layout = StatementLayout.objects.filter(titles_sha256=titles_print(content)).first()
    return None if layout is None else dict(layout.columns)


def titles_print(content: bytes) -> str:
    """By what a table is known again: its titles."""
    try:
        titles = layout_of(content).titles
        if not titles:
            raise StatementError(1, StatementReason.NOT_A_STATEMENT)
    except StatementError as error:
        raise unreadable(error) from error
    return hashlib.sha256("\x1f".join(titles).encode()).hexdigest()


def unreadable(error: StatementError) -> StatementUnreadable:
    return StatementUnreadable(
        _("Line %(line)s of the file cannot be read: %(reason)s. Found: %(found)s")
        % {
            "line": error.line,
            "reason": STATEMENT_REASONS[error.reason],
            "found": numbers_masked(error.found) or "-",
        }
    )


def is_statement_table(content: bytes) -> bool:
    return is_table(content)


def _require_ours(statement: Statement, *, is_account_needed: bool) -> None:
    if not settings.PLATFORM_IBAN:
        raise StatementRefused(_("Our own account is not set: PLATFORM_IBAN, PLATFORM_BIN."))
    if not statement.account_iban:
        if is_account_needed:
            raise StatementRefused(_("The statement does not say of which account it is."))
    elif statement.account_iban != settings.PLATFORM_IBAN:
        raise StatementRefused(
            _("This is a statement of another account, ending in %(last4)s; ours ends in %(ours)s.")
            % {"last4": statement.account_iban[-4:], "ours": settings.PLATFORM_IBAN[-4:]}
        )


def _require_row(row: StatementRow) -> None:
    if row.own_iban not in ("", settings.PLATFORM_IBAN) or row.own_tax_id not in (
        "",
        settings.PLATFORM_BIN,
    ):
        raise StatementRefused(
            _("Line %(line)s is of another company or account. Nothing was read.")
            % {"line": row.line}
        )
    if row.currency not in CURRENCIES:
        raise StatementRefused(
            _("Line %(line)s is in %(currency)s, and the account is in tenge. Nothing was read.")
            % {"line": row.line, "currency": row.currency[:10]}
        )
    if row.booked_on > clock.today():
        raise StatementRefused(
            _("Line %(line)s is of a day that has not come: %(day)s. Nothing was read.")
            % {"line": row.line, "day": date_format(row.booked_on)}
        )


def _require_whole(statement: Statement) -> None:
    if not statement.has_end_mark:
        raise StatementRefused(
            _("The file was cut off: its last line is missing. Export it again.")
        )
    if not statement.is_complete:
        raise StatementRefused(
            _("The rows do not come to the turnover that the statement names. Export it again.")
        )
    if statement.balance_gap_minor:
        raise StatementRefused(
            _(
                "Opening balance and rows do not lead to the closing balance: they differ by"
                " %(sum)s. Export it again."
            )
            % {"sum": sum_text(abs(statement.balance_gap_minor))}
        )


def sum_text(minor: int) -> str:
    """An amount inside a message: 1 250 000,50 ₸."""
    whole, tiyn = divmod(minor, 100)
    return f"{whole:,}".replace(",", NBSP) + f",{tiyn:02}{NBSP}₸"
