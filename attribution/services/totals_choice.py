"""A brand chooses by what a campaign pays the sales at a marketplace: its orders, or its totals."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from attribution.models import Connection, Conversion, Grade
from campaigns.domain.daily_totals import SOURCES_OF, pays_percent_alone
from campaigns.domain.traffic_tags import Platform
from campaigns.models import Campaign, ExternalCode, Terms, TrafficTag
from core import clock
from core.audit.services import audit_record
from core.clock import day_start
from core.errors import DomainError, NotFound
from core.locks import lock_for_transaction
from core.tenancy.context import acting_as

CODE_KIND: dict[Platform, str] = {
    "ozon": ExternalCode.Kind.OZON_VOUCHER,
    "wildberries": ExternalCode.Kind.WB_SUBSTITUTE_ARTICLE,
}
LOST = (Conversion.Status.REJECTED, Conversion.Status.REVERSED)


class TotalsConflict(DomainError):
    """The campaign cannot be paid so; the message says why, and what to do."""

    code = "totals_conflict"


def totals_choose(*, campaign_id: int, platform: Platform) -> Campaign:
    """From today on this campaign pays the marketplace's daily totals, and none of its orders.

    Raises:
        NotFound: no such campaign.
        TotalsConflict: it is closed, its terms are no plain percent, it pays this marketplace's
            orders already, or nobody counts for it.
    """
    with acting_as(system="choose what a campaign pays by"):
        campaign = _campaign_locked(campaign_id)
        lock_for_transaction(f"external codes of brand {campaign.brand_id}")
        if platform in campaign.totals_from:
            return campaign
        if reason := totals_refusal(campaign, platform):
            raise TotalsConflict(reason)
        before = {"totals_from": campaign.totals_from}
        campaign.totals_from = {**campaign.totals_from, platform: clock.today().isoformat()}
        _save(campaign, before)
    return campaign


def totals_drop(*, campaign_id: int, platform: Platform) -> Campaign:
    """Orders count again; only while no day has been credited.

    Raises:
        NotFound: no such campaign.
        TotalsConflict: days are credited already.
    """
    with acting_as(system="choose what a campaign pays by"):
        campaign = _campaign_locked(campaign_id)
        if platform not in campaign.totals_from:
            return campaign
        if _credited(campaign, platform).filter(grade=Grade.C).exists():
            raise TotalsConflict(
                _("Days are credited by totals already: it stays so until the campaign ends.")
            )
        before = {"totals_from": campaign.totals_from}
        campaign.totals_from = {
            name: first_on for name, first_on in campaign.totals_from.items() if name != platform
        }
        _save(campaign, before)
    return campaign


def _campaign_locked(campaign_id: int) -> Campaign:
    campaign = Campaign.objects.select_for_update().filter(pk=campaign_id).first()
    if campaign is None:
        raise NotFound(_("There is no such campaign."))
    return campaign


def _save(campaign: Campaign, before: dict[str, object]) -> None:
    campaign.save(update_fields=["totals_from"])
    after = {"totals_from": campaign.totals_from}
    audit_record("campaign.totals", campaign, before=before, after=after)


def totals_refusal(campaign: Campaign, platform: Platform) -> str:
    """Why the campaign cannot pay by this marketplace's totals; "" when it can."""
    if campaign.status == Campaign.Status.CLOSED:
        return _("The campaign is closed.")
    terms = Terms.objects.filter(campaign=campaign)
    if not all(pays_percent_alone(each.commission) for each in terms):
        return _(
            "A total names neither orders nor goods: only a plain percent can be paid by it,"
            " without a sum for an order, a cap or rewards by product."
        )
    if not _is_counted(campaign.brand_id, platform):
        return _(
            "Nobody counts for this brand there yet. Connect Ozon's external traffic, or give the"
            " number of Wildberries' cabinet on the page of its connection."
        )
    codes = ExternalCode.objects.filter(campaign=campaign, kind=CODE_KIND[platform])
    if codes.exclude(state=ExternalCode.State.VOID).exists():
        return _(
            "Vouchers or substitute articles are out in this campaign: it pays by orders. One sale"
            " would be paid twice."
        )
    if _credited(campaign, platform).exclude(grade=Grade.C).exists():
        return _("Orders of this marketplace are credited in this campaign: it pays by orders.")
    if title := paying_orders_elsewhere(campaign, platform):
        message = _(
            "Campaign “%(title)s” pays orders there by vouchers or articles: one sale would be in a"
            " total here and an order there. Close it, or take its codes back, first."
        )
        return message % {"title": title}
    return ""


def _is_counted(brand_id: int, platform: Platform) -> bool:
    if platform == "ozon":
        sources = Connection.objects.filter(brand_id=brand_id, source="ozon_traffic")
        return sources.exclude(state=Connection.State.OFF).exists()
    return TrafficTag.objects.filter(brand_id=brand_id, platform=platform).exists()


def _credited(campaign: Campaign, platform: Platform) -> QuerySet[Conversion]:
    living = Conversion.objects.filter(campaign=campaign, source__in=SOURCES_OF[platform])
    return living.exclude(status__in=LOST)


def paying_orders_elsewhere(campaign: Campaign, platform: Platform) -> str:
    """The title of another campaign of the brand, not closed before today, that pays this
    marketplace's orders by codes; "" where none does."""
    now = clock.now()
    codes = ExternalCode.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=now),
        Q(campaign__closed_at__isnull=True)
        | Q(campaign__closed_at__gte=day_start(clock.day_of(now))),
        brand_id=campaign.brand_id,
        kind=CODE_KIND[platform],
    ).exclude(Q(campaign=campaign) | Q(state=ExternalCode.State.VOID))
    found = codes.order_by("campaign_id").values_list("campaign__title", flat=True).first()
    return found or ""
