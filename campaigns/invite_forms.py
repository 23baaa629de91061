"""Invitations as a brand makes them."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.domain.invites import DAYS_DEFAULT, USES_DEFAULT
from campaigns.group_forms import GroupChoiceForm
from campaigns.services.invites import NOTE_CHARS_MAX


class InvitePersonForm(GroupChoiceForm):
    """By the name of a page on a social network."""

    page = forms.CharField(label=_("Page of the influencer"), max_length=200)
    days = forms.IntegerField(label=_("Days to answer"), initial=DAYS_DEFAULT)


class InviteLinkForm(GroupChoiceForm):
    """A link to send oneself."""

    note = forms.CharField(label=_("Note for yourself"), max_length=NOTE_CHARS_MAX, required=False)
    uses_max = forms.IntegerField(label=_("How many may join by it"), initial=USES_DEFAULT)
    days = forms.IntegerField(label=_("Days it counts"), initial=DAYS_DEFAULT)
