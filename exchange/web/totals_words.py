"""Daily totals of marketplaces (grade C) in words, for both sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attribution.connectors.daily_total import PLATFORM_TAG
from attribution.models import Candidate, Conversion, Grade, TagDay
from attribution.selectors.traffic import tag_day_of
from campaigns.domain.daily_totals import PLATFORM_OF
from exchange.web.formatting import day_long, number_text
from exchange.web.words import Word, word_of

FROM: Mapping[str, Word] = {
    "ozon_traffic": gettext_lazy("We read it in Ozon's own report."),
    "wildberries": gettext_lazy("The brand brought it from the cabinet of Wildberries."),
}


def is_total(conversion: Conversion) -> bool:
    return conversion.grade == Grade.C


def platform_name(source: str) -> str:
    """Ozon's report is a source of its own, and its marketplace is Ozon."""
    return str(word_of("source", PLATFORM_OF.get(source, source)))


def total_title(conversion: Conversion) -> str:
    """In place of goods, which a total does not name."""
    said = _("%(marketplace)s: total of a day")
    return said % {"marketplace": platform_name(conversion.source)}


def sale_title(conversion: Conversion) -> str:
    """What was sold, as both sides read it."""
    return total_title(conversion) if is_total(conversion) else conversion.product_name


def total_note(conversion: Conversion, candidates: Sequence[Candidate]) -> str:
    """Who counted what, by which tag, and how we know. Runs as either side."""
    tag = next((each.evidence for each in candidates if each.kind == PLATFORM_TAG), "")
    counted = tag_day_of(conversion, tag)
    said = _(
        "Counted by the marketplace itself as the total of one day, %(day)s, by the tag %(tag)s."
        " Pieces ordered: %(pieces)s. A total names no order."
    )
    facts = {"day": day_long(conversion.ordered_at), "tag": tag, "pieces": _pieces(counted)}
    return f"{said % facts} {FROM.get(conversion.source, '')}".strip()


def _pieces(counted: TagDay | None) -> str:
    if counted is None or counted.ordered is None:
        return "–"
    return number_text(counted.ordered)


TOTAL_HOLD = gettext_lazy(
    "The marketplace may still count this day anew. After this day it approves itself: %(date)s."
)
