"""Ops read the ledger; nobody edits it. A mistake is corrected by another journal."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action

from core import clock
from core.admin import (
    ConfirmForm,
    DayField,
    FormPage,
    OpsAdmin,
    ReadOnly,
    ReadOnlyInline,
    form_dressed,
    named_filter,
    posted,
    staff_column,
    tenge,
    tenge_column,
)
from ledger.corrections import (
    correction_ask,
    correction_post,
    correction_refuse,
    drafts_of,
)
from ledger.domain.corrections import CORRECTABLE, account_of, legs_text
from ledger.domain.drafts import Leg
from ledger.models import (
    Account,
    Balance,
    Correction,
    Entry,
    Journal,
    ProofDay,
    account_name,
    journal_name,
)
from ledger.selectors import TrialRow, trial_balance


class EntryInline(ReadOnlyInline):
    model = Entry
    fields = ["what", "account", "amount", "currency"]
    amount = tenge_column("amount_minor", _("amount"))

    @admin.display(description=_("kind"))
    def what(self, entry: Entry) -> str:
        return account_name(entry.account.kind)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        entries: QuerySet[Entry] = super().get_queryset(request)
        return entries.select_related("account").order_by("id")


class CorrectionForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it is wrong"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    replacement_legs = forms.CharField(
        label=_("What should stand instead"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "A line for each account: its code, a semicolon, tiyn with their sign. Empty: nothing"
            " comes in its place. The lines must sum to zero."
        ),
    )


@admin.register(Journal)
class JournalAdmin(OpsAdmin):
    list_display = ["business_key", "what", "occurred_at", "actor"]
    list_filter = [named_filter("kind", journal_name)]
    search_fields = ["business_key"]
    ordering = ["-id"]
    fields = ["business_key", "what", "occurred_at", "created_at", "actor", "refs"]
    inlines = [EntryInline]
    actions_detail = ["correct"]

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """No correction is offered of what follows from a sale or a payout."""
        if self.row_or_404(object_id).kind not in CORRECTABLE:
            return []
        offered: list[Any] = super().get_actions_detail(request, object_id)
        return offered

    @action(
        description=_("Correct"),
        url_path="correct",
        permissions=["ledger.add_correction"],
        icon="undo",
    )
    def correct(self, request: HttpRequest, object_id: str) -> HttpResponse:
        journal: Journal = self.row_or_404(object_id)
        maker_id = request.user.pk
        assert maker_id is not None
        page = FormPage(
            title=_("Correct %(key)s") % {"key": journal.business_key},
            explain=_(
                "Its opposite is posted, and your lines beside it, once another person agrees."
            ),
            submit=_("Ask for it"),
            change=lambda data: correction_ask(
                journal_id=journal.pk,
                reason=data["reason"],
                replacement_legs=data["replacement_legs"],
                maker_id=maker_id,
            ),
            done=_("Another person decides on the correction."),
            back=self.url_of("change", journal.pk),
        )
        entries = journal.entries.select_related("account").order_by("pk")
        legs = [Leg(account_of(each.account.code), each.amount_minor) for each in entries]
        form = CorrectionForm(posted(request), initial={"replacement_legs": legs_text(legs)})
        return self.form_page(request, form, page)

    @admin.display(description=_("kind"))
    def what(self, journal: Journal) -> str:
        return journal_name(journal.kind)


@admin.register(Correction)
class CorrectionAdmin(OpsAdmin):
    list_display = ["journal", "reason", "state", "maker", "checker", "created_at"]
    staff = ["maker_id", "checker_id"]
    maker = staff_column("maker_id", _("asked for by"))
    checker = staff_column("checker_id", _("decided by"))
    list_filter = ["state"]
    list_select_related = ["journal"]
    search_fields = ["journal__business_key"]
    search_help_text = _("Event")
    ordering = ["-id"]
    fields = [
        *("journal", "reason", "state", "legs"),
        *(("maker", "created_at"), ("checker", "decided_at")),
    ]
    actions_detail = ["post_it", "refuse"]

    @action(
        description=_("Post"),
        url_path="post",
        permissions=["ledger.change_correction"],
        icon="check_circle",
    )
    def post_it(self, request: HttpRequest, object_id: str) -> HttpResponse:
        correction: Correction = self.row_or_404(object_id)
        checker_id = request.user.pk
        assert checker_id is not None
        legs = [leg for draft in drafts_of(correction) for leg in draft.legs]
        page = FormPage(
            title=_("Post the correction of %(key)s") % {"key": correction.journal.business_key},
            explain=_("All of this is posted at once. You are the second of two people."),
            facts={
                _("Reason"): correction.reason,
                **{
                    f"{number}. {leg.account.code}": tenge(leg.amount_minor)
                    for number, leg in enumerate(legs, 1)
                },
            },
            submit=_("Post"),
            change=lambda data: correction_post(correction_id=correction.pk, checker_id=checker_id),
            done=_("The correction is posted."),
            back=self.url_of("change", correction.pk),
        )
        return self.form_page(request, ConfirmForm(posted(request)), page)

    @action(
        description=_("Refuse"),
        url_path="refuse",
        permissions=["ledger.change_correction"],
        icon="block",
    )
    def refuse(self, request: HttpRequest, object_id: str) -> HttpResponse:
        correction: Correction = self.row_or_404(object_id)
        checker_id = request.user.pk
        assert checker_id is not None
        page = FormPage(
            title=_("Refuse the correction of %(key)s") % {"key": correction.journal.business_key},
            explain=_("The journal stays as it was booked."),
            facts={_("Reason"): correction.reason},
            submit=_("Refuse"),
            change=lambda data: correction_refuse(
                correction_id=correction.pk, checker_id=checker_id
            ),
            done=_("The correction is refused."),
            back=self.url_of("change", correction.pk),
            is_danger=True,
        )
        return self.form_page(request, ConfirmForm(posted(request)), page)


class TrialForm(forms.Form):
    on = DayField(label=_("At the end of"), required=False)


@admin.register(Account)
class AccountAdmin(OpsAdmin):
    list_display = ["code", "what", "brand_id", "influencer_id", "subject_id", "currency"]
    search_fields = ["code"]
    ordering = ["-id"]
    actions_list = ["trial"]

    class Media:
        css = {"all": ["ops/tables.css"]}

    @admin.display(description=_("kind"), ordering="kind")
    def what(self, account: Account) -> str:
        return account_name(account.kind)

    @action(
        description=_("Trial balance"),
        url_path="trial-balance",
        permissions=["ledger.view_account"],
        icon="balance",
    )
    def trial(self, request: HttpRequest) -> HttpResponse:
        """What every kind of account holds, now or at the end of a day."""
        form = TrialForm(request.GET or None)
        on = form.cleaned_data.get("on") if form.is_valid() else None
        rows = trial_balance(before=clock.day_end(on) if on else None)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": _("Trial balance"),
            "opts": self.model._meta,
            "media": self.media,
            "form": form_dressed(form),
            "on": on,
            "rows": [
                (row, account_name(row.kind), tenge(row.owed_minor), tenge(row.owing_minor))
                for row in rows
            ],
            "totals": _trial_totals(rows),
        }
        return TemplateResponse(request, "admin/ledger/trial_balance.html", context)


def _trial_totals(rows: list[TrialRow]) -> list[tuple[str, str, str, bool]]:
    """(currency, what we owe, what is there, whether they are equal)"""
    found = []
    for currency in sorted({row.currency for row in rows}):
        owed = sum(row.owed_minor for row in rows if row.currency == currency)
        owing = sum(row.owing_minor for row in rows if row.currency == currency)
        found.append((currency, tenge(owed), tenge(owing), owed == owing))
    return found


@admin.register(Balance)
class BalanceAdmin(ReadOnly, ModelAdmin):
    list_display = ["account", "what", "balance", "floor", "ceiling"]
    fields = ["what", "account", "balance", ("floor", "ceiling")]
    list_select_related = ["account"]
    search_fields = ["account__code"]
    ordering = ["-account_id"]
    show_full_result_count = False

    @admin.display(description=_("kind"))
    def what(self, balance: Balance) -> str:
        return account_name(balance.account.kind)

    @admin.display(description=_("balance"), ordering="balance_minor")
    def balance(self, balance: Balance) -> str:
        return tenge(balance.balance_minor)

    @admin.display(description=_("never below"), ordering="floor_minor", empty_value="–")
    def floor(self, balance: Balance) -> str | None:
        return None if balance.floor_minor is None else tenge(balance.floor_minor)

    @admin.display(description=_("never above"), ordering="ceiling_minor", empty_value="–")
    def ceiling(self, balance: Balance) -> str | None:
        return None if balance.ceiling_minor is None else tenge(balance.ceiling_minor)


@admin.register(ProofDay)
class ProofDayAdmin(ReadOnly, ModelAdmin):
    list_display = ["day_on", "leaves", "root", "published_at"]
    ordering = ["-day_on"]
