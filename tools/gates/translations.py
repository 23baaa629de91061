"""Kazakh and Russian are whole and sound, and the catalogues hold what the source says."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import polib

from tools.extract import Found, Message, extract
from tools.gates import report
from tools.messages import LANGUAGES, PLURAL_FORMS, key_of, po_path

ROOT = Path(__file__).resolve().parents[2]
WHOLE = ("kk", "ru")  # English is the msgid itself
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}|</?[a-z]\w*")
WORD = re.compile(r"[^\W\d_]+")
ADDRESS = re.compile(r"\S+[@/.]\S+\.\w+|%\(\w+\)[a-z]|\{\w*\}|<[^>]*>|&\w+;")
LATIN, CYRILLIC = re.compile(r"[A-Za-z]"), re.compile(r"[\u0400-\u052F]")
LOOK_ALIKES = frozenset("aceiopxyABCEHIKMOPTXY")  # Latin letters that a Cyrillic text may hide


def check(root: Path) -> list[str]:
    """Every finding, each with its language and its message."""
    found = extract(root)
    return [
        f"{language}: {finding}"
        for language in LANGUAGES
        for finding in catalogue_check(po_path(root, language), language, found)
    ]


def catalogue_check(path: Path, language: str, found: Found) -> Iterator[str]:
    if not path.exists():
        yield f"no {path}; run `make messages`"
        return
    try:
        po = polib.pofile(str(path), check_for_duplicates=True)
    except (OSError, ValueError) as error:  # polib's own messages name the line
        yield f"unreadable: {error}"
        return
    if po.metadata.get("Plural-Forms") != PLURAL_FORMS[language]:
        yield "Plural-Forms is not the one of tools/messages.py"
    yield from step_check(po, found)
    for entry in po:
        if not entry.obsolete:
            yield from entry_check(entry, must_be_whole=language in WHOLE)


def step_check(po: polib.POFile, found: Found) -> Iterator[str]:
    """The catalogue holds each message of the source, and no other."""
    there = {key_of(entry): entry.msgid_plural for entry in po if not entry.obsolete}
    wanted: dict[tuple[str, str], Message] = {message.key: message for message in sorted(found)}
    for key, message in wanted.items():
        if there.get(key) != message.plural:
            place = min(found[message])
            yield f"{message.msgid!r} ({place}) is not in the catalogue; run `make messages`"
    for key in there.keys() - wanted.keys():
        yield f"{key[1]!r} is no longer in the source; run `make messages`"


def entry_check(entry: polib.POEntry, *, must_be_whole: bool) -> Iterator[str]:
    if entry.fuzzy:
        yield f"{entry.msgid!r} is fuzzy: read it, correct it, take the mark away"
    if must_be_whole and not entry.translated():
        yield f"{entry.msgid!r} has no translation"
    forms = entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]
    for text in filter(None, forms):
        yield from text_check(entry, text)


def text_check(entry: polib.POEntry, text: str) -> Iterator[str]:
    allowed = [placeholders(source) for source in (entry.msgid, entry.msgid_plural) if source]
    if placeholders(text) not in allowed:
        yield f"{entry.msgid!r}: placeholders or tags differ in {text!r}"
    if unicodedata.normalize("NFC", text) != text:
        yield f"{entry.msgid!r}: {text!r} is not in Unicode's composed form (NFC)"
    if text != text.strip() and entry.msgid == entry.msgid.strip():
        yield f"{entry.msgid!r}: {text!r} has spaces round it"
    # "grade C", "1E+10" are Latin on purpose; an "a" is an article in English only
    meant = {word for word in WORD.findall(entry.msgid) if word.isupper()}
    for word in look_alikes(text):
        if word in meant:
            continue
        yield f"{entry.msgid!r}: Latin letters that look Cyrillic in {word!r}"


def placeholders(text: str) -> list[str]:
    """Of Python's two kinds, and the HTML tags: what a translation must keep."""
    return sorted(PLACEHOLDER.findall(text))


def look_alikes(text: str) -> list[str]:
    """Words that mix both alphabets, and lone Latin twins of Cyrillic letters ("c", "i")."""
    plain = ADDRESS.sub(" ", text)
    if not CYRILLIC.search(plain):
        return []
    return [
        word
        for word in WORD.findall(plain)
        if LATIN.search(word) and (CYRILLIC.search(word) or word in LOOK_ALIKES)
    ]


if __name__ == "__main__":
    sys.exit(report("translations", check(ROOT)))
