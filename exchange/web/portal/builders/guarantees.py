"""What an influencer may count on for a month. Runs as the influencer."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from attribution.selectors.guarantees import earned_in_months
from campaigns.models import Guarantee
from campaigns.selectors.guarantees import guarantees_standing
from exchange.web.guarantee_words import (
    guarantee_conditions,
    guarantee_note,
    guarantee_sentence,
    guarantee_status,
)
from exchange.web.pages.guarantees import GuaranteeCard


def guarantee_cards(influencer_id: int, campaign_id: int | None = None) -> list[GuaranteeCard]:
    """Of one campaign on its own page, or of all with the way to each. One query where nothing is
    promised."""
    rows = guarantees_standing(influencer_id=influencer_id, campaign_id=campaign_id)
    return _cards(rows, is_linked=campaign_id is None)


def _cards(rows: Sequence[Guarantee], *, is_linked: bool) -> list[GuaranteeCard]:
    earned = earned_in_months({(each.participation_id, each.month) for each in rows})
    cards = []
    for each in rows:
        sums = earned[each.participation_id, each.month]
        url = reverse("portal:campaign", args=[each.campaign.public_id]) if is_linked else ""
        cards.append(
            GuaranteeCard(
                title=guarantee_sentence(each.amount_minor, each.month),
                campaign=each.campaign.title,
                brand_name=each.campaign.brand_name,
                status=guarantee_status(each),
                promised_minor=each.amount_minor,
                earned_minor=sums.approved_minor,
                open_minor=sums.open_minor,
                note=guarantee_note(each, sums, None),
                conditions=guarantee_conditions(),
                url=url,
            )
        )
    return cards
