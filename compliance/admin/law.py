from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from compliance.domain.rules import Confidence, Rule, Unit
from compliance.models import RegisterCheck, TaxRule
from compliance.services import tax_rule_activate, tax_rule_draft
from core.admin import (
    ConfirmForm,
    DayField,
    FormPage,
    OpsAdmin,
    named_filter,
    posted,
    staff_column,
)

UNIT_NAMES = {
    Unit.TIYN: _("tiyn"),
    Unit.BPS: _("basis points"),
    Unit.MRP: _("monthly calculation indices"),
    Unit.MZP: _("minimum wages"),
    Unit.FLAG: _("0 or 1"),
    Unit.DAYS: _("days"),
    Unit.CODE: _("code"),
}


def unit_name(unit: str) -> str:
    return str(UNIT_NAMES[Unit(unit)])


class RuleForm(forms.Form):
    """A figure of the law. Its rule must be one that the arithmetic knows."""

    key = forms.ChoiceField(label=_("rule"))
    value = forms.IntegerField(
        label=_("value"),
        min_value=0,
        max_value=10**15,
        help_text=_("Tiyn for sums, basis points for rates (10 % is 1000), 0 or 1 for a flag"),
    )
    valid_from = DayField(label=_("valid from"))
    valid_to = DayField(label=_("valid to, inclusive"), required=False)
    source = forms.CharField(label=_("source"), max_length=300, help_text=_("Law and article"))
    confidence = forms.ChoiceField(
        label=_("confidence"), choices=TaxRule.Confidence.choices, initial="unconfirmed"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # By key, with the unit that its figures had so far: a new unit is a change of code.
        known = TaxRule.objects.values_list("key", "unit").annotate(Count("pk")).order_by("key")
        self.units = {key: unit for key, unit, _count in known}
        choice = self.fields["key"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(key, f"{key} ({unit_name(unit)})") for key, unit in self.units.items()]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("valid_from"), cleaned.get("valid_to")
        if first and last and last < first:
            self.add_error("valid_to", _("The last day is before the first one."))
        unit = self.units.get(cleaned.get("key", ""))
        if unit == Unit.FLAG and cleaned.get("value", 0) not in (0, 1):
            self.add_error("value", _("A flag is 0 or 1."))
        return cleaned

    def rule(self) -> Rule:
        data = self.cleaned_data
        return Rule(
            key=data["key"],
            value=data["value"],
            unit=Unit(self.units[data["key"]]),
            valid_from=data["valid_from"],
            valid_to=data["valid_to"],
            source_url=data["source"],
            confidence=Confidence(data["confidence"]),
        )


@admin.register(TaxRule)
class TaxRuleAdmin(OpsAdmin):
    list_display = ["key", "value", "counts", "valid_from", "valid_to", "state", "confidence"]
    list_filter = ["state", "confidence", named_filter("unit", unit_name)]
    search_fields = ["key", "source"]
    search_help_text = _("Rule or source")
    ordering = ["key", "-valid_from", "-id"]
    fields = [
        "key",
        ("value", "counts"),
        ("valid_from", "valid_to"),
        "source",
        ("confidence", "state"),
        ("created_by", "activated_by", "created_at"),
    ]
    staff = ["created_by_id", "activated_by_id"]
    created_by = staff_column("created_by_id", _("entered by"))
    activated_by = staff_column("activated_by_id", _("activated by"))
    actions_list = ["draft"]
    actions_detail = ["activate"]

    @admin.display(description=_("unit"), ordering="unit")
    def counts(self, rule: TaxRule) -> str:
        return unit_name(rule.unit)

    @action(
        description=_("Enter a figure"),
        url_path="draft",
        permissions=["compliance.add_taxrule"],
        icon="add",
    )
    def draft(self, request: HttpRequest) -> HttpResponse:
        maker_id = request.user.pk
        assert maker_id is not None
        form = RuleForm(posted(request))
        page = FormPage(
            title=_("Enter a figure of the law"),
            explain=_("Nobody is paid by it until another person puts it in force."),
            submit=_("Enter"),
            change=lambda data: tax_rule_draft(rule=form.rule(), maker_id=maker_id),
            done=_("The figure is entered. Another person puts it in force."),
            back=self.url_of("changelist"),
        )
        return self.form_page(request, form, page)

    @action(
        description=_("Put in force"),
        url_path="activate",
        permissions=["compliance.change_taxrule"],
        icon="check_circle",
    )
    def activate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        rule: TaxRule = self.row_or_404(object_id)
        checker_id = request.user.pk
        assert checker_id is not None
        page = FormPage(
            title=_("Put %(rule)s in force") % {"rule": rule.key},
            explain=_("Compare the figure with its source. You are the second of two people."),
            facts={
                _("Value"): f"{rule.value} {unit_name(rule.unit)}",
                _("Valid from"): rule.valid_from,
                _("Valid to"): rule.valid_to,
                _("Source"): rule.source,
                _("Confidence"): rule.get_confidence_display(),
            },
            submit=_("Put in force"),
            change=lambda data: tax_rule_activate(rule_id=rule.pk, checker_id=checker_id),
            done=_("The figure is in force."),
            back=self.url_of("change", rule.pk),
        )
        return self.form_page(request, ConfirmForm(posted(request)), page)


@admin.register(RegisterCheck)
class RegisterCheckAdmin(OpsAdmin):
    """What registers answered. The raw answer is kept sealed, and names a person."""

    list_display = ["checked_at", "influencer", "register", "question", "answer", "reason"]
    list_filter = ["answer", "register"]
    search_fields = ["influencer__name"]
    search_help_text = _("Name of the influencer")
    ordering = ["-checked_at"]
    fields = ["influencer", ("register", "question"), ("answer", "reason"), "checked_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[RegisterCheck]:
        checks: QuerySet[RegisterCheck] = super().get_queryset(request)
        return checks.select_related("influencer").defer("raw", "name")
