"""The list of what campaigns are about."""

from __future__ import annotations

from django.db.models import Q

from campaigns.models import Category

UNSAID = "other"  # what a campaign is about that says nothing


def categories_offered(kept: str = "") -> list[Category]:
    """The list to choose from, in its order; with `kept`, even if offered no more."""
    rows = Category.objects.filter(Q(is_active=True) | Q(slug=kept))
    return list(rows.order_by("position", "slug"))


def category_of(slug: str) -> Category | None:
    """One of the list, "" and what is not there are nothing said."""
    return Category.objects.filter(slug=slug).first() if slug else None
