"""How often anybody may say something unsigned, counted in windows of a minute in Redis."""

from __future__ import annotations

import logging

import redis
from django.core.cache import cache

from attribution.models import Connection

logger = logging.getLogger(__name__)

PACE_SECONDS = 60
HINTS_MAX = 1_200  # unsigned calls of one connection in PACE_SECONDS: no shop sells so fast


def hint_is_within_pace(connection: Connection) -> bool:
    """Whether a connection's unsigned calls come no faster than a source ever makes them. Redis
    that is away bounds nothing: PostgreSQL keeps equal ones once."""
    try:
        return counted(f"hints:{connection.pk}") <= HINTS_MAX
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
