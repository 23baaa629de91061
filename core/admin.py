"""What every list of ops shares: nobody edits a row; what changes one is a service behind a form.

An app's admin.py gives lists and details, and buttons (`unfold.decorators.action`) that lead to a
form page. The button's permission guards the page too; the page shows what will happen, POST does
it, and a refused rule comes back as an error of the form, with nothing written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.checks import ModelAdminChecks
from django.contrib.admin.utils import flatten
from django.db import models, transaction
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.widgets import (
    INPUT_CLASSES,
    SELECT_CLASSES,
    SWITCH_CLASSES,
    TEXTAREA_CLASSES,
    UnfoldAdminCheckboxSelectMultipleWidget,
)

from core.accounts.models import User
from core.errors import DomainError
from core.forms import form_refuse

Change = Callable[[Mapping[str, Any]], Any]
NBSP = "\N{NO-BREAK SPACE}"


class ReadOnly:
    """Also against superusers: the database refuses most of them too."""

    # Fields with the id of a colleague that the page shows by name: see `staff_column`.
    staff: Sequence[str] = ()

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)  # type: ignore[misc]
        names = {
            f"{name}_name": Subquery(User.objects.filter(pk=OuterRef(name)).values("name")[:1])
            for name in self.staff
        }
        return rows.annotate(**names) if names else rows

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        """Everything: then no form field is made, nor a query for what it might offer."""
        return flatten(getattr(self, "fields", None) or ())


class ReadOnlyInline(ReadOnly, TabularInline):
    extra = 0
    can_delete = False
    hide_title = True  # the columns say it
    show_change_link = False


@dataclass(frozen=True, slots=True)
class FormPage:
    """A question to ops and what the answer does.

    `change` gets the cleaned data and calls a service; `done` is said after it. `facts` are what
    to look at before pressing. `back` is where the page leads, done or not.
    """

    title: Any
    submit: Any
    change: Change
    done: Any
    back: str
    explain: Any = ""
    is_danger: bool = False
    facts: Mapping[Any, Any] = field(default_factory=dict)
    # The service's names of fields, where the form has others.
    names: Mapping[str, str] = field(default_factory=dict)


class ConfirmForm(forms.Form):
    """Nothing to fill in: pressing the button is the answer."""


def person_id(request: HttpRequest) -> int:
    """Who is logged in: the admin lets nobody else in."""
    assert request.user.pk is not None
    return int(request.user.pk)


def posted(request: HttpRequest) -> Any:
    """What a form of a button's page is bound to. By the method: a form may have no fields."""
    return request.POST if request.method == "POST" else None


class OpsAdmin(ReadOnly, ModelAdmin):
    """A list and a detail page for ops."""

    # Django's own: Unfold's ask the database, which `migrate` on an empty one cannot answer.
    checks_class = ModelAdminChecks
    actions = None
    list_per_page = 50
    show_full_result_count = False  # counting all of them costs more than showing a page
    show_facets = admin.ShowFacets.NEVER

    def row_or_404(self, object_id: str) -> Any:
        """The row of a button's page; a broken or foreign id is the same as a missing one."""
        pk = self.model._meta.pk
        assert pk is not None
        try:
            return self.model._default_manager.get(pk=pk.to_python(object_id))
        except (self.model.DoesNotExist, forms.ValidationError, OverflowError):
            raise Http404 from None

    def form_page(self, request: HttpRequest, form: forms.Form, page: FormPage) -> HttpResponse:
        """Show the question; on a valid POST carry it out and lead back."""
        if request.method == "POST" and form.is_valid() and _carried_out(form, page):
            messages.success(request, page.done)
            return redirect(page.back)
        context = {
            **self.admin_site.each_context(request),
            "title": page.title,
            "page": page,
            "form": form_dressed(form),
            "opts": self.model._meta,
            "is_fullwidth": "0",
        }
        return TemplateResponse(request, "admin/form_page.html", context)

    def url_of(self, name: str, *args: Any) -> str:
        """The address of "changelist", "change" or one of the buttons of this model."""
        opts = self.model._meta
        return reverse(f"admin:{opts.app_label}_{opts.model_name}_{name}", args=args)


def _carried_out(form: forms.Form, page: FormPage) -> bool:
    """A service that is refused half way leaves nothing: the savepoint is rolled back, while the
    context of the page goes on to show the form again."""
    try:
        with transaction.atomic():
            page.change(form.cleaned_data)
    except DomainError as error:
        form_refuse(form, error, page.names)
        return False
    return True


