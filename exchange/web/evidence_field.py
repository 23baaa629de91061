"""The field of a file that is shown as evidence, and the two forms that have it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from attribution.domain.verdicts import ANSWER_CHARS_MAX, NOTE_CHARS_MAX
from core.forms import EvidenceField
from exchange.web.rejections import brand_reasons


class EvidenceForm(forms.Form):
    """A file is optional; what it is, its bytes say (core.evidence)."""

    file = EvidenceField(
        label=_("Picture or PDF"),
        help_text=_("PNG, JPEG or PDF, 5 MB at most. Both sides and Birge see it."),
    )


class RejectForm(EvidenceForm):
    """A numbered reason, and what shows it."""

    field_order = ["reason_code", "note", "file"]
    reason_code = forms.TypedChoiceField(
        label=_("Reason"), coerce=int, widget=forms.RadioSelect, empty_value=None
    )
    note = forms.CharField(
        label=_("Note for the influencer"),
        max_length=NOTE_CHARS_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Where, when, what exactly. A note or a file is needed."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["reason_code"]
        assert isinstance(choice, forms.TypedChoiceField)
        choice.choices = [
            (code, f"{code}, {capfirst(str(word))}") for code, word in brand_reasons()
        ]


class AnswerForm(EvidenceForm):
    """The influencer's words."""

    field_order = ["answer", "file"]
    answer = forms.CharField(
        label=_("Why you disagree"),
        max_length=ANSWER_CHARS_MAX,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
