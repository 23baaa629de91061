"""Find every translatable string of the source, without gettext's programs.

Python files go through Babel; templates first through Django's own `templatize`, which turns
their tags into the calls that Babel knows. Strings of Django and allauth that people see, and
that these projects have not translated into Kazakh, are named in locale/vendor.txt.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from babel.messages.extract import extract_python
from django.conf import settings
from django.utils.translation.template import templatize

APPS = (
    "core", "ledger", "brands", "influencers", "compliance", "campaigns", "attribution",
    "payouts", "exchange",
)  # fmt: skip
VENDOR = "locale/vendor.txt"
SINGULAR, PLURAL = None, (1, 2)
IN_CONTEXT, PLURAL_IN_CONTEXT = ((1, "c"), 2), ((1, "c"), 2, 3)
KEYWORDS: Mapping[str, object] = {
    "_": SINGULAR,
    "gettext": SINGULAR,
    "gettext_lazy": SINGULAR,
    "gettext_noop": SINGULAR,
    "ngettext": PLURAL,
    "ngettext_lazy": PLURAL,
    "pgettext": IN_CONTEXT,
    "pgettext_lazy": IN_CONTEXT,
    "npgettext": PLURAL_IN_CONTEXT,
    "npgettext_lazy": PLURAL_IN_CONTEXT,
}


@dataclass(frozen=True, slots=True, order=True)
class Message:
    """What the source asks to have translated; the plural is empty where there is none."""

    msgid: str
    plural: str = ""
    context: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What a catalogue looks it up by: gettext ignores the plural there."""
        return (self.context, self.msgid)


Found = dict[Message, set[str]]  # message -> the files that use it, from the root


def extract(root: Path) -> Found:
    """Every message under the apps of `root`, and those of locale/vendor.txt."""
    found: Found = {}
    for path in source_files(root):
        text = path.read_text()
        code = template_code(text, str(path)) if path.suffix in (".html", ".txt") else text
        for message in messages_in(code):
            found.setdefault(message, set()).add(path.relative_to(root).as_posix())
    for message in vendor_messages(root / VENDOR):
        found.setdefault(message, set()).add(VENDOR)
    return found


def source_files(root: Path) -> Iterator[Path]:
    for app in APPS:
        for path in sorted((root / app).rglob("*")):
            parts = path.relative_to(root).parts
            is_template = "templates" in parts and path.suffix in (".html", ".txt")
            is_code = path.suffix == ".py" and "migrations" not in parts
            if is_template or is_code:
                yield path


def template_code(text: str, origin: str) -> str:
    """The template as lines of calls. Indents go: Babel's tokenizer would read them as blocks."""
    if not settings.configured:
        settings.configure()
    return "\n".join(line.lstrip() for line in templatize(text, origin).splitlines())


def messages_in(code: str) -> Iterator[Message]:
    calls = extract_python(io.BytesIO(code.encode()), KEYWORDS, [], {"encoding": "utf-8"})  # type: ignore[arg-type]
    for _, function, texts, _ in calls:
        arguments = texts if isinstance(texts, list | tuple) else (texts,)
        message = message_make(KEYWORDS[str(function)], tuple(arguments))
        if message is not None:
            yield message


def message_make(kind: object, texts: tuple[str | None, ...]) -> Message | None:
    """None for a call whose text is no literal: there is nothing to look up in it."""
    has_context = kind in (IN_CONTEXT, PLURAL_IN_CONTEXT)
    has_plural = kind in (PLURAL, PLURAL_IN_CONTEXT)
    wanted = texts[: 1 + has_context + has_plural]
    if not wanted or not all(wanted):
        return None
    literals = [str(text) for text in wanted]
    context = literals.pop(0) if has_context else ""
    return Message(literals[0], literals[1] if has_plural else "", context)


def vendor_messages(path: Path) -> list[Message]:
    """One msgid a line, or msgid|||msgid_plural; \\n for a line break; # begins a comment."""
    lines = path.read_text().splitlines() if path.exists() else []
    return [message_parse(line) for line in lines if line and not line.startswith("#")]


def message_parse(text: str) -> Message:
    r"""A message as our files write it: [context>>>]msgid[|||msgid_plural], \n for a line break."""
    context, _, rest = text.rpartition(">>>")
    msgid, _, plural = rest.replace(r"\n", "\n").partition("|||")
    return Message(msgid, plural, context)
