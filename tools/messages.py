r"""Keep the translation catalogues, locale/{kk,ru,en}/LC_MESSAGES/django.po.

    tools/messages.py update          bring them in step with the source: add, sort, drop
    tools/messages.py merge FILE...   take translations from tables, then update
    tools/messages.py missing         print what lacks a translation, as such a table
    tools/messages.py compile         write the .mo files

A table has one message a line: msgid<TAB>kk<TAB>ru, with \n for a line break. A plural is
written msgid|||msgid_plural, and its translations form|||form|||form (kk needs one or two, ru
three: 1, 2, 5). A context comes first: context>>>msgid.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    sys.path[0] = str(ROOT)

import polib  # noqa: E402

from tools.compile_messages import compile_all  # noqa: E402
from tools.extract import Found, Message, extract, message_parse  # noqa: E402

LANGUAGES = ("kk", "ru", "en")
TABLE_LANGUAGES = ("kk", "ru")  # the columns of a table; English is the msgid itself
PLURAL_FORMS = {
    "kk": "nplurals=2; plural=(n != 1);",
    "ru": (
        "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && "
        "(n%100<10 || n%100>=20) ? 1 : 2);"
    ),
    "en": "nplurals=2; plural=(n != 1);",
}
FORM_COUNT = {"kk": 2, "ru": 3, "en": 2}
LINE_WIDTH = 100


class TableError(Exception):
    """A line of a table that cannot be taken, with its place."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: the forms of each language, a single one without a plural."""

    message: Message
    forms: Mapping[str, tuple[str, ...]]


# --- Catalogues -----------------------------------------------------------------------------


def po_path(root: Path, language: str) -> Path:
    return root / "locale" / language / "LC_MESSAGES" / "django.po"


def po_load(root: Path, language: str) -> polib.POFile:
    """The catalogue, or an empty one where there is none."""
    path = po_path(root, language)
    if path.exists():
        po = polib.pofile(str(path), wrapwidth=LINE_WIDTH, check_for_duplicates=True)
    else:
        po = polib.POFile(wrapwidth=LINE_WIDTH, check_for_duplicates=True)
    po.metadata = {  # no dates and no names: git knows them, and merges stay quiet
        "Project-Id-Version": "Birge",
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": PLURAL_FORMS[language],
    }
    return po


def po_save(po: polib.POFile, root: Path, language: str) -> None:
    path = po_path(root, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    po.sort(key=lambda entry: (entry.msgid, entry.msgctxt or ""))
    po.save(str(path))


def key_of(entry: polib.POEntry) -> tuple[str, str]:
    return (entry.msgctxt or "", entry.msgid)


def update(root: Path, rows: Iterable[Row] = ()) -> dict[str, int]:
    """Make each catalogue hold exactly the messages of the source, with what is translated.

    Returns how many messages each of kk and ru still lacks.
    """
    found = extract(root)
    rows = list(rows)
    lacking = {}
    for language in LANGUAGES:
        po = po_load(root, language)
        old = {key_of(entry): entry for entry in po}
        po.clear()
        po.extend(_entries(found, old, language))
        for row in rows:
            _translate(po, row, language)
        po_save(po, root, language)
        if language in TABLE_LANGUAGES:
            lacking[language] = sum(not entry.translated() for entry in po)
    return lacking


def _entries(
    found: Found, old: Mapping[tuple[str, str], polib.POEntry], language: str
) -> list[polib.POEntry]:
    """One entry a message. gettext keys by context and msgid: a plural extends its singular."""
    by_key: dict[tuple[str, str], polib.POEntry] = {}
    for message in sorted(found):  # the one with a plural comes last, and stays
        files = (
            {place for place, _ in by_key[message.key].occurrences}
            if (message.key in by_key)
            else set()
        )
        by_key[message.key] = _entry(message, files | found[message], old, language)
    return list(by_key.values())


def _entry(
    message: Message,
    files: set[str],
    old: Mapping[tuple[str, str], polib.POEntry],
    language: str,
) -> polib.POEntry:
    entry = polib.POEntry(
        msgid=message.msgid,
        msgid_plural=message.plural,
        msgctxt=message.context or None,
        occurrences=[(file, "") for file in sorted(files)],
    )
    before = old.get(message.key)
    if message.plural:
        empty = dict.fromkeys(range(FORM_COUNT[language]), "")
        entry.msgstr_plural = {**empty, **(before.msgstr_plural if before else {})}
    elif before is not None:
        entry.msgstr = before.msgstr
    if before is not None:
        entry.flags = list(before.flags)  # a fuzzy one stays fuzzy until a person looks at it
        entry.tcomment = before.tcomment
    return entry


def _translate(po: polib.POFile, row: Row, language: str) -> None:
    forms = row.forms.get(language)
    entry = next((each for each in po if key_of(each) == row.message.key), None)
    if forms is None or entry is None:
        return
    if entry.msgid_plural:
        entry.msgstr_plural = dict(enumerate(forms))
    else:
        entry.msgstr = forms[0]
    entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]


