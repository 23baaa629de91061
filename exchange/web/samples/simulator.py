"""An order that is tried."""

from __future__ import annotations

from attribution.rerun_forms import SimulatorForm
from exchange.web.pages.common import Sum, Trace, TraceRow
from exchange.web.pages.simulator import Part, Result, Simulator

SOURCES = [(1, "Toqyma (WooCommerce)"), (2, "Wildberries")]


def form() -> SimulatorForm:
    return SimulatorForm(sources=SOURCES)


def refused() -> SimulatorForm:
    given = {"goods": "BLANKET; many; 2", "click": "abc", "phone": "123"}
    return SimulatorForm(given, sources=SOURCES)


def empty() -> Simulator:
    return Simulator("#", "#", True, "#")


def no_source() -> Simulator:
    return Simulator("#", "#", False, "#")


def credited() -> Simulator:
    rows = [
        TraceRow("B", "Promo code DANA25", "Дана, Көрпе, 20 Nov, 14:30", "decided"),
        TraceRow(
            "A",
            "Click on the link",
            "Айгерім Сапарова, Көрпе, 18 Nov, 09:12, id 0198f3a2…18",
            "assist",
            "the promo code decides",
        ),
    ]
    sums = [
        Sum("Goods", 2_550_000),
        Sum("Rate", text="× 10%"),
        Sum("Reward", 255_000, line=True, strong=True),
        Sum("Birge fee", 38_250, note="15%"),
        Sum("VAT", 6_120, note="16%", approx=True),
        Sum("Costs you", 299_370, line=True, strong=True, approx=True),
    ]
    rule = "the promo code wins over the link, Terms v2, window 30 days"
    won = Part("Жүн көрпе", "Дана", "Көрпе", Trace(rows, rule), sums, "Now it is nobody's.")
    lost = Part("Сыйлық", "", "", Trace([], ""), [])
    return Simulator("#", "#", True, "#", Result("Order 104233", [won, lost], "#"))
