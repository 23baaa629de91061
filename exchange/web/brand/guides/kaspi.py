from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from attribution.forms import KaspiForm, TokenForm
from exchange.web.brand.guides.base import Guide

GUIDE = Guide(
    text=_("We read the shop's orders with its token, or you upload the export of the cabinet."),
    form=KaspiForm,
    token_form=TokenForm,
    note=_(
        "Kaspi tells neither the click nor a promo code of an order. We count the clicks that your"
        " influencers bring and read your orders, but Kaspi itself never says which click led to"
        " which order."
    ),
    before=(
        _("Open the shop's cabinet, Settings, API token: only the head of the company can."),
        _("Paste the token here. We try it at once and store it encrypted."),
        _(
            "This token may do everything in the cabinet and never changes. We only ever read with"
            " it."
        ),
    ),
    upload=(
        _("Export your orders to Excel in the shop's cabinet."),
        _("Choose the file here as it is: change neither columns nor rows."),
        _("You see what we read, and what we could not, before anything is stored."),
        _("Addresses, names and reviews in the file are not read."),
    ),
    causes={
        "access_denied": _(
            "Kaspi says that this token may not read orders (403). The head of the company can make"
            " another one in the cabinet."
        ),
    },
    silence=_(
        "Kaspi does not answer us: it often keeps silent to computers outside Kazakhstan. We ask"
        " again by ourselves, and no order is lost."
    ),
    endpoints={"orders": _("Orders"), "order_refresh": _("Older orders")},
)
