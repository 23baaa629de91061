"""What the click process reads from the environment. Strict: a typing error stops the start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from attribution.clickpath.visit import Network, networks_of


class SettingsError(RuntimeError):
    """A variable is missing or says something that it must not."""


@dataclass(frozen=True, slots=True)
class Settings:
    redis_url: str
    database_url: str
    base_url: str  # of the pages: where a link that has ended is explained
    is_https: bool  # of the click path's own address: the cookie is then Secure
    is_demo: bool
    journal: Path
    trusted_proxies: tuple[Network, ...]
    fast_address: int  # clicks of one address within a minute, from which on they are unusual
    fast_link: int  # the same of one link

    @classmethod
    def of(cls, env: Mapping[str, str]) -> Settings:
        """Raises: SettingsError"""
        try:
            proxies = networks_of(env.get("CLICK_TRUSTED_PROXIES", ""))
        except ValueError as error:
            raise SettingsError(f"CLICK_TRUSTED_PROXIES: {error}") from None
        return cls(
            redis_url=_required(env, "REDIS_URL"),
            database_url=_required(env, "DATABASE_URL"),
            base_url=env.get("BASE_URL", "http://127.0.0.1:8000").rstrip("/"),
            is_https=env.get("CLICK_BASE_URL", "").startswith("https://"),
            is_demo=_flag(env, "DEMO"),
            journal=Path(env.get("CLICK_JOURNAL_DIR") or ".dev/click-journal"),
            trusted_proxies=proxies,
            fast_address=_count(env, "CLICK_FAST_ADDRESS", 30),
            fast_link=_count(env, "CLICK_FAST_LINK", 600),
        )


def settings_of_process() -> Settings:
    return Settings.of(os.environ)


def _required(env: Mapping[str, str], name: str) -> str:
    """The variable, or the content of the file that NAME_FILE points to (as in exchange.env)."""
    if path := env.get(f"{name}_FILE"):
        return Path(path).read_text().strip()
    if not env.get(name):
        raise SettingsError(f"{name} is not set; .env.example says what it is for")
    return env[name]


def _flag(env: Mapping[str, str], name: str) -> bool:
    value = env.get(name) or "0"
    if value not in ("0", "1"):
        raise SettingsError(f"{name} must be 0 or 1, not {value!r}")
    return value == "1"


def _count(env: Mapping[str, str], name: str, default: int) -> int:
    value = env.get(name) or str(default)
    if not (value.isascii() and value.isdigit() and int(value) > 0):
        raise SettingsError(f"{name} must be a whole number above 0, not {value!r}")
    return int(value)
