"""What the pages of payouts share: tables, and how a payee, a tax and a hold read in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Page
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from brands.models import UnclaimedTransfer
from core.admin import NBSP, last4, tenge
from core.bps import BPS_WHOLE
from payouts.models import (
    BankStatement,
    DebtWriteOff,
    Outlay,
    Payout,
    PayoutBatch,
    Refund,
    StatementRow,
)
from payouts.words import HOLDS, PAYOUT_STATES, TAX_KINDS, TAX_STATUSES

Word = str | Promise
ROWS_SHOWN_MAX = 200  # of a table that is not cut into pages
ROWS_PER_PAGE = 100
_FORMS_OF_BUSINESS = frozenset({"ип", "жк"})

# State -> the look of its badge (unfold/helpers/label.html). What is not here waits, and is grey.
TONES: Mapping[str, str] = {
    PayoutBatch.State.APPROVED: "info",
    PayoutBatch.State.SENT: "info",
    PayoutBatch.State.SETTLED: "success",
    PayoutBatch.State.CANCELLED: "danger",
    Payout.State.ACCEPTED: "info",
    Payout.State.UNKNOWN: "warning",
    Payout.State.PAID: "success",
    Payout.State.FAILED: "danger",
    Payout.State.RETURNED: "danger",
    StatementRow.Outcome.MISMATCH: "danger",
    StatementRow.Outcome.UNMATCHED: "warning",
    StatementRow.Outcome.DEPOSIT: "success",
    StatementRow.Outcome.UNCLAIMED: "warning",
    "stopped": "danger",  # of PayoutStop, which has no states
    "over": "success",
    BankStatement.State.COLUMNS: "warning",
    BankStatement.State.CHECKED: "warning",
    BankStatement.State.APPLIED: "success",
    DebtWriteOff.State.ASKED: "warning",
    DebtWriteOff.State.DONE: "success",
    Outlay.State.BOOKED: "success",
    UnclaimedTransfer.State.WAITING: "warning",
    UnclaimedTransfer.State.SENT_BACK: "success",
    Refund.State.REQUESTED: "warning",
    Refund.State.PREPARED: "info",
    UnclaimedTransfer.State.PROPOSED: "info",
    UnclaimedTransfer.State.ASSIGNED: "success",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """`note` stands below in small; with `url` the text is a link."""

    text: Any
    note: Any = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    title: Any
    is_number: bool = False


Row = Sequence[Cell | str]


@dataclass(frozen=True, slots=True)
class Table:
    """`empty` is said where there is no row; `page` cuts the rows, `left_out` were cut off.

    `query` is what the links to other pages keep of the address ("outcome=paid&").
    """

    title: Any
    columns: Sequence[Column]
    rows: Sequence[Row]
    empty: Any
    total: Row = ()
    page: Page[Any] | None = None
    left_out: int = 0
    query: str = ""

    @property
    def lines(self) -> list[list[tuple[Column, Cell]]]:
        return [self._line(row) for row in self.rows]

    @property
    def total_line(self) -> list[tuple[Column, Cell]]:
        return self._line(self.total)

    def _line(self, row: Row) -> list[tuple[Column, Cell]]:
        cells = [cell if isinstance(cell, Cell) else Cell(cell) for cell in row]
        return list(zip(self.columns, cells, strict=True)) if cells else []


# --- How things read ------------------------------------------------------------------------


def name_masked(name: str) -> str:
    """The surname, and of other names the first letter: "Сериков А. М.", "ИП Сериков А."."""
    words = name.split()
    shown = 2 if words and words[0].casefold() in _FORMS_OF_BUSINESS else 1
    return " ".join([*words[:shown], *(f"{word[0]}." for word in words[shown:])])


def payee_cell(name: str, full_name: str, tax_status: str) -> Cell:
    """The influencer as everybody knows them; the payee behind them, and what they are to taxes."""
    status = TAX_STATUSES.get(tax_status, tax_status)
    return Cell(name, note=f"{name_masked(full_name)} · {status}")


def payout_url(payout_id: int) -> str:
    return reverse("admin:payouts_payout_change", args=[payout_id])


def badge(key: str, word: Word) -> SafeString:
    """A state or an outcome as a badge: the same in lists, on pages and in their tables."""
    context = {"text": word, "variant": TONES.get(key, "")}
    return render_to_string("unfold/helpers/label.html", context)


def account_text(iban_last4: str) -> str:
    """The end of an account, in one piece."""
    return last4(iban_last4).replace(" ", NBSP)


def fingerprint(sha256: str) -> str:
    """In groups, so that it can be compared by eye and broken by a narrow screen."""
    return " ".join(sha256[n : n + 16] for n in range(0, len(sha256), 16))


def state_cell(payout: Payout) -> Cell:
    return Cell(badge(payout.state, PAYOUT_STATES[payout.state]))


def percent(bps: int) -> str:
    """Basis points as people write them: 10%, in Russian 10 %; 3,5%."""
    whole, rest = divmod(bps, BPS_WHOLE // 100)
    digits = f"{whole}.{rest:02}".rstrip("0").rstrip(".") if rest else str(whole)
    language = get_language() or ""
    if not language.startswith("en"):
        digits = digits.replace(".", ",")
    return f"{digits}{NBSP}%" if language.startswith("ru") else f"{digits}%"


def tax_columns(kinds: Iterable[str]) -> list[Column]:
    return [Column(TAX_KINDS.get(kind, kind), is_number=True) for kind in kinds]


def tax_cells(kinds: Iterable[str], lines: Mapping[str, tuple[int, int]]) -> list[Cell]:
    """One cell for each kind; `lines` are {kind: (tiyn, basis points)} of one payout."""
    return [_tax_cell(*lines[kind]) if kind in lines else Cell("–") for kind in kinds]


def _tax_cell(amount_minor: int, rate_bps: int) -> Cell:
    return Cell(tenge(amount_minor), note=percent(rate_bps))


def hold_text(reason: str, detail: Mapping[str, int | str]) -> str:
    """Why a payee waits, with the figures of it."""
    facts = {name.removesuffix("_minor"): _readable(name, it) for name, it in detail.items()}
    return str(HOLDS[reason]) % facts


def _readable(name: str, figure: int | str) -> str:
    if isinstance(figure, int):
        return tenge(figure) if name.endswith("_minor") else str(figure)
    try:
        return date_format(date.fromisoformat(figure))
    except ValueError:
        return figure


def sums_text(
    gross_minor: int, tax_minor: int, net_minor: int, netted_minor: int = 0
) -> dict[Any, str]:
    """The sums of a batch or a payout, as facts of a page."""
    kept = {_("Kept for debts"): tenge(netted_minor)} if netted_minor else {}
    return {
        _("Gross"): tenge(gross_minor),
        _("Withheld"): tenge(tax_minor),
        **kept,
        _("Net"): tenge(net_minor),
    }
