"""What campaigns are about: the list, and drafts that wait for a look."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from campaigns.models import Category
from campaigns.services.categories import category_save
from core.admin import FormPage, OpsAdmin, posted, staff_column, told_column

NAMES = (
    "slug", "name_kk", "name_ru", "name_en", "flag", "law", "source", "confidence", "position",
    "is_active",
)  # fmt: skip


class CategoryForm(forms.Form):
    """A category in three languages, and how we know whether it may be."""

    slug = forms.SlugField(
        label=_("short name"), max_length=24, help_text=_("In Latin letters; it never changes")
    )
    name_kk = forms.CharField(label=_("name in Kazakh"), max_length=80)
    name_ru = forms.CharField(label=_("name in Russian"), max_length=80)
    name_en = forms.CharField(label=_("name in English"), max_length=80)
    flag = forms.ChoiceField(label=_("may be published"), choices=Category.Flag.choices)
    law = forms.CharField(label=_("law"), max_length=200, required=False)
    source = forms.CharField(label=_("source"), max_length=300)
    confidence = forms.ChoiceField(label=_("confidence"), choices=Category.Confidence.choices)
    position = forms.IntegerField(label=_("place in the list"), min_value=1, max_value=999)
    is_active = forms.BooleanField(label=_("offered"), required=False)


@admin.register(Category)
class CategoryAdmin(OpsAdmin):
    list_display = ["title", "flag", "confidence", "law", "position", "is_active"]
    list_filter = ["flag", "confidence", "is_active"]
    search_fields = ["slug", "name_kk", "name_ru", "name_en", "law"]
    search_help_text = _("Any of its names, or the law")
    ordering = ["position", "slug"]
    fields = [
        ("slug", "position", "is_active"),
        ("name_kk", "name_ru", "name_en"),
        ("flag", "confidence"),
        "law",
        "source",
        ("changed_by", "changed_at"),
    ]
    title = told_column("name", _("name"), is_field=False)
    staff = ["changed_by_id"]
    changed_by = staff_column("changed_by_id", _("changed by"))
    actions_list = ["enter"]
    actions_detail = ["edit"]

    @action(
        description=_("Add a category"),
        url_path="enter",
        permissions=["campaigns.add_category"],
        icon="add",
    )
    def enter(self, request: HttpRequest) -> HttpResponse:
        form = CategoryForm(posted(request), initial={"position": 100, "is_active": True})
        return self._page(request, form, self.url_of("changelist"))

    @action(
        description=_("Change"),
        url_path="edit",
        permissions=["campaigns.change_category"],
        icon="edit",
    )
    def edit(self, request: HttpRequest, object_id: str) -> HttpResponse:
        category: Category = self.row_or_404(object_id)
        initial = {name: getattr(category, name) for name in NAMES}
        form = CategoryForm(posted(request), initial=initial)
        form.fields["slug"].disabled = True  # another short name is another category
        return self._page(request, form, self.url_of("change", category.pk))

    def _page(self, request: HttpRequest, form: CategoryForm, back: str) -> HttpResponse:
        maker_id = request.user.pk
        assert maker_id is not None
        page = FormPage(
            title=_("Category"),
            explain=_(
                "A forbidden category is never published, and brands read the law. One that is"
                " looked at first waits in the queue of campaigns. Say “confirmed” only once a"
                " lawyer has read the rule."
            ),
            submit=_("Save"),
            change=lambda data: category_save(maker_id=maker_id, **data),
            done=_("Saved"),
            back=back,
        )
        return self.form_page(request, form, page)
