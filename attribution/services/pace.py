"""How often anybody may say something unsigned, counted in windows of a minute in Redis."""

from __future__ import annotations

import logging

import redis
from django.core.cache import cache

from attribution.models import Connection

logger = logging.getLogger(__name__)

PACE_SECONDS = 60
FOLLOWERS_MAX = 30  # forms of public pages from one neighbourhood in PACE_SECONDS
HINTS_MAX = 1_200  # unsigned calls of one connection in PACE_SECONDS: no shop sells so fast


def hint_is_within_pace(connection: Connection) -> bool:
    """Whether a connection's unsigned calls come no faster than a source ever makes them. Redis
    that is away bounds nothing: PostgreSQL keeps equal ones once."""
    return _is_within(f"hints:{connection.pk}", HINTS_MAX)


def follower_is_within_pace(network: str) -> bool:
    """Whether the forms of public pages come from this neighbourhood no faster than people fill
    them. Redis that is away bounds nothing: what is kept has limits of its own in PostgreSQL."""
    return _is_within(f"followers:{network}", FOLLOWERS_MAX)


def _is_within(key: str, most: int) -> bool:
    try:
        return counted(key) <= most
    except redis.RedisError:
        logger.warning("the pace of unsigned calls is not counted: Redis is away")
        return True


def counted(key: str) -> int:
    """How many times this was asked in the current window."""
    if cache.add(key, 1, timeout=PACE_SECONDS):
        return 1
    try:
        return cache.incr(key)
    except ValueError:  # the window has just ended
        return 1
