"""The field of a file that is shown as evidence, and the two forms that have it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from attribution.domain.verdicts import ANSWER_CHARS_MAX, NOTE_CHARS_MAX
from core.evidence import EVIDENCE_BYTES_MAX, Evidence
from exchange.web.rejections import brand_reasons


class EvidenceForm(forms.Form):
    """A file is optional; what it is, its bytes say (core.evidence)."""

    file = forms.FileField(
        label=_("Picture or PDF"),
        required=False,
        help_text=_("PNG, JPEG or PDF, 5 MB at most. Both sides and Birge see it."),
        widget=forms.FileInput(attrs={"accept": ".png,.jpg,.jpeg,.pdf"}),
    )

    def clean_file(self) -> UploadedFile | None:
        file: UploadedFile | None = self.cleaned_data.get("file")
        if file is not None and (file.size or 0) > EVIDENCE_BYTES_MAX:
            raise forms.ValidationError(
                _("The file is larger than 5 MB. Send a smaller picture."), code="too_large"
            )
        return file

    def evidence(self) -> Evidence | None:
        file: UploadedFile | None = self.cleaned_data.get("file")
        return Evidence(file.name or "", file.read()) if file is not None else None


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
