"""Forms about promo codes. The rules are the services'."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.domain.code_file import LIMITS
from campaigns.domain.code_rules import GRACE_DAYS_DEFAULT
from campaigns.models import Campaign, Participation
from campaigns.services.code_pools import NAME_CHARS_MAX, PoolTerms
from core.admin import DayField
from core.forms import UploadField

SKUS_CHARS_MAX = 70_000


class CodeRotateForm(forms.Form):
    """A new code in place of the active one."""

    grace_days = forms.IntegerField(initial=GRACE_DAYS_DEFAULT)


class CodeWishForm(forms.Form):
    """The code that an influencer would like to have."""

    code = forms.CharField(label=_("Promo code"), max_length=60)


class CodeScheduleForm(forms.Form):
    """When a code counts, and for which articles it does not."""

    first_on = DayField(label=_("First day"), required=False)
    last_on = DayField(label=_("Last day"), required=False)
    except_skus = forms.CharField(
        label=_("Articles that do not count"),
        help_text=_("One in a line, as in the orders of your shop."),
        max_length=SKUS_CHARS_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_except_skus(self) -> list[str]:
        return str(self.cleaned_data["except_skus"]).splitlines()


class ExclusiveSkuForm(forms.Form):
    """An article that is one influencer's for a time."""

    sku = forms.CharField(
        label=_("Article"),
        help_text=_("As in the orders of your shop. Nobody else may show it in these days."),
        max_length=128,
    )
    first_on = DayField(label=_("First day"), required=False, help_text=_("Empty: from now on."))
    last_on = DayField(
        label=_("Last day"), required=False, help_text=_("Empty: until you take it back.")
    )


class ExclusiveSkuEndForm(forms.Form):
    code = forms.IntegerField(min_value=1, max_value=2**63 - 1)


class PoolGiveForm(forms.Form):
    participation = forms.UUIDField()
    count = forms.IntegerField()


class PoolForm(CodeScheduleForm):
    """New one-time codes: out of a file, or so many of ours."""

    name = forms.CharField(
        label=_("Name of the pool"),
        help_text=_("For you: buyers do not see it."),
        max_length=NAME_CHARS_MAX,
    )
    participation = forms.ChoiceField(label=_("Whose codes"), required=False)
    file = UploadField(
        label=_("Codes of your shop"),
        help_text=_("Excel (.xlsx) or CSV: one code in a row, 100,000 at most."),
        required=False,
        accept=".xlsx,.csv,.txt",
        bytes_max=LIMITS.file_bytes,
        too_large=_("The file is too large: up to 8 MB are read."),
    )
    count = forms.IntegerField(
        label=_("Or: how many we shall make"),
        help_text=_("Download them then and add them to your shop."),
        required=False,
    )
    field_order = ("file", "count", "name", "participation", "first_on", "last_on", "except_skus")

    def __init__(self, *args: Any, campaign: Campaign, **options: Any) -> None:
        super().__init__(*args, **options)
        self.campaign = campaign
        rows = Participation.objects.filter(
            campaign=campaign, state=Participation.State.APPROVED
        ).select_related("influencer")
        self.people = {str(row.public_id): row for row in rows.order_by("influencer__name")}
        whose = self.fields["participation"]
        assert isinstance(whose, forms.ChoiceField)
        whose.choices = [
            ("", _("The campaign's: I give them out later")),
            *((key, row.influencer.name) for key, row in self.people.items()),
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not self.errors and bool(given.get("file")) == (given.get("count") is not None):
            raise forms.ValidationError(_("Choose a file, or say how many codes we shall make."))
        return given

    def terms(self) -> PoolTerms:
        given = self.cleaned_data
        row = self.people.get(given["participation"])
        return PoolTerms(
            campaign_id=self.campaign.pk,
            name=given["name"],
            participation_id=row.pk if row else None,
            first_on=given["first_on"],
            last_on=given["last_on"],
            except_skus=given["except_skus"],
        )
