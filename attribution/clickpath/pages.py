"""The few pages that the click process shows itself, in the visitor's language, without Django.

The texts are in the product's own translations (locale/); Python's gettext reads the same files.
"""

from __future__ import annotations

import gettext
from functools import lru_cache
from html import escape
from pathlib import Path

LOCALE = Path(__file__).resolve().parents[2] / "locale"
# Kazakh first; what it lacks is shown in Russian, never in English.
_FALLBACK = {"kk": ["kk", "ru"], "ru": ["ru"], "en": ["en"]}

_PAGE = """<!doctype html>
<html lang="{language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex"><title>{title} · Birge</title></head>
<body><main><h1>{title}</h1><p>{text}</p></main></body>
</html>
"""


def _(message: str) -> str:
    """Marks a text for the translators; it is translated when it is shown."""
    return message


UNKNOWN = (
    _("This link does not exist"),
    _("Perhaps a letter is missing. Ask the blogger for the link again."),
)
UNAVAILABLE = (
    _("The link does not open right now"),
    _("The fault is ours. Try again in a minute."),
)

Message = tuple[str, str]


@lru_cache(maxsize=16)
def page(message: Message, language: str) -> str:
    """A short HTML page: a title and one sentence."""
    catalogue = gettext.translation(
        "django", str(LOCALE), languages=_FALLBACK[language], fallback=True
    )
    title, text = (escape(catalogue.gettext(part)) for part in message)
    return _PAGE.format(language=language, title=title, text=text)
