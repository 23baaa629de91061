from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from brands.models import Brand, BrandContract, Deposit, Member
from brands.services import brand_verify, deposit_book
from core import clock
from core.admin import (
    ConfirmForm,
    DayField,
    FormPage,
    OpsAdmin,
    ReadOnlyInline,
    email_masked,
    person_column,
    posted,
    staff_column,
    tenge_column,
)
from core.forms import TengeField


class MemberInline(ReadOnlyInline):
    model = Member
    verbose_name_plural = _("team")
    fields = ["person", "address", "role", "created_at"]
    person = person_column

    @admin.display(description=_("e-mail"))
    def address(self, member: Member) -> str:
        return email_masked(member.email)


class ContractInline(ReadOnlyInline):
    model = BrandContract
    fields = ["valid_from", "platform_fee_bps", "created_at"]
    ordering = ["-valid_from"]


class DepositInline(ReadOnlyInline):
    model = Deposit
    fields = ["received_on", "amount", "bank_reference", "booked_by", "booked_at"]
    staff = ["booked_by_id"]
    booked_by = staff_column("booked_by_id", _("booked by"))
    amount = tenge_column("amount_minor", _("amount"))


@admin.register(Brand)
class BrandAdmin(OpsAdmin):
    list_display = ["name", "legal_name", "bin", "state", "created_at", "verified_at"]
    list_filter = ["state"]
    search_fields = ["name", "legal_name", "=bin", "=slug"]
    search_help_text = _("Name, BIN or address")
    ordering = ["-id"]
    fields = [
        ("name", "legal_name"),
        ("bin", "slug", "public_id"),
        "state",
        ("created_at", "verified_at"),
    ]
    inlines = [MemberInline, ContractInline, DepositInline]
    actions_detail = ["verify", "book_deposit"]

    @action(
        description=_("Verify"),
        url_path="verify",
        permissions=["brands.change_brand"],
        icon="verified",
    )
    def verify(self, request: HttpRequest, object_id: str) -> HttpResponse:
        brand: Brand = self.row_or_404(object_id)
        page = FormPage(
            title=_("Verify %(name)s") % {"name": brand},
            explain=_(
                "Compare name and BIN with the register of legal entities. A verified brand may"
                " publish campaigns; its owners get a message."
            ),
            facts={
                _("Legal name"): brand.legal_name,
                _("BIN"): brand.bin,
                _("State"): brand.get_state_display(),
            },
            submit=_("Verify"),
            change=lambda data: brand_verify(brand_id=brand.pk),
            done=_("The brand is verified."),
            back=self.url_of("change", brand.pk),
        )
        return self.form_page(request, ConfirmForm(posted(request)), page)

    @action(
        description=_("Book a deposit"),
        url_path="book-deposit",
        permissions=["brands.add_deposit"],
        icon="add_card",
    )
    def book_deposit(self, request: HttpRequest, object_id: str) -> HttpResponse:
        brand: Brand = self.row_or_404(object_id)
        page = _deposit_page(
            request, self.url_of("change", brand.pk), _("Book a deposit of %(name)s"), brand
        )
        return self.form_page(request, AmountForm(posted(request)), page)


class AmountForm(forms.Form):
    """A transfer as the row of the bank's statement says it."""

    amount = TengeField(label=_("Amount, ₸"))
    bank_reference = forms.CharField(
        label=_("Number of the row or document in the bank's statement"), max_length=64
    )
    received_on = DayField(label=_("Received on"), initial=clock.today)


class DepositForm(AmountForm):
    brand = forms.ModelChoiceField(Brand.objects.none(), label=_("brand"))
    field_order = ["brand"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        brands = Brand.objects.exclude(state=Brand.State.SUSPENDED).order_by("name")
        choice = self.fields["brand"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = brands


def _deposit_page(
    request: HttpRequest, back: str, title: Any, brand: Brand | None = None
) -> FormPage:
    booked_by_id = request.user.pk
    assert booked_by_id is not None

    def book(data: Any) -> Deposit:
        return deposit_book(
            brand_id=(brand or data["brand"]).pk,
            amount_minor=data["amount"],
            bank_reference=data["bank_reference"],
            received_on=data["received_on"],
            booked_by_id=booked_by_id,
        )

    return FormPage(
        title=title % {"name": brand} if brand else title,
        explain=_("A row of a statement is booked once, however often you press."),
        submit=_("Book"),
        change=book,
        done=_("The deposit is booked."),
        back=back,
    )


@admin.register(Deposit)
class DepositAdmin(OpsAdmin):
    list_display = ["received_on", "brand", "amount", "bank_reference", "booked_by", "booked_at"]
    staff = ["booked_by_id"]
    booked_by = staff_column("booked_by_id", _("booked by"))
    list_filter = ["received_on"]
    list_select_related = ["brand"]
    search_fields = ["=bank_reference", "brand__name", "=brand__bin"]
    search_help_text = _("Number in the statement, brand or BIN")
    ordering = ["-id"]
    fields = ["brand", "amount", "bank_reference", "received_on", "booked_by", "booked_at"]
    actions_list = ["book"]
    amount = tenge_column("amount_minor", _("amount"))

    @action(
        description=_("Book a deposit"),
        url_path="book",
        permissions=["brands.add_deposit"],
        icon="add_card",
    )
    def book(self, request: HttpRequest) -> HttpResponse:
        page = _deposit_page(request, self.url_of("changelist"), _("Book a deposit"))
        return self.form_page(request, DepositForm(posted(request)), page)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Deposit]:
        deposits: QuerySet[Deposit] = super().get_queryset(request)
        return deposits.select_related("brand")
