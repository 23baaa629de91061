from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from attribution.forms import InSalesForm, InSalesKeyForm
from exchange.web.brand.guides.base import Guide

GUIDE = Guide(
    text=_("We read the shop's orders with an application's password; its webhook is faster."),
    form=InSalesForm,
    token_form=InSalesKeyForm,
    before=(
        _("In InSales open Applications, Developers, and make a key that may read orders."),
        _("Copy its id and password here, with the address of the shop."),
        _("We try them at once and store them encrypted."),
    ),
    after=(
        _("Add webhooks of created and updated orders with the address of this source."),
        _("Place a test order: it appears in the log within seconds."),
        _("Without webhooks all orders come too, only up to 15 minutes later."),
    ),
    causes={
        "access_denied": _(
            "The shop says that this application may not read orders (403). Give it that right in"
            " InSales."
        ),
    },
    endpoints={"orders": _("Orders")},
)
