from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from brands.models import Member


class CompanyForm(forms.Form):
    """The company behind a brand. Whether the BIN can be one, the service says."""

    name = forms.CharField(label=_("Brand name"), max_length=120)
    legal_name = forms.CharField(label=_("Legal name"), max_length=200)
    bin = forms.CharField(label=_("BIN"), max_length=40)


class MemberForm(forms.Form):
    """Somebody for the team, by the address of their account at Birge."""

    email = forms.EmailField(label=_("E-mail"))
    role = forms.ChoiceField(label=_("Role"), choices=Member.Role.choices)
