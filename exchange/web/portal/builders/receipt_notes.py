"""What an influencer reads of the receipt that a sale came from. Runs as the influencer."""

from __future__ import annotations

from django.utils.translation import gettext as _

from attribution.models import Conversion, ReceiptClaim, ReceiptMatch
from attribution.selectors.receipt_orders import conversion_beside, match_standing
from attribution.selectors.receipts import claim_of_conversion
from exchange.web.formatting import money_text


def receipt_note(conversion: Conversion) -> str:
    """Why it waits, or counts elsewhere; else what the shop said of it."""
    return match_note(conversion) or claim_note(conversion)


def match_note(conversion: Conversion) -> str:
    """What is known or asked of the receipt behind a sale and an order with the same sum."""
    match = match_standing(conversion)
    if match is None:
        return ""
    if match.state == ReceiptMatch.State.OPEN:
        is_waiting = conversion.status in (Conversion.Status.PENDING, Conversion.Status.ON_HOLD)
        asked = _(
            "An order of the brand has the same sum. The brand is asked whether both are one"
            " purchase; until it answers, nothing is approved."
        )
        return asked if is_waiting else ""
    if conversion.status != Conversion.Status.REJECTED:
        return ""
    counted = conversion_beside(match)
    if counted is None:
        return _("It is one purchase with an order of the shop, and a purchase is paid once.")
    said = _("It is one purchase with your order %(number)s, and is paid there.")
    return said % {"number": counted.order_number}


def claim_note(conversion: Conversion) -> str:
    """What the shop said of the receipt that a sale came from."""
    claim = claim_of_conversion(conversion)
    if claim is None:
        return ""
    if claim.state == ReceiptClaim.State.REFUSED:
        return _("The brand's reason: %(note)s") % {"note": claim.note}
    if claim.state == ReceiptClaim.State.DIFFERS and claim.file_total_minor is not None:
        said = _("The shop's list shows another sum: %(sum)s. The brand decides.")
        return said % {"sum": money_text(claim.file_total_minor)}
    return ""
