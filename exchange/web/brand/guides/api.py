from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from attribution.forms import RestForm
from attribution.models import Connection, InboundEvent
from exchange.web.brand.guides.base import Copy, Door, Guide

EXAMPLE = (
    "curl -X POST {url} -H 'Authorization: Bearer KEY' -H 'Idempotency-Key: KZ-1042-paid'"
    " -H 'Content-Type: application/json' -d '"
    '{{"external_id":"KZ-1042","status":"paid","occurred_at":"2026-11-20T10:00:00Z",'
    '"updated_at":"2026-11-20T10:00:00Z","currency":"KZT","click_id":null,'
    '"promo_codes":["AIGERIM10"],"lines":[{{"line_id":"1","quantity":2,"amount_minor":2550000}}]}}'
    "'"
)


def _door(found: Connection) -> Door:
    url = f"{settings.BASE_URL}{reverse('api:orders')}"
    docs = f"{settings.BASE_URL}{reverse('api:docs')}"
    return Door(
        copies=[
            Copy(_("Address to call"), url),
            Copy(_("An order to begin with"), EXAMPLE.format(url=url)),
            Copy(_("All fields"), docs),
        ],
        steps=(
            _(
                "Keep the click: when a buyer arrives with cpa_click in the address, store it with"
                " them."
            ),
            _("Send each order with the key as a Bearer token; amounts are whole tiyn."),
            _("Send the whole order again whenever it changes: paid, fulfilled, returned."),
            _("Give each call an Idempotency-Key: repeated, it gets the same answer."),
            _("Send a test order: it appears in the log within seconds."),
        ),
        trust=InboundEvent.Trust.SIGNED,
        kind=_("API key"),
    )


GUIDE = Guide(
    text=_("Your own server sends each order as JSON with a key, and reads whose it is and why."),
    form=RestForm,
    before=(
        _("Name it, so that you recognise it in the list."),
        _("You get a key that may send and read orders. It is shown once."),
        _("A brand has one such connection; its page makes new keys."),
    ),
    door=_door,
    waiting=_("Connected. The first order has not come: send one with your key."),
    silent=_("Send a test order. If it does not come, look whether your server still calls us."),
)
