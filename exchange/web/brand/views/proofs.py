"""Proofs that a brand takes away. Runs as the brand: others' records are not there."""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from attribution.selectors.conversions import conversions_of_brand
from attribution.selectors.proofs import records_of
from core.errors import Invalid, NotFound
from exchange.web.brand.builders import proofs as build
from exchange.web.brand.desk import desk_of, member_of, page_show
from exchange.web.formatting import number_text
from exchange.web.proof_files import proof_answer, proofs_answer
from ledger.proofs import leaves_of_brand

FILE_RECORDS_MAX = 20_000


@require_GET
def proofs(request: HttpRequest) -> HttpResponse:
    desk = desk_of(request)
    page = build.proofs(desk, after=request.GET.get("after", ""))
    return page_show(request, desk, "brand/proofs.html", page)


@require_GET
def sale_proof(request: HttpRequest, public_id: UUID, number: int) -> HttpResponse:
    """The proof of one state of a sale."""
    sale = conversions_of_brand(member_of(request).brand_id).filter(public_id=public_id).first()
    if sale is None:
        raise NotFound(_("There is no such sale."))
    leaves = [each.leaf for each in records_of(sale) if each.version.number == number]
    return proof_answer(leaves[0] if leaves else None, f"{sale.order_number}-{number}")


@require_GET
def proofs_day(request: HttpRequest, day: str) -> FileResponse:
    """Every proof of a day's sales with what checks them, as one file.

    Raises:
        NotFound: nothing of the brand was published on it.
        Invalid: too many records for one file.
    """
    member, day_on = member_of(request), build.day_of_address(day)
    leaves = leaves_of_brand(member.brand_id, day_on) if day_on else None
    count = leaves.count() if leaves is not None else 0
    if leaves is None or day_on is None or not count:
        raise NotFound(_("This is not published."))
    if count > FILE_RECORDS_MAX:
        said = _("%(count)s records are too many for one file, the most is %(max)s.")
        most = {"count": number_text(count), "max": number_text(FILE_RECORDS_MAX)}
        raise Invalid(said % most, code="too_many_rows")
    name = f"birge-proofs-{member.brand.slug}-{day_on.isoformat()}"
    return proofs_answer(day_on, leaves.iterator(), name)
