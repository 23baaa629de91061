"""Groups of a campaign's influencers, as a brand makes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.forms import TermsForm
from campaigns.models import Campaign, ParticipantGroup, Terms
from campaigns.models.groups import NAME_CHARS_MAX


class GroupForm(TermsForm):
    """A group's name and its terms; a new one begins with those of the whole campaign."""

    name = forms.CharField(label=_("Name of the group"), max_length=NAME_CHARS_MAX)

    def __init__(
        self,
        *given: Any,
        campaign: Campaign,
        terms: Terms,
        group: ParticipantGroup | None = None,
        **named: Any,
    ) -> None:
        super().__init__(*given, campaign=campaign, terms=terms, **named)
        self.initial["name"] = group.name if group else ""


class GroupChoiceForm(forms.Form):
    """Whom somebody is put among; not asked where the campaign has no groups."""

    group = forms.ChoiceField(label=_("Group"), required=False)

    def __init__(self, *given: Any, groups: Sequence[ParticipantGroup] = (), **named: Any) -> None:
        super().__init__(*given, **named)
        self._groups = {str(each.public_id): each.pk for each in groups}
        field = self.fields["group"]
        assert isinstance(field, forms.ChoiceField)
        names = [(str(each.public_id), each.name) for each in groups]
        field.choices = [("", _("none, the terms for everybody")), *names]
        if not groups:
            del self.fields["group"]

    @property
    def group_id(self) -> int | None:
        """Of a valid form; None: nobody's group."""
        return self._groups.get(self.cleaned_data.get("group") or "")

    def given(self) -> dict[str, Any]:
        """What a valid form says, the group by its key."""
        rest = {name: value for name, value in self.cleaned_data.items() if name != "group"}
        return {**rest, "group_id": self.group_id}
