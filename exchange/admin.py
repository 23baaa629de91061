"""Pages of ops whose buttons reach over several apps."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from brands.admin import BrandAdmin
from brands.models import Brand, UnclaimedTransfer
from campaigns.services.lifecycle import brand_stop
from core.admin import FormPage, OpsAdmin, posted
from exchange.ops_aged import debts_page, suspense_page, trial_csv
from exchange.ops_codes import typed_codes_page
from exchange.ops_invoices import InvoiceAdmin
from ledger.admin import AccountAdmin
from ledger.models import Account
from payouts.admin import DebtAdmin, UnclaimedTransferAdmin
from payouts.models import Debt

__all__ = ["InvoiceAdmin", "StoppableBrandAdmin"]

admin.site.unregister([Account, Brand, Debt, UnclaimedTransfer])


@admin.register(Account)
class TakenAwayAccountAdmin(AccountAdmin):
    actions_list = [*AccountAdmin.actions_list, "trial_csv"]

    @action(
        description=_("Trial balance, CSV"),
        url_path="trial-balance-csv",
        permissions=["ledger.view_account"],
        icon="download",
    )
    def trial_csv(self, request: HttpRequest) -> HttpResponseBase:
        return trial_csv(request)


@admin.register(Debt)
class AgedDebtAdmin(DebtAdmin):
    actions_list = ["aged"]

    class Media:
        css = {"all": ["ops/tables.css"]}

    @action(
        description=_("Debts by age"),
        url_path="aged",
        permissions=["payouts.view_debt"],
        icon="hourglass_bottom",
    )
    def aged(self, request: HttpRequest) -> HttpResponseBase:
        return debts_page(request, _context(self, request))


@admin.register(UnclaimedTransfer)
class AgedTransferAdmin(UnclaimedTransferAdmin):
    actions_list = ["aged"]

    class Media:
        css = {"all": ["ops/tables.css"]}

    @action(
        description=_("Suspense by age"),
        url_path="aged",
        permissions=["brands.view_unclaimedtransfer"],
        icon="hourglass_bottom",
    )
    def aged(self, request: HttpRequest) -> HttpResponseBase:
        return suspense_page(request, _context(self, request))


def _context(page: OpsAdmin, request: HttpRequest) -> dict[str, object]:
    context = page.admin_site.each_context(request)
    return {**context, "opts": page.model._meta, "media": page.media}


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea)


@admin.register(Brand)
class StoppableBrandAdmin(BrandAdmin):
    """Stopping a brand also pauses its campaigns, of which brands know nothing."""

    actions_detail = [*BrandAdmin.actions_detail, "suspend"]
    actions_list = [*(BrandAdmin.actions_list or ()), "typed_codes"]

    @action(
        description=_("Mistyped codes"),
        url_path="typed-codes",
        permissions=["attribution.view_order"],
        icon="spellcheck",
    )
    def typed_codes(self, request: HttpRequest) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.model._meta}
        return typed_codes_page(request, context)

    @action(
        description=_("Suspend"),
        url_path="suspend",
        permissions=["brands.change_brand"],
        icon="block",
    )
    def suspend(self, request: HttpRequest, object_id: str) -> HttpResponse:
        brand: Brand = self.row_or_404(object_id)
        page = FormPage(
            title=_("Suspend %(name)s") % {"name": brand},
            explain=_(
                "Its campaigns are paused and it can publish none. Rewards that influencers have"
                " earned stay theirs. The reason goes into the audit log."
            ),
            submit=_("Suspend"),
            change=lambda data: brand_stop(brand_id=brand.pk, reason=data["reason"]),
            done=_("The brand is suspended."),
            back=self.url_of("change", brand.pk),
            is_danger=True,
        )
        return self.form_page(request, ReasonForm(posted(request)), page)
