"""Tracking links with their figures, and the page to share one. Runs as the influencer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Literal, NamedTuple
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from attribution.domain.sub_ids import subs_clean, url_with_subs
from attribution.selectors.clicks import clicks_by_link
from attribution.selectors.conversions import (
    Taken,
    taken_by_participation,
)
from attribution.selectors.phone_claims import phone_counts
from attribution.selectors.receipts import claims_of_participation, claims_taken
from campaigns.domain.deeplink import admitad_page, is_admitad
from campaigns.domain.destination import host_of
from campaigns.models import (
    Campaign,
    Participation,
    ParticipationTerms,
    PromoCode,
    Terms,
    TrackingLink,
)
from campaigns.selectors import (
    Card,
    Coverage,
    campaigns_without_budget,
    codes_of_influencer,
    later_terms,
    links_count,
    terms_at,
    vat_today,
)
from campaigns.selectors.codes import codes_of_participation
from campaigns.selectors.versions import announced_at
from core import clock
from exchange.web.code_words import when_text
from exchange.web.formatting import day_full, day_of
from exchange.web.pages import links as pages
from exchange.web.pages.codes import OwnCode
from exchange.web.pages.common import Coming
from exchange.web.qr import PRINT_MM
from exchange.web.reward_words import rate_short
from exchange.web.rewards import policy_terms
from exchange.web.words import RECEIPT
from influencers.models import Influencer

CLICKS_SINCE_DAYS = 3650  # a link's whole life


def link_url(link: TrackingLink) -> str:
    return f"{settings.CLICK_BASE_URL}/c/{link.token}"


def _without_scheme(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path}"


def _destination_text(url: str) -> str:
    """The product, also where a network stands between."""
    page = admitad_page(url) if is_admitad(url) else ""
    return _without_scheme(page or url)


def link_cards(influencer: Influencer, links: Sequence[TrackingLink]) -> list[pages.LinkCard]:
    """Five queries, whatever the number of links, and one more where terms were changed."""
    own = _terms_of(links)
    siblings = links_count([link.participation_id for link in links])
    empty = campaigns_without_budget([link.campaign for link in links])
    codes = codes_of_influencer(influencer.pk)
    clicks = clicks_by_link(
        link_ids=[link.pk for link in links],
        first_on=clock.today() - timedelta(days=CLICKS_SINCE_DAYS),
        last_on=clock.today(),
    )
    taken = taken_by_participation([link.participation_id for link in links])
    cards = [
        _link_card(
            link,
            own[link.pk],
            codes.get(link.participation_id),
            clicks[link.pk].people if link.pk in clicks else 0,
            taken.get(link.participation_id, Taken()),
            link_status(link, is_budget_empty=link.campaign_id in empty),
        )
        for link in links
    ]
    return [
        replace(card, is_of_several=siblings[link.participation_id] > 1)
        for card, link in zip(cards, links, strict=True)
    ]


def link_status(link: TrackingLink, *, is_budget_empty: bool) -> str:
    """A key of words.LINK: the same rules as the click process has, the most final first."""
    campaign = link.campaign
    is_over = campaign.ends_at is not None and campaign.ends_at <= clock.now()
    if campaign.status == Campaign.Status.CLOSED or is_over:
        return "ended"
    if link.participation.state != Participation.State.APPROVED:
        return "left"
    if link.state == TrackingLink.State.DISABLED:
        return "off"
    if campaign.status != Campaign.Status.LIVE:
        return "paused"
    return "no_budget" if is_budget_empty else "on"


class _Own(NamedTuple):
    """What is in force for whose link it is, and what was announced to them."""

    terms: Terms
    coming: ParticipationTerms | None


def _terms_of(links: Iterable[TrackingLink]) -> dict[int, _Own]:
    """One query, and none where nobody's terms were changed."""
    now, rows = clock.now(), list(links)
    later = later_terms([link.participation for link in rows])
    return {
        link.pk: _Own(
            terms_at(link.participation, later, now),
            announced_at(later.get(link.participation_id, ()), now),
        )
        for link in rows
    }


