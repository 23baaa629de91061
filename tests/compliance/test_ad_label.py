"""The label of advertising: fourteen phrases, at the start, however they are written."""

import unicodedata

import pytest

from compliance.domain.ad_label import PHRASES, LabelFault, ad_label_check


def test_the_list_is_the_orders_seven_and_seven():
    assert len(PHRASES) == len(set(PHRASES)) == 14
    assert all(unicodedata.is_normalized("NFC", phrase) for phrase in PHRASES)


@pytest.mark.parametrize("phrase", PHRASES)
@pytest.mark.parametrize(
    "written",
    [
        "{}",
        "{}. Жүн көрпе",
        "#{} новинка",
        "\n«{}»: читайте",
        "✨👩‍🎤 {}!",
        "\u200b{}\u200b",
        "({})",
    ],
)
def test_every_phrase_counts_at_the_start_in_whatever_dress(phrase, written):
    for text in (phrase, phrase.upper(), phrase.title(), unicodedata.normalize("NFD", phrase)):
        found = ad_label_check(written.format(text))
        assert (found.phrase, found.fault) == (phrase, None), written.format(text)


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("ЖАРНАМА ҚҰҚЫҒЫНДА: жаңа көрпе", "жарнама құқығында"),  # the longest of two
        ("Жарнамалық материал", "жарнамалық материал"),
        ("#на_правах_рекламы", "на правах рекламы"),
        ("На\u00a0правах\n рекламы", "на правах рекламы"),
        ("Партнёрский материал. Привет", "партнерский материал"),
        ("Рек\u00adлама", "реклама"),  # a soft hyphen cannot be seen
        ("ｐｒ құқығында", "PR құқығында"),  # full width: NFKC
        ("Реклама,жүн көрпе", "реклама"),
        ("...реклама...", "реклама"),
    ],
)
def test_the_phrase_is_told_by_its_words(text, phrase):
    assert ad_label_check(text).phrase == phrase
    assert ad_label_check(text).is_labelled


@pytest.mark.parametrize(
    ("text", "fault", "phrase"),
    [
        ("", LabelFault.EMPTY, ""),
        (" \n\u200b✨ — ", LabelFault.EMPTY, ""),
        ("Жүн көрпе келді. #жарнама", LabelFault.NOT_AT_START, "жарнама"),
        ("Это реклама", LabelFault.NOT_AT_START, "реклама"),
        ("1. Реклама", LabelFault.NOT_AT_START, "реклама"),
        ("Рекламация на товар", LabelFault.MISSING, ""),  # another word
        ("Жарнамасыз өмір", LabelFault.MISSING, ""),
        ("антиреклама", LabelFault.MISSING, ""),
        ("На правах хозяйки", LabelFault.MISSING, ""),
        ("Рекламный ролик", LabelFault.MISSING, ""),
        ("#ad #sponsored", LabelFault.MISSING, ""),  # English is not in the list
        ("Aдвертайзинг", LabelFault.MISSING, ""),
        ("Жүн көрпе", LabelFault.MISSING, ""),
    ],
)
def test_anything_else_says_why_it_is_no_label(text, fault, phrase):
    found = ad_label_check(text)
    assert (found.fault, found.phrase, found.is_labelled) == (fault, phrase, False)
