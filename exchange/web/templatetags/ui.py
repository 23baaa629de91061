"""Components and formats of the pages. Templates load this once: `{% load ui %}`.

Amounts are integer tiyn, rates basis points, moments aware; words come from exchange.web.words.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.forms import BoundField
from django.forms.widgets import (
    CheckboxInput,
    CheckboxSelectMultiple,
    PasswordInput,
    RadioSelect,
    Select,
    Textarea,
)
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import translate_url
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from core import clock as core_clock
from exchange.web import charts, formatting, policy_words, words
from exchange.web.qr import qr_code

register = template.Library()

SPRITE = "build/icons.svg"
ICON_CLASSES = {"": "i", "sm": "i i-sm", "xs": "i i-xs", "lg": "i i-lg"}
TILE_HUES = 7

# Formats

register.filter("num", formatting.number_text)
register.filter("pct", formatting.percent_text)
register.filter("pct_rough", formatting.percent_rough)
register.filter("day", formatting.day_short)
register.filter("day_long", formatting.day_long)
register.filter("day_full", formatting.day_full)
register.filter("month_long", formatting.month_long)
register.filter("weekday", formatting.weekday_text)
register.filter("moment", formatting.moment_short)
register.filter("days", formatting.days_text)
register.filter("followers", formatting.followers_text)
register.filter("money_text", formatting.money_text)


@register.filter
def money(minor: int, how: str = "always") -> SafeString:
    """An amount in tiyn, typeset: `{{ row.minor|money }}`, a total `{{ minor|money:"needed" }}`.

    "always" shows tiyn even when 00 (lists, sheets); "needed" only when there are any (totals);
    "plus" is "always" with a plus before what came in (statements).
    """
    parts = formatting.money_parts(minor, "needed" if how == "needed" else "always")
    sign = "+" if how == "plus" and minor > 0 else parts.sign
    fraction = format_html('<span class="dec">,{}</span>', parts.fraction) if parts.fraction else ""
    return format_html(
        '<span class="money">{}{}{}{}<span class="cur">{}</span></span>',
        sign,
        parts.whole,
        fraction,
        formatting.NBSP,
        formatting.TENGE,
    )


@register.filter
def span(value: timedelta | datetime) -> str:
    """A length of time, or the time from now to a moment (either way)."""
    return formatting.span_text(_from_now(value))


@register.filter
def left(value: timedelta | datetime) -> str:
    """What is left until a moment, or how late it is: "11 күн қалды", "2 сағ кешікті"."""
    return formatting.left_text(_from_now(value))


def _from_now(value: timedelta | datetime) -> timedelta:
    return value if isinstance(value, timedelta) else value - core_clock.now()


@register.filter
def word(code: Any, table: str) -> str:
    """The word of a code: `{{ row.verdict|word:"verdict" }}`."""
    return words.word_of(table, code)


@register.filter(name="words")
def words_of(text: str) -> list[str]:
    """Codes written in a template, to loop over: `{% for kind in "click order"|words %}`."""
    return text.split()


@register.filter
def hold(reason: str) -> dict[str, words.Word]:
    """Why a payout waits: `text`, and `button` that fixes it ("" when there is nothing to do)."""
    text, button = words.HOLDS[reason]
    return {"text": text, "button": button}


@register.filter
def status_word(status: str, kind: str = "sale") -> str:
    return str(words.status_of(status, kind).word)


@register.filter
def status_tone(status: str, kind: str = "sale") -> str:
    return words.status_of(status, kind).tone


@register.filter
def status_hint(status: str, kind: str = "sale") -> str:
    return str(words.status_of(status, kind).hint)


# Programs that name others in their own name come before those
BROWSERS = {
    "Edg/": "Edge",
    "OPR/": "Opera",
    "YaBrowser/": "Yandex Browser",
    "SamsungBrowser/": "Samsung Internet",
    "Instagram": "Instagram",
    "Firefox/": "Firefox",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


@register.filter
def browser(user_agent: str) -> str:
    """What a device calls itself, in two words: "Chrome, Android"; the beginning of it else."""
    told = [
        next((name for mark, name in names.items() if mark in user_agent), "")
        for names in (BROWSERS, SYSTEMS)
    ]
    return ", ".join(filter(None, told)) or user_agent[:60]


# Marks


@register.simple_tag
def icon(name: str, size: str = "", extra: str = "") -> SafeString:
    """An icon of the sprite; what it means is said by the words beside it, or an aria-label.

    Names that code chooses are listed in assets/icons.txt; the build finds the written ones.
    """
    return format_html(
        '<svg class="{} {}" aria-hidden="true"><use href="{}#{}"/></svg>',
        ICON_CLASSES[size],
        extra,
        static(SPRITE),
        name,
    )


@register.simple_tag
def badge(status: str, kind: str = "sale", hint: Any = "", focus: bool = True) -> SafeString:
    """The badge of a state: one word, one colour, a tooltip that says why and what comes next.

    Inside a link `focus=False`: there the sheet behind the link says it.
    """
    look = words.status_of(status, kind)
    return format_html(
        '<span class="st s-{}" data-tip title="{}"{}>{}</span>',
        look.tone,
        hint or look.hint,
        mark_safe(' tabindex="0"') if focus else "",
        look.word,
    )


@register.simple_tag
def grade(letter: str) -> SafeString:
    """How strong the evidence of a sale is: A to E."""
    return format_html(
        '<span class="grade grade-{}" data-tip title="{}: {}">{}</span>',
        letter.lower(),
        _("Evidence grade"),
        words.GRADES[letter],
        letter,
    )


@register.simple_tag
def tile(name: str, size: str = "size-10") -> SafeString:
    """Two letters of a name on a quiet colour of its own, in place of a logo."""
    letters = [part[0] for part in name.replace("«", " ").replace("-", " ").split() if part]
    text = "".join(letters[:2]) if len(letters) > 1 else name[:2]
    hue = sum(map(ord, name)) % TILE_HUES + 1
    return format_html(
        '<span class="tile h{} {}" aria-hidden="true">{}</span>', hue, size, text.upper()
    )


@register.simple_tag
def clock(due_at: datetime, starts_at: datetime | None = None) -> SafeString:
    """A term as a filling disc with the time left beside it."""
    now = core_clock.now()
    face = charts.clock_face(starts_at or now, due_at, now)
    return format_html(
        '<span class="clock-l clock-{}"><svg class="clock s-{}" viewBox="0 0 16 16"'
        ' aria-hidden="true"><circle class="c0" cx="8" cy="8" r="8"/><circle class="c1" cx="8"'
        ' cy="8" r="4" pathLength="100" stroke-dasharray="{} 100" transform="rotate(-90 8 8)"/>'
        "</svg>{}</span>",
        face.tone,
        face.tone,
        face.gone,
        formatting.left_text(due_at - now),
    )


@register.simple_tag
def spark(values: list[int]) -> SafeString | str:
    """A small line without axes. Nothing when there are fewer than two values."""
    drawn = charts.spark(values)
    if drawn is None:
        return ""
    return format_html(
        '<svg viewBox="0 0 {} {}" preserveAspectRatio="none" class="spark" aria-hidden="true">'
        '<polygon points="{}"/><polyline points="{}" vector-effect="non-scaling-stroke"/></svg>',
        charts.SPARK_WIDTH,
        charts.SPARK_HEIGHT,
        drawn.area,
        drawn.line,
    )


@register.simple_tag
def health_bars(values: list[tuple[int, words.Tone]], label: str) -> SafeString:
    """Columns of the last 24 hours: `values` are (count, tone), oldest first."""
    columns = format_html_join(
        "",
        '<rect class="s-{}" x="{}" y="{}" width="{}" height="{}" rx="2"/>',
        (
            (bar.tone, str(bar.x), str(bar.y), str(bar.width), str(bar.height))
            for bar in charts.bars(values)
        ),
    )
    return format_html(
        '<svg class="bars h-7 w-full" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img"'
        ' aria-label="{}">{}</svg>',
        charts.BARS_WIDTH,
        charts.BARS_HEIGHT,
        label,
        columns,
    )


@register.simple_tag
def qr(text: str, label: str) -> SafeString:
    """A QR code as SVG, dark on white in both themes so that every camera reads it."""
    drawing = qr_code(text).svg_inline(
        omitsize=True, border=1, dark="#14142b", svgclass="block w-full h-full", lineclass=None
    )
    return format_html(
        '<span class="qr" role="img" aria-label="{}">{}</span>',
        label,
        mark_safe(drawing),  # noqa: S308 - segno's path of numbers; the text itself is not in it
    )


@register.simple_tag
def policy(terms: Any) -> list[str]:
    """The sentences of a campaign's rule; `terms` as pages.common.PolicyTerms."""
    return policy_words.policy_sentences(
        commission=terms.commission,
        window_days=terms.window_days,
        hold_days=terms.hold_days,
        code_policy=terms.code_policy,
        model=terms.model,
        places=terms.places,
        clawback_days=terms.clawback_days,
    )


