"""What a campaign pays at marketplaces."""

from __future__ import annotations

from exchange.web.pages.totals import TotalsChoice


def choices() -> list[TotalsChoice]:
    return [
        TotalsChoice(
            "Ozon",
            "By daily totals since 20 Nov 2026: each day that is over is paid as the marketplace"
            " counts it by the tag in the link.",
            is_totals=True,
            drop_url="#",
        ),
        TotalsChoice(
            "Wildberries",
            "By orders: what names the influencer in the marketplace's own rows is paid.",
            choose_url="#",
        ),
        TotalsChoice("Ozon", "By orders.", blocked="Only a plain percent can be paid by a total."),
    ]
