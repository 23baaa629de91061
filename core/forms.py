"""Fields of forms that several apps need, and the way of a refused rule back into its form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from core.evidence import EVIDENCE_BYTES_MAX, Evidence
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


class UploadField(forms.FileField):
    """A file of at most `bytes_max`; of a larger one nothing is read, `too_large` says what to do.
    `accept` is what the browser's window offers first."""

    default_error_messages = {"required": _("Choose a file.")}

    def __init__(self, *, accept: str, bytes_max: int, too_large: Promise, **given: Any) -> None:
        super().__init__(widget=forms.FileInput(attrs={"accept": accept}), **given)
        self.bytes_max, self.too_large = bytes_max, too_large

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        if file is not None and (file.size or 0) > self.bytes_max:
            raise forms.ValidationError(str(self.too_large), code="too_large")
        return file


class EvidenceField(UploadField):
    """A picture or a PDF that shows something, cleaned to its Evidence; None without a file."""

    def __init__(self, **given: Any) -> None:
        super().__init__(
            accept=".png,.jpg,.jpeg,.pdf",
            bytes_max=EVIDENCE_BYTES_MAX,
            too_large=_("The file is larger than 5 MB. Send a smaller picture."),
            required=False,
            **given,
        )

    def clean(self, data: Any, initial: Any = None) -> Evidence | None:
        file = super().clean(data, initial)
        return Evidence(file.name or "", file.read()) if file is not None else None
