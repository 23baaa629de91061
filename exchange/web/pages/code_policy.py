"""Whose a sale is when two campaigns of a brand meet."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PolicyChoice:
    value: str
    title: str
    text: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class BetweenCampaigns:
    """`action_url` is "" for who may only read."""

    choices: list[PolicyChoice]
    back_url: str
    action_url: str = ""
