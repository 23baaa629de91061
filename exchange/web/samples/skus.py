"""Invented content for the page of an influencer's exclusive articles."""

from __future__ import annotations

from dataclasses import replace

from campaigns.code_forms import ExclusiveSkuForm
from exchange.web.brand.builders.skus import STEPS
from exchange.web.formatting import day_full
from exchange.web.pages.skus import SkuRow, Skus
from exchange.web.samples.common import ago, ahead

form = ExclusiveSkuForm


def skus() -> Skus:
    until = day_full(ahead(days=20))
    return Skus(
        name="Айгерім Сәбитова",
        title="Жылы үй",
        back_url="#",
        action_url="#",
        rows=[
            SkuRow("TU-SET-AIGERIM", f"{day_full(ago(days=10))} – {until}", 2, end_url="#"),
            SkuRow(
                "TU-BLANKET-RED",
                f"{day_full(ago(days=60))} – {day_full(ago(days=30))}",
                1,
                is_over=True,
            ),
        ],
        steps=[str(step) for step in STEPS],
    )


def none() -> Skus:
    return replace(skus(), rows=[])
