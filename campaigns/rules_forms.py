"""Who may take part, as a brand writes it: a part of the campaign's form, and a page of its own
once the campaign is published."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.domain.eligibility import JoinRules
from campaigns.eligibility_words import LANGUAGE_NAMES, PAYEE_TYPES
from campaigns.models import Campaign
from influencers.models import Influencer
from influencers.selectors import topics_offered

LISTS = ("cities", "languages", "topics", "payee_types")
RULES_FIELDS = ("followers_min", "followers_max", *LISTS, "participants_max")


class _Several(forms.MultipleChoiceField):
    def __init__(self, **given: Any) -> None:
        super().__init__(required=False, widget=forms.CheckboxSelectMultiple, **given)


class RulesForm(forms.Form):
    """Everything may be left out: then anybody may join."""

    followers_min = forms.IntegerField(label=_("Followers, at least"), required=False)
    followers_max = forms.IntegerField(label=_("Followers, at most"), required=False)
    cities = _Several(label=_("Cities"), choices=Influencer.City.choices)
    languages = _Several(label=_("Language of posts"), choices=list(LANGUAGE_NAMES.items()))
    topics = _Several(label=_("Topics"))
    payee_types = _Several(label=_("Tax status"), choices=PAYEE_TYPES)
    participants_max = forms.IntegerField(label=_("How many may take part"), required=False)

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        kept = self.initial.get("topics", ())
        field = self.fields["topics"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(topic.slug, topic.name) for topic in topics_offered(kept)]

    def rules(self) -> JoinRules:
        """What a valid form asks."""
        given = self.cleaned_data
        return JoinRules(
            followers_min=given["followers_min"],
            followers_max=given["followers_max"],
            participants_max=given["participants_max"],
            **{name: tuple(given[name]) for name in LISTS},
        )


def rules_initial(campaign: Campaign) -> dict[str, Any]:
    """A campaign's requirements as the form shows them."""
    return {name: getattr(campaign, name) for name in RULES_FIELDS}
