"""The form of a CRM's stages: as many fields as its pipelines have stages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from attribution.services.crm import CrmChoices

WORDS = [
    ("created", _("Ordered, not paid yet")),
    ("paid", _("Paid")),
    ("fulfilled", _("Received by the buyer")),
    ("cancelled", _("Cancelled")),
    ("returned", _("Returned")),
    ("ignored", _("Not an order")),
]
FIELD_LABELS = {
    "click_field": _("Field with our click"),
    "code_field": _("Field with the promo code"),
    "number_field": _("Field with the order number of your shop"),
}


class CrmStagesForm(forms.Form):
    """`choices` is what the CRM has, and what was chosen of it."""

    def __init__(self, choices: CrmChoices, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self._choices = choices
        self._places: dict[str, tuple[str, str]] = {}
        for pipeline in choices.account.pipelines:
            for stage in pipeline.stages:
                name = f"stage-{pipeline.id}-{stage.id}"
                self._places[name] = pipeline.id, stage.id
                self.fields[name] = forms.ChoiceField(
                    label=stage.name or stage.id,
                    choices=WORDS,
                    initial=choices.words.get((pipeline.id, stage.id), stage.word),
                    disabled=stage.is_fixed,
                )
        options = [("", _("none")), *((each.id, each.name) for each in choices.account.fields)]
        for name, label in FIELD_LABELS.items():
            self.fields[name] = forms.ChoiceField(
                label=label, choices=options, required=False, initial=choices.fields.get(name, "")
            )

    @property
    def pipelines(self) -> list[tuple[str, list[BoundField]]]:
        """(its name, its stages)"""
        return [
            (
                pipeline.name or pipeline.id,
                [self[f"stage-{pipeline.id}-{stage.id}"] for stage in pipeline.stages],
            )
            for pipeline in self._choices.account.pipelines
        ]

    @property
    def own_fields(self) -> list[BoundField]:
        return [self[name] for name in FIELD_LABELS]

    def words(self) -> dict[tuple[str, str], str]:
        """What each stage means, once it is valid."""
        return {place: self.cleaned_data[name] for name, place in self._places.items()}

    def fields_chosen(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in FIELD_LABELS}
