"""Where clicks come from: many hosts and app ids are one place to a person.

Hosts as `attribution_clickbreakdown` keeps them: lower case, without "www."; of an Android app its
id. Taken from the redirectors and in-app browsers that the networks themselves send.
"""

from __future__ import annotations

from collections.abc import Mapping

SITES: Mapping[str, tuple[str, ...]] = {
    "Instagram": ("instagram.com", "l.instagram.com", "com.instagram.android"),
    "TikTok": (
        "tiktok.com",
        "m.tiktok.com",
        "vm.tiktok.com",
        "vt.tiktok.com",
        "com.zhiliaoapp.musically",
        "com.ss.android.ugc.trill",
    ),
    "Telegram": ("t.me", "telegram.me", "web.telegram.org", "org.telegram.messenger"),
    "WhatsApp": ("wa.me", "l.wl.co", "web.whatsapp.com", "whatsapp.com", "com.whatsapp"),
    "YouTube": ("youtube.com", "m.youtube.com", "youtu.be", "com.google.android.youtube"),
    "Facebook": (
        "facebook.com",
        "l.facebook.com",
        "lm.facebook.com",
        "m.facebook.com",
        "com.facebook.katana",
    ),
    "Threads": ("threads.net", "threads.com", "l.threads.net", "l.threads.com"),
    "VK": ("vk.com", "m.vk.com", "away.vk.com", "vk.ru", "com.vkontakte.android"),
    "Google": (
        "google.com",
        "google.kz",
        "google.ru",
        "com.google.android.googlequicksearchbox",
    ),
    "Yandex": ("yandex.kz", "yandex.ru", "ya.ru"),
    "2GIS": ("2gis.kz", "2gis.ru", "ru.dublgis.dgismobile"),
}
_SITE_OF = {host: site for site, hosts in SITES.items() for host in hosts}


def site_of(host: str) -> str:
    """The place's name; the host itself where we know no name, "" where nothing was told."""
    return _SITE_OF.get(host, host)


def hosts_of(site: str) -> tuple[str, ...]:
    """The values that `site_of` gives this name for."""
    return SITES.get(site, (site,))
