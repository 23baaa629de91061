from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from influencers.models import Influencer, SocialProfile

# Each in its own words: who chooses may not read the page's language
LANGUAGES = [("kk", "Қазақша"), ("ru", "Русский"), ("en", "English")]


class ProfileForm(forms.Form):
    """What brands see of an influencer, with their first page."""

    name = forms.CharField(label=_("Name"), max_length=120)
    city = forms.ChoiceField(label=_("City"), choices=Influencer.City.choices)
    network = forms.ChoiceField(label=_("Network"), choices=SocialProfile.Network.choices)
    page = forms.CharField(label=_("Page"), max_length=200)
    followers = forms.IntegerField(label=_("Followers"), min_value=0)


class SignUpForm(ProfileForm):
    language = forms.ChoiceField(
        label=_("Language of your posts"), choices=LANGUAGES, widget=forms.RadioSelect
    )
