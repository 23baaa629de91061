"""A brand's key for phone numbers: whether it takes them from followers, and its rotation.

A number cannot be brought under a new key: it is not kept. A retired key stays until nothing lies
under it any more (attribution.services.phone_purge), and both are asked meanwhile.
"""

from __future__ import annotations

import secrets

from django.db.models import Max
from django.utils.translation import gettext as _

from attribution.domain.phone_claims import PEPPER_BYTES
from attribution.models import PhonePepper
from brands.models import Brand
from core import clock
from core.audit.services import audit_record
from core.errors import DomainError, NotFound
from core.locks import lock_for_transaction
from core.tenancy.context import acting_as


class PhonesClosed(DomainError):
    """The brand takes no numbers now."""

    code = "phones_closed"


def phones_open(*, brand_id: int) -> PhonePepper:
    """Take numbers of followers from now on. Opening what is open changes nothing.

    Raises:
        NotFound: no such brand.
    """
    with acting_as(system="take phone numbers"):
        _brand_lock(brand_id)
        known = _current(brand_id)
        return known or _pepper_make(brand_id, "phone_pepper.open")


def phones_close(*, brand_id: int) -> None:
    """Take none any more. Those that were left count until their end."""
    with acting_as(system="take phone numbers"):
        _brand_lock(brand_id)
        if (known := _current(brand_id)) is not None:
            _retire(known)


def pepper_rotate(*, brand_id: int) -> PhonePepper:
    """A new key for new numbers.

    Raises:
        NotFound: no such brand.
        PhonesClosed: it takes no numbers.
    """
    with acting_as(system="take phone numbers"):
        _brand_lock(brand_id)
        known = _current(brand_id)
        if known is None:
            raise PhonesClosed(_("Open the page for phone numbers first."))
        _retire(known)
        return _pepper_make(brand_id, "phone_pepper.rotate")


def _brand_lock(brand_id: int) -> None:
    if not Brand.objects.filter(pk=brand_id).exists():
        raise NotFound(_("There is no such brand."))
    lock_for_transaction(f"phone peppers of brand {brand_id}")


def _current(brand_id: int) -> PhonePepper | None:
    return PhonePepper.objects.filter(brand_id=brand_id, retired_at__isnull=True).first()


def _pepper_make(brand_id: int, action: str) -> PhonePepper:
    last = PhonePepper.objects.filter(brand_id=brand_id).aggregate(last=Max("number"))["last"]
    made = PhonePepper.objects.create(
        brand_id=brand_id, number=(last or 0) + 1, secret=secrets.token_bytes(PEPPER_BYTES)
    )
    audit_record(action, made, after={"number": made.number})
    return made


def _retire(pepper: PhonePepper) -> None:
    pepper.retired_at = clock.now()
    pepper.save(update_fields=["retired_at"])
    audit_record("phone_pepper.retire", pepper, after={"number": pepper.number})
