"""The click explorer of brand and influencer: what it shows, is narrowed to, and refuses."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from attribution.models import Click
from campaigns.models import Campaign, TrackingLink
from core.accounts.models import User
from influencers.models import Influencer
from tests.attribution.click_sums import day_sum, hour_sum, link_make, value_sum
from tests.cast import Cast
from tests.clocks import clock_at
from tests.doors.conftest import public_id
from tests.doors.test_exports import FORMULAS, table

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)  # 14:30 in Almaty
TODAY = date(2026, 11, 21)
NBSP = "\u00a0"
SIDES = ("brand", "portal")
LANGUAGES = ("kk", "ru", "en")


_afternoon = clock_at(NOW)


@pytest.fixture(params=SIDES)
def side(request):
    return request.param


def address(cast: Cast, side: str, name: str = "clicks", language: str = "en") -> str:
    with override(language):
        args = [cast.tulpar.slug] if side == "brand" else []
        return reverse(f"{side}:{name}", args=args)


def get(cast: Cast, side: str, *, name: str = "clicks", language: str = "en", **query: str):
    client = Client()
    who = cast.tulpar.owner if side == "brand" else cast.tulpar.person
    client.force_login(User.objects.get(pk=who))
    query = {key.rstrip("_"): value for key, value in query.items()}  # from_ is a word of Python
    return client.get(address(cast, side, name, language), query)


def page(cast: Cast, side: str, **query: str):
    answer = get(cast, side, **query)
    assert answer.status_code == 200, answer.status_code
    return answer.context["page"]


def plain(text: str) -> str:
    return text.replace(NBSP, " ")


def stats(page) -> dict[str, tuple[str, int | None]]:
    return {stat.label: (stat.value, stat.change_bps) for stat in page.stats}


def labels(page, kind: str) -> list[tuple[str, int, int, str]]:
    (found,) = [one for one in page.breakdowns if one.kind == kind]
    return [(row.label, row.people, row.bots, row.share) for row in found.rows]


@pytest.fixture
def week(cast):
    """Tulpar's last days: 1 200 people now, 600 in the 28 days before."""
    mine = cast.tulpar
    day_sum(mine, TODAY, people=400, bots=30, inactive=7, uniques=300, unusual=20)
    day_sum(mine, TODAY - timedelta(days=3), people=800, bots=10, uniques=700, unusual=5)
    day_sum(mine, TODAY - timedelta(days=30), people=600, bots=80, uniques=500)
    for dimension, value, people, bots in (
        ("device", "1", 900, 0),
        ("device", "3", 300, 40),
        ("referrer", "l.instagram.com", 700, 0),
        ("referrer", "com.instagram.android", 100, 0),
        ("referrer", "", 400, 40),
        ("place", "KZ Алматы", 800, 0),
        ("place", "KZ", 300, 0),
        ("place", "", 100, 40),
        ("sub1", "story", 500, 0),
        ("sub1", "reels", 100, 0),
        ("sub3", "blue", 9, 0),
    ):
        value_sum(mine, TODAY - timedelta(days=3), dimension, value, people, bots)
    day_sum(cast.sauran, TODAY, people=77)
    value_sum(cast.sauran, TODAY, "device", "2", 77)
    return cast


# --- What it shows --------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_opens_in_every_language(week, side, language):
    answer = get(week, side, language=language)
    assert answer.status_code == 200
    assert f'lang="{language}"' in answer.text


def test_people_and_robots_are_counted_apart_and_compared_with_the_days_before(week, side):
    shown = page(week, side)
    assert shown.state == "shown"
    assert stats(shown) == {
        "People": ("1,200", 10_000),
        "Different people": ("1,000", 10_000),
        "Robots and previews": ("40", -5_000),
        "Unusual": ("25", None),
        "Too late": ("7", None),
    }
    assert [stat.label for stat in shown.stats if stat.is_better] == ["People", "Different people"]
    assert "data centre or a VPN" in next(s.why for s in shown.stats if s.label == "Unusual")
    assert shown.compared == f"Change: against the period before, 28{NBSP}days."


def test_the_chart_has_a_column_a_day_and_its_table_only_days_with_clicks(week, side):
    chart = page(week, side, days="7").chart
    assert [one.values for one in chart.series] == [
        [0, 0, 0, 800, 0, 0, 400],
        [0, 0, 0, 10, 0, 0, 30],
    ]
    assert chart.rows == [(f"Nov{NBSP}21", [400, 30]), (f"Nov{NBSP}18", [800, 10])]


