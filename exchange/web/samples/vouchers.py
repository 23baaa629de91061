"""Invented content for the page of an influencer's vouchers."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _

from exchange.web.brand.builders.vouchers import STEPS
from exchange.web.pages import brand
from exchange.web.pages.common import Fact


def vouchers() -> brand.Vouchers:
    return brand.Vouchers(
        name="Айгерім Сәбитова",
        title="Жылы үй",
        back_url="#",
        action_url="#",
        rows=[
            brand.VoucherRow("Birge k3m9x2ab", "−10%", ["OZON7A21BC"]),
            brand.VoucherRow("Birge q8w2e5rt", "−5%", [], is_reserved=True, settle_url="#"),
        ],
        steps=[str(step) for step in STEPS],
    )


def confirm() -> brand.Vouchers:
    facts = [Fact(_("Discount for the buyer"), "10%"), Fact(_("Budget of the discount"), "500 000")]
    return replace(vouchers(), rows=[], sums=facts)
