"""How values of clicks read: devices, places, referrers, sub-ids."""

from __future__ import annotations

from babel import Locale
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from attribution.models import ClickBreakdown, Device
from exchange.web.formatting import language

Dimension = ClickBreakdown.Dimension
SHOWN = (Dimension.REFERRER, Dimension.DEVICE, Dimension.PLACE)  # in this order; a sub-id last
HOME = "KZ "


def dimension_title(dimension: str) -> str:
    """Over a table of its values."""
    titles = {
        Dimension.REFERRER: _("Where from"),
        Dimension.DEVICE: _("Devices"),
        Dimension.PLACE: _("Places"),
    }
    return titles.get(Dimension(dimension), _("Names of posts"))


def dimension_head(dimension: str) -> str:
    """Over the column of its values."""
    return _("Site or app") if dimension == Dimension.REFERRER else dimension_word(dimension)


def dimension_word(dimension: str) -> str:
    """One of its values is named by it: "Device: phone"; a sub-id by its own key."""
    words = {
        Dimension.REFERRER: _("Came from"),
        Dimension.DEVICE: _("Device"),
        Dimension.PLACE: _("Place"),
    }
    return words.get(Dimension(dimension), dimension)


def value_word(dimension: str, value: str) -> str:
    """A value as a person reads it; what was not told says so."""
    if dimension == Dimension.PLACE:
        return ", ".join(filter(None, place_words(value)))
    return label_of(dimension, value)


def label_of(dimension: str, value: str) -> str:
    """The same without the country, which `note_of` has."""
    if dimension == Dimension.DEVICE:
        return capfirst(str(_DEVICES.get(value, value)))
    if dimension == Dimension.PLACE:
        return place_words(value)[0]
    if dimension == Dimension.REFERRER:
        return value or _("Not told")
    return value


def note_of(dimension: str, value: str) -> str:
    """The country of a city abroad: at home it would only repeat itself."""
    if dimension != Dimension.PLACE or value.startswith(HOME):
        return ""
    return place_words(value)[1]


def place_words(value: str) -> tuple[str, str]:
    """ "KZ Алматы" is ("Алматы", "Қазақстан"), "KZ" ("Қазақстан", ""). A city is named as its range
    file has it."""
    country, _space, city = value.partition(" ")
    if not country:
        return city or _("Unknown"), ""
    name = str(Locale.parse(language()).territories.get(country, country))
    return (city, name) if city else (name, "")


_DEVICES = {str(device.value): device.label for device in Device}
