"""Rows of terms: the one place where they are made."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Max

from campaigns.domain.offer import Offer
from campaigns.domain.sku_table import table_plain
from campaigns.domain.tier_table import bonuses_plain, tiers_plain
from campaigns.models import Campaign, ParticipantGroup, Terms

# What of a version is its own, and not a rule that another one may take over
OWN = {"id", "campaign", "brand", "group", "version", "created_at", "published_at"}


def terms_columns(offer: Offer) -> dict[str, Any]:
    """What an offer without a fault says, as the columns of its terms."""
    returning = offer.returning
    return {
        "commission_bps": offer.commission_bps,
        "fixed_minor": offer.fixed_minor,
        "cap_minor": offer.cap_minor,
        "sku_rates": table_plain(offer.sku_rows),
        "returning_bps": None if returning is None or returning.fixed_minor else returning.bps,
        "returning_minor": returning.fixed_minor or None if returning else None,
        "unknown_buyer": (
            Terms.UnknownBuyer.NEW if offer.is_unknown_new else Terms.UnknownBuyer.RETURNING
        ),
        "base_includes_vat": offer.is_base_with_vat,
        "base_as_paid": offer.is_base_as_paid,
        "cap_day_minor": offer.cap_day_minor,
        "cap_influencer_minor": offer.cap_influencer_minor,
        "cap_total_minor": offer.cap_total_minor,
        "tier_kind": (
            Terms.TierKind.RETROACTIVE if offer.is_retroactive else Terms.TierKind.PROGRESSIVE
        ),
        "tiers": tiers_plain(offer.tiers),
        "bonuses": bonuses_plain(offer.bonuses),
        "places": list(offer.places),
        "window_days": offer.window_days,
        "hold_days": offer.hold_days,
        "clawback_days": offer.clawback_days,
        "code_policy": offer.code_policy,
        "model": offer.model,
    }


def terms_create(
    *,
    campaign: Campaign,
    columns: Mapping[str, Any],
    published_at: datetime | None = None,
    group: ParticipantGroup | None = None,
) -> Terms:
    """The next version, of the whole campaign or of a group of it. The caller holds a draft's
    row or a running campaign's people, and has checked the rules.

    `columns` are of `terms_columns`, or of `terms_like` for a version that differs in some.
    """
    known = Terms.objects.filter(campaign=campaign).aggregate(last=Max("version"))["last"]
    return Terms.objects.create(
        campaign=campaign,
        brand_id=campaign.brand_id,
        group=group,
        version=(known or 0) + 1,
        published_at=published_at,
        **columns,
    )


def terms_like(terms: Terms, **changes: Any) -> dict[str, Any]:
    """The columns of another version, with changes: for `terms_create`."""
    kept = {field.name for field in Terms._meta.concrete_fields} - OWN
    return {name: getattr(terms, name) for name in kept} | changes
