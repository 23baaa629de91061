"""Which Android app opens a shop's links. Entered by ops; runs as ops."""

from __future__ import annotations

from django.utils.translation import gettext as _

from campaigns.domain.deeplink import package_is_valid
from campaigns.domain.destination import DestinationError, destination_parse, host_parse
from campaigns.models import AppTarget
from core import clock
from core.audit.services import audit_record
from core.errors import Invalid

NOTE_CHARS_MAX = 500


def app_target_save(
    *,
    host: str,
    android_package: str,
    source_url: str,
    is_confirmed: bool,
    is_active: bool,
    note: str,
    maker_id: int,
) -> AppTarget:
    """What is known of a host's app, new or anew. The click process follows within a minute and a
    half, when its copies of links have grown old.

    Raises:
        Invalid: which fields break which rules; an app nobody has confirmed opens no links.
    """
    bare = _host_require(host)
    package, source = android_package.strip(), _source_require(source_url)
    if not package_is_valid(package):
        raise Invalid.of("android_package", _("This is no Android package: example.shop.app."))
    if is_active and not is_confirmed:
        raise Invalid.of(
            "is_active", _("Confirm the app first: a wrong one would open a stranger's.")
        )
    known = AppTarget.objects.select_for_update().filter(host=bare).first()
    before = _words(known) if known else None
    target = known or AppTarget(host=bare)
    target.android_package, target.source_url = package, source
    target.confidence = (
        AppTarget.Confidence.CONFIRMED if is_confirmed else AppTarget.Confidence.UNCONFIRMED
    )
    target.is_active, target.note = is_active, note.strip()[:NOTE_CHARS_MAX]
    target.changed_by_id, target.changed_at = maker_id, clock.now()
    target.save()
    audit_record("app_target.save", target, before=before, after=_words(target))
    return target


def _host_require(text: str) -> str:
    try:
        return host_parse(text).removeprefix("www.")
    except DestinationError:
        raise Invalid.of("host", _("This is not the name of a site.")) from None


def _source_require(text: str) -> str:
    try:
        return destination_parse(text)
    except DestinationError:
        message = _("Paste the https address that says which app it is.")
        raise Invalid.of("source_url", message) from None


def _words(target: AppTarget) -> dict[str, object]:
    return {
        "host": target.host,
        "android_package": target.android_package,
        "confidence": str(target.confidence),
        "is_active": target.is_active,
        "source_url": target.source_url,
    }
