"""Tracking links: made to a product, with an ending of one's own, switched off and on again.

Who writes here sees links of everybody (an ending must look like no other), so it is the
system's, for that purpose.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.domain.budget import levels_crossed
from campaigns.domain.deeplink import admitad_link, is_admitad
from campaigns.domain.destination import URL_CHARS_MAX
from campaigns.domain.link_ending import (
    ENDING_CHARS_MAX,
    EndingError,
    EndingRule,
    ending_parse,
    looks_of,
)
from campaigns.link_cache import links_changed
from campaigns.models import Campaign, Participation, TrackingLink
from campaigns.services.budget_alerts import budget_alerts_raise
from campaigns.services.offers import CampaignConflict, destination_require
from core.audit.services import audit_record
from core.errors import DomainError, Invalid, NotFound
from core.ids import link_token
from core.tenancy.context import acting_as
from ledger.domain import accounts
from ledger.selectors import balances

LINKS_MAX = 100
NUMBERS_TRIED = range(2, 52)
SUFFIX_CHARS = 3  # "-51"

ENDING_RULES = {
    EndingRule.LENGTH: gettext_lazy("The ending has 4 to 40 characters."),
    EndingRule.CHARACTERS: gettext_lazy(
        "The ending may have Latin letters, digits and single hyphens between them: aigerim-koilek."
    ),
    EndingRule.RESERVED: gettext_lazy(
        "“%(ending)s” could be taken for a page of Birge or a marketplace. Choose another ending."
    ),
}


class ParticipationConflict(DomainError):
    """The participation's state does not allow it."""

    code = "participation_state"


def tracking_link_create(*, participation_id: int, url: str, ending: str = "") -> TrackingLink:
    """A link to another product of the campaign's sites. The same product again is the same link;
    with an `ending` of its own it is another one, for as long as nobody's looks like it.

    Raises:
        NotFound: no such participation.
        ParticipationConflict: it is not approved.
        CampaignConflict: the campaign is over.
        Invalid: the address or the ending breaks a rule (said which), or there are too many links.
    """
    with acting_as(system="make a link"):
        participation = participation_locked(participation_id)
        if participation.state != Participation.State.APPROVED:
            raise ParticipationConflict(_("Links are made once the brand has accepted you."))
        campaign = Campaign.objects.get(pk=participation.campaign_id)
        if campaign.status == Campaign.Status.CLOSED:
            raise CampaignConflict(_("This campaign is over."))
        page = destination_require("url", url, campaign.allowed_hosts)
        destination_url = _through_network(campaign, page)
        token = _ending_require(ending) if ending.strip() else ""
        links = TrackingLink.objects.filter(participation=participation)
        known = _link_known(participation, destination_url, token)
        if known is not None:
            return known
        if links.count() >= LINKS_MAX:
            raise _wrong_url(_("There are 100 links already: use one of them."))
        return link_make(participation, destination_url, token)


def _through_network(campaign: Campaign, page: str) -> str:
    """Where a campaign leads through the network Admitad, its goods are reached through it too: a
    link past it would be paid to nobody.

    Raises:
        Invalid: another publisher's link, or one that is too long.
    """
    if not is_admitad(campaign.destination_url):
        return page
    try:
        through = admitad_link(campaign.destination_url, page)
    except ValueError:
        raise _wrong_url(
            _("Paste the address of the product in the shop, not a link that a network made.")
        ) from None
    if len(through) > URL_CHARS_MAX:
        raise _wrong_url(_("This address is too long for the network. Remove what follows “?”."))
    return through


def _wrong_url(message: str) -> Invalid:
    return Invalid.of("url", message)


def _ending_require(text: str) -> str:
    try:
        return ending_parse(text)
    except EndingError as error:
        message = str(ENDING_RULES[error.rule]) % {"ending": error.found}
        raise _wrong_ending(message) from None


def _link_known(
    participation: Participation, destination_url: str, token: str
) -> TrackingLink | None:
    """Their own link to this product, where one is asked for by its ending, with that ending.

    Raises:
        Invalid: the ending is nobody's to have any more; says why.
    """
    if not token:
        mine = TrackingLink.objects.filter(participation=participation, state="active")
        return mine.filter(destination_url=destination_url).first()
    known = TrackingLink.objects.filter(token_looks=looks_of(token)).first()
    if known is None:
        return None
    if known.influencer_id != participation.influencer_id or known.token != token:
        raise _ending_taken(token)
    is_same = (known.participation_id, known.destination_url) == (participation.pk, destination_url)
    if not is_same:
        raise _wrong_ending(
            _(
                "“%(ending)s” is your link to another product already and stays there: your posts"
                " may have it. Free: %(free)s."
            )
            % {"ending": token, "free": _ending_free(token)}
        )
    return known


def _ending_taken(token: str) -> Invalid:
    return _wrong_ending(
        _("“%(ending)s” is taken, or looks like one that is. Free: %(free)s.")
        % {"ending": token, "free": _ending_free(token)}
    )


