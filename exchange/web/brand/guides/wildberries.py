from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from attribution.forms import MarketplaceForm, TokenForm
from exchange.web.brand.guides.base import Guide

GUIDE = Guide(
    text=_("We read the order feed and the finance report with a read-only token."),
    form=MarketplaceForm,
    token_form=TokenForm,
    before=(
        _("Open the seller's cabinet, Settings, Access to API."),
        _(
            "Make a read-only service token with the categories Analytics, Finance, Statistics,"
            " Marketplace and Buyer returns. Without the last three we read less."
        ),
        _("Paste it here. We check it at once and store it encrypted."),
        _(
            "Give each influencer a substitute article and add it on the campaign's page: it says"
            " whose an order is."
        ),
    ),
    causes={
        "access_denied": _(
            "%(source)s says that the token may not read this (403). Make one with the categories"
            " Analytics and Finance."
        ),
    },
    endpoints={
        "order_feed": _("Order feed"),
        "finance_report": _("Finance report"),
        "supplier_orders": _("Cancellation"),
        "supplier_sales": _("Sale or return"),
        "claims": _("Approved claim"),
        "fbs_statuses": _("Own delivery"),
    },
)
