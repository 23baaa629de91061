from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from attribution.connectors.admitad.postback import QUERY
from attribution.forms import AdmitadForm, TokenForm
from exchange.web.brand.guides.base import Guide

GUIDE = Guide(
    text=_(
        "AliExpress and other shops of the network: we read the statistics of your publisher's"
        " account; its postback makes it faster."
    ),
    form=AdmitadForm,
    token_form=TokenForm,
    note=_(
        "Admitad tells which click led to an order and what it pays you for it. The value of the"
        " order it names for some shops only: where it does not, your terms are counted from what"
        " Admitad pays. It tells neither the goods nor the buyer, and most shops approve after"
        " weeks."
    ),
    before=(
        _("Make an access token of your publisher's account that may read statistics."),
        _("Paste it here. We try it at once and store it encrypted."),
        _(
            "Let the campaign lead to your Admitad link (ad.admitad.com): we add the click to it as"
            " subid, so do not use subid yourself."
        ),
        _(
            "Add the shop's own sites under “Other sites” of the campaign: influencers then paste"
            " any product of it, and their link leads there through Admitad."
        ),
    ),
    after=(
        _("In Admitad open the postback settings of your ad space."),
        _(
            "Paste the address for notifications as it is, with everything in triple brackets:"
            " Admitad puts its values there."
        ),
        _("Choose new, approved, declined and pending actions."),
        _(
            "Nobody signs these calls: an order counts once we have read it in the statistics."
            " Without them all orders come too, only up to 10 minutes later."
        ),
    ),
    causes={
        "access_denied": _(
            "Admitad says that the token may not read the statistics (403). Make one with that"
            " right."
        ),
    },
    endpoints={"actions": _("Action")},
    query=QUERY,
)
