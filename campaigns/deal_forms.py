"""Posts at a fixed fee as a brand offers them, as they are sent in and sent back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.domain import deals as rules
from campaigns.models import Deal, Participation
from campaigns.services.deals import DealOffer
from core.forms import EvidenceField, TengeField

RETURN_WORDS = {
    rules.ReturnCode.LABEL: _("21, no ad label"),
    rules.ReturnCode.PLACEMENT: _("22, forbidden place"),
    rules.ReturnCode.BRIEF: _("not what was agreed"),
}


class DealForm(forms.Form):
    """An offer to one of those who take part."""

    participation = forms.ChoiceField(label=_("Influencer"))
    place = forms.ChoiceField(label=_("Where"), choices=Deal.Network.choices)
    post_count = forms.IntegerField(label=_("How many posts"), initial=1)
    post_minor = TengeField(label=_("Fee of a post"), max_length=30)
    brief = forms.CharField(
        label=_("What to post"),
        max_length=rules.BRIEF_CHARS_MAX,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    due_on = forms.DateField(
        label=_("To be posted by"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    answer_days = forms.IntegerField(label=_("Days to answer"), initial=rules.ANSWER_DAYS_DEFAULT)
    review_days = forms.IntegerField(
        label=_("Days to look at a post"), initial=rules.REVIEW_DAYS_DEFAULT
    )

    def __init__(self, *args: Any, people: list[Participation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["participation"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(str(each.public_id), each.influencer.name) for each in people]
        self._people = {str(each.public_id): each for each in people}

    @property
    def participation_id(self) -> int:
        return self._people[self.cleaned_data["participation"]].pk

    def offer(self) -> DealOffer:
        return DealOffer(
            **{name: self.cleaned_data[name] for name in DealOffer.__dataclass_fields__}
        )


class PostForm(forms.Form):
    """A post that was published, as its influencer sends it in."""

    url = forms.CharField(
        label=_("Link of the post"),
        max_length=500,
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://"}),
    )
    text = forms.CharField(
        label=_("Text of the post"),
        max_length=rules.TEXT_CHARS_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("As it was published. It begins with «Жарнама», «Реклама» or another label."),
    )
    picture = EvidenceField(
        label=_("Screenshot"),
        help_text=_("For a story, or where the label is in the picture. PNG, JPEG or PDF, 5 MB."),
    )


class ReturnForm(forms.Form):
    """Why a post goes back."""

    code = forms.ChoiceField(
        label=_("Reason"),
        choices=[(code.value, word) for code, word in RETURN_WORDS.items()],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("Note for the influencer"),
        max_length=rules.NOTE_CHARS_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What exactly, and where. For a missing label it may be empty."),
    )
