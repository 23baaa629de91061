"""Whose a sale is when two campaigns of a brand meet."""

from __future__ import annotations

from django.utils.translation import gettext as _

from brands.models import Brand
from exchange.web.brand.desk import Desk
from exchange.web.pages.code_policy import BetweenCampaigns, PolicyChoice


def between_campaigns(desk: Desk) -> BetweenCampaigns:
    texts = {
        Brand.CodePolicy.CODE_WINS: (
            _("The promo code wins"),
            _("Who typed the code at the checkout decided last. The link is shown as an assist."),
        ),
        Brand.CodePolicy.CLICK_WINS: (
            _("The link wins"),
            _("Who brought the buyer to the shop earns. The code is shown as an assist."),
        ),
    }
    return BetweenCampaigns(
        choices=[
            PolicyChoice(str(value), *words, is_current=desk.brand.code_policy == value)
            for value, words in texts.items()
        ],
        back_url=desk.url("campaigns"),
        action_url=desk.url("code_policy") if desk.member.may_write else "",
    )
