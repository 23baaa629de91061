from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from core.accounts import services
from core.accounts.models import User
from core.admin import (
    FormPage,
    OpsAdmin,
    email_column,
    language_column,
    person_column,
    posted,
)

admin.site.unregister(Group)


class GroupsField(forms.ModelMultipleChoiceField):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            Group.objects.order_by("name"),
            label=_("groups"),
            required=False,
            widget=UnfoldAdminCheckboxSelectMultipleWidget,
            **options,
        )

    def label_from_instance(self, obj: Any) -> str:
        return gettext(obj.name)  # the words are in exchange/ops_roles.py


class StaffForm(forms.Form):
    email = forms.EmailField(label=_("e-mail"), max_length=254)
    name = forms.CharField(label=_("person's name"), max_length=120)
    language = forms.ChoiceField(label=_("language"), choices=User.Language.choices)
    groups = GroupsField()


class RightsForm(forms.Form):
    is_active = forms.BooleanField(label=_("May log in"), required=False)
    is_staff = forms.BooleanField(label=_("Works in the admin"), required=False)
    groups = GroupsField()


class GroupFilter(admin.RelatedFieldListFilter):
    """By what groups are called in the reader's language."""

    def field_choices(self, field: Any, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        groups = super().field_choices(field, request, model_admin)
        return [(pk, gettext(str(name))) for pk, name in groups]


@admin.register(User)
class UserAdmin(OpsAdmin):
    list_display = ["person", "address", "reads", "is_staff", "is_active", "date_joined"]
    list_filter = ["is_staff", "is_active", ("groups", GroupFilter)]
    search_fields = ["=email", "name"]
    search_help_text = _("Name, or the whole e-mail address")
    ordering = ["-is_staff", "-date_joined"]
    fields = [
        ("person", "address", "reads"),
        ("is_active", "is_staff", "is_superuser"),
        "groups",
        ("date_joined", "last_login"),
    ]
    actions_list = ["add_colleague"]
    actions_detail = ["rights"]
    person = person_column
    address = email_column
    reads = language_column

    @action(
        description=_("Add a colleague"),
        url_path="add-colleague",
        permissions=["accounts.add_user"],
        icon="person_add",
    )
    def add_colleague(self, request: HttpRequest) -> HttpResponse:
        page = FormPage(
            title=_("Add a colleague"),
            explain=_(
                "They choose a password with “Forgot password” on the login page, and set up a"
                " second factor before the admin opens."
            ),
            submit=_("Add"),
            change=lambda data: services.staff_add(**data),
            done=_("The colleague was added."),
            back=self.url_of("changelist"),
        )
        return self.form_page(request, StaffForm(posted(request)), page)

    @action(
        description=_("Change rights"),
        url_path="rights",
        permissions=["accounts.change_user"],
        icon="key",
    )
    def rights(self, request: HttpRequest, object_id: str) -> HttpResponse:
        user: User = self.row_or_404(object_id)
        now = {
            "is_active": user.is_active,
            "is_staff": user.is_staff,
            "groups": user.groups.all(),
        }
        page = FormPage(
            title=_("Rights of %(name)s") % {"name": user},
            submit=_("Save"),
            change=lambda data: services.staff_rights_set(user_id=user.pk, **data),
            done=_("The rights were changed."),
            back=self.url_of("change", user.pk),
        )
        return self.form_page(request, RightsForm(posted(request), initial=now), page)


@admin.register(Group)
class GroupAdmin(OpsAdmin):
    """Which rights a group has is code (exchange/ops_roles.py): changed by review, not by hand."""

    list_display = ["title"]
    fields = ["title", "rights"]

    @admin.display(description=_("name"), ordering="name")
    def title(self, group: Group) -> str:
        return gettext(group.name)

    @admin.display(description=_("rights"))
    def rights(self, group: Group) -> str:
        names = group.permissions.select_related("content_type").order_by(
            "content_type__app_label", "codename"
        )
        return ", ".join(f"{each.content_type.app_label}.{each.codename}" for each in names)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        groups: QuerySet[Group] = super().get_queryset(request)
        return groups.order_by("name")
