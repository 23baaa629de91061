"""Days with and without a campaign at the brand's door: made, refused, shown, taken away."""

from __future__ import annotations

from datetime import timedelta

import pytest

from attribution.models import ClickBreakdown, ClickDaily, Connection, Conversion, LiftReport, Order
from attribution.services.lift import lift_of
from core.audit.models import AuditEntry
from core.tenancy.context import acting_as
from tests.doors.conftest import NOW, count, the

LAST = (NOW - timedelta(days=1)).date()
FIRST = LAST - timedelta(days=27)


@pytest.fixture
def kaspi(workplace):
    """28 days of Kaspi: on even days 3 orders, on odd days 2; and what does not count."""
    brand = workplace.cast.tulpar.brand
    with acting_as(system="test data"):
        shop = Connection.objects.create(brand_id=brand, source="kaspi", name="K", secrets="[]")
        kept = {"connection": shop, "brand_id": brand, "source": "kaspi", "currency": "KZT"}
        rows = [
            order(f"{n}-{m}", n, **kept) for n in range(28) for m in range(3 if n % 2 == 0 else 2)
        ]
        rows += [
            order("x", 1, **kept | {"status": "cancelled"}),
            order("t", 1, is_test=True, **kept),
        ]
        Order.objects.bulk_create(rows)


def order(number: str, day: int, **given):
    at = NOW - timedelta(days=28 - day)
    wanted = {"status": "paid", "trust": "pulled"} | given
    return Order(
        external_id=number,
        number=number,
        raw_status="x",
        placed_at=at,
        source_updated_at=at,
        **wanted,
    )


def make(workplace, **changes):
    given = {
        "source": "kaspi",
        "first_on": FIRST.isoformat(),
        "last_on": LAST.isoformat(),
        "on_by": "hand",
        "on_days": "\n".join(str(FIRST + timedelta(days=n)) for n in range(0, 28, 2)),
        "clicks_min": "10",
        "cities": "",
    }
    return workplace.post("lifts", workplace.live, **given | changes)


def test_days_that_the_brand_names_are_compared_shown_and_taken_away(workplace, kaspi):
    before = count(Conversion)
    answer = make(workplace)
    report = the(LiftReport)
    assert answer.url == workplace.url("lift", report.public_id)
    page = workplace.page("lift", report.public_id)
    # By hand in tests/attribution/domain/test_lift.py: 42 against 28, from -2.4 to 30.4
    assert page.headline == "+14 orders with the campaign (+50%)"
    assert page.interval == "With 95% certainty: from \N{MINUS SIGN}2 to +30"
    assert page.is_told_apart is False
    assert [sum(one.values) for one in page.chart.series] == [42, 28]
    assert "Reported, never paid" in workplace.get("lift", report.public_id).content.decode()
    answer = workplace.get("lift_csv", report.public_id)
    table = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert len(table) == 29
    assert table[1] == f'"{FIRST}";"";"1";"3"'
    (row,) = workplace.page("lifts", workplace.live).rows
    assert (row.what, row.result) == ("Kaspi", page.headline)
    assert count(Conversion) == before
    with acting_as(ops=1):
        assert AuditEntry.objects.filter(action="lift.report").count() == 1


def test_days_can_be_taken_from_clicks(workplace, kaspi):
    mine = workplace.cast.tulpar
    with acting_as(system="test data"):
        ClickDaily.objects.all().delete()
        for n in range(14):
            ClickDaily.objects.create(
                day_on=FIRST + timedelta(days=n),
                link_id=mine.link,
                campaign_id=mine.campaign,
                brand_id=mine.brand,
                influencer_id=mine.influencer,
                people=12,
            )
    assert make(workplace, on_by="clicks", on_days="").status_code == 302
    found = lift_of(the(LiftReport))
    assert (found.on_days, found.orders_on, found.orders_off) == (14, 35, 35)
    assert found.extra == 0


def test_cities_are_the_brands_own_table_and_clicks_say_where_it_ran(workplace):
    mine = workplace.cast.tulpar
    with acting_as(system="test data"):
        for n in range(7):
            ClickBreakdown.objects.create(
                day_on=FIRST + timedelta(days=n),
                link_id=mine.link,
                campaign_id=mine.campaign,
                brand_id=mine.brand,
                influencer_id=mine.influencer,
                dimension="place",
                value="KZ Almaty",
                people=10,
            )
    lines = [f"{FIRST + timedelta(days=n)};Almaty;20;" for n in range(28)]
    lines += [
        f"{FIRST + timedelta(days=n)};Тараз;{2 if n < 21 else 1};{n < 21:d}" for n in range(28)
    ]
    assert make(workplace, cities="\n".join(lines), source="", first_on="").status_code == 302
    report = the(LiftReport)
    found = lift_of(report)
    assert (found.extra, found.expected, report.on_by, report.source) == (21, 161, "clicks", "")
    assert "Cities" in [fact.label for fact in workplace.page("lift", report.public_id).facts]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"first_on": (LAST - timedelta(days=20)).isoformat()}, "At least 28 days are needed."),
        ({"on_days": ""}, "At least 7 days with the campaign are needed."),
        ({"on_days": "2026-11-01\nsoon"}, "Line 2 is no day and no period"),
        ({"first_on": ""}, "required"),
        ({"source": "ozon"}, "Select a valid choice"),
        ({"last_on": "2028-01-01"}, "From 28 days to a year."),
        ({"cities": "2026-11-01;Almaty;x;1"}, "Line 1 has no whole number of orders."),
    ],
)
def test_what_says_nothing_is_refused_in_words(workplace, kaspi, changes, said):
    answer = make(workplace, **changes)
    assert answer.status_code == 422
    assert said in str(answer.context["form"].errors)
    assert count(LiftReport) == 0
