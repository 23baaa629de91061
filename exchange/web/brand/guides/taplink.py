from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from attribution.forms import TaplinkForm, TaplinkKeyForm
from exchange.web.brand.guides.base import Guide

GUIDE = Guide(
    text=_("Signed webhooks of payments on your Taplink page."),
    form=TaplinkForm,
    token_form=TaplinkKeyForm,
    note=_(
        "Taplink tells neither goods nor returns, and no click: add a field for the promo code to"
        " the order form, it says whose a sale is. The hold begins at the payment."
    ),
    before=(
        _("In Taplink open Settings, Integrations, Webhooks, and think of a secret phrase."),
        _("Type the same phrase here; we store it encrypted."),
        _("Name the field of your order form in which buyers type a promo code."),
    ),
    after=(
        _("Paste the address of this source into Taplink and choose new payments."),
        _("Pay a test order: it appears in the log within seconds."),
    ),
    silent=_("Pay a test order. If it does not come, look whether the webhook is on in Taplink."),
    waiting=_("Connected. The first payment has not come: add the webhook in Taplink."),
)