def test_a_long_period_has_a_column_a_week(week, side):
    shown = page(week, side, from_="2026-08-01")
    assert (shown.chart_title, len(shown.chart.labels)) == ("By week", 17)
    assert sum(shown.chart.series[0].values) == 1_800


def test_today_is_told_by_hour_and_compared_with_the_same_hours(cast, side):
    mine = cast.tulpar
    midnight = datetime(2026, 11, 20, 19, tzinfo=UTC)  # of November 21 in Almaty
    day_sum(mine, TODAY, people=6, bots=1)
    day_sum(mine, TODAY - timedelta(days=1), people=90)
    hour_sum(mine, midnight, people=2, bots=1)
    hour_sum(mine, midnight + timedelta(hours=14), people=4)
    hour_sum(mine, midnight - timedelta(hours=10), people=3)  # yesterday at 14:00
    hour_sum(mine, midnight - timedelta(hours=9), people=87)  # yesterday after this hour
    shown = page(cast, side, days="1")
    assert stats(shown)["People"] == ("6", 10_000)
    assert (shown.chart_title, len(shown.chart.labels)) == ("By hour", 24)
    assert shown.chart.rows == [("14:00", [4, 0]), ("00:00", [2, 1])]
    yesterday = page(cast, side, from_="2026-11-20", to="2026-11-20")
    assert len(yesterday.chart.labels) == 24
    assert stats(yesterday)["People"] == ("90", None)
    assert yesterday.compared == ""  # nothing to compare with


def test_days_whose_hours_are_gone_are_told_by_day(week, side):
    shown = page(week, side, from_="2026-10-22", to="2026-10-22")
    assert (shown.chart_title, shown.chart.labels) == ("By day", [f"Oct{NBSP}22"])


def test_values_have_names_that_people_use(week, side):
    shown = page(week, side)
    assert labels(shown, "referrer") == [
        ("Instagram", 800, 0, "67%"),
        ("Not told", 400, 40, "33%"),
    ]
    assert labels(shown, "device") == [
        ("Mobile phone", 900, 0, "75%"),
        ("Computer", 300, 40, "25%"),
    ]
    assert labels(shown, "place") == [
        ("Алматы", 800, 0, "67%"),
        ("Kazakhstan", 300, 0, "25%"),
        ("Unknown", 100, 40, "8.3%"),
    ]
    assert labels(shown, "sub1") == [("story", 500, 0, "83%"), ("reels", 100, 0, "17%")]
    assert labels(page(week, side, sub="sub3"), "sub3") == [("blue", 9, 0, "100%")]


def test_unknown_places_are_said_to_be_unknown_and_not_shown_as_a_place(cast, side):
    day_sum(cast.tulpar, TODAY, people=3)
    value_sum(cast.tulpar, TODAY, "place", "", 3)
    shown = page(cast, side)
    (places,) = [one for one in shown.breakdowns if one.kind == "place"]
    assert places.rows == []
    assert "loaded a file of address ranges" in places.empty
    (subs,) = [one for one in shown.breakdowns if one.kind == "sub1"]
    assert "?sub1=story" in subs.empty


def test_what_is_not_shown_is_counted(cast, side):
    day_sum(cast.tulpar, TODAY, people=210)
    for n in range(1, 23):
        value_sum(cast.tulpar, TODAY, "sub1", f"s{n:02}", n)
        day_sum(cast.tulpar, TODAY, link=link_make(cast.tulpar).pk, people=1)
    shown = page(cast, side)
    (subs,) = [one for one in shown.breakdowns if one.kind == "sub1"]
    assert (len(subs.rows), subs.more) == (
        20,
        "More: 2, with people: 3. All of them are in the CSV.",
    )
    assert (len(shown.links.rows), shown.links.more) == (
        20,
        "More links: 3. All of them are in the CSV.",
    )


def test_a_brand_reads_whose_link_it_is_and_an_influencer_which_brand(week):
    (row,) = page(week, "brand").links.rows
    assert (row.title, row.whose, row.people, row.uniques) == ("tulpar sale", "Aliya", 1_200, 1_000)
    (row,) = page(week, "portal").links.rows
    assert row.whose == "Tulpar"


def test_no_network_of_a_visitor_is_on_the_page(week, side):
    """The sums have none; this fails when somebody adds it."""
    text = get(week, side).text
    assert "ip_network" not in text
    assert {"ip_network"} <= {field.name for field in Click._meta.get_fields()}


# --- Narrowing ------------------------------------------------------------------------------


