from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from core.admin import OpsAdmin, ReadOnlyInline, last4, person_column
from influencers.models import Influencer, Payee, PayoutAccount, SocialProfile, TaxProfile


class SocialInline(ReadOnlyInline):
    model = SocialProfile
    verbose_name_plural = _("pages on social networks")
    fields = ["network", "handle", "followers"]


class PayeeInline(ReadOnlyInline):
    """Who is paid. Numbers are masked here; the payment file has them."""

    model = Payee
    verbose_name = verbose_name_plural = _("payee")
    fields = ["full_name", "iin_tail", "created_at"]

    @admin.display(description=_("full name"))
    def full_name(self, payee: Payee) -> str:
        return payee.full_name

    @admin.display(description=_("IIN"))
    def iin_tail(self, payee: Payee) -> str:
        return last4(payee.iin_last4)


class TaxInline(ReadOnlyInline):
    model = TaxProfile
    fields = ["status", "valid_from", "has_deduction_application", "created_at"]
    ordering = ["-valid_from", "-id"]


class AccountInline(ReadOnlyInline):
    model = PayoutAccount
    verbose_name = _("bank account")
    verbose_name_plural = _("bank accounts")
    fields = ["iban_tail", "bank_bic", "state", "usable_from", "created_at"]
    ordering = ["-id"]

    @admin.display(description=_("account"))
    def iban_tail(self, account: PayoutAccount) -> str:
        return last4(account.iban_last4)


@admin.register(Influencer)
class InfluencerAdmin(OpsAdmin):
    list_display = ["person", "city", "language", "created_at"]
    list_filter = ["city", "language"]
    search_fields = ["name", "=socials__handle", "=payee__iin_last4"]
    search_help_text = _("Name, page, or the last four digits of the IIN")
    ordering = ["-id"]
    fields = [("person", "city", "language"), ("public_id", "created_at")]
    inlines = [SocialInline, PayeeInline, TaxInline, AccountInline]
    person = person_column
