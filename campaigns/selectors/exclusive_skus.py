"""Articles that are an influencer's for a time, as their brand and they themselves read them."""

from __future__ import annotations

from django.utils.translation import gettext as _

from campaigns.models import ExternalCode, Participation
from core.errors import NotFound

KIND = ExternalCode.Kind.EXCLUSIVE_SKU


def exclusive_sku_list(row: Participation) -> list[ExternalCode]:
    """All of a participation, also what is over, the newest first. One query."""
    return list(ExternalCode.objects.filter(participation=row, kind=KIND).order_by("-pk"))


def exclusive_sku_access(row: Participation, code_id: int) -> ExternalCode:
    """Raises: NotFound for another participation's."""
    found = ExternalCode.objects.filter(participation=row, kind=KIND, pk=code_id).first()
    if found is None:
        raise NotFound(_("There is no such article."))
    return found