# --- Tables ---------------------------------------------------------------------------------


def table_read(path: Path) -> list[Row]:
    """Raises: TableError"""
    lines = path.read_text().splitlines()
    return [
        row_parse(line, f"{path}:{number}")
        for number, line in enumerate(lines, start=1)
        if line.strip() and not line.startswith("#")
    ]


def row_parse(line: str, place: str) -> Row:
    """Raises: TableError"""
    cells = line.split("\t")
    if len(cells) != 1 + len(TABLE_LANGUAGES):
        raise TableError(f"{place}: {len(cells)} columns, not msgid<TAB>kk<TAB>ru")
    message = message_parse(cells[0])
    forms = {
        language: forms_parse(cell, message, language, place)
        for language, cell in zip(TABLE_LANGUAGES, cells[1:], strict=True)
        if cell
    }
    return Row(message, forms)


def forms_parse(cell: str, message: Message, language: str, place: str) -> tuple[str, ...]:
    """Raises: TableError when the number of forms does not fit the language"""
    forms = tuple(form.replace(r"\n", "\n") for form in cell.split("|||"))
    if not message.plural:
        wanted = 1
    else:
        wanted = FORM_COUNT[language]
        if language == "kk" and len(forms) == 1:
            forms *= wanted  # a Kazakh noun after a number does not change
    if len(forms) != wanted:
        raise TableError(f"{place}: {language} has {len(forms)} forms, not {wanted}")
    return forms


def table_line(entry: polib.POEntry) -> str:
    """An untranslated entry as a line of a table, ready to be filled in."""
    context = f"{entry.msgctxt}>>>" if entry.msgctxt else ""
    plural = f"|||{entry.msgid_plural}" if entry.msgid_plural else ""
    return f"{context}{entry.msgid}{plural}".replace("\n", r"\n") + "\t\t"


# --- Commands -------------------------------------------------------------------------------


def merge(root: Path, paths: Iterable[Path]) -> list[str]:
    """Take the tables' translations. Returns lines that name what the source does not have.

    Raises: TableError; then no catalogue is touched
    """
    rows = [row for path in paths for row in table_read(path)]
    known = {message.key for message in extract(root)}
    update(root, rows)
    unknown = (row.message.msgid for row in rows if row.message.key not in known)
    return [f"not in the source, left out: {msgid!r}" for msgid in unknown]


def missing(root: Path) -> list[str]:
    lines = {
        table_line(entry)
        for language in TABLE_LANGUAGES
        for entry in po_load(root, language)
        if not entry.translated()
    }
    return sorted(lines)


def main(arguments: list[str]) -> int:
    match arguments:
        case ["update"]:
            pass
        case ["merge", *files] if files:
            try:
                print("\n".join(merge(ROOT, [Path(file) for file in files])))
            except TableError as error:
                print(error, file=sys.stderr)
                return 1
        case ["missing"]:
            print("\n".join(missing(ROOT)))
            return 0
        case ["compile"]:
            print(f"{compile_all(ROOT / 'locale')} catalogues compiled")
            return 0
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    for language, count in update(ROOT).items():
        print(f"{language}: {count} messages lack a translation")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
