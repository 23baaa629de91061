"""The rule of a campaign in plain words, the same on the brand's form and the influencer's card."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext

from campaigns.domain.commission import CommissionTerms
from campaigns.domain.places import Place
from campaigns.reward_forms import PLACE_NAMES
from exchange.web.reward_words import reward_sentences

CODE_POLICIES = ("code_wins", "click_wins", "code_only", "click_only")


def policy_sentences(
    *,
    commission: CommissionTerms,
    window_days: int,
    hold_days: int,
    code_policy: str,
    model: str = "last_click",
    places: Sequence[str] = (),
    clawback_days: int | None = None,
) -> list[str]:
    """What a campaign pays, for whose sale and when, sentence by sentence. Never shortened."""
    facts = {"window_days": window_days, "hold_days": hold_days}
    return [
        *reward_sentences(commission),
        *[said % facts for said in _who_earns(code_policy)],
        *_which_click(code_policy, model),
        gettext(
            "If the goods are not returned within %(hold_days)s days of receipt, the reward is"
            " approved."
        )
        % facts,
        gettext("Until then the brand may refuse only with evidence."),
        *_late_returns(clawback_days),
        *_where(places),
    ]


def _late_returns(clawback_days: int | None) -> list[str]:
    """What an approved reward may still lose; nothing said where it may lose nothing."""
    if clawback_days is None:
        return []
    said = gettext(
        "If goods come back within %(days)s days after the approval, their part of the reward goes"
        " back too: out of what is not paid yet, or little by little out of later payouts."
    )
    return [said % {"days": clawback_days}]


def _where(places: Sequence[str]) -> list[str]:
    """Said where not every place is allowed."""
    if not places:
        return []
    names = ", ".join(str(PLACE_NAMES[Place(each)]) for each in places)
    return [gettext("Recommend it only here: %(names)s.") % {"names": names}]


def _who_earns(code_policy: str) -> list[str]:
    if code_policy == "code_only":
        return [
            gettext("If a buyer enters your promo code, the reward is yours."),
            gettext("Links are not counted."),
        ]
    if code_policy == "click_only":
        return [
            gettext(
                "If a buyer taps your link and orders within %(window_days)s days, the reward is"
                " yours."
            ),
            gettext("Promo codes are not counted."),
        ]
    both = gettext(
        "If a buyer taps your link and orders within %(window_days)s days, or enters your promo"
        " code, the reward is yours."
    )
    conflict = {
        "code_wins": gettext(
            "If the link is one influencer's and the code another's, the code's owner gets it."
        ),
        "click_wins": gettext(
            "If the link is one influencer's and the code another's, the link's owner gets it."
        ),
    }
    return [both, conflict[code_policy]]


def _which_click(code_policy: str, model: str) -> list[str]:
    """Said where it is not the usual rule, or where the link alone decides."""
    if code_policy == "code_only" or (model == "last_click" and code_policy == "code_wins"):
        return []
    if model == "first_click":
        return [gettext("If the links of several influencers were tapped, the first one counts.")]
    return [gettext("If the links of several influencers were tapped, the last one counts.")]
