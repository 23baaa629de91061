"""Each way in which a catalogue can be wrong, planted into a sound one."""

import polib
import pytest

from tools import messages
from tools.gates import translations

SOURCE = {
    "core/views.py": 'from django.utils.translation import gettext as _\n_("Pay %(sum)s")\n',
    "exchange/web/templates/a.html": (
        "{% load i18n %}\n    {% trans 'Home' %}\n"
        "{% blocktrans count n=n trimmed %}\n    {{ n }} day\n"
        "{% plural %}{{ n }} days{% endblocktrans %}\n"
        "  {% trans 'May' context 'month' %} {{ x|default:_('none') }}\n"
    ),
    "locale/vendor.txt": "# allauth's\nSign in\\nnow\n",
}
TABLE = """\
Home\tБасты бет\tГлавная
Pay %(sum)s\t%(sum)s төлеу\tОплатить %(sum)s
%(n)s day|||%(n)s days\t%(n)s күн\t%(n)s день|||%(n)s дня|||%(n)s дней
month>>>May\tМамыр\tМай
none\tжоқ\tнет
Sign in\\nnow\tКіру\\nқазір\tВойти\\nсейчас
"""


@pytest.fixture
def root(tmp_path):
    """A small source whose catalogues are whole."""
    for name, text in SOURCE.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    table = tmp_path / "table.tsv"
    table.write_text(TABLE)
    assert messages.merge(tmp_path, [table]) == []
    return tmp_path


def replace(root, language, old, new):
    path = messages.po_path(root, language)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_whole_catalogues_pass(root):
    assert translations.check(root) == []


def test_merging_again_changes_nothing(root):
    before = messages.po_path(root, "ru").read_bytes()
    messages.merge(root, [root / "table.tsv"])
    assert messages.po_path(root, "ru").read_bytes() == before


def test_entries_are_sorted_and_carry_no_date(root):
    text = messages.po_path(root, "kk").read_text()
    ids = [line for line in text.splitlines() if line.startswith("msgid ") and line != 'msgid ""']
    assert ids == sorted(ids)
    assert "Date" not in text


@pytest.mark.parametrize(
    ("_case", "language", "old", "new", "finding"),
    [
        ("missing", "kk", '"Басты бет"', '""', "kk: 'Home' has no translation"),
        ("a plural form", "ru", '"%(n)s дня"', '""', "ru: '%(n)s day' has no translation"),
        ("fuzzy", "ru", 'msgid "Home"', '#, fuzzy\nmsgid "Home"', "ru: 'Home' is fuzzy"),
        ("placeholder", "kk", '"%(sum)s төлеу"', '"%(sun)s төлеу"', "placeholders or tags differ"),
        ("placeholder lost", "ru", "Оплатить %(sum)s", "Оплатить", "placeholders or tags differ"),
        ("a tag", "ru", '"Главная"', '"<b>Главная"', "placeholders or tags differ"),
        ("Latin i in a Kazakh word", "kk", "Кіру", "Кiру", "Latin letters that look Cyrillic"),
        ("a lone Latin c", "ru", "сейчас", "c утра", "Latin letters that look Cyrillic in 'c'"),
        ("not composed", "ru", "сейчас", "и\u0306", "composed form"),
        ("spaces", "kk", '"жоқ"', '" жоқ"', "has spaces round it"),
        ("plural rule", "kk", "n != 1", "n > 1", "Plural-Forms"),
        ("no longer used", "en", 'msgid "Home"', 'msgid "Hom"', "'Hom' is no longer in the source"),
        ("not there", "en", 'msgid "Home"', 'msgid "Hom"', "'Home' (exchange/web/templates/a.html"),
        ("twice", "ru", 'msgid "Home"', 'msgid "none"', "unreadable"),
    ],
)
def test_a_planted_fault_is_found(root, _case, language, old, new, finding):
    replace(root, language, old, new)
    found = translations.check(root)
    assert any(finding in line for line in found), found


def test_a_capital_that_stands_so_in_the_source_is_latin_on_purpose():
    meant = polib.POEntry(msgid="Totals (grade C)", msgstr="Жиынтықтар (C дәрежесі)")
    other = polib.POEntry(msgid="In a morning", msgstr="Утром a не вечером")
    assert list(translations.text_check(meant, meant.msgstr)) == []
    assert [line[-3:] for line in translations.text_check(other, other.msgstr)] == ["'a'"]


def test_a_new_string_in_the_source_is_missed_in_every_language(root):
    with (root / "core/views.py").open("a") as source:
        source.write('_("Withdraw")\n')
    found = translations.check(root)
    assert found == [
        f"{language}: 'Withdraw' (core/views.py) is not in the catalogue; run `make messages`"
        for language in messages.LANGUAGES
    ]
    assert messages.update(root) == {"kk": 1, "ru": 1}
    assert messages.missing(root) == ["Withdraw\t\t"]


def test_a_string_that_went_is_dropped_and_the_others_keep_their_translation(root):
    (root / "core/views.py").write_text("")
    assert messages.update(root) == {"kk": 0, "ru": 0}
    assert "төлеу" not in messages.po_path(root, "kk").read_text()
    assert translations.check(root) == []


def test_latin_words_and_addresses_may_stand_in_cyrillic_text():
    for text in ("API-кілт", "Поддержка: help@birge.example", "IBAN нөмірі", "%(c)s ж. &nbsp; бар"):
        assert translations.look_alikes(text) == []


@pytest.mark.parametrize(
    ("line", "finding"),
    [
        ("Home\tБасты бет", "2 columns"),
        ("%(n)s day|||%(n)s days\t%(n)s күн\t%(n)s день|||%(n)s дня", "ru has 2 forms, not 3"),
        ("Home\tБасты|||бет\tГлавная", "kk has 2 forms, not 1"),
    ],
)
def test_a_table_that_does_not_fit_is_refused_with_its_place(root, line, finding):
    table = root / "bad.tsv"
    table.write_text(f"# a comment\n{line}\n")
    before = messages.po_path(root, "ru").read_bytes()
    with pytest.raises(messages.TableError, match=finding) as error:
        messages.merge(root, [table])
    assert f"{table}:2" in str(error.value)
    assert messages.po_path(root, "ru").read_bytes() == before


def test_a_row_that_the_source_does_not_have_is_named(root):
    table = root / "more.tsv"
    table.write_text("Nobody says this\tx\ty\n")
    assert messages.merge(root, [table]) == ["not in the source, left out: 'Nobody says this'"]


def test_compiled_catalogues_are_made_once_and_again_after_a_change(root):
    assert messages.compile_all(root / "locale") == 3
    assert messages.compile_all(root / "locale") == 0
    po = messages.po_path(root, "kk")
    mo = po.with_suffix(".mo")
    replace(root, "kk", "Мамыр", "мамыр")
    import os

    os.utime(po, (mo.stat().st_mtime + 1, mo.stat().st_mtime + 1))
    assert messages.compile_all(root / "locale") == 1
    assert "мамыр".encode() in mo.read_bytes()
