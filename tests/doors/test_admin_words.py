"""Ops read every name in their own language: none is what Django makes of a field's English name.

A label that goes through gettext is translated, or the gate of translations says so
(tools/gates/translations.py): so it is enough that each of them goes there.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.utils import flatten, label_for_field
from django.utils.functional import Promise

SAME_EVERYWHERE = {"ID", "PDF"}


def labels(model: Any, desk: Any) -> Iterator[tuple[str, Any]]:
    """(where, label) of what a list, a row, its tables and its buttons are called by."""
    opts = model._meta
    yield "its name", opts.verbose_name
    yield "its plural", opts.verbose_name_plural
    yield "its app", opts.app_config.verbose_name
    shown = flatten(desk.fields or [field.name for field in opts.fields])
    for name in {*desk.list_display, *shown} - {"action_checkbox"}:
        yield name, label_for_field(name, model, desk)
    for name in (*(desk.actions_detail or ()), *(desk.actions_list or ())):
        yield f"button {name}", getattr(desk, name).short_description
    for inline in (kind(model, admin.site) for kind in desk.inlines):
        for name in flatten(inline.fields or ()):
            yield f"{inline.model.__name__}.{name}", label_for_field(name, inline.model, inline)


def is_told(label: Any) -> bool:
    return isinstance(label, Promise) or label in SAME_EVERYWHERE


@pytest.mark.parametrize(
    ("model", "desk"),
    [pytest.param(*each, id=each[0]._meta.label_lower) for each in admin.site._registry.items()],
)
def test_every_name_on_the_pages_of_ops_is_told_in_the_readers_language(model, desk):
    assert [(where, str(label)) for where, label in labels(model, desk) if not is_told(label)] == []


def test_a_name_made_of_a_field_is_noticed():
    assert not is_told("billing terms")
    assert is_told("ID")
