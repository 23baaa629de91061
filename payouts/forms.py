"""What ops fill in about payouts."""

from __future__ import annotations

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

STATEMENT_BYTES_MAX = 1_048_576
REASON_CHARS_MAX = 300


class StatementForm(forms.Form):
    """A statement as the bank's client program exports it."""

    file = forms.FileField(
        label=_("File of the statement"),
        help_text=_("The form of 1C (1CClientBankExchange), 1 MB at most."),
        widget=forms.FileInput(attrs={"accept": ".txt,text/plain"}),
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > STATEMENT_BYTES_MAX:
            raise forms.ValidationError(
                _("The file is larger than 1 MB. Export fewer days at once."), code="too_large"
            )
        return file


class RefusedByBankForm(forms.Form):
    """Why the bank did not take a document."""

    reason = forms.CharField(
        label=_("What the bank says"),
        help_text=_("The payee reads this."),
        max_length=REASON_CHARS_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
