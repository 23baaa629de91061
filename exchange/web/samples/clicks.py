"""The click explorer of brand and influencer."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _

from exchange.web.clicks.words import dimension_head, dimension_title, dimension_word, label_of
from exchange.web.formatting import day_full, day_short, percent_rough
from exchange.web.pages import clicks
from exchange.web.pages.common import Chart, Choice, Series, Stat
from exchange.web.samples import common


def brand() -> clicks.Clicks:
    return clicks.Clicks(
        state="shown",
        filter=_filter(),
        action_url="#",
        clear_url="#",
        whose_label=_("Influencer"),
        csv_url="#",
        stats=_stats(),
        compared=_("Change: against the same hours before."),
        chart_title=_("By day"),
        chart=_chart(),
        links=_links(),
        breakdowns=[
            _breakdown("referrer", [("Instagram", 6_120, 0), (_("Not told"), 1_904, 611)]),
            _breakdown("device", [(_device("3"), 1_122, 640), (_device("2"), 90, 0)]),
            clicks.Breakdown(
                "place", dimension_title("place"), dimension_word("place"), [],
                empty=_("Places of these clicks are unknown. Cities appear once Birge has loaded a"
                        " file of address ranges."),
            ),
            replace(
                _breakdown("sub1", [("story", 3_011, 0), ("reels", 960, 0)]),
                more=_("More: %(count)s, with people: %(people)s. All of them are in the CSV.")
                % {"count": 7, "people": 64},
                choices=[Choice(f"sub{n}", "#", n == 1) for n in range(1, 6)],
            ),
        ],
    )  # fmt: skip


def portal() -> clicks.Clicks:
    return replace(brand(), whose_label=_("Brand"))


def one_value() -> clicks.Clicks:
    narrowed = [clicks.Narrowed(dimension_word("device"), _device("2"), "#")]
    links = [replace(row, uniques=None, unusual=None, inactive=None) for row in _links().rows]
    return replace(
        brand(),
        filter=replace(_filter(), narrowed=narrowed),
        stats=[_stats()[0], _stats()[2]],
        links=clicks.Links(links),
        breakdowns=[],
        is_of_one_value=True,
    )


def nothing() -> clicks.Clicks:
    return replace(brand(), state="nothing", csv_url="", filter_text=day_full(common.day_ago(0)))


def none() -> clicks.Clicks:
    return replace(brand(), state="none", csv_url="")


def refused() -> clicks.Clicks:
    first, last = common.day_ago(1), common.day_ago(20)
    said = _("The first day, %(first)s, is after the last, %(last)s. Swap them.")
    asked = replace(
        _filter(),
        first=first.isoformat(),
        last=last.isoformat(),
        error=said % {"first": day_full(first), "last": day_full(last)},
        error_field="from",
    )
    return replace(brand(), state="refused", csv_url="", filter=asked)


def _device(value: str) -> str:
    return label_of("device", value)


def _filter() -> clicks.Filter:
    campaigns = [
        clicks.Option("", _("All"), is_current=True),
        clicks.Option("1", "Жылы үй"),
        clicks.Option("2", "Мектепке дайындық"),
    ]
    return clicks.Filter(
        periods=common.periods(),
        selects=[clicks.Select("campaign", _("Campaign"), campaigns)],
        narrowed=[],
        kept=[("sub", "sub2")],
        first=common.day_ago(27).isoformat(),
        last=common.day_ago(0).isoformat(),
    )


def _stats() -> list[Stat]:
    why = _("Taps of people who reached the product page. Robots and previews are apart.")
    return [
        Stat(_("People"), "9 236", 1_800, True, why=why),
        Stat(_("Different people"), "7 104", 1_240, True, why=why),
        Stat(_("Robots and previews"), "640", -900, why=why),
        Stat(_("Unusual"), "112", why=why),
        Stat(_("Too late"), "0", why=why),
    ]


def _chart() -> Chart:
    people = [210 + (n * 37) % 160 for n in range(28)]
    return Chart(
        labels=[day_short(common.day_ago(27 - n)) for n in range(28)],
        series=[
            Series(_("People"), people),
            Series(_("Robots and previews"), [one // 14 for one in people]),
        ],
        ticks=[0, 9, 18, 27],
        unit="",
    )


def _links() -> clicks.Links:
    row = clicks.LinkRow
    return clicks.Links(
        [
            row("Жылы үй", "Айгерім Сәбитова", "a7k2", "#", 6_480, 410, 5_002, 96, 0),
            row("Мектепке дайындық", "Данияр Оспанов", "mektep", "#", 2_756, 230, 2_102, 16, 0),
        ],
        more=_("More links: %(count)s. All of them are in the CSV.") % {"count": 12},
    )  # fmt: skip


def _breakdown(kind: str, rows: list[tuple[str, int, int]]) -> clicks.Breakdown:
    total = sum(people for _label, people, _bots in rows)
    return clicks.Breakdown(
        kind,
        dimension_title(kind),
        dimension_head(kind),
        [
            clicks.ValueRow(
                label, "#", people, bots, percent_rough(people * 10_000 // total),
                people * 100 // total,
            )
            for label, people, bots in rows
        ],
    )  # fmt: skip
