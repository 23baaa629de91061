"""Sites that collect promo codes. Entered by ops; runs as ops."""

from __future__ import annotations

from django.utils.translation import gettext as _

from attribution.models import CouponSite
from campaigns.domain.destination import DestinationError, host_parse
from core import clock
from core.audit.services import audit_record
from core.errors import Invalid

NOTE_CHARS_MAX = 500


def coupon_site_save(
    *, host: str, name: str, is_active: bool, is_confirmed: bool, note: str, maker_id: int
) -> CouponSite:
    """New or anew, by its host. The leak guard looks for active ones from its next round on.

    Raises:
        Invalid: this is no host.
    """
    try:
        bare = host_parse(host).removeprefix("www.")
    except DestinationError:
        message = _("This is not the name of a site.")
        raise Invalid.of("host", message) from None
    known = CouponSite.objects.select_for_update().filter(host=bare).first()
    before = _words(known) if known else None
    site = known or CouponSite(host=bare)
    site.name, site.is_active, site.note = name.strip(), is_active, note.strip()[:NOTE_CHARS_MAX]
    site.confidence = (
        CouponSite.Confidence.CONFIRMED if is_confirmed else CouponSite.Confidence.UNCONFIRMED
    )
    site.changed_by_id, site.changed_at = maker_id, clock.now()
    site.save()
    audit_record("coupon_site.save", site, before=before, after=_words(site))
    return site


def _words(site: CouponSite) -> dict[str, object]:
    return {
        "host": site.host,
        "name": site.name,
        "is_active": site.is_active,
        "confidence": str(site.confidence),
    }