def _ending_free(token: str) -> str:
    """The same with the first number that nobody has, or random letters where all are taken."""
    stem = token[: ENDING_CHARS_MAX - SUFFIX_CHARS].rstrip("-")
    wanted = {each: looks_of(each) for each in (f"{stem}-{n}" for n in NUMBERS_TRIED)}
    taken = TrackingLink.objects.filter(token_looks__in=wanted.values())
    looks = set(taken.values_list("token_looks", flat=True))
    return next((each for each, its in wanted.items() if its not in looks), link_token())


def _wrong_ending(message: str) -> Invalid:
    return Invalid.of("ending", message)


def link_make(participation: Participation, destination_url: str, token: str = "") -> TrackingLink:
    """The row, with a random token where none is given. Runs as the system.

    Raises:
        Invalid: somebody took this ending a moment ago.
    """
    try:
        with transaction.atomic():
            link = TrackingLink.objects.create(
                participation=participation,
                campaign_id=participation.campaign_id,
                brand_id=participation.brand_id,
                influencer_id=participation.influencer_id,
                destination_url=destination_url,
                **({"token": token} if token else {}),
            )
    except IntegrityError:
        if not token:
            raise
        raise _ending_taken(token) from None
    links_changed([link.token])  # somebody may have asked for this token before
    audit_record("link.create", link, after={"token": link.token, "url": destination_url})
    return link


def participation_locked(participation_id: int) -> Participation:
    """The row, locked until the end of the transaction. NotFound when there is none."""
    found = Participation.objects.select_for_update().filter(pk=participation_id).first()
    if found is None:
        raise NotFound(_("There is no such participation."))
    return found


# --- On and off -----------------------------------------------------------------------------


def tracking_link_disable(*, link_id: int) -> TrackingLink:
    """Switch a link off: visitors get the brand's other page or our explanation, and are still
    counted. Again is no mistake.

    Raises:
        NotFound: no such link.
    """
    with acting_as(system="switch a link"):
        link = _link_locked(link_id)
        return _link_switch(link, TrackingLink.State.DISABLED, "link.disable")


def tracking_link_enable(*, link_id: int) -> TrackingLink:
    """Switch a link on again: it leads where it always led.

    Raises:
        NotFound: no such link.
        ParticipationConflict: its owner takes no part any more.
        CampaignConflict: the campaign is over.
    """
    with acting_as(system="switch a link"):
        # The participation first, as whoever leaves a campaign does: no two wait for each other.
        found = _link_of(TrackingLink.objects.all(), link_id)
        participation = participation_locked(found.participation_id)
        link = _link_locked(link_id)
        if participation.state != Participation.State.APPROVED:
            raise ParticipationConflict(
                _("You take no part in this campaign now. Join it again, then switch the link on.")
            )
        if Campaign.objects.get(pk=link.campaign_id).status == Campaign.Status.CLOSED:
            raise CampaignConflict(_("This campaign is over."))
        return _link_switch(link, TrackingLink.State.ACTIVE, "link.enable")


def _link_locked(link_id: int) -> TrackingLink:
    return _link_of(TrackingLink.objects.select_for_update(), link_id)


def _link_of(links: QuerySet[TrackingLink], link_id: int) -> TrackingLink:
    found = links.filter(pk=link_id).first()
    if found is None:
        raise NotFound(_("There is no such link."))
    return found


def _link_switch(link: TrackingLink, state: TrackingLink.State, action: str) -> TrackingLink:
    if link.state == state:
        return link
    before = {"state": link.state}
    link.state = state
    link.save(update_fields=["state"])
    links_changed([link.token])
    audit_record(action, link, before=before, after={"state": link.state})
    return link


# --- The budget's end -----------------------------------------------------------------------


def links_follow_budgets(moved_minor: Mapping[Campaign, int]) -> None:
    """Call after posting tiyn to campaigns' budgets, in the same transaction: where one ran empty,
    or has something again, the click process reads the campaign's links anew; and where one has
    reached a level, its team is told. Two queries.

    The posting holds the balances' rows, so what they were before is what they are now less the
    move. Runs as the system.
    """
    refs = {campaign: accounts.budget(campaign.brand_id, campaign.pk) for campaign in moved_minor}
    after_minor = balances(refs.values())
    for campaign, ref in refs.items():
        used_minor = campaign.budget_minor - after_minor[ref]
        levels = levels_crossed(
            campaign.budget_minor,
            before_minor=used_minor + moved_minor[campaign],
            after_minor=used_minor,
        )
        if levels:
            budget_alerts_raise(campaign, levels, left_minor=after_minor[ref])
    changed = [
        campaign
        for campaign, ref in refs.items()
        if (after_minor[ref] > 0) != (after_minor[ref] - moved_minor[campaign] > 0)
    ]
    if changed:
        tokens = TrackingLink.objects.filter(campaign__in=changed).values_list("token", flat=True)
        links_changed(tokens)


def campaign_tokens(campaign: Campaign) -> list[str]:
    return list(TrackingLink.objects.filter(campaign=campaign).values_list("token", flat=True))
