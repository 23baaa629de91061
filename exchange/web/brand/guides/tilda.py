from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from attribution.forms import TildaForm, TildaKeyForm
from exchange.web.brand.guides.base import Guide

GUIDE = Guide(
    text=_("Tilda posts each cart to us at once. Nobody signs it: your CRM or you confirm."),
    form=TildaForm,
    token_form=TildaKeyForm,
    token_text=_("Change the key"),
    note=_(
        "Tilda signs nothing and never says what became of an order. So its orders wait until your"
        " CRM, your file or your API tells the same sale, or until you confirm them here."
    ),
    before=(
        _("Say in which currency your prices are, and when Tilda sends the form."),
        _("If you made an API key in Tilda, call it Api-Key there and paste it here."),
        _("We give you an address for the webhook; the steps come next."),
    ),
    after=(
        _("In Tilda open Site settings, Forms, Webhook, and paste the address of this source."),
        _("Switch on “Send cookies”, so that the click reaches us, and “Send products as array”."),
        _("Choose the webhook in the settings of the cart and publish the pages again."),
        _("Paste the script of this source into the head of the site: it keeps the click."),
        _("Buy something: the order appears in the log within seconds."),
    ),
    silent=_("Buy something. If it does not come, look whether the cart uses the webhook."),
    waiting=_("Connected. The first order has not come: add the webhook in Tilda."),
)
