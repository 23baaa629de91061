"""The rule between campaigns."""

from __future__ import annotations

from exchange.web.pages.code_policy import BetweenCampaigns, PolicyChoice

CODE = "Who typed the code at the checkout decided last. The link is shown as an assist."
LINK = "Who brought the buyer to the shop earns. The code is shown as an assist."


def between_campaigns() -> BetweenCampaigns:
    choices = [
        PolicyChoice("code_wins", "The promo code wins", CODE, is_current=True),
        PolicyChoice("click_wins", "The link wins", LINK, is_current=False),
    ]
    return BetweenCampaigns(choices, "#", "#")
