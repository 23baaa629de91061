"""A file that a person shows: a picture or a PDF, told by its bytes and never by its name."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.errors import Invalid

EVIDENCE_BYTES_MAX = 5 * 1024 * 1024
NAME_CHARS_MAX = 120
# By what the bytes say, never by the name or by what the browser says
EVIDENCE_STARTS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"%PDF-": "application/pdf",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file as it was uploaded; nothing of it is believed."""

    name: str
    content: bytes


def evidence_type(content: bytes) -> str | None:
    """The type of a file that may be shown as evidence; None for any other."""
    return next(
        (kind for start, kind in EVIDENCE_STARTS.items() if content.startswith(start)), None
    )


def evidence_checked(evidence: Evidence, *, field: str = "file") -> tuple[str, str]:
    """Its name as it may be shown, and its type.

    Raises:
        Invalid: at `field`: it is too large, or neither a picture nor a PDF.
    """
    if len(evidence.content) > EVIDENCE_BYTES_MAX:
        raise Invalid.of(field, _("The file is larger than 5 MB. Send a smaller picture."))
    content_type = evidence_type(evidence.content)
    if content_type is None:
        raise Invalid.of(field, _("Only PNG and JPEG pictures and PDF files can be shown."))
    return _name(evidence.name), content_type


def _name(given: str) -> str:
    """As it may stand on a page and in a header: no path, nothing that cannot be printed."""
    last = given.replace("\\", "/").rpartition("/")[2]
    plain = "".join(char for char in last if char.isprintable()).strip()
    return plain[-NAME_CHARS_MAX:] or "file"
