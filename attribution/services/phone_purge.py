"""What is left of phone numbers is erased when its time is over. Run by beat."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Exists, OuterRef

from attribution.domain.phone_claims import AFTER_ORDER
from attribution.models import PhoneClaim, PhoneMark, PhonePepper
from attribution.services.phone_claims import State, claim_end
from core import clock
from core.audit.services import audit_record
from core.tenancy.context import acting_as

ROWS_MAX = 2_000  # in one run


def phones_purge() -> int:
    """Claims whose time is over, marks of orders that no claim can be for any more, peppers with
    nothing under them. Returns how many rows."""
    return _claims_expire() + _marks_erase() + _peppers_erase()


def _claims_expire() -> int:
    with acting_as(system="erase phone numbers"):
        over = PhoneClaim.objects.select_for_update(skip_locked=True).filter(
            state=State.ACTIVE, erase_at__lte=clock.now()
        )
        claims = list(over.order_by("erase_at")[:ROWS_MAX])
        for claim in claims:
            claim_end(claim, State.EXPIRED)
            audit_record("phone_claim.expire", claim, after={"state": claim.state})
    return len(claims)


def _marks_erase() -> int:
    """An order is asked for by claims of a few days after it; a day more for slow work."""
    before = clock.now() - AFTER_ORDER - timedelta(days=1)
    with acting_as(system="erase phone numbers"):
        old = PhoneMark.objects.filter(placed_at__lt=before).order_by("placed_at")
        ids = list(old.values_list("pk", flat=True)[:ROWS_MAX])
        PhoneMark.objects.filter(pk__in=ids).delete()
    return len(ids)


def _peppers_erase() -> int:
    """A retired key under which nothing is left: what it once hid can be told by nobody."""
    under = {"brand_id": OuterRef("brand_id"), "pepper_number": OuterRef("number")}
    claims = PhoneClaim.objects.filter(state=State.ACTIVE, **under)
    with acting_as(system="erase phone numbers"):
        idle = PhonePepper.objects.filter(
            ~Exists(claims), ~Exists(PhoneMark.objects.filter(**under)), retired_at__isnull=False
        )
        peppers = list(idle.select_for_update(skip_locked=True)[:ROWS_MAX])
        for pepper in peppers:
            audit_record("phone_pepper.erase", pepper, before={"number": pepper.number})
            pepper.delete()
    return len(peppers)
