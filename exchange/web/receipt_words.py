"""Why a receipt is not taken, and what to do: in words for who stands in a shop with a phone."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from attribution.domain.receipts import Refusal
from exchange.web.words import Word

TYPE_THEM = _("Open “Type the numbers” below and copy them from the paper.")
REFUSALS: Mapping[Refusal, tuple[Word, Word]] = {
    Refusal.TOO_LONG: (_("This is too long for a receipt's link"), TYPE_THEM),
    Refusal.NOT_A_RECEIPT: (
        _("This is not the link of a receipt"),
        _("Point the camera at the square code at the foot of the receipt once more."),
    ),
    Refusal.UNKNOWN_OPERATOR: (_("We do not know this kind of link"), TYPE_THEM),
    Refusal.WITHOUT_NUMBERS: (_("This link does not hold the receipt's numbers"), TYPE_THEM),
    Refusal.WRONG_SIGN: (
        _("The fiscal sign (ФП) is not right"),
        _("It has 10 to 13 digits and stands beside “ФП” or “ФБ”."),
    ),
    Refusal.WRONG_REGISTER: (
        _("The register's number (РНМ) is not right"),
        _("It has 12 digits and stands beside “РНМ” or “КТН”."),
    ),
    Refusal.WRONG_TOTAL: (
        _("The sum is not right"),
        _("Write it as on the receipt, for example 12300,50."),
    ),
    Refusal.WRONG_TIME: (
        _("The date or the time is not right"),
        _("Copy both from the receipt."),
    ),
    Refusal.SAID_TWICE: (_("This link says a number twice"), TYPE_THEM),
    Refusal.NO_CONSENT: (
        _("We need your consent"),
        _("Without it we may not keep the receipt's numbers. Tick the box and send it again."),
    ),
    Refusal.IN_FUTURE: (
        _("The receipt's time has not come yet"),
        _("Look at the date and the time again."),
    ),
    Refusal.TOO_OLD: (
        _("The receipt is too old"),
        _("Receipts are taken for 72 hours after the purchase."),
    ),
    Refusal.OTHER_SHOP: (
        _("This shop is not in the campaign"),
        _("Receipts of the shops named below are taken."),
    ),
    Refusal.TOO_SMALL: (
        _("The sum is too small"),
        _("The brand does not take receipts this small."),
    ),
    Refusal.TOO_LARGE: (
        _("The sum is too large"),
        _("The brand looks at such purchases itself: write to the shop."),
    ),
    Refusal.CLAIMED_HERE: (
        _("This receipt is counted already"),
        _("Nothing more to do: each receipt counts once."),
    ),
    Refusal.CLAIMED_ELSEWHERE: (
        _("This receipt was counted for another blogger"),
        _("Each receipt counts once, for who was named first."),
    ),
    Refusal.TOO_MANY_OF_PERSON: (
        _("Too many receipts today"),
        _("Come back tomorrow: receipts are taken for 72 hours."),
    ),
    Refusal.TOO_MANY_OF_INFLUENCER: (
        _("This page has taken enough receipts today"),
        _("Come back tomorrow: receipts are taken for 72 hours."),
    ),
    Refusal.BEFORE_CAMPAIGN: (
        _("The purchase was before the campaign"),
        _("Only purchases after its beginning count."),
    ),
    Refusal.NO_SUCH_PAGE: (_("This page takes no receipts now"), ""),
}