# Forms

FieldContext = dict[str, Any]


@register.inclusion_tag("components/_field.html")
def field(bound: BoundField, **options: Any) -> FieldContext:
    """One field of a form: label, control, hint, error; ARIA joined up.

    Options: label, hint ("" hides the field's own), unit ("₸", "%"), prefix, placeholder,
    inputmode, autocomplete, rows, cards=True (radio choices as cards), optional=True (says so),
    good (a green remark), autofocus.
    """
    hint = options.get("hint", bound.help_text)
    described = [f"{bound.auto_id}_error"] if bound.errors else []
    if hint:
        described.append(f"{bound.auto_id}_hint")
    return {
        "bound": bound,
        "kind": _control_kind(bound),
        "control": bound.as_widget(attrs=_control_attrs(bound, options, described)),
        "hint": hint,
        "label": options.get("label") or bound.label,
        "described": " ".join(described),
        **{
            name: options.get(name, "")
            for name in ("unit", "prefix", "cards", "optional", "good", "columns")
        },
    }


def _control_kind(bound: BoundField) -> str:
    """Which shape components/_field.html gives it; each before its parent."""
    kinds: tuple[tuple[type, str], ...] = (
        (CheckboxSelectMultiple, "checks"),
        (CheckboxInput, "checkbox"),
        (RadioSelect, "radio"),
        (Select, "select"),
        (Textarea, "textarea"),
        (PasswordInput, "password"),
    )
    widget = bound.field.widget
    return next((kind for parent, kind in kinds if isinstance(widget, parent)), "input")