def _coming_text(own: _Own) -> str:
    """ "from 21 December: 5%", "" where nothing was announced."""
    if own.coming is None:
        return ""
    rate, later = rate_short(own.terms.commission), rate_short(own.coming.terms.commission)
    said = {"day": day_full(day_of(own.coming.since)), "rate": later}
    return (_("from %(day)s: %(rate)s") if rate != later else _("from %(day)s: other terms")) % said


def _link_card(
    link: TrackingLink, own: _Own, code: PromoCode | None, people: int, taken: Taken, status: str
) -> pages.LinkCard:
    url = link_url(link)
    return pages.LinkCard(
        title=link.campaign.title,
        brand_name=link.campaign.brand_name,
        rate_text=rate_short(own.terms.commission),
        coming_text=_coming_text(own),
        url=url,
        url_text=_without_scheme(url),
        detail_url=reverse("portal:link", args=[link.public_id]),
        clicks=people,
        orders=taken.orders,
        earned_minor=taken.earned_minor,
        code=code.code if code else "",
        status=status,
        destination_text=_destination_text(link.destination_url),
    )


def links(cards: list[pages.LinkCard]) -> pages.Links:
    return pages.Links(cards, reverse("portal:campaigns"), reverse("portal:link_create"))


def link_page(
    influencer: Influencer, link: TrackingLink, *, is_new: bool, subs: Sequence[str] = ()
) -> pages.LinkPage:
    """`subs` are names of a post, as they were typed."""
    (card,) = link_cards(influencer, [link])
    share = quote(card.url, safe="")
    own = _terms_of([link])[link.pk]
    tagged = _tagged(card.url, subs)
    return pages.LinkPage(
        card=card,
        home_url=reverse("portal:home"),
        campaign_url=reverse("portal:campaign", args=[link.campaign.public_id]),
        telegram_url=f"https://t.me/share/url?url={share}",
        whatsapp_url=f"https://wa.me/?text={share}",
        captions=[_caption("kk", "Қаз", card), _caption("ru", "Рус", card)],
        destination_url=link.destination_url,
        qr_svg_url=_qr_url(link, "svg", tagged),
        qr_png_url=_qr_url(link, "png", tagged),
        qr_mm=PRINT_MM,
        tagged=tagged,
        per_sale_minor=_per_sale(link, own.terms),
        coming=_coming(own),
        off_url=_switch_url(link, "link_off", is_shown=link.state == TrackingLink.State.ACTIVE),
        on_url=_switch_url(link, "link_on", is_shown=card.status == "off"),
        stats_url=f"{reverse('portal:clicks')}?link={link.public_id}",
        receipts=_receipts_card(link),
        own_code=_own_code(link),
        is_new=is_new,
    )


def _per_sale(link: TrackingLink, terms: Terms) -> int:
    return Card(link.campaign, terms, vat_bps=vat_today([terms])).reward_minor


def _coming(own: _Own) -> Coming | None:
    if own.coming is None:
        return None
    return Coming(policy_terms(own.coming.terms), day_of(own.coming.since))


def _own_code(link: TrackingLink) -> OwnCode | None:
    """The code of the link's participation, and what can be done with it; None where there is none
    and never was."""
    found = link.participation
    own = codes_of_participation(found, now=clock.now())
    if own.active is None and not own.replaced and not own.one_time.total:
        return None
    is_in = found.state == Participation.State.APPROVED
    may_wish = is_in and own.active is not None
    address = [link.public_id]
    return OwnCode(
        code=own.active.code if own.active else "",
        aliases=tuple(own.aliases),
        when=when_text(own.active) if own.active else "",
        former=[(code.code, code.valid_until) for code in own.replaced if code.valid_until],
        wish_url=reverse("portal:link_code_wish", args=address) if may_wish else "",
        take_url=reverse("portal:link_code_take", args=address)
        if is_in and own.one_time.issued
        else "",
        left=own.one_time.issued,
        given=own.one_time.reserved,
        used=own.one_time.redeemed,
    )


