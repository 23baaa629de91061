"""Why a phone number is not taken, and what to do: in words for a follower with a phone in hand."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from attribution.domain.phone_claims import PhoneRefusal
from exchange.web.words import Word

PHONE_REFUSALS: Mapping[PhoneRefusal, tuple[Word, Word]] = {
    PhoneRefusal.NOT_A_PHONE: (
        _("This is not a mobile number of Kazakhstan"),
        _("Write the number that you order with on Kaspi, for example 8 701 000 00 01."),
    ),
    PhoneRefusal.NO_CONSENT: (
        _("We need your consent"),
        _("Without it we may not compare your number with orders. Tick the box and send it again."),
    ),
    PhoneRefusal.TOO_MANY_OF_PERSON: (
        _("Too many numbers from here today"),
        _("Try again tomorrow."),
    ),
    PhoneRefusal.TOO_MANY_OF_INFLUENCER: (
        _("This page takes no more numbers today"),
        _("Try again tomorrow."),
    ),
    PhoneRefusal.NO_SUCH_PAGE: (
        _("This page takes no numbers now"),
        _("Ask for the link once more where you found it."),
    ),
    PhoneRefusal.CONSENT_CHANGED: (
        _("The text of the consent has changed"),
        _("Read it once more and tick the box again."),
    ),
}