def test_a_link_narrows_everything(week, side):
    second = link_make(week.tulpar)
    day_sum(week.tulpar, TODAY, link=second.pk, people=5)
    value_sum(week.tulpar, TODAY, "device", "2", 5, link=second.pk)
    shown = page(week, side, link=str(second.public_id))
    assert stats(shown)["People"] == ("5", None)
    assert labels(shown, "device") == [("Tablet", 5, 0, "100%")]
    assert [(one.label, one.value) for one in shown.filter.narrowed] == [("Link", second.token)]
    assert [row.url for row in shown.links.rows] == [""]


def test_a_brand_narrows_to_a_campaign_or_an_influencer(week):
    campaign = public_id(Campaign, pk=week.tulpar.campaign)
    aliya = public_id(Influencer, pk=week.tulpar.influencer)
    for query in ({"campaign": str(campaign)}, {"influencer": str(aliya)}):
        assert stats(page(week, "brand", **query))["People"] == ("1,200", 10_000)


def test_what_belongs_to_others_is_not_found(week, side):
    strange = [
        ("link", public_id(TrackingLink, pk=week.sauran.link)),
        ("link", uuid4()),
        ("campaign", uuid4()),
    ]
    if side == "brand":
        strange += [
            ("influencer", public_id(Influencer, pk=week.sauran.influencer)),
            ("campaign", public_id(Campaign, pk=week.sauran.campaign)),
        ]
    for name, value in strange:
        for door in ("clicks", "clicks_csv"):
            answer = get(week, side, name=door, **{name: str(value)})
            assert answer.status_code == 404, (name, door)


def test_one_value_is_told_by_days_and_links_and_crosses_nothing(week, side):
    shown = page(week, side, by="referrer", value="Instagram")
    assert stats(shown) == {"People": ("800", None), "Robots and previews": ("0", None)}
    assert shown.is_of_one_value
    assert shown.breakdowns == []
    (row,) = shown.links.rows
    assert (row.people, row.uniques) == (800, None)
    assert [(one.label, one.value, one.url) for one in shown.filter.narrowed] == [
        ("Came from", "Instagram", "?")
    ]
    assert stats(page(week, side, by="place", value="KZ Алматы"))["People"] == ("800", None)
    assert stats(page(week, side, by="place"))["People"] == ("100", None)  # unknown ones
    host = page(week, side, by="referrer", value="l.instagram.com")
    assert stats(host)["People"] == ("800", None)  # one of a site's hosts stands for the site


def test_a_value_keeps_its_period_and_its_other_filters(week, side):
    link = str(public_id(TrackingLink, pk=week.tulpar.link))
    shown = page(week, side, days="90", link=link)
    (devices,) = [one for one in shown.breakdowns if one.kind == "device"]
    assert devices.rows[0].url == f"?days=90&link={link}&by=device&value=1"
    assert [choice.url for choice in shown.filter.periods] == [
        f"?days=1&link={link}",
        f"?days=7&link={link}",
        f"?link={link}",
        f"?days=90&link={link}",
    ]


# --- Nothing, and what is no period ---------------------------------------------------------


def test_never_a_click_is_not_the_same_as_none_for_this_filter(cast, side):
    assert page(cast, side).state == "none"
    day_sum(cast.tulpar, TODAY - timedelta(days=40), people=1)
    shown = page(cast, side)
    assert (shown.state, plain(shown.filter_text)) == (
        "nothing",
        "October 25, 2026 – November 21, 2026",
    )
    assert "No clicks match this filter." in get(cast, side).text
    assert page(cast, side, days="90").state == "shown"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (
            {"from_": "2026-11-20", "to": "2026-11-02"},
            "The first day, November 20, 2026, is after the last, November 2, 2026. Swap them.",
        ),
        (
            {"from_": "2025-10-18", "to": "2026-11-21"},
            "That is 400 days, and a page shows up to 366 days. Choose a later first day.",
        ),
        (
            {"from_": "yesterday"},
            "“yesterday” is no day. Write year, month and day, as in 2026-11-21.",
        ),
        ({"to": "2026-02-30"}, "“2026-02-30” is no day."),
        ({"from_": "2026-11-22"}, "November 22, 2026 is still ahead."),
        ({"from_": "0001-01-01", "to": "0001-01-02"}, "Clicks are counted since January 1, 2024."),
        ({"from_": "9999-12-31", "to": "9999-12-31"}, "December 31, 9999 is still ahead."),
    ],
)
def test_what_is_no_period_is_refused_with_the_next_step(week, side, query, said):
    answer = get(week, side, **query)
    shown = answer.context["page"]
    assert (answer.status_code, shown.state, shown.stats) == (422, "refused", [])
    assert said in plain(shown.filter.error)
    assert shown.filter.error in answer.text
    assert get(week, side, name="clicks_csv", **query).status_code == 422


