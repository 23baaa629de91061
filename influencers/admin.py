from __future__ import annotations

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from core.admin import (
    FormPage,
    OpsAdmin,
    ReadOnlyInline,
    language_column,
    language_name,
    last4,
    named_filter,
    person_column,
    posted,
)
from influencers.models import (
    Influencer,
    Payee,
    PayoutAccount,
    SocialProfile,
    TaxProfile,
    Topic,
)
from influencers.services import topic_save


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
    list_display = ["person", "city", "reads", "created_at"]
    list_filter = ["city", named_filter("language", language_name)]
    search_fields = ["name", "=socials__handle", "=payee__iin_last4"]
    search_help_text = _("Name, page, or the last four digits of the IIN")
    ordering = ["-id"]
    fields = [("person", "city", "reads"), ("public_id", "created_at")]
    inlines = [SocialInline, PayeeInline, TaxInline, AccountInline]
    person = person_column
    reads = language_column


class TopicForm(forms.Form):
    """A topic in three languages."""

    slug = forms.SlugField(
        label=_("short name"), max_length=24, help_text=_("In Latin letters; it never changes")
    )
    name_kk = forms.CharField(label=_("name in Kazakh"), max_length=60)
    name_ru = forms.CharField(label=_("name in Russian"), max_length=60)
    name_en = forms.CharField(label=_("name in English"), max_length=60)
    position = forms.IntegerField(label=_("place in the list"), min_value=1, max_value=999)
    is_active = forms.BooleanField(label=_("offered"), required=False)


@admin.register(Topic)
class TopicAdmin(OpsAdmin):
    list_display = ["slug", "name_kk", "name_ru", "name_en", "position", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["slug", "name_kk", "name_ru", "name_en"]
    search_help_text = _("Any of its names")
    ordering = ["position", "slug"]
    fields = [("slug", "position", "is_active"), ("name_kk", "name_ru", "name_en")]
    actions_list = ["enter"]
    actions_detail = ["edit"]

    @action(
        description=_("Add a topic"),
        url_path="enter",
        permissions=["influencers.add_topic"],
        icon="add",
    )
    def enter(self, request: HttpRequest) -> HttpResponse:
        form = TopicForm(posted(request), initial={"position": 100, "is_active": True})
        return self._page(request, form, self.url_of("changelist"))

    @action(
        description=_("Change"),
        url_path="edit",
        permissions=["influencers.change_topic"],
        icon="edit",
    )
    def edit(self, request: HttpRequest, object_id: str) -> HttpResponse:
        topic: Topic = self.row_or_404(object_id)
        names = ("slug", "name_kk", "name_ru", "name_en", "position", "is_active")
        form = TopicForm(posted(request), initial={name: getattr(topic, name) for name in names})
        form.fields["slug"].disabled = True  # another short name is another topic
        return self._page(request, form, self.url_of("change", topic.pk))

    def _page(self, request: HttpRequest, form: TopicForm, back: str) -> HttpResponse:
        page = FormPage(
            title=_("Topic"),
            explain=_(
                "Influencers say in their profile what they write about, and brands ask for it. A"
                " topic that is not offered any more stays with those who have it."
            ),
            submit=_("Save"),
            change=lambda data: topic_save(**data),
            done=_("Saved"),
            back=back,
        )
        return self.form_page(request, form, page)
