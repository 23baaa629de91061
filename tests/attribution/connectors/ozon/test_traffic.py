"""The report on external traffic: asked for, waited for and read from the stand-in over HTTP; and
its file, read strictly."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime, timedelta, timezone

import openpyxl
import pytest

from attribution.connectors.base import (
    CredentialsRefused,
    PollConnection,
    PollPage,
    SourceRefused,
    TagCount,
    TrafficSnapshot,
    UnknownPayload,
)
from attribution.connectors.ozon.performance import Ask
from attribution.connectors.ozon.traffic import TAGS, OzonTraffic
from attribution.connectors.ozon.traffic_report import report_read
from core.http import OutgoingClient, OutgoingResponse
from tests.attribution.connectors.shapes import (
    GONE,
    STRANGE,
    is_translated_or_refused,
    paths,
    raw_json,
    spoiled,
)

TRAFFIC = OzonTraffic()
MOSCOW = timezone(timedelta(hours=3))
TAG = "vendor_org_42_birge-k3m9x2ab"
TITLES = [
    "Дата",
    "Campaign",
    "Content",
    "Сессии",
    "Заказано товаров в рамках окна атрибуции (шт.)",
    "Суммарная стоимость товаров в рамках окна атрибуции (руб.)",
]
DAY = date(2026, 11, 20)


class Poller:
    """Keeps the cursor and waits in sandbox time, as the poller of attribution does."""

    def __init__(self, sandbox, **account) -> None:
        own = sandbox.control("ozon/performance/account", account)
        settings = {"client_id": own["client_id"], "base_url": f"{sandbox.url}/ozon/performance"}
        self.sandbox, self.connection = sandbox, PollConnection(own["secret"], settings)
        self.client = OutgoingClient(free_origin=sandbox.url, timeout_seconds=5)
        self.cursor: dict = {}

    def page(self) -> PollPage:
        now = datetime.fromisoformat(self.sandbox.get("/_control/clock").json["now"])
        page = TRAFFIC.fetch(self.client, TAGS, self.cursor, self.connection, now=now)
        self.cursor = json.loads(json.dumps(page.next_cursor))
        self.sandbox.clock_move(page.next_delay_seconds)
        return page

    def round(self) -> list[TrafficSnapshot]:
        pages = [self.page()]
        while not pages[-1].is_last:
            pages.append(self.page())
        records = [record for page in pages for record in page.records]
        return [snapshot for one in records for snapshot in TRAFFIC.parse(TAGS, one.body)]


def shown(sandbox, *rows) -> None:
    sandbox.control("ozon/performance/rows", {"rows": list(rows)})


def row(age_days=1, campaign=TAG, sessions=10, ordered=2, amount="3980.50", **other):
    return {
        "age_days": age_days,
        "campaign": campaign,
        "sessions": sessions,
        "ordered": ordered,
        "amount": amount,
    } | other


def counts(snapshots) -> list[tuple]:
    return [tuple(count)[1:] for snapshot in snapshots for count in snapshot.counts]


def test_a_round_asks_waits_and_reads_and_rows_of_one_tag_and_day_are_added_up(sandbox):
    poller = Poller(sandbox)
    shown(sandbox, row(), row(content="story", sessions=5, ordered=1, amount="0.50"), row(2))
    snapshots = poller.round()
    assert counts(snapshots) == [(TAG, 10, 2, 398_050), (TAG, 15, 3, 398_100)]
    assert {one.currency for one in snapshots} == {"RUB"}


def day_begins(sandbox) -> None:
    """To the first minutes of a day of Ozon: rounds take hours, and days are told by their age."""
    now = datetime.fromisoformat(sandbox.get("/_control/clock").json["now"])
    today = now.astimezone(MOSCOW).replace(hour=0, minute=5, second=0, microsecond=0)
    sandbox.clock_move(int((today + timedelta(days=1) - now).total_seconds()))


def test_a_day_that_says_what_it_said_is_no_news_and_one_that_changed_is(sandbox):
    day_begins(sandbox)
    poller = Poller(sandbox)
    shown(sandbox, row(1), row(2))
    assert len(poller.round()) == 2
    assert poller.round() == []
    # Back to what was said before is news too
    shown(sandbox, row(1, ordered=5), row(2))
    first = poller.round()
    assert [one[2] for one in counts(first)] == [5]
    shown(sandbox, row(1), row(2))
    assert [one[2] for one in counts(poller.round())] == [2]


def test_rows_without_a_tag_and_of_older_days_are_nobodys(sandbox):
    poller = Poller(sandbox)
    shown(sandbox, row(campaign=""), row(60), row(campaign="summer"))
    assert counts(poller.round()) == [("summer", 10, 2, 398_050)]


def test_wrong_credentials_are_refused_as_such(sandbox):
    poller = Poller(sandbox)
    poller.connection = PollConnection("wrong", poller.connection.settings)
    with pytest.raises(CredentialsRefused):
        poller.page()


def test_too_often_is_a_page_with_a_pause_and_the_cursor_stays(sandbox):
    poller = Poller(sandbox)
    shown(sandbox, row())
    poller.page()
    before = dict(poller.cursor)
    sandbox.control("ozon/performance/account", {"limited": 1})
    page = poller.page()
    assert page.is_limited
    assert poller.cursor == before
    assert len(poller.round()) == 1


def test_a_report_that_breaks_is_said_and_asked_for_anew_after_an_hour(sandbox):
    poller = Poller(sandbox)
    shown(sandbox, row())
    poller.page()
    sandbox.control("ozon/performance/account", {"breaks": True})
    with pytest.raises(SourceRefused, match="the report broke"):
        poller.page()
    sandbox.control("ozon/performance/account", {"breaks": False})
    sandbox.clock_move(3_700)
    broken = poller.cursor["uuid"]
    poller.page()
    assert poller.cursor["uuid"] != broken
    assert len(poller.round()) == 1


def test_the_organisations_tag_is_asked_of_ozon(sandbox):
    poller = Poller(sandbox)
    ask = Ask(poller.client, poller.connection, datetime.now(UTC), lambda _: 1)
    assert ask.vendor_tag(ask.bearer(), "42") == "vendor_org_42"
    with pytest.raises(SourceRefused):
        ask.vendor_tag(ask.bearer(), "43")


class Canned:
    """Says these, one after the other."""

    def __init__(self, *bodies: object) -> None:
        self.bodies = list(bodies)
        self.urls: list[str] = []

    def request(self, method, url, **kwargs) -> OutgoingResponse:
        self.urls.append(url)
        return OutgoingResponse(200, {}, json.dumps(self.bodies.pop(0)).encode())


@pytest.mark.parametrize(
    "link",
    [
        "https://ozon.ru.example/x",
        "http://api-performance.ozon.ru/x",
        "https://notozon.ru/x",
        "//127.0.0.1/x",
    ],
)
def test_a_link_that_leads_elsewhere_is_not_followed_with_our_bearer(link):
    client = Canned({"access_token": "abc"}, {"state": "OK", "link": link})
    now = datetime(2026, 11, 21, tzinfo=UTC)
    cursor = {"seen": {}, "uuid": "u", "asked_at": now.isoformat()}
    with pytest.raises(UnknownPayload, match="leads to"):
        TRAFFIC.fetch(client, TAGS, cursor, PollConnection("s", {"client_id": "c"}), now=now)
    assert len(client.urls) == 2


# --- The file ---------------------------------------------------------------------------------


def book(*rows, titles=TITLES) -> bytes:
    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet()
    for one in (titles, *rows):
        sheet.append(list(one))
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


@pytest.mark.parametrize("day", ["20.11.2026", "2026-11-20", DAY])
@pytest.mark.parametrize("amount", ["3 980,50", 3980.5, "3980.50"])
def test_a_day_and_an_amount_are_read_in_every_shape(day, amount):
    read = report_read(book([day, TAG, "", "10", 2.0, amount]))
    assert read == {DAY: [{"tag": TAG, "visits": 10, "ordered": 2, "amount_minor": 398_050}]}


def test_a_figure_that_is_not_there_is_none_and_not_zero():
    read = report_read(book([DAY, TAG, "", 10, None, "-"]))
    assert read == {DAY: [{"tag": TAG, "visits": 10, "ordered": None, "amount_minor": None}]}
    only_visits = report_read(book([DAY, TAG, 10], titles=["Дата", "Campaign", "Сессии"]))
    assert only_visits[DAY][0]["ordered"] is None


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"PK", "not_a_spreadsheet"),
        (book(titles=["Day", "Campaign", "Сессии"]), "no columns"),
        (book(titles=["Дата", "Campaign", "Отказы"]), "counts anything"),
        (book(["yesterday", TAG, "", 1, 1, 1]), "row 2: no day"),
        (book([DAY, TAG, "", 1.5, 1, 1]), "row 2: not a whole number"),
        (book([DAY, TAG, "", -1, 1, 1]), "row 2: not a number"),
        (book([DAY, TAG, "", 1, 1, "9" * 19]), "row 2: not an amount"),
        (book([DAY, TAG, "", 1, 1, "=1+1"]), ""),
    ],
)
def test_another_file_is_refused_with_the_reason(raw, reason):
    if not reason:  # a formula has no value that was saved: nothing is counted
        assert report_read(raw)[DAY][0]["amount_minor"] is None
        return
    with pytest.raises(UnknownPayload, match=reason):
        report_read(raw)


def test_a_record_of_any_shape_is_translated_or_refused():
    good = {
        "day": "2026-11-20",
        "read_at": "2026-11-21T09:00:00+00:00",
        "currency": "RUB",
        "tags": [{"tag": TAG, "visits": 1, "ordered": None, "amount_minor": 5}],
    }
    (snapshot,) = TRAFFIC.parse(TAGS, json.dumps(good).encode())
    assert snapshot.counts == (TagCount(DAY, TAG, 1, None, 5),)
    for path in paths(good):
        for instead in (GONE, *STRANGE):
            is_translated_or_refused(
                lambda value: TRAFFIC.parse(TAGS, raw_json(value)), spoiled(good, path, instead)
            )