# The kind of a widget -> Unfold's classes; the first that fits.
DRESS: tuple[tuple[type[forms.Widget], list[str]], ...] = (
    (forms.CheckboxInput, SWITCH_CLASSES),
    (forms.Select, SELECT_CLASSES),
    (forms.Textarea, TEXTAREA_CLASSES),
    (forms.Widget, INPUT_CLASSES),
)


def form_dressed(form: forms.Form) -> forms.Form:
    """The form in the look of the admin."""
    for each in form.fields.values():
        if isinstance(each.widget, UnfoldAdminCheckboxSelectMultipleWidget):
            continue  # dressed by itself
        classes = next(names for kind, names in DRESS if isinstance(each.widget, kind))
        each.widget.attrs["class"] = " ".join(classes)
    return form


class DayField(forms.DateField):
    """A day, by the browser's own calendar."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **options)


# --- Columns --------------------------------------------------------------------------------


def tenge(minor: int) -> str:
    """An amount in tiyn as people write it: 1 250 000,50 ₸."""
    whole, rest = divmod(abs(minor), 100)
    sign = "\N{MINUS SIGN}" if minor < 0 else ""
    return f"{sign}{whole:,}".replace(",", NBSP) + f",{rest:02}{NBSP}₸"


def tenge_column(name: str, description: Any) -> Callable[[Any, models.Model], str]:
    """A column of a list that shows a `*_minor` field in tenge, and sorts by it."""

    @admin.display(description=description, ordering=name)
    def column(self: Any, row: models.Model) -> str:
        return tenge(getattr(row, name))

    return column


def told_column(
    name: str, description: Any, *, is_field: bool = True
) -> Callable[[Any, models.Model], Any]:
    """A column under a name in the reader's language, where the field has none of its own. A list
    sorts by it where it is a field, and no property."""

    @admin.display(description=description, ordering=name if is_field else None)
    def column(self: Any, row: models.Model) -> Any:
        return getattr(row, name)

    return column


def link_column(name: str, description: Any) -> Callable[[Any, models.Model], str]:
    """A link to the page of another row; "–" where there is none."""

    @admin.display(description=description)
    def column(self: Any, row: models.Model) -> str:
        other: models.Model | None = getattr(row, name)
        if other is None:
            return "–"
        opts = other._meta
        url = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[other.pk])
        return format_html('<a class="ops-link" href="{}">{}</a>', url, other)

    return column


class NamedValues(admin.AllValuesFieldListFilter):
    """A filter over a column of words of ours that has no choices: as people call them."""

    name_of: Callable[[str], Any]

    def choices(self, changelist: Any) -> Iterator[Any]:
        values = [None, *self.lookup_choices]  # everything comes first
        for value, choice in zip(values, super().choices(changelist), strict=False):
            named = choice if value is None else {**choice, "display": type(self).name_of(value)}
            yield named


def named_filter(field_name: str, name_of: Callable[[str], Any]) -> tuple[str, type[NamedValues]]:
    own = {"name_of": staticmethod(name_of)}
    return field_name, type("NamedValuesOf" + field_name, (NamedValues,), own)


LANGUAGES = dict(settings.LANGUAGES)


def language_name(code: str) -> str:
    return str(LANGUAGES.get(code, code))


@admin.display(description=_("language"), ordering="language")
def language_column(self: Any, row: models.Model) -> str:
    """What somebody reads, by its name."""
    return language_name(getattr(row, "language"))  # noqa: B009 (several models have one)


def staff_column(name: str, description: Any) -> Callable[[Any, models.Model], str]:
    """The name of the colleague whose id is in a field that `staff` lists; "" for the system."""

    @admin.display(description=description, ordering=name)
    def column(self: Any, row: models.Model) -> str:
        return getattr(row, f"{name}_name") or ""

    return column


def email_masked(address: str) -> str:
    """Enough to recognise an address in a list: a…@mail.example."""
    local, _at, host = address.rpartition("@")
    return f"{local[:1]}…@{host}"


def last4(text: str) -> str:
    return f"•••• {text}" if text else ""


@admin.display(description=_("e-mail"))
def email_column(self: Any, row: Any) -> str:
    return email_masked(row.email)


@admin.display(description=_("person's name"), ordering="name")
def person_column(self: Any, row: Any) -> str:
    return str(row.name)