CONTROL_CLASSES = {
    "checkbox": "checkbox checkbox-sm checkbox-primary mt-0.5",
    "radio": "radio radio-sm radio-primary mt-0.5",
    "checks": "checkbox checkbox-sm checkbox-primary",
    "select": "select w-full",
    "textarea": "textarea w-full",
    "password": "grow",
    "input": "input w-full",
}


def _control_attrs(
    bound: BoundField, options: dict[str, Any], described: list[str]
) -> dict[str, Any]:
    kind = _control_kind(bound)
    boxed = kind == "input" and (options.get("unit") or options.get("prefix"))
    shape = "grow min-w-0" if boxed else CONTROL_CLASSES[kind]
    if options.get("unit"):
        shape += " text-right tnum"
    attrs = {"class": f"{shape} {bound.field.widget.attrs.get('class', '')}".strip()}
    for name in ("placeholder", "inputmode", "autocomplete", "rows", "autofocus"):
        if options.get(name):
            attrs[name] = options[name]
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if bound.errors:
        attrs["aria-invalid"] = "true"
    return attrs


@register.inclusion_tag("components/_form_errors.html")
def form_errors(form: Any) -> dict[str, Any]:
    """What is wrong with the form as a whole; fields say their own part themselves."""
    hidden = [error for bound in form.hidden_fields() for error in bound.errors]
    return {"errors": [*form.non_field_errors(), *hidden]}


# Places


@register.simple_tag(takes_context=True)
def in_language(context: template.Context, code: str) -> str:
    """The absolute address of this page in another language."""
    request: HttpRequest = context["request"]
    return request.build_absolute_uri(translate_url(request.get_full_path(), code))