def _receipts_card(link: TrackingLink) -> pages.ReceiptsCard | None:
    """Only where this link can bring the brand a receipt or a follower's number."""
    if link.state != TrackingLink.State.ACTIVE:
        return None
    takes = claims_taken(link.participation)
    if not takes.receipts and not takes.phones:
        return None
    url = f"{settings.BASE_URL}/r/{link.token}/"
    counts = claims_of_participation(link.participation_id)
    return pages.ReceiptsCard(
        url,
        _without_scheme(url),
        [(state, counts[state]) for state in RECEIPT if state in counts],
        takes_receipts=takes.receipts,
        phones=_phones_card(link.participation_id) if takes.phones else None,
    )


def _phones_card(participation_id: int) -> pages.PhonesCard:
    counts = phone_counts(participation_id)
    return pages.PhonesCard(counts.left, counts.orders, counts.credited, counts.waiting)


def _switch_url(link: TrackingLink, name: str, *, is_shown: bool) -> str:
    return reverse(f"portal:{name}", args=[link.public_id]) if is_shown else ""


def _tagged(url: str, subs: Sequence[str]) -> pages.Tagged:
    names = subs_clean(subs)
    if not any(names):
        return pages.Tagged(list(names))
    tagged = url_with_subs(url, names)
    return pages.Tagged(list(names), tagged, tagged.partition("://")[2])


def _qr_url(link: TrackingLink, kind: str, tagged: pages.Tagged) -> str:
    return url_with_subs(reverse("portal:link_qr", args=[link.public_id, kind]), tagged.names)


# --- Making one -----------------------------------------------------------------------------


def link_form(
    typed: str,
    *,
    url: str = "",
    error: str = "",
    coverage: Coverage | None = None,
    chosen: str = "",
) -> pages.LinkForm:
    """`url` is the address as a link would store it, "" where there is none yet."""
    host = host_of(url).removeprefix("www.")
    mine = [_cover(card) for card in coverage.mine] if coverage else []
    picked = chosen if chosen in {cover.value for cover in mine} else ""
    ask = _(
        "Hello! I would like to recommend your goods from %(host)s through Birge and be paid for"
        " each sale."
    ) % {"host": host}
    return pages.LinkForm(
        typed=typed,
        action_url=reverse("portal:link_create"),
        back_url=reverse("portal:links"),
        link_start=_without_scheme(f"{settings.CLICK_BASE_URL}/c/"),
        url=url,
        url_text=url.partition("://")[2],
        host=host,
        error=error,
        mine=[
            replace(cover, is_chosen=cover.value == picked or (not picked and n == 0))
            for n, cover in enumerate(mine)
        ],
        open_to_join=[_cover(card) for card in coverage.open_to_join] if coverage else [],
        campaigns_url=reverse("portal:campaigns"),
        ask_text=f"{ask} {settings.BASE_URL}",
        telegram_url=f"https://t.me/share/url?url={quote(settings.BASE_URL, safe='')}"
        f"&text={quote(ask, safe='')}",
    )


def _cover(card: Card) -> pages.Cover:
    return pages.Cover(
        value=str(card.campaign.public_id),
        title=card.campaign.title,
        brand_name=card.campaign.brand_name,
        rate_text=rate_short(card.terms.commission),
        per_sale_minor=card.reward_minor,
        url=reverse("portal:campaign", args=[card.campaign.public_id]),
    )


# --- Texts ----------------------------------------------------------------------------------


def _caption(language: Literal["kk", "ru"], short: str, card: pages.LinkCard) -> pages.Caption:
    """In its own language, whatever the page's: the label is one of the law's phrases."""
    facts = {"title": card.title, "code": card.code, "url": card.url_text}
    with override(language):
        label = _("Advertisement")
        said = (
            _("I like «%(title)s». Code %(code)s: %(url)s")
            if card.code
            else _("I like «%(title)s»: %(url)s")
        )
        return pages.Caption(language, short, label, said % facts)