def test_the_longest_period_and_one_that_ends_ahead_are_shown(week, side):
    assert page(week, side, from_="2025-11-21").state == "shown"  # 366 days
    shown = page(week, side, from_="2026-11-18", to="2027-01-01")
    assert (shown.filter.first, shown.filter.last) == ("2026-11-18", "2026-11-21")
    (own,) = shown.filter.narrowed
    assert plain(own.value) == "November 18, 2026 – November 21, 2026"


def test_the_days_that_the_form_shows_are_no_period_of_ones_own(week, side):
    shown = page(week, side, days="7", from_="2026-11-15", to="2026-11-21")
    assert shown.filter.narrowed == []
    assert [choice.is_current for choice in shown.filter.periods] == [False, True, False, False]


@pytest.mark.parametrize(
    "query",
    [
        {"days": "-1"},
        {"days": "28", "sub": "sub9", "by": "ip", "value": "1.2.3.4"},
        {"link": "x", "campaign": "'--", "influencer": "0"},
        {"by": "sub1", "value": "a\ud800b"},
        {"by": "device", "value": "9" * 5_000},
    ],
)
def test_words_that_mean_nothing_are_left_out(week, side, query):
    answer = get(week, side, **{key: v.encode("utf-8", "replace") for key, v in query.items()})
    assert answer.status_code == 200
    assert answer.context["page"].state in {"shown", "nothing"}


# --- The file -------------------------------------------------------------------------------


def test_the_file_has_what_the_page_shows(week, side):
    header, *rows = table(get(week, side, name="clicks_csv", days="7"))
    whose, name = ("Influencer", "Aliya") if side == "brand" else ("Brand", "Tulpar")
    assert header == [
        "Counted by", "Value", "Campaign", whose, "People", "Different people",
        "Robots and previews", "Unusual", "Too late",
    ]  # fmt: skip
    token = week.tulpar.token
    assert rows[:4] == [
        ["Day", "2026-11-18", "", "", "800", "700", "10", "5", "0"],
        ["Day", "2026-11-21", "", "", "400", "300", "30", "20", "7"],
        ["Link", token, "tulpar sale", name, "1200", "1000", "40", "25", "7"],
        ["Came from", "Instagram", "", "", "800", "", "0", "", ""],
    ]
    assert ["Place", "Алматы, Kazakhstan", "", "", "800", "", "0", "", ""] in rows
    assert rows[-1][:2] == ["sub1", "reels"]


def test_the_file_of_today_has_hours_and_of_one_value_no_other_property(week, side):
    hour_sum(week.tulpar, NOW.replace(minute=0), people=400)
    rows = table(get(week, side, name="clicks_csv", days="1"))[1:]
    assert rows[0][:5] == ["Hour", "2026-11-21 14:00", "", "", "400"]
    rows = table(get(week, side, name="clicks_csv", by="device", value="1"))[1:]
    assert [row[0] for row in rows] == ["Day", "Link"]


def test_no_cell_of_the_file_is_a_formula(week, side):
    for formula in FORMULAS:
        value_sum(week.tulpar, TODAY, "sub1", formula, 1)
    cells = [cell for row in table(get(week, side, name="clicks_csv")) for cell in row]
    assert {f"'{formula}" for formula in FORMULAS} <= set(cells)
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)


# --- Cost -----------------------------------------------------------------------------------


def test_more_links_and_values_ask_no_more_questions(week, side):
    with CaptureQueriesContext(connection) as before:
        page(week, side)
    for n in range(6):
        link = link_make(week.tulpar)
        day_sum(week.tulpar, TODAY, link=link.pk, people=n)
        value_sum(week.tulpar, TODAY, "device", str(n), n, link=link.pk)
    with CaptureQueriesContext(connection) as after:
        page(week, side)
    assert len(after) == len(before)
    # of the sums: days, days before, links and how many, values
    asked = [query["sql"] for query in after if "attribution_click" in query["sql"]]
    assert len(asked) == 5


def test_a_links_own_page_leads_to_its_clicks(week):
    link = public_id(TrackingLink, pk=week.tulpar.link)
    client = Client()
    client.force_login(User.objects.get(pk=week.tulpar.person))
    with override("en"):
        way = client.get(reverse("portal:link", args=[link])).context["page"].stats_url
    assert stats(client.get(way).context["page"])["People"] == ("1,200", 10_000)
