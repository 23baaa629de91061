from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

# Who works through us as what; a company or a non-resident writes to support first.
STATUSES = [
    ("individual_gph", _("Individual: we withhold and pay the taxes")),
    ("ip_simplified", _("Entrepreneur, simplified declaration: you pay them yourself")),
    ("ip_general", _("Entrepreneur, general regime: you pay them yourself")),
    ("self_employed", _("Self-employed")),
]


class IinForm(forms.Form):
    full_name = forms.CharField(label=_("Full name"), max_length=120)
    iin = forms.CharField(label=_("IIN"), max_length=40)


class TaxForm(forms.Form):
    status = forms.ChoiceField(label=_("Tax status"), choices=STATUSES, widget=forms.RadioSelect)
    has_deduction_application = forms.BooleanField(
        label=_("Apply the base deduction here, and nowhere else"), required=False
    )


class AccountForm(forms.Form):
    iban = forms.CharField(label=_("Account number (IBAN)"), max_length=60)
    holder_name = forms.CharField(label=_("Account holder"), max_length=120)
