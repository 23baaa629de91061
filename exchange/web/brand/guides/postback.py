from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from attribution.connectors.postback import reasons
from attribution.connectors.postback.presets import PRESETS, Preset
from attribution.forms import PostbackForm
from attribution.models import Connection, InboundEvent
from exchange.web.brand.guides.base import Copy, Door, Guide
from exchange.web.words import Word

SIGN_IN_PHP = (
    "ksort($p, SORT_STRING); $p['sig'] = hash_hmac('sha256',"
    " http_build_query($p, '', '&', PHP_QUERY_RFC3986), $secret);"
)
SIGNED_STEPS = (
    _("Keep the click: when a buyer arrives with cpa_click in the address, store it with them."),
    _("When they order, call this address with the values in place of what stands in braces."),
    _(
        "Sign each call: sort all parameters but sig by name, encode them by RFC 3986 and join them"
        " as a query; sig is the HMAC-SHA256 of that text with the secret, in lower-case hex."
    ),
    _("Call again when the order becomes approved, declined or returned, with the time of that."),
    _("Send a test order: it appears in the log within seconds, or the reason why it did not."),
)
UNSIGNED_STEPS = (
    _("Keep the click: when a buyer arrives with cpa_click in the address, store it with them."),
    _(
        "Paste this address into your system, and its own macros in place of what stands in braces:"
        " the click, the number of the order, the status, the amount."
    ),
    _("Let it call again when the status changes: approved, declined."),
    _(
        "Nobody signs these calls: a reward waits until you confirm the order. With a signature"
        " (Birge's own names) orders are approved by themselves when the hold is over."
    ),
    _("Send a test order: it appears in the log within seconds, or the reason why it did not."),
)
REFUSALS: Mapping[str, Word] = {
    reasons.NOT_READABLE.code: _("Neither parameters nor flat JSON in UTF-8"),
    reasons.PARAMETER_REPEATED.code: _("A parameter comes twice"),
    reasons.PARAMETER_MISSING.code: _("A parameter is missing"),
    reasons.UNEXPANDED_MACRO.code: _("Your system did not replace its macro"),
    reasons.VALUE_TOO_LONG.code: _("A value is too long"),
    reasons.AMOUNT_INVALID.code: _("Not an amount like 25500.00"),
    reasons.CURRENCY_UNKNOWN.code: _("A currency that we do not know"),
    reasons.TIME_INVALID.code: _("Not unix seconds, or in the future"),
    reasons.CLICK_NOT_OURS.code: _("The click is not one of ours, and there is no promo code"),
    reasons.SIGNATURE_MISSING.code: _("The signature is missing"),
    reasons.SIGNATURE_WRONG.code: _("The signature is wrong"),
    reasons.VALUE_NOT_TEXT.code: _("A value of JSON is neither text nor a whole number"),
}


def _preset_of(found: Connection) -> Preset:
    return PRESETS[found.settings["preset"]]


def _door(found: Connection) -> Door:
    preset = _preset_of(found)
    path = reverse("postback", args=[found.endpoint_token])
    copies = [Copy(_("Address to call"), f"{settings.BASE_URL}{path}?{preset.query()}")]
    if preset.signature:
        copies.append(Copy(_("The signature in PHP"), SIGN_IN_PHP))
    return Door(
        copies=copies,
        steps=SIGNED_STEPS if preset.signature else UNSIGNED_STEPS,
        trust=InboundEvent.Trust(preset.trust),
        kind=_("signed postback") if preset.signature else _("unsigned postback"),
        names=preset.title,
    )


GUIDE = Guide(
    text=_(
        "Your tracker, CRM or own server calls an address of ours for each sale: with Birge's names"
        " or those of Keitaro, Affise, Admitad, TUNE and Everflow."
    ),
    form=PostbackForm,
    note=_(
        "The amount is what the buyer paid for the goods, in whole units with a point: 25500.00."
        " What a network pays (payout) is not read: rewards follow the terms of your campaign."
    ),
    before=(
        _("Choose whose names your system uses for the parameters."),
        _("You get an address to paste; with Birge's own names also a secret to sign with."),
        _("Only signed orders are approved by themselves when their hold is over."),
    ),
    refusals=REFUSALS,
    door=_door,
    waiting=_("Connected. The first call has not come: paste the address into your system."),
    silent=_("Send a test order. If it does not come, look whether your system still calls us."),
)
