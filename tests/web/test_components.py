"""The marks and fields that templates are made of."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django import forms
from django.template import Context, Template
from django.utils import translation

from exchange.web import charts
from exchange.web.pages.common import Chart, MoneyStrip, Series, Stage

NOW = datetime(2026, 11, 21, 15, 14, tzinfo=UTC)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"), time_machine.travel(NOW, tick=False):
        yield


def rendered(source: str, **context: object) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


def test_an_amount_is_typeset_with_a_muted_fraction_and_currency():
    assert rendered("{{ minor|money }}", minor=-157_437) == (
        '<span class="money">\u22121\u00a0574<span class="dec">,37</span>\u00a0'
        '<span class="cur">₸</span></span>'
    )


def test_a_total_hides_tiyn_that_are_zero():
    assert "dec" not in rendered('{{ minor|money:"needed" }}', minor=8_635_000)


def test_a_statement_marks_what_came_in():
    assert ">+1\u00a0000" in rendered('{{ minor|money:"plus" }}', minor=100_000)
    assert ">\u22121\u00a0000" in rendered('{{ minor|money:"plus" }}', minor=-100_000)


def test_a_badge_says_its_word_and_why():
    badge = rendered('{% badge "on_hold" "sale" hint %}', hint="Until <December> 2.")
    assert badge == (
        '<span class="st s-hold" data-tip title="Until &lt;December&gt; 2." tabindex="0">'
        "On hold</span>"
    )


def test_a_badge_inside_a_link_takes_no_focus():
    assert "tabindex" not in rendered('{% badge "paid" "sale" "" False %}')


def test_an_icon_is_drawn_from_the_sprite_and_silent():
    drawn = rendered('{% icon "copy" "sm" %}')
    assert 'href="/static/build/icons.svg#copy"' in drawn
    assert 'aria-hidden="true"' in drawn


@pytest.mark.parametrize(
    ("hours_left", "tone", "text"),
    [(24 * 11, "wait", "11 days left"), (46, "hold", "1 d 22 h left"), (-2, "bad", "2 h late")],
)
def test_a_clock_is_grey_then_amber_then_red(hours_left, tone, text):
    due = NOW + timedelta(hours=hours_left)
    drawn = rendered("{% clock due start %}", due=due, start=due - timedelta(days=21))
    assert f"clock s-{tone}" in drawn
    assert text in drawn.replace("\u00a0", " ")


def test_a_clock_shows_how_much_of_the_term_has_gone():
    start = NOW - timedelta(days=10)
    assert charts.clock_face(start, NOW + timedelta(days=10), NOW).gone == 50
    assert charts.clock_face(start, NOW - timedelta(days=1), NOW).gone == 100


def test_a_line_needs_two_values_and_something_to_see():
    assert rendered("{% spark values %}", values=[4]) == ""
    assert rendered("{% spark values %}", values=[0, 0, 0]) == ""
    assert rendered("{% spark values %}", values=[4, 4]) != ""


def test_a_line_runs_between_the_edges():
    drawn = charts.spark([1, 3])
    assert drawn is not None
    assert drawn.line == "0.0,21.0 96.0,3.0"


def test_bars_show_an_empty_hour_and_a_failed_one():
    empty, failed, full = charts.bars([(0, "paid"), (0, "bad"), (9, "paid")])
    assert empty.height == 3
    assert failed.height == charts.BARS_HEIGHT
    assert full.height == charts.BARS_HEIGHT


@pytest.mark.parametrize(
    ("user_agent", "said"),
    [
        (
            "Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 (KHTML, like Gecko)"
            " SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36",
            "Samsung Internet, Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML,"
            " like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
            "Safari, iPhone",
        ),
        ("curl/8.5.0", "curl/8.5.0"),
    ],
)
def test_a_device_is_named_in_two_words(user_agent, said):
    assert rendered("{{ ua|browser }}", ua=user_agent) == said


def test_a_qr_code_is_svg_without_inline_style():
    drawn = rendered('{% qr "https://birge.example/c/a7k2" "birge.example/c/a7k2" %}')
    assert "<svg" in drawn
    assert "style=" not in drawn
    assert 'aria-label="birge.example/c/a7k2"' in drawn


@pytest.mark.parametrize(
    ("name", "letters"), [("Тоқыма Үйі", "ТҮ"), ("Wildberries", "WI"), ("«Жылы үй»", "ЖҮ")]
)
def test_a_tile_shows_two_letters(name, letters):
    assert f">{letters}</span>" in rendered("{% tile name %}", name=name)


class Sample(forms.Form):
    iin = forms.CharField(label="IIN")
    note = forms.CharField(required=False, widget=forms.Textarea)
    status = forms.ChoiceField(widget=forms.RadioSelect, choices=[("a", "A"), ("b", "B")])
    agrees = forms.BooleanField(required=False)
    password = forms.CharField(widget=forms.PasswordInput)


def test_a_refused_field_tells_screen_readers_what_is_wrong():
    form = Sample(data={"iin": ""})
    drawn = rendered('{% field form.iin hint="12 digits" %}', form=form)
    assert 'aria-invalid="true"' in drawn
    assert 'aria-describedby="id_iin_error id_iin_hint"' in drawn
    assert 'id="id_iin_error"' in drawn
    assert 'id="id_iin_hint"' in drawn
    assert "This field is required." in drawn


def test_a_good_field_has_a_label_and_no_fault():
    drawn = rendered('{% field form.iin unit="₸" %}', form=Sample())
    assert re.search(r'<label [^>]*for="id_iin">IIN\s*</label>', drawn)
    assert "aria-invalid" not in drawn
    assert "₸" in drawn


@pytest.mark.parametrize(
    ("name", "mark"),
    [
        ("note", "<textarea"),
        ("status", "<fieldset"),
        ("agrees", 'type="checkbox"'),
        ("password", 'data-reveal="id_password"'),
    ],
)
def test_each_kind_of_field_has_its_shape(name, mark):
    assert mark in rendered("{% field bound %}", bound=Sample()[name])


def test_what_is_wrong_with_the_whole_form_stands_above_it():
    form = Sample(data={})
    form.add_error(None, "Not today.")
    drawn = rendered("{% form_errors form %}", form=form)
    assert 'role="alert"' in drawn
    assert "Not today." in drawn
    assert "This field is required." not in drawn


@pytest.mark.parametrize(
    ("minor", "is_large"),
    [(0, False), (21_490_000, False), (99_999_900, False), (1_104_810, True), (100_000_000, True)],
)
def test_a_sum_too_long_for_a_quarter_of_a_phone_turns_the_strip_into_rows(minor, is_large):
    assert MoneyStrip([Stage("on_hold", 0), Stage("paid", minor)]).is_large is is_large


def test_the_table_behind_a_chart_leaves_empty_days_out():
    chart = Chart(["1", "2", "3"], [Series("a", [5, 0, 7]), Series("b", [0, 0, 1])], [0])
    assert chart.rows == [("3", [7, 1]), ("1", [5, 0])]
