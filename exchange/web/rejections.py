"""A rejection as pages of both sides show it, and its files on their way out."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from attribution.domain.verdicts import BRAND_REASONS
from attribution.models import Conversion, Rejection, RejectionFile
from core import clock
from core.clock import day_of
from exchange.web.formatting import day_long, number_text
from exchange.web.pages import verdicts as pages
from exchange.web.sale_words import reason_name, reason_text
from exchange.web.words import REASONS, Word

KILOBYTE = 1024
UrlOf = Callable[[UUID], str]


def rejection_shown(
    rejection: Rejection,
    conversion: Conversion,
    file_url: UrlOf,
    *,
    answer_url: str = "",
    undo_url: str = "",
) -> pages.Rejection:
    """Its urls are shown only while they lead somewhere."""
    now = clock.now()
    may_answer = rejection.answered_at is None and now <= rejection.answer_until
    may_undo = now <= rejection.undo_until
    shown = {
        side: [_link(file, file_url) for file in rejection.files.all() if file.side == side]
        for side in RejectionFile.Side
    }
    return pages.Rejection(
        reason=reason_name(rejection.reason_code),
        text=_sentence(rejection, conversion),
        at=rejection.rejected_at,
        answer_until=rejection.answer_until,
        note=rejection.note,
        files=shown[RejectionFile.Side.BRAND],
        answer=rejection.answer or "",
        answered_at=rejection.answered_at,
        answer_files=shown[RejectionFile.Side.INFLUENCER],
        answer_url=answer_url if may_answer else "",
        undo_url=undo_url if may_undo else "",
        undo_until=rejection.undo_until if may_undo and undo_url else None,
    )


def _sentence(rejection: Rejection, conversion: Conversion) -> str:
    """The reason in full where we know what it names; what else it names stands in the note."""
    return reason_text(
        rejection.reason_code,
        product=conversion.product_name,
        order=conversion.order_number,
        date=day_long(day_of(rejection.rejected_at)),
    )


def _link(file: RejectionFile, file_url: UrlOf) -> pages.FileLink:
    kilobytes = max(1, round(file.size / KILOBYTE))
    size = _("%(count)s KB") % {"count": number_text(kilobytes)}
    return pages.FileLink(file.name, file_url(file.public_id), size)


def brand_reasons() -> list[tuple[int, Word]]:
    """What a brand may choose from, by number."""
    return [(code, REASONS[code]) for code in BRAND_REASONS]


def file_answer(file: RejectionFile) -> HttpResponse:
    return download_answer(file.name, file.content_type, bytes(file.content))


def download_answer(name: str, content_type: str, content: bytes) -> HttpResponse:
    """A download, and never a page of ours: it came from somebody else."""
    answer = HttpResponse(content, content_type=content_type)
    answer.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
