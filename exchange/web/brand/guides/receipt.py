from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from attribution.forms import ShopForm
from exchange.web.brand.guides.base import Guide

GUIDE = Guide(
    text=_(
        "Shops with a cash register: buyers claim the fiscal receipt on the influencer's page, and"
        " your own list of receipts confirms it."
    ),
    form=ShopForm,
    note=_(
        "Nobody but you knows whether a receipt is real: nothing is paid before your list, or you,"
        " has confirmed it."
    ),
    before=(
        _("Name the chain or the shop, so that you recognise it."),
        _("Next you add the numbers of your cash registers (РНМ): other receipts are refused."),
        _("Each influencer of your campaigns gets a page on which buyers scan their receipt."),
        _("Every few days you upload your list of receipts for the days that wait."),
    ),
    after=(
        _("Add your cash registers: until then nobody can claim a receipt."),
        _("Tell your influencers that their link page now has a page for receipts."),
        _("Upload your list of receipts for the days that wait, and look at the differences."),
    ),
    endpoints={"claim": _("Receipt")},
    silent=_("Buyers have claimed no receipt for long. Do your influencers show their page?"),
    waiting=_("Connected. Nobody has claimed a receipt yet: add your cash registers."),
)
