"""Exclusive articles of one influencer."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.models import Campaign, ExternalCode, Participation
from campaigns.selectors.exclusive_skus import exclusive_sku_list
from exchange.web.brand.desk import Desk
from exchange.web.exclusive_skus import sku_is_over, sku_when
from exchange.web.pages import skus as pages
from exchange.web.words import Word
from influencers.models import Influencer

STEPS: Sequence[Word] = (
    gettext_lazy("List your goods once more, under an article of their own: a set, a colour."),
    gettext_lazy("Only this influencer shows the page of these goods."),
    gettext_lazy("An order with the article names the influencer: no link and no code is needed."),
    gettext_lazy("Taken back, the article is free; orders before that stay as they were decided."),
)


def skus(desk: Desk, row: Participation) -> pages.Skus:
    """Three queries."""
    campaign = Campaign.objects.get(pk=row.campaign_id)
    is_in = row.state == Participation.State.APPROVED
    return pages.Skus(
        name=Influencer.objects.values_list("name", flat=True).get(pk=row.influencer_id),
        title=campaign.title,
        back_url=desk.url("campaign", campaign.public_id),
        action_url=desk.url("participation_skus", row.public_id),
        rows=[_row(desk, row, code) for code in exclusive_sku_list(row)],
        steps=[str(step) for step in STEPS],
        blocked="" if is_in else _("Accept the influencer first."),
    )


def _row(desk: Desk, row: Participation, code: ExternalCode) -> pages.SkuRow:
    is_over = sku_is_over(code)
    return pages.SkuRow(
        sku=code.value,
        when=sku_when(code),
        code=code.pk,
        is_over=is_over,
        end_url="" if is_over else desk.url("sku_end", row.public_id),
    )
