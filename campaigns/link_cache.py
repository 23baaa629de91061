"""Tell the click process that links have changed. Lives here, because links are changed here and
attribution (higher) may not be called."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import redis
from django.conf import settings
from django.db import transaction

from campaigns.domain.link_cache import INVALIDATE, link_key, link_version_key

VERSION_SECONDS = 86_400  # far longer than any copy lives
TIMEOUT_SECONDS = 1.0


def links_changed(tokens: Iterable[str]) -> None:
    """After COMMIT, every click process reads these links anew: a new link, another destination,
    a state, a campaign paused or ended. When Redis is down they notice by their times to live, a
    minute and a half at most: a change is never refused for it.
    """
    wanted = sorted(set(tokens))
    if wanted:
        transaction.on_commit(partial(_publish, wanted), robust=True)


def _publish(tokens: list[str]) -> None:
    with redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS
    ) as client:
        pipe = client.pipeline(transaction=True)
        for token in tokens:
            pipe.incr(link_version_key(token))
            pipe.expire(link_version_key(token), VERSION_SECONDS)
            pipe.delete(link_key(token))
            pipe.publish(INVALIDATE, token)
        pipe.execute()
