"""Files that a brand has brought. Runs as the brand."""

from __future__ import annotations

import json
from uuid import UUID

from django.utils.translation import gettext as _

from attribution.connectors.base import OrderSnapshot
from attribution.connectors.registry import file_record_parse
from attribution.models import Connection, OrderUpload
from core.errors import NotFound


def upload_access_for_brand(connection: Connection, public_id: UUID) -> OrderUpload:
    """Raises: NotFound for another connection's."""
    found = OrderUpload.objects.filter(connection=connection, public_id=public_id)
    upload = found.select_related("connection").first()
    if upload is None:
        raise NotFound(_("There is no such file."))
    return upload


def uploads_latest(connection: Connection, *, rows: int = 10) -> list[OrderUpload]:
    """Newest first, without what is in them."""
    found = OrderUpload.objects.filter(connection=connection)
    light = found.defer("content", "errors", "kept", "columns", "remarks")
    return list(light.order_by("-created_at", "-pk")[:rows])


def upload_first_orders(upload: OrderUpload, *, rows: int = 5) -> list[OrderSnapshot]:
    """The first orders of a file as they would be stored."""
    part = upload.parts.filter(number=0, state="read").first()
    if part is None:
        return []
    records = json.loads(bytes(part.content))[:rows]
    parsed = (
        file_record_parse(upload.connection.source, body.encode()) for _key, _order, body in records
    )
    return [one for found in parsed for one in found if isinstance(one, OrderSnapshot)]
