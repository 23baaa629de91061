"""Files that a side shows as evidence: a picture or a PDF, told by its bytes, kept sealed."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from attribution.domain.verdicts import EVIDENCE_BYTES_MAX, evidence_type
from attribution.models import Rejection, RejectionFile
from core.errors import Invalid

NAME_CHARS_MAX = 120


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file as it was uploaded; nothing of it is believed."""

    name: str
    content: bytes


def evidence_keep(rejection: Rejection, evidence: Evidence, *, by_influencer: bool) -> None:
    """Runs as the system, in the transaction of what it belongs to.

    Raises:
        Invalid: it is too large, or neither a picture nor a PDF.
    """
    if len(evidence.content) > EVIDENCE_BYTES_MAX:
        raise _wrong(_("The file is larger than 5 MB. Send a smaller picture."))
    content_type = evidence_type(evidence.content)
    if content_type is None:
        raise _wrong(_("Only PNG and JPEG pictures and PDF files can be shown."))
    side = RejectionFile.Side.INFLUENCER if by_influencer else RejectionFile.Side.BRAND
    RejectionFile.objects.create(
        rejection=rejection,
        brand_id=rejection.brand_id,
        influencer_id=rejection.influencer_id,
        side=side,
        name=_name(evidence.name),
        content_type=content_type,
        size=len(evidence.content),
        content=evidence.content,
    )


def _name(given: str) -> str:
    """As it may stand on a page and in a header: no path, nothing that cannot be printed."""
    last = given.replace("\\", "/").rpartition("/")[2]
    plain = "".join(char for char in last if char.isprintable()).strip()
    return plain[-NAME_CHARS_MAX:] or "file"


def _wrong(message: str) -> Invalid:
    return Invalid.of("file", message)
