"""The form in which a brand says which column of its table is which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from attribution.connectors.base import OrderStatus
from attribution.connectors.files import Choice, TableConnector
from core.columns import Layout, layout_guess, layout_settle, letter_of, titles_of
from core.sheets import Look
from core.values import text_shown
from exchange.web.words import Word

WORDS_MAX = 20
TITLE_CHARS = 24
LABELS: Mapping[str, Any] = {
    "order": _("Order number"),
    "placed": _("Date of the order"),
    "amount": _("Sum"),
    "status": _("Status"),
    "received": _("Received by the buyer on"),
    "promo": _("Promo code"),
    "click": _("Click id (cpa_click)"),
    "name": _("Product"),
    "sku": _("Article"),
    "quantity": _("Quantity"),
    "returned": _("Sum returned"),
    "currency": _("Currency"),
    "transaction": _("Transaction number (RRN)"),
    "at": _("Date and time"),
    "mid": _("Merchant (MID)"),
    "terminal": _("Terminal"),
    "kind": _("Kind of operation"),
}
STATUSES: Sequence[tuple[OrderStatus, Word]] = (
    ("created", _("ordered, on the way")),
    ("paid", _("paid by the buyer")),
    ("fulfilled", _("received by the buyer")),
    ("cancelled", _("cancelled")),
    ("returned", _("returned")),
    ("unmapped", _("we do not know")),
)
AMOUNT_OF = (
    ("row", _("its own goods")),
    ("order", _("the whole order, repeated in each of its rows")),
)


class ColumnsForm(forms.Form):
    """`changed` is the choice as the form says it; without data, as it was guessed or kept."""

    header_row = forms.TypedChoiceField(label=_("Titles stand in row"), coerce=int)

    def __init__(
        self,
        data: Mapping[str, str] | None,
        *,
        connector: TableConnector,
        look: Look,
        choice: Choice,
    ) -> None:
        super().__init__(data)
        self.connector, self.look = connector, look
        self.choice = self._at_header(choice)
        self._header_field()
        self.column_names = [each.name for each in connector.wanted]
        for each in connector.wanted:
            self.fields[each.name] = self._column_field(each.name, is_needed=each.is_needed)
        self.words = self._words() if connector.has_statuses else []
        if connector.has_statuses:
            self._meaning_fields()

    def _at_header(self, choice: Choice) -> Choice:
        """A header in another row has other titles: they are guessed anew."""
        asked = self.data.get("header_row", "")
        rows = {str(row.number): row for row in self.look.rows}
        if asked not in rows or int(asked) == choice.layout.header_row:
            return choice
        below = [row for row in self.look.rows if row.number >= int(asked)]
        guessed = layout_guess(below[:1], self.connector.wanted, hidden=self.look.hidden)
        layout = replace(guessed, header_row=int(asked), titles=titles_of(rows[asked].cells))
        self.data = {"header_row": asked}  # what was chosen is of other titles
        return choice.with_layout(layout)

    def _header_field(self) -> None:
        rows = self.look.rows[:20]
        self.fields["header_row"].choices = [  # type: ignore[attr-defined]
            (row.number, f"{row.number}: {_row_text(row.cells)}") for row in rows
        ]
        self.fields["header_row"].initial = self.choice.layout.header_row

    def _column_field(self, name: str, *, is_needed: bool) -> forms.ChoiceField:
        titles = [
            (str(place), f"{letter_of(place)}: {Truncator(title).chars(TITLE_CHARS)}")
            for place, title in enumerate(self.choice.layout.titles)
        ]
        empty = _("Choose") if is_needed else _("Not in the file")
        return forms.ChoiceField(
            label=LABELS[name],
            choices=[("", empty), *titles],
            required=False,  # what is needed is said by the rule, for all of them at once
            initial=self.choice.layout.places.get(name, ""),
        )

    def _meaning_fields(self) -> None:
        for number, word in enumerate(self.words):
            status = self.choice.words.get(word) or self.connector.status_word(word)
            self.fields[f"word_{number}"] = forms.ChoiceField(
                label=f"«{word}»", choices=STATUSES, initial=status, required=False
            )
        self.fields["status_of_all"] = forms.ChoiceField(
            label=_("Orders without a status are"),
            choices=STATUSES[:3],
            initial=self.choice.status,
            required=False,
        )
        self.fields["amount_of"] = forms.ChoiceField(
            label=_("The sum in a row is of"),
            choices=AMOUNT_OF,
            initial="order" if self.choice.is_total else "row",
            required=False,
        )

    def _words(self) -> list[str]:
        """The status words of the first rows, in the order of their coming."""
        place = self._place("status")
        if place is None:
            return []
        rows = (row for row in self.look.rows if row.number > self.choice.layout.header_row)
        cells = (row.cells[place] for row in rows if place < len(row.cells))
        return list(dict.fromkeys(filter(None, map(text_shown, cells))))[:WORDS_MAX]

    def _place(self, name: str) -> int | None:
        if name not in self.data:
            return self.choice.layout.places.get(name)
        text = self.data[name]
        is_place = text.isascii() and text.isdigit() and len(text) < 4
        place = int(text) if is_place else None
        return place if place is not None and place < len(self.choice.layout.titles) else None

    @property
    def changed(self) -> Choice:
        """What the form says now."""
        places = {
            name: place for name in self.column_names if (place := self._place(name)) is not None
        }
        layout = self._settled(replace(self.choice.layout, places=places))
        if not self.connector.has_statuses:
            return self.choice.with_layout(layout)
        words = {
            **self.choice.words,
            **{word: self._status(f"word_{number}") for number, word in enumerate(self.words)},
        }
        return Choice(
            layout=layout,
            status=self._status("status_of_all"),
            words=words,
            is_total=self._said("amount_of") == "order",
        )

    def _settled(self, layout: Layout) -> Layout:
        return layout_settle(layout, self.look.rows, self.connector.wanted)

    def _said(self, name: str) -> str:
        return str(self.data.get(name) or self.fields[name].initial)

    def _status(self, name: str) -> OrderStatus:
        said = self._said(name)
        return next((status for status, _word in STATUSES if status == said), "unmapped")

    def column_fields(self) -> list[BoundField]:
        return [self[name] for name in self.column_names]

    def word_fields(self) -> list[BoundField]:
        return [self[f"word_{number}"] for number in range(len(self.words))]


def _row_text(cells: Sequence[object]) -> str:
    texts = [text_shown(cell) for cell in cells if cell is not None]  # type: ignore[arg-type]
    return Truncator(", ".join(texts)).chars(28)
