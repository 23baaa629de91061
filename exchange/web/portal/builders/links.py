"""Tracking links with their figures, and the page to share one. Runs as the influencer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from attribution.selectors.clicks import clicks_by_link
from attribution.selectors.conversions import (
    Taken,
    taken_by_participation,
)
from campaigns.models import PromoCode, TrackingLink
from campaigns.selectors import (
    Card,
    codes_of_influencer,
)
from core import clock
from exchange.web.formatting import (
    percent_text,
)
from exchange.web.pages import portal
from influencers.models import Influencer

CLICKS_SINCE_DAYS = 3650  # a link's whole life


def link_url(link: TrackingLink) -> str:
    return f"{settings.CLICK_BASE_URL}/c/{link.token}"


def _without_scheme(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path}"


def link_cards(influencer: Influencer, links: Sequence[TrackingLink]) -> list[portal.LinkCard]:
    """Three queries, whatever the number of links."""
    codes = codes_of_influencer(influencer.pk)
    clicks = clicks_by_link(
        link_ids=[link.pk for link in links],
        first_on=clock.today() - timedelta(days=CLICKS_SINCE_DAYS),
        last_on=clock.today(),
    )
    taken = taken_by_participation([link.participation_id for link in links])
    return [
        _link_card(
            link,
            codes.get(link.participation_id),
            clicks[link.pk].people if link.pk in clicks else 0,
            taken.get(link.participation_id, Taken()),
        )
        for link in links
    ]


def _link_card(
    link: TrackingLink, code: PromoCode | None, people: int, taken: Taken
) -> portal.LinkCard:
    url = link_url(link)
    is_active = link.state == TrackingLink.State.ACTIVE and link.campaign.status == "live"
    return portal.LinkCard(
        title=link.campaign.title,
        brand_name=link.campaign.brand_name,
        rate_text=percent_text(link.participation.terms.commission_bps),
        url=url,
        url_text=_without_scheme(url),
        detail_url=reverse("portal:link", args=[link.public_id]),
        clicks=people,
        orders=taken.orders,
        earned_minor=taken.earned_minor,
        code=code.code if code else "",
        is_active=is_active,
    )


def links(cards: list[portal.LinkCard]) -> portal.Links:
    return portal.Links(cards, reverse("portal:campaigns"))


def link_page(influencer: Influencer, link: TrackingLink, *, is_new: bool) -> portal.LinkPage:
    (card,) = link_cards(influencer, [link])
    share = quote(card.url, safe="")
    reward = Card(link.campaign, link.participation.terms).reward_minor
    return portal.LinkPage(
        card=card,
        home_url=reverse("portal:home"),
        campaign_url=reverse("portal:campaign", args=[link.campaign.public_id]),
        telegram_url=f"https://t.me/share/url?url={share}",
        whatsapp_url=f"https://wa.me/?text={share}",
        captions=[_caption("kk", "Қаз", card), _caption("ru", "Рус", card)],
        per_sale_minor=reward,
        is_new=is_new,
    )


def _caption(language: Literal["kk", "ru"], short: str, card: portal.LinkCard) -> portal.Caption:
    """In its own language, whatever the page's: the label is one of the law's phrases."""
    facts = {"title": card.title, "code": card.code, "url": card.url_text}
    with override(language):
        label = _("Advertisement")
        said = (
            _("I like «%(title)s». Code %(code)s: %(url)s")
            if card.code
            else _("I like «%(title)s»: %(url)s")
        )
        return portal.Caption(language, short, label, said % facts)
