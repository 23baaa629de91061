"""Where a campaign may be recommended: a closed list."""

from __future__ import annotations

from enum import StrEnum


class Place(StrEnum):
    INSTAGRAM = "instagram"
    TIKTOK = "tiktok"
    YOUTUBE = "youtube"
    TELEGRAM = "telegram"
    THREADS = "threads"
    WHATSAPP = "whatsapp"
    VK = "vk"
    OWN_SITE = "own_site"
