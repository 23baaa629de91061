"""What a visitor sees of GET /c/{token}, and what is stored of the visit."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

import pytest

from attribution.clickpath.settings import Settings, SettingsError
from attribution.domain.click_flags import ClickFlag
from attribution.models import ClickDaily
from attribution.selectors.clicks import ClickTotals, click_get, clicks_by_link, clicks_underway
from campaigns.link_cache import links_changed
from campaigns.models import Campaign, TrackingLink
from core import clock
from core.ids import uuid7_time
from core.tenancy.context import acting_as
from tests.attribution.clickpath.conftest import BROWSER, click_ids, clicks_stored, until


def campaign_change(party, **fields) -> None:
    with acting_as(system="test"):
        Campaign.objects.filter(pk=party.campaign).update(**fields)
        links_changed([party.token])


def test_a_visitor_is_sent_to_the_product_with_the_id_of_the_click(committed_cast, click):
    answer = click.get(committed_cast.tulpar.token)
    assert answer.status_code == 302
    target, click_id = answer.headers["location"].split("?cpa_click=")
    assert target == "https://tulpar.example/product/1"
    assert re.fullmatch("[0-9a-f]{32}", click_id)
    assert UUID(click_id).version == 7
    assert answer.headers["cache-control"] == "no-store"
    cookie = answer.headers["set-cookie"]
    assert re.fullmatch(
        "birge_visitor=[0-9a-f]{32}; Max-Age=7776000; Path=/; HttpOnly; SameSite=Lax; Secure",
        cookie,
    )


def test_the_click_is_in_postgresql_within_a_second(committed_cast, click, drain_start):
    party = committed_cast.tulpar
    drain_start()
    until(lambda: clicks_underway().lag_seconds is not None)  # it runs
    answer = click.get(
        f"{party.token}?sub1=story&sub5=a%09b",
        headers={
            "user-agent": BROWSER,
            "referer": "https://t.me/aliya",
            "cookie": "birge_visitor=0123456789abcdef0123456789abcdef",
        },
    )
    (click_id,) = click_ids([answer])
    (stored,) = until(clicks_stored, seconds=1.0)
    assert stored.click_id == UUID(click_id)
    assert stored.at == uuid7_time(stored.click_id)
    assert (stored.link_id, stored.participation_id) == (party.link, party.participation)
    assert (stored.campaign_id, stored.brand_id) == (party.campaign, party.brand)
    assert stored.influencer_id == party.influencer
    assert stored.visitor == UUID("0123456789abcdef0123456789abcdef")
    assert stored.ip_network == "127.0.0.0/24"
    assert (stored.user_agent, stored.referer) == (BROWSER, "https://t.me/aliya")
    assert [stored.sub1, stored.sub2, stored.sub5] == ["story", "", "a b"]
    assert stored.flags == 0
    assert "set-cookie" not in answer.headers
    with acting_as(influencer=party.influencer):
        today = clock.today()
        found = clicks_by_link(link_ids=[party.link], first_on=today, last_on=today)
        assert found == {party.link: ClickTotals(people=1, bots=0, inactive=0)}
        assert click_get(stored.click_id) == stored
    assert clicks_underway().lag_seconds <= 1


MACHINES = [
    ("HEAD", {"user-agent": BROWSER}, ClickFlag.HEAD),
    ("GET", {"user-agent": "TelegramBot (like TwitterBot)"}, ClickFlag.BOT),
    ("GET", {"user-agent": BROWSER, "sec-purpose": "prefetch"}, ClickFlag.PREFETCH),
]


def test_machines_are_answered_and_not_counted_as_people(committed_cast, click, drain):
    party = committed_cast.tulpar
    answers = [
        click.get(party.token, method=method, headers=headers) for method, headers, _ in MACHINES
    ]
    assert [answer.status_code for answer in answers] == [302] * 3
    drain()
    flags = {it.click_id.hex: it.flags for it in clicks_stored()}
    expected = [flag | ClickFlag.NEW_VISITOR for *_, flag in MACHINES]
    assert flags == dict(zip(click_ids(answers), expected, strict=True))
    with acting_as(system="test"):
        sums = ClickDaily.objects.values_list("link_id", "people", "bots", "inactive")
        assert list(sums) == [(party.link, 0, 3, 0)]


def test_a_paused_campaign_leads_to_its_fallback_at_once_and_is_still_recorded(
    committed_cast, click, drain
):
    party = committed_cast.tulpar
    over = "https://tulpar.example/over?x=1"
    assert click.get(party.token).headers["location"] != over
    campaign_change(party, status="paused", fallback_url=over)
    until(lambda: click.get(party.token).headers["location"] == over, seconds=2.0)
    drain()
    first, *_between, last = clicks_stored()
    assert not first.flags & ClickFlag.INACTIVE
    assert last.flags & ClickFlag.INACTIVE
    with acting_as(system="test"):
        sums = ClickDaily.objects.get(link_id=party.link)
    assert (sums.people > 0, sums.inactive > 0) == (True, True)
    assert sums.people + sums.inactive == len(clicks_stored())


@pytest.mark.parametrize("is_over_by", ["state", "date"])
def test_without_a_fallback_the_page_explains_in_the_visitors_language(
    committed_cast, click, is_over_by
):
    party = committed_cast.sauran
    past = clock.now() - timedelta(seconds=1)
    campaign_change(party, **{"state": {"status": "closed"}, "date": {"ends_at": past}}[is_over_by])
    for accept, language in (("", "kk"), ("ru-RU,ru;q=0.9", "ru"), ("en", "en")):
        answer = click.get(party.token, headers={"accept-language": accept})
        assert answer.headers["location"] == f"https://birge.example/{language}/link-ended/"


def test_a_disabled_link_does_not_lead_to_the_product(committed_cast, click):
    party = committed_cast.tulpar
    with acting_as(system="test"):
        TrackingLink.objects.filter(pk=party.link).update(state="disabled")
    answer = click.get(party.token)
    assert answer.headers["location"] == "https://birge.example/kk/link-ended/"


def test_a_new_link_works_although_its_token_was_tried_before(committed_cast, click):
    party = committed_cast.tulpar
    assert click.get("newlink7").status_code == 404
    with acting_as(system="test"):
        TrackingLink.objects.create(
            participation_id=party.participation,
            campaign_id=party.campaign,
            brand_id=party.brand,
            influencer_id=party.influencer,
            token="newlink7",
            destination_url="https://tulpar.example/new",
        )
        links_changed(["newlink7"])
    until(lambda: click.get("newlink7").status_code == 302, seconds=2.0)


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/c/unknown9", "GET", 404),
        ("/c/", "GET", 404),
        ("/", "GET", 404),
        ("/c/unknown9", "HEAD", 404),
        ("/c/unknown9", "POST", 405),
        ("/healthz", "GET", 200),
    ],
)
def test_what_is_no_link_is_answered_plainly(click, transactional_db, path, method, status):
    answer = click.get(f"..{path}", method=method)
    assert answer.status_code == status
    assert answer.headers["cache-control"] == "no-store"


def test_the_answer_to_an_unknown_link_is_in_the_visitors_language(click, transactional_db):
    page = click.get("unknown9", headers={"accept-language": "en"})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert '<html lang="en">' in page.text
    assert "This link does not exist" in page.text


HEAD = b" HTTP/1.1\r\nhost: go.birge.example\r\nconnection: close\r\nuser-agent: Mozilla/5.0\r\n"
BAD = [
    ("NUL in a header", b"GET /c/TOKEN" + HEAD + b"referer: a\0b\r\n\r\n", {400}),
    ("bytes beyond ASCII", b"GET /c/TOKEN" + HEAD + b"referer: \xff\xfe\r\n\r\n", {302}),
    ("tab and backslash", b"GET /c/TOKEN" + HEAD + b"referer: a\tb\\N\\.\r\n\r\n", {302}),
    ("NUL, newline, bad bytes", b"GET /c/TOKEN?sub1=%00%0A%0D%FF%5C." + HEAD + b"\r\n", {302}),
    ("lone surrogate", b"GET /c/TOKEN?sub1=%ED%A0%80" + HEAD + b"\r\n", {302}),
    ("end mark of COPY", b"GET /c/TOKEN?sub1=%5C." + HEAD + b"\r\n", {302}),
    ("10 kB of query", b"GET /c/TOKEN?sub1=" + b"x" * 10_000 + HEAD + b"\r\n", {302}),
    ("10,000 parameters", b"GET /c/TOKEN?" + b"sub2=&" * 10_000 + HEAD + b"\r\n", {302}),
    (
        "100 kB of header",
        b"GET /c/TOKEN" + HEAD + b"x: " + b"x" * 100_000 + b"\r\n\r\n",
        {302, 431},
    ),
    ("percent-encoded", b"GET /c/%54OKEN" + HEAD + b"\r\n", {404}),
    ("encoded slash", b"GET /c/a%2Fb" + HEAD + b"\r\n", {404}),
    ("bad bytes in the path", b"GET /c/%FF%00" + HEAD + b"\r\n", {404}),
    ("another site", b"GET //evil.example" + HEAD + b"\r\n", {404}),
    ("another site behind /c/", b"GET /c//evil.example" + HEAD + b"\r\n", {404}),
    ("an absolute address", b"GET http://evil.example/c/TOKEN" + HEAD + b"\r\n", {302}),
    ("backslash", b"GET /c/\\evil.example" + HEAD + b"\r\n", {400, 404}),
    ("line breaks", b"GET /c/TOKEN%0D%0Alocation:%20//evil.example" + HEAD + b"\r\n", {404}),
    ("destination in the query", b"GET /c/TOKEN?url=//evil.example" + HEAD + b"\r\n", {302}),
    ("a bad cookie", b"GET /c/TOKEN" + HEAD + b"cookie: birge_visitor=\t\\.\r\n\r\n", {302}),
    ("a cookie of another shape", b"GET /c/TOKEN" + HEAD + b"cookie: ;;=;\x80\r\n\r\n", {302}),
    ("forged hops", b"GET /c/TOKEN" + HEAD + b"x-forwarded-for: 1,\t,\xff\r\n\r\n", {302}),
]


def test_no_input_breaks_an_answer_or_loses_a_neighbour(committed_cast, click, drain):
    party = committed_cast.tulpar
    good, followed = [], 0
    for case, data, statuses in BAD:
        good.append(click.get(party.token))
        encoded = "".join(f"%{ord(letter):02X}" for letter in party.token)
        data = data.replace(b"TOKEN", party.token.encode()).replace(b"ENCODED", encoded.encode())
        reply = click.raw(data)
        status = int(reply.split(b" ", 2)[1])
        assert status in statuses, case
        if status == 302:
            followed += 1
            location = re.search(rb"location: (.*?)\r\n", reply)[1]
            assert location.startswith(b"https://tulpar.example/product/1?cpa_click="), case
        assert b"evil" not in reply, case
    drain()
    stored = clicks_stored()
    assert len(stored) == len(BAD) + followed
    assert set(click_ids(good)) <= {it.click_id.hex for it in stored}
    with acting_as(system="test"):
        assert ClickDaily.objects.get(link_id=party.link).people == len(stored)


def test_an_address_that_clicks_too_fast_is_counted_as_unusual(
    committed_cast, valkey, click_start, drain
):
    fast = click_start(CLICK_FAST_ADDRESS="3", CLICK_FAST_LINK="100")
    token = committed_cast.tulpar.token
    robot = {"user-agent": "TelegramBot (like TwitterBot)"}
    for _ in range(4):
        assert fast.get(token, headers=robot).status_code == 302, "robots are apart already"
    for _ in range(5):
        assert fast.get(token).status_code == 302
    drain()
    with acting_as(system="test"):
        day = ClickDaily.objects.get(link_id=committed_cast.tulpar.link)
    assert (day.people, day.bots, day.unusual) == (5, 4, 2)


@pytest.mark.parametrize("value", ["0", "-1", "many", "1.5"])
def test_a_limit_that_is_no_number_stops_the_start(value):
    env = {"REDIS_URL": "redis://x", "DATABASE_URL": "postgres://x", "CLICK_FAST_LINK": value}
    with pytest.raises(SettingsError, match="CLICK_FAST_LINK"):
        Settings.of(env)
