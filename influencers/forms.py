from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from influencers.models import Influencer, SocialProfile
from influencers.selectors import topics_offered

# Each in its own words: who chooses may not read the page's language
LANGUAGES = [("kk", "Қазақша"), ("ru", "Русский"), ("en", "English")]


class ProfileForm(forms.Form):
    """What brands see of an influencer, with their first page."""

    name = forms.CharField(label=_("Name"), max_length=120)
    city = forms.ChoiceField(label=_("City"), choices=Influencer.City.choices)
    network = forms.ChoiceField(label=_("Network"), choices=SocialProfile.Network.choices)
    page = forms.CharField(label=_("Page"), max_length=200)
    followers = forms.IntegerField(label=_("Followers"), min_value=0)


class OwnProfileForm(ProfileForm):
    """The same once they are here: with what they write about, and in which language."""

    language = forms.ChoiceField(
        label=_("Language of your posts"), choices=LANGUAGES, widget=forms.RadioSelect
    )
    topics = forms.MultipleChoiceField(
        label=_("Topics"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        kept = self.initial.get("topics", ())
        field = self.fields["topics"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(topic.slug, topic.name) for topic in topics_offered(kept)]


class SignUpForm(ProfileForm):
    language = forms.ChoiceField(
        label=_("Language of your posts"), choices=LANGUAGES, widget=forms.RadioSelect
    )
