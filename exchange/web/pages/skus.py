"""The page of one influencer's exclusive articles."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SkuRow:
    """`code` is posted to `end_url`, "" once it is over."""

    sku: str
    when: str
    code: int
    is_over: bool = False
    end_url: str = ""


@dataclass(frozen=True, slots=True)
class Skus:
    """`blocked` says why none can be given now."""

    name: str
    title: str
    back_url: str
    action_url: str
    rows: list[SkuRow]
    steps: list[str]
    blocked: str = ""
