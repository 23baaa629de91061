"""What every page needs beside its own context."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from exchange.web.formatting import language


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language of the switch: its code, its short name, its own name."""

    code: str
    short: str
    name: str


# Written in their own language everywhere: who needs the switch cannot read the page
TONGUES = (
    Tongue("kk", "Қаз", "Қазақша"),
    Tongue("ru", "Рус", "Русский"),
    Tongue("en", "Eng", "English"),
)


# Which place of the menu a page belongs to, by namespace and the beginning of its URL name
SECTIONS = {
    "portal": {
        "home": "home",
        "campaign": "campaigns",
        "invitation": "campaigns",
        "deal": "campaigns",
        "post_": "campaigns",
        "link": "links",
        "click": "links",
        "leak": "links",
        "earning": "payouts",
        "payout": "payouts",
        "statement": "payouts",
        "setup": "payouts",
        "profile": "profile",
    },
    "brand": {
        "overview": "overview",
        "campaign": "campaigns",
        "people": "campaigns",
        "invites": "campaigns",
        "deal": "campaigns",
        "post_": "campaigns",
        "code_question": "orders",
        "code": "campaigns",
        "leak": "campaigns",
        "participation": "campaigns",
        "guarantee": "campaigns",
        "lift": "campaigns",
        "rerun": "campaigns",
        "order": "orders",
        "review": "orders",
        "sale": "orders",
        "proofs": "orders",
        "simulator": "orders",
        "click": "clicks",
        "traffic": "clicks",
        "money": "money",
        "statement": "money",
        "top_up": "money",
        "refund": "money",
        "invoice": "invoices",
        "integration": "integrations",
        "connection": "integrations",
        "receipt": "integrations",
        "register": "integrations",
        "phones": "integrations",
        "team": "team",
    },
}


def shell(request: HttpRequest) -> dict[str, Any]:
    """The languages, where the switch comes back to, and whether this is the demo world."""
    return {
        "tongues": TONGUES,
        "tongue": next(tongue for tongue in TONGUES if tongue.code == language()),
        "here": request.get_full_path(),
        "is_demo": settings.DEMO,
        "section": section_of(request),
    }


def section_of(request: HttpRequest) -> str:
    match = request.resolver_match
    if match is None or not match.url_name:
        return ""
    places = SECTIONS.get(match.namespace, {})
    name = match.url_name
    return next((place for start, place in places.items() if name.startswith(start)), "")
