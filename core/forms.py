"""Fields of forms that several apps need, and the way of a refused rule back into its form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from core.money import MoneyError, minor_of

_BLANKS = re.compile(r"[\s\u00a0\u202f₸%]")
_AMOUNT = re.compile(r"[0-9]{1,15}([.,][0-9]{1,2})?", re.ASCII)


def form_refuse(
    form: forms.BaseForm, error: DomainError, names: Mapping[str, str] | None = None
) -> None:
    """Show a refused rule on its form: each message at its field, the rest above the form.

    `names` maps the rule's names to the form's where they differ.
    """
    renamed = names or {}
    for name, messages in error.fields.items():
        field = renamed.get(name, name)
        for message in messages:
            form.add_error(field if field in form.fields else None, str(message))
    if not error.fields:
        form.add_error(None, str(error))


class _HundredthsField(forms.CharField):
    """A number with at most two decimals, as a count of hundredths; blanks are for the eye."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.validators = []  # a text field's: they would measure the length of a number

    def to_python(self, value: Any) -> Any:
        text = _BLANKS.sub("", super().to_python(value) or "")
        if not text:
            return None
        if not _AMOUNT.fullmatch(text):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        try:
            return minor_of(text.replace(",", "."))
        except MoneyError:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None

    def prepare_value(self, value: Any) -> Any:
        """What was typed stays; a number of ours is written out: 1250 hundredths are 12,5."""
        if not isinstance(value, int):
            return value
        whole, rest = divmod(value, 100)
        return f"{whole},{rest:02}".rstrip("0").rstrip(",")


class TengeField(_HundredthsField):
    """An amount in tenge, cleaned to tiyn: "1 500 000" or "1500,50"."""

    default_error_messages = {"invalid": _("Write the sum in digits, for example 150000.")}


class PercentField(_HundredthsField):
    """A percent, cleaned to basis points: "12,5" is 1250."""

    default_error_messages = {"invalid": _("Write the percent in digits, for example 12,5.")}
