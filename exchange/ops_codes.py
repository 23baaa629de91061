"""What buyers typed for codes and nobody has said whose it is, of all brands. Brands answer; ops
look, by age. Runs as ops."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from attribution.models import Order
from attribution.selectors.code_queue import QUEUE_DAYS, code_questions
from brands.models import Brand
from core import clock

BRANDS_MAX = 50  # those whose buyers typed a code last; five queries each
ROWS_MAX = 300


@dataclass(frozen=True, slots=True)
class Typed:
    """A text of one brand's buyers; `codes` are what may be meant."""

    brand: str
    text: str
    orders: int
    first_at: datetime
    codes: str
    why: str


def typed_codes() -> list[Typed]:
    """The longest waiting first."""
    since = clock.now() - timedelta(days=QUEUE_DAYS)
    busy = Order.objects.filter(placed_at__gte=since).exclude(promo_codes=[]).values("brand_id")
    brands = Brand.objects.filter(pk__in=busy.distinct()).order_by("-pk")[:BRANDS_MAX]
    rows = [
        Typed(
            brand=brand.name,
            text=each.text,
            orders=each.orders,
            first_at=each.first_at,
            codes=", ".join(code.code for code in each.codes),
            why=_("It can mean several codes") if each.is_shared else _("One letter apart"),
        )
        for brand in brands
        for each in code_questions(brand.pk)
    ]
    return sorted(rows, key=lambda row: row.first_at)[:ROWS_MAX]


def typed_codes_page(request: HttpRequest, context: dict[str, object]) -> HttpResponse:
    shown = {**context, "title": _("Mistyped codes"), "rows": typed_codes(), "days": QUEUE_DAYS}
    return TemplateResponse(request, "admin/typed_codes.html", shown)
