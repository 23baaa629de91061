"""A brand's no, with its reason."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.domain.reasons import REJECT_CODES, REMOVE_CODES
from campaigns.reason_words import reason_choices
from campaigns.services.decisions import NOTE_CHARS_MAX, Reason


class RejectForm(forms.Form):
    """Why an application is refused; the influencer reads it."""

    reason_code = forms.ChoiceField(
        label=_("Reason"),
        choices=reason_choices(REJECT_CODES),
        error_messages={"required": _("Choose a reason: the influencer reads it.")},
    )
    reason = forms.CharField(
        label=_("In your own words"), max_length=NOTE_CHARS_MAX, required=False
    )
    again_on = forms.DateField(label=_("May apply again from"), required=False)

    def given(self) -> Reason:
        """What a valid form says."""
        clean = self.cleaned_data
        return Reason(code=clean["reason_code"], note=clean["reason"], again_on=clean["again_on"])

    def faults(self) -> list[str]:
        """Everything that is wrong with it, in sentences."""
        return [str(text) for texts in self.errors.values() for text in texts]


class RemoveForm(RejectForm):
    """Why a participation ends."""

    reason_code = forms.ChoiceField(
        label=_("Reason"),
        choices=reason_choices(REMOVE_CODES),
        error_messages={"required": _("Choose a reason: the influencer reads it.")},
    )
