"""Rejections and their files, as the acting side may see them."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from attribution.models import Conversion, Rejection, RejectionFile
from core.errors import NotFound


def rejections_standing(conversion_ids: Collection[int]) -> dict[int, Rejection]:
    """{conversion: its rejection that was not taken back}, with the names of files. Two queries."""
    files = RejectionFile.objects.defer("content").order_by("id")
    rows = Rejection.objects.filter(conversion_id__in=conversion_ids, undone_at__isnull=True)
    return {row.conversion_id: row for row in rows.prefetch_related(Prefetch("files", files))}


def conversion_access_for_brand(brand_id: int, public_id: UUID) -> Conversion:
    """Raises: NotFound for another brand's."""
    rows = Conversion.objects.filter(brand_id=brand_id, public_id=public_id)
    found = rows.select_related("influencer", "campaign", "order", "terms").first()
    if found is None:
        raise NotFound(_("There is no such sale."))
    return found


def file_access_for_brand(brand_id: int, public_id: UUID) -> RejectionFile:
    """Raises: NotFound for another brand's."""
    return _file(RejectionFile.objects.filter(brand_id=brand_id, public_id=public_id))


def file_access_for_influencer(influencer_id: int, public_id: UUID) -> RejectionFile:
    """Raises: NotFound for what does not concern them."""
    return _file(RejectionFile.objects.filter(influencer_id=influencer_id, public_id=public_id))


def _file(rows: QuerySet[RejectionFile]) -> RejectionFile:
    found = rows.first()
    if found is None:
        raise NotFound(_("There is no such file."))
    return found
