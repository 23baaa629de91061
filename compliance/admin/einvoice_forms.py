"""What ops fill in about an e-invoice, and what they are told before they bring a signed file."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from compliance.domain.esf import WORDS

EXPLAIN_NODE = _(
    "We compare it with what was handed out; then NCANode checks the signature, the company in the"
    " certificate, and whether the certificate counts today."
)
EXPLAIN_PEOPLE = _(
    "NCANode is not set up, so the signature itself is not verified: we compare the content with"
    " what was handed out, and the company in the certificate with Birge's. Another person has to"
    " check the signature and confirm it."
)


class SignedForm(forms.Form):
    file = forms.FileField(
        label=_("Signed file"),
        help_text=_("XML, or a signature beside it (CMS), as the signing program saved it"),
        error_messages={"required": _("Choose a file.")},
    )


class AnswerForm(forms.Form):
    word = forms.ChoiceField(
        label=_("status at the state's system"), choices=[(word, word) for word in WORDS]
    )
    registration_number = forms.CharField(
        label=_("registration number"), max_length=60, required=False
    )
    note = forms.CharField(label=_("what the state's system said"), max_length=300, required=False)
