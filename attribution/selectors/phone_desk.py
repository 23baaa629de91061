"""Whether a brand takes phone numbers of followers now, and how long they are kept. Runs as the
system."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from attribution.models import Connection, PhonePepper
from attribution.selectors.dossiers import PHONE_SOURCES
from campaigns.models import PromoCode
from compliance.domain.rules import RuleMissing
from compliance.selectors import rules_in_force
from core import clock

KEPT_RULE = "phone_claim_days"  # compliance/data/privacy.toml


def pepper_current(brand_id: int) -> PhonePepper | None:
    """The one that takes claims; None where the brand takes none."""
    return PhonePepper.objects.filter(brand_id=brand_id, retired_at__isnull=True).first()


def days_kept(day: date) -> int | None:
    """For how long after its window a number may be kept, by ops' rule of that day; None where
    there is no rule, and then no number is taken."""
    try:
        return rules_in_force(day).value(KEPT_RULE)
    except RuleMissing:
        return None


def brand_takes_phones(brand_id: int) -> bool:
    """Where the brand wants it, a source tells buyers' numbers, and a rule says how long."""
    if pepper_current(brand_id) is None or days_kept(clock.today()) is None:
        return False
    sources = Connection.objects.filter(brand_id=brand_id, source__in=PHONE_SOURCES)
    return sources.exclude(state=Connection.State.OFF).exists()


def has_bonus(participation_id: int) -> bool:
    """Whether a one-time code is left for a follower."""
    now = clock.now()
    issued = PromoCode.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gte=now),
        Q(valid_from__isnull=True) | Q(valid_from__lte=now),
        participation_id=participation_id,
        state=PromoCode.State.ISSUED,
    )
    return issued.exists()
