from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from brands.models import Brand
from compliance.models import BillingTerms
from compliance.services.billing import billing_terms_enter
from core.admin import DayField, FormPage, OpsAdmin, posted, staff_column


class BillingForm(forms.Form):
    """What the contract with a brand says beside the rate of the fee."""

    brand = forms.ModelChoiceField(Brand.objects.none(), label=_("brand"))
    valid_from = DayField(label=_("valid from"))
    dealing = forms.ChoiceField(
        label=_("Birge acts as"), choices=BillingTerms.Dealing.choices, initial="agent"
    )
    contract_number = forms.CharField(
        label=_("number of the contract"), max_length=40, required=False
    )
    contract_on = DayField(label=_("day of the contract"), required=False)
    address = forms.CharField(label=_("legal address of the brand"), max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["brand"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = Brand.objects.order_by("name")


@admin.register(BillingTerms)
class BillingTermsAdmin(OpsAdmin):
    list_display = ["brand", "valid_from", "dealing", "contract_number", "contract_on"]
    list_filter = ["dealing"]
    list_select_related = ["brand"]
    search_fields = ["brand__name", "=brand__bin", "contract_number"]
    search_help_text = _("Brand, BIN or contract")
    ordering = ["-id"]
    fields = [
        ("brand", "valid_from"),
        "dealing",
        ("contract_number", "contract_on"),
        "address",
        ("entered_by", "created_at"),
    ]
    staff = ["entered_by_id"]
    entered_by = staff_column("entered_by_id", _("entered by"))
    actions_list = ["enter"]

    @action(
        description=_("Enter terms of invoicing"),
        url_path="enter",
        permissions=["compliance.add_billingterms"],
        icon="add",
    )
    def enter(self, request: HttpRequest) -> HttpResponse:
        person_id = request.user.pk
        assert person_id is not None
        page = FormPage(
            title=_("Enter terms of invoicing"),
            explain=_(
                "What was final before their first day is invoiced as before. As a principal Birge"
                " owes VAT on the rewards too: the brand has to top up for it."
            ),
            submit=_("Enter"),
            change=lambda data: billing_terms_enter(
                brand_id=data["brand"].pk,
                person_id=person_id,
                **{name: value for name, value in data.items() if name != "brand"},
            ),
            done=_("The terms are entered."),
            back=self.url_of("changelist"),
        )
        return self.form_page(request, BillingForm(posted(request)), page)
