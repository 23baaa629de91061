"""The demo and a developer's machine: what base says, served over plain HTTP on loopback."""

from exchange.settings.base import *  # noqa: F403
