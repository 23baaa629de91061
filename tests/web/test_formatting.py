"""Amounts, numbers and times as each language writes them (facts/kk_voice.md section 1)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from babel.dates import format_date
from django.utils import formats, translation

from exchange.web import formatting
from tests.clocks import clock_at

NOW = datetime(2026, 11, 21, 15, 14, tzinfo=UTC)  # 20:14 in Almaty


november = clock_at(NOW)


@pytest.mark.parametrize(
    ("minor", "text"),
    [
        (0, "0,00 ₸"),
        (5, "0,05 ₸"),
        (125_050, "1 250,50 ₸"),
        (123_456_750, "1 234 567,50 ₸"),
        (-62_930, "−629,30 ₸"),
    ],
)
@pytest.mark.parametrize("language", formatting.LANGUAGES)
def test_an_amount_reads_the_same_in_every_language(language, minor, text):
    with translation.override(language):
        assert formatting.money_text(minor, "always") == text.replace(" ", "\u00a0")


def test_tiyn_that_are_zero_may_be_left_out_and_others_may_not():
    assert formatting.money_text(8_635_000) == "86\u00a0350\u00a0₸"
    assert formatting.money_text(8_635_001) == "86\u00a0350,01\u00a0₸"


def test_the_minus_is_the_true_one():
    assert formatting.money_parts(-1).sign == "\u2212"


@pytest.mark.parametrize(
    ("language", "text"), [("kk", "1 234 567"), ("ru", "1 234 567"), ("en", "1,234,567")]
)
def test_counts_are_grouped_by_language(language, text):
    with translation.override(language):
        assert formatting.number_text(1_234_567) == text.replace(" ", "\u00a0")


@pytest.mark.parametrize(
    ("bps", "kk", "ru", "en"),
    [
        (700, "7%", "7 %", "7%"),
        (1250, "12,5%", "12,5 %", "12.5%"),
        (5, "0,05%", "0,05 %", "0.05%"),
        (-20, "−0,2%", "−0,2 %", "−0.2%"),
        (10_000, "100%", "100 %", "100%"),
    ],
)
def test_percents_follow_cldr(bps, kk, ru, en):
    for language, text in (("kk", kk), ("ru", ru), ("en", en)):
        with translation.override(language):
            assert formatting.percent_text(bps) == text.replace(" ", "\u00a0")


@pytest.mark.parametrize(
    ("bps", "text"),
    [(13_333, "133%"), (15_450, "155%"), (1000, "10%"), (458, "4.6%"), (-36, "−0.4%"), (0, "0%")],
)
def test_a_change_is_told_roughly(bps, text):
    with translation.override("en"):
        assert formatting.percent_rough(bps) == text


@pytest.mark.parametrize(
    ("language", "day", "moment", "long", "full", "weekday"),
    [
        ("kk", "21 қар.", "21 қар., 20:14", "21 қараша", "2026 ж. 21 қараша", "сенбі"),
        ("ru", "21 ноя", "21 ноя, 20:14", "21 ноября", "21 ноября 2026 г.", "суббота"),
        ("en", "Nov 21", "Nov 21, 20:14", "November 21", "November 21, 2026", "Saturday"),
    ],
)
def test_days_are_written_as_the_voice_says(language, day, moment, long, full, weekday):
    with translation.override(language):
        assert plain(formatting.day_short(NOW)) == day
        assert plain(formatting.moment_short(NOW)) == moment
        assert plain(formatting.day_long(NOW)) == long
        assert plain(formatting.day_full(NOW)) == full
        assert formatting.weekday_text(NOW) == weekday


@pytest.mark.parametrize(
    ("language", "text"), [("kk", "2025 ж. 8 қар."), ("ru", "8 ноя 2025"), ("en", "Nov 8, 2025")]
)
def test_a_day_of_another_year_says_its_year(language, text):
    with translation.override(language):
        assert plain(formatting.day_short(date(2025, 11, 8))) == text


def test_a_day_is_cut_in_almaty():
    late = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)  # 1:00 on the 22nd there
    assert formatting.day_of(late) == date(2026, 11, 22)


def test_short_kazakh_months_are_those_of_cldr():
    with translation.override("kk"):
        for month in range(1, 13):
            day = date(2026, month, 3)
            assert plain(formatting.day_short(day)) == format_date(day, "d MMM", locale="kk")


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(days=11, hours=5), "11 days"),
        (timedelta(days=2), "2 days"),
        (timedelta(days=1, hours=22, minutes=40), "1 d 22 h"),
        (timedelta(days=1), "1 day"),
        (timedelta(hours=5, minutes=7), "5 h 7 min"),
        (timedelta(hours=5), "5 h"),
        (timedelta(minutes=35), "35 min"),
        (timedelta(seconds=20), "0 min"),
        (-timedelta(hours=2), "2 h"),
    ],
)
def test_a_span_shows_its_two_largest_units(span, text):
    with translation.override("en"):
        assert plain(formatting.span_text(span)) == text


def test_a_term_says_what_is_left_and_how_late_it_is():
    with translation.override("en"):
        assert plain(formatting.left_text(timedelta(days=11))) == "11 days left"
        assert plain(formatting.left_text(timedelta(hours=-2))) == "2 h late"


def test_django_itself_writes_kazakh_dates_and_numbers():
    with translation.override("kk"):
        assert formats.get_format("FIRST_DAY_OF_WEEK") == 1
        assert formats.date_format(date(2026, 11, 3), "SHORT_DATE_FORMAT") == "03.11.2026"
        grouped = formats.number_format(1234.5, use_l10n=True, force_grouping=True)
        assert grouped == "1\u00a0234,5"


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")
