"""Articles that are sold by one influencer alone for a time: given, and taken back.

What was ordered before stays as it was decided: a period begins now at the earliest, ends now at
the earliest, and the database lets no two of a shop overlap.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from campaigns.domain.exclusive_skus import SKU_CHARS_MAX, sku_key
from campaigns.models import Campaign, ExternalCode, Participation
from campaigns.services.codes import days_require
from campaigns.services.links import ParticipationConflict, participation_locked
from core import clock
from core.audit.services import audit_record
from core.clock import day_end, day_start
from core.errors import Invalid, NotFound
from core.locks import lock_for_transaction
from core.tenancy.context import acting_as

KIND = ExternalCode.Kind.EXCLUSIVE_SKU


def exclusive_sku_reserve(
    *,
    participation_id: int,
    sku: str,
    first_on: date | None = None,
    last_on: date | None = None,
) -> ExternalCode:
    """From a day on (today unless said otherwise, and then from this moment) to a day, or until it
    is taken back, orders with this article are this influencer's.

    Raises:
        NotFound: no such participation.
        ParticipationConflict: it is not approved.
        Invalid: no article, days that contradict each other or are over, or somebody has it then.
    """
    value = _sku_require(sku)
    days_require(first_on, last_on)
    with acting_as(system="reserve an exclusive article"):
        participation = participation_locked(participation_id)
        if participation.state != Participation.State.APPROVED:
            raise ParticipationConflict(_("Accept the influencer first."))
        begins, ends = _period(first_on, last_on)
        lock_for_transaction(f"external codes of brand {participation.brand_id}")
        _campaigns_over_free(participation.brand_id, value)
        _free_require(participation.brand_id, value, begins, ends)
        code = ExternalCode.objects.create(
            participation=participation,
            campaign_id=participation.campaign_id,
            brand_id=participation.brand_id,
            influencer_id=participation.influencer_id,
            kind=KIND,
            value=value,
            valid_from=begins,
            valid_until=ends,
        )
        audit_record("external_code.reserve", code, after=_said(code))
    return code


def exclusive_sku_end(*, code_id: int) -> ExternalCode:
    """From now on the article is nobody's: another influencer can have it. Orders that were placed
    before stay theirs. Ending what is over changes nothing.

    Raises:
        NotFound: no such article.
    """
    with acting_as(system="end an exclusive article"):
        found = ExternalCode.objects.select_for_update().filter(pk=code_id, kind=KIND).first()
        if found is None:
            raise NotFound(_("There is no such article."))
        _end(found, clock.now())
    return found


def exclusive_skus_disarm(participation: Participation) -> None:
    """Who leaves has no articles any more. Runs as the system."""
    now = clock.now()
    living = Q(valid_until__isnull=True) | Q(valid_until__gt=now)
    for code in ExternalCode.objects.filter(living, participation=participation, kind=KIND):
        _end(code, now)


def _end(code: ExternalCode, at: datetime) -> None:
    """Of one that has not begun yet nothing is left."""
    assert code.valid_from is not None, code.pk
    ends = max(code.valid_from, at)
    if code.valid_until is not None and code.valid_until <= ends:
        return
    before = _said(code)
    code.valid_until = ends
    code.save(update_fields=["valid_until"])
    audit_record("external_code.end", code, before=before, after=_said(code))


def _sku_require(sku: str) -> str:
    value = sku_key(sku)
    if not (value.isprintable() and 0 < len(value) <= SKU_CHARS_MAX):
        raise Invalid.of("sku", _("An article has 1 to 64 characters."))
    return value


def _period(first_on: date | None, last_on: date | None) -> tuple[datetime, datetime | None]:
    now = clock.now()
    begins = max(now, day_start(first_on)) if first_on else now
    ends = day_end(last_on) if last_on else None
    if ends is not None and ends <= now:
        raise Invalid.of("last_on", _("This day is over."))
    return begins, ends


def _campaigns_over_free(brand_id: int, value: str) -> None:
    """A campaign that is over keeps no article."""
    now = clock.now()
    codes = ExternalCode.objects.select_related("campaign").filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=now),
        Q(campaign__status=Campaign.Status.CLOSED) | Q(campaign__ends_at__lte=now),
        brand_id=brand_id,
        kind=KIND,
        value=value,
    )
    for code in codes.select_for_update(of=("self",)):
        over = [code.campaign.closed_at, code.campaign.ends_at]
        _end(code, min([each for each in over if each is not None], default=now))


def _free_require(brand_id: int, value: str, begins: datetime, ends: datetime | None) -> None:
    others = ExternalCode.objects.select_related("influencer").filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=begins),
        brand_id=brand_id,
        kind=KIND,
        value=value,
    )
    if ends is not None:
        others = others.filter(valid_from__lt=ends)
    other = others.order_by("valid_from").first()
    if other is not None:
        said = _("%(name)s has this article in these days. End it there first, or choose others.")
        raise Invalid.of("sku", said % {"name": other.influencer.name})


def _said(code: ExternalCode) -> dict[str, str | None]:
    ends = code.valid_until
    return {
        "kind": KIND,
        "value": code.value,
        "valid_from": code.valid_from.isoformat() if code.valid_from else None,
        "valid_until": ends.isoformat() if ends else None,
    }
