"""Connecting sources: what is shown once, what is refused, and what two brands never share."""

import json
from datetime import timedelta

import pytest

from attribution.connectors.wildberries.client import HOSTS
from attribution.models import Connection, InboundEvent, PollCursor
from attribution.selectors.connections import (
    connection_access_for_brand,
    connection_by_endpoint,
    connection_list,
    connection_secrets,
    event_access_for_brand,
    event_page,
    events_by_half_hour,
    events_today,
)
from attribution.services.connections import (
    ConnectionConflict,
    connection_create,
    connection_read_now,
    connection_secret_rotate,
    connection_switch,
    connection_token_change,
)
from attribution.services.polling import cursors_keep_up
from brands.models import Brand
from core.audit.models import AuditEntry
from core.errors import Invalid, NotFound
from core.tenancy.context import acting_as
from sandbox.wildberries.token import ANALYTICS, FINANCE, READ_ONLY, RETURNS, STATISTICS, mint
from tests.clocks import clock_at
from tests.world import NOON

SELLER = "11111111-2222-3333-4444-555555555555"


noon = clock_at(NOON)


ALL_LISTS = [
    "claims",
    "fbs_statuses",
    "finance_report",
    "order_feed",
    "supplier_orders",
    "supplier_sales",
]


def token(**changes):
    return mint(**{"now": NOON, "seller_id": SELLER} | changes)


def connect(cast, source="woocommerce", side="tulpar", **given):
    party = vars(cast)[side]
    with acting_as(brand=party.brand, user_id=party.owner):
        brand = Brand.objects.get(pk=party.brand)
        return connection_create(brand=brand, source=source, **{"name": " Shop "} | given)


def as_tulpar(cast, service, connection, **given):
    with acting_as(brand=cast.tulpar.brand, user_id=cast.tulpar.owner):
        return service(connection_id=connection.pk, **given)


def row(connection):
    with acting_as(system="test looks"):
        return Connection.objects.get(pk=connection.pk)


def count():
    with acting_as(system="test looks"):
        return Connection.objects.count(), PollCursor.objects.count()


# --- A source that calls us -----------------------------------------------------------------


def test_a_shop_gets_an_address_and_a_secret(cast):
    connection, secret = connect(cast)
    assert (connection.name, connection.state, connection.settings) == ("Shop", "new", {})
    assert len(secret) >= 43
    assert connection_secrets(row(connection)) == [secret]
    with acting_as(system="inbox"):
        found = connection_by_endpoint("woocommerce", connection.endpoint_token)
        assert found.pk == connection.pk
        assert connection_by_endpoint("wildberries", connection.endpoint_token) is None
    with acting_as(ops=1):
        entry = AuditEntry.objects.get(action="connection.create")
        assert secret not in json.dumps(entry.after)
        assert (entry.user_id, entry.brand_id) == (cast.tulpar.owner, cast.tulpar.brand)


def test_two_shops_share_neither_address_nor_secret(cast):
    (one, first), (other, second) = connect(cast), connect(cast, side="sauran")
    assert one.endpoint_token != other.endpoint_token
    assert first != second


@pytest.mark.parametrize("name", ["", "  ", "x" * 81])
def test_a_source_needs_a_name(cast, name):
    with pytest.raises(Invalid) as refused:
        connect(cast, name=name)
    assert list(refused.value.fields) == ["name"]
    assert count() == (0, 0)


def test_a_source_that_nobody_knows_is_not_found(cast):
    with pytest.raises(NotFound):
        connect(cast, source="amazon")


def test_sources_have_an_end(cast, monkeypatch):
    monkeypatch.setattr("attribution.services.connections.CONNECTIONS_MAX", 1)
    connect(cast)
    with pytest.raises(ConnectionConflict):
        connect(cast)
    connect(cast, side="sauran")
    assert count() == (2, 0)


def test_a_new_secret_leaves_the_one_before_it_working(cast):
    connection, first = connect(cast)
    _same, second = as_tulpar(cast, connection_secret_rotate, connection)
    assert connection_secrets(row(connection)) == [second, first]
    _same, third = as_tulpar(cast, connection_secret_rotate, connection)
    assert connection_secrets(row(connection)) == [third, second]


def test_a_source_that_is_off_is_as_if_unknown(cast):
    connection, _secret = connect(cast)
    as_tulpar(cast, connection_switch, connection, is_on=False)
    with acting_as(system="inbox"):
        assert connection_by_endpoint("woocommerce", connection.endpoint_token) is None
    as_tulpar(cast, connection_switch, connection, is_on=True)
    assert row(connection).state == "new"


# --- A source that we ask -------------------------------------------------------------------


def test_a_marketplace_gives_its_token_and_is_read_from_now_on(cast):
    connection, secret = connect(cast, "wildberries", token=f" {token()} ")
    assert secret == ""
    stored = row(connection)
    assert stored.token == token()
    assert stored.settings == {
        "seller_id": SELLER,
        "token_kind": "service",
        "token_expires_at": (NOON + timedelta(days=180)).isoformat(),
        "categories_lacking": [],
    }
    with acting_as(brand=cast.tulpar.brand):
        cursors = PollCursor.objects.order_by("endpoint").values_list("endpoint", "next_at")
        assert list(cursors) == [(endpoint, NOON) for endpoint in ALL_LISTS]


@pytest.mark.parametrize(
    ("bits", "lists", "lacking"),
    [
        ((), ["finance_report", "order_feed"], ["marketplace", "returns", "statistics"]),
        ((RETURNS,), ["claims", "finance_report", "order_feed"], ["marketplace", "statistics"]),
        (
            (STATISTICS,),
            ["finance_report", "order_feed", "supplier_orders", "supplier_sales"],
            ["marketplace", "returns"],
        ),
    ],
)
def test_a_list_that_the_token_may_not_ask_is_left_out(cast, bits, lists, lacking):
    needed = (ANALYTICS, FINANCE, READ_ONLY)
    connection, _none = connect(cast, "wildberries", token=token(bits=(*needed, *bits)))
    assert (endpoints(), row(connection).settings["categories_lacking"]) == (lists, lacking)


def test_a_new_token_opens_lists_and_closes_them(cast):
    few = token(bits=(ANALYTICS, FINANCE, READ_ONLY))
    connection, _none = connect(cast, "wildberries", token=few)
    as_tulpar(cast, connection_token_change, connection, token=token())
    assert (endpoints(), row(connection).settings["categories_lacking"]) == (ALL_LISTS, [])
    as_tulpar(cast, connection_token_change, connection, token=few)
    assert endpoints() == ["finance_report", "order_feed"]


def endpoints() -> list[str]:
    with acting_as(system="test looks"):
        return list(PollCursor.objects.order_by("endpoint").values_list("endpoint", flat=True))


def test_in_the_demo_the_sandbox_is_asked(cast, settings):
    settings.SANDBOX_URL = "http://127.0.0.1:8002"
    connection, _secret = connect(cast, "wildberries", token=token(kind="test"))
    hosts = row(connection).settings["base_urls"]
    assert hosts["finance-api"] == "http://127.0.0.1:8002/wildberries/finance-api"
    assert set(hosts) == set(HOSTS)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not a whole token"),
        ("abc", "not a whole token"),
        ("a.b.c", "not a whole token"),
        (token(kind="personal"), "personal token"),
        (token(kind="test"), "test environment"),
        (token(days=-1), "expired"),
        (token(bits=(FINANCE, READ_ONLY)), "«Analytics»"),
        (token(bits=(ANALYTICS, READ_ONLY)), "«Finance»"),
        (token(bits=(ANALYTICS, FINANCE)), "read-only"),
    ],
)
def test_a_token_that_we_may_not_use_says_why(cast, text, said):
    with pytest.raises(Invalid) as refused:
        connect(cast, "wildberries", token=text)
    assert said in str(refused.value)
    assert list(refused.value.fields) == ["token"]
    assert count() == (0, 0)


def test_every_fault_of_a_token_is_said_at_once(cast):
    with pytest.raises(Invalid) as refused:
        connect(cast, "wildberries", token=token(days=-1, bits=(READ_ONLY,)))
    assert len(refused.value.fields["token"]) == 3


def test_a_seller_is_connected_once_per_brand(cast):
    connect(cast, "wildberries", token=token())
    with pytest.raises(ConnectionConflict, match="already"):
        connect(cast, "wildberries", token=token(days=90))
    connect(cast, "wildberries", side="sauran", token=token())
    assert count() == (2, 2 * len(ALL_LISTS))


def test_a_new_token_of_the_same_seller_goes_on_at_once(cast):
    connection, _secret = connect(cast, "wildberries", token=token())
    with acting_as(system="test data"):
        Connection.objects.filter(pk=connection.pk).update(state="failing", error="401")
        PollCursor.objects.update(next_at=NOON + timedelta(hours=1), failures=7)
    as_tulpar(cast, connection_token_change, connection, token=token(days=90))
    stored = row(connection)
    assert (stored.state, stored.error) == ("new", "")
    assert stored.token == token(days=90)
    with acting_as(system="test looks"):
        assert set(PollCursor.objects.values_list("next_at", "failures")) == {(NOON, 0)}


def test_another_sellers_token_is_refused(cast):
    connection, _secret = connect(cast, "wildberries", token=token())
    with pytest.raises(Invalid, match="another seller"):
        as_tulpar(cast, connection_token_change, connection, token=token(seller_id="x" * 36))
    assert row(connection).token == token()


def test_secrets_and_tokens_are_not_mixed_up(cast):
    shop, _secret = connect(cast)
    market, _none = connect(cast, "wildberries", token=token())
    with pytest.raises(ConnectionConflict):
        as_tulpar(cast, connection_secret_rotate, market)
    with pytest.raises(Invalid):
        as_tulpar(cast, connection_token_change, shop, token=token())
    with pytest.raises(ConnectionConflict):
        as_tulpar(cast, connection_read_now, shop)


def test_reading_now_cuts_our_own_pause_and_never_the_sources(cast):
    connection, _secret = connect(cast, "wildberries", token=token())
    later = NOON + timedelta(hours=1)
    with acting_as(system="test data"):
        PollCursor.objects.update(next_at=later)
        PollCursor.objects.filter(endpoint="order_feed").update(failures=3)
    as_tulpar(cast, connection_read_now, connection)
    with acting_as(system="test looks"):
        assert dict(PollCursor.objects.values_list("endpoint", "next_at")) == {
            **dict.fromkeys(ALL_LISTS, later),
            "order_feed": NOON,
        }


# --- What a brand reads ---------------------------------------------------------------------


def events_make(connection, *moments, state="done"):
    with acting_as(system="test data"):
        return [
            InboundEvent.objects.create(
                connection=connection,
                brand_id=connection.brand_id,
                source=connection.source,
                endpoint="webhook",
                event_key=f"{state} {moment.isoformat()} {number}",
                trust="signed",
                body=b"{}",
                body_sha256="0" * 64,
                state=state,
                received_at=moment,
            )
            for number, moment in enumerate(moments)
        ]


def test_a_brand_finds_its_own_connections_only(cast):
    connection, _secret = connect(cast)
    with acting_as(brand=cast.tulpar.brand):
        assert [each.pk for each in connection_list(cast.tulpar.brand)] == [connection.pk]
        found = connection_access_for_brand(cast.tulpar.brand, connection.public_id)
        assert found.pk == connection.pk
    with acting_as(brand=cast.sauran.brand), pytest.raises(NotFound):
        connection_access_for_brand(cast.sauran.brand, connection.public_id)


def test_events_of_the_last_day_by_half_hours(cast):
    connection, _secret = connect(cast)
    minute = timedelta(minutes=1)
    events_make(connection, NOON - minute, NOON - 29 * minute, NOON - 31 * minute)
    events_make(connection, NOON - 24 * 60 * minute, NOON - 25 * 60 * minute, state="dead")
    with acting_as(brand=cast.tulpar.brand):
        slots = events_by_half_hour([connection])[connection.pk]
        assert events_today([connection]) == {connection.pk: 3}
    assert len(slots) == 48
    assert slots[-2:] == [(1, 0), (2, 0)]
    assert slots[0] == (1, 1)
    assert sum(count for count, _dead in slots) == 4


def test_the_log_pages_by_keys(cast):
    connection, _secret = connect(cast)
    made = events_make(connection, *[NOON] * 5)
    newest_first = sorted((event.pk for event in made), reverse=True)
    with acting_as(brand=cast.tulpar.brand):
        page, after = event_page(connection, rows=2)
        assert [event.pk for event in page] == newest_first[:2]
        page, after = event_page(connection, rows=2, after=after)
        assert [event.pk for event in page] == newest_first[2:4]
        page, after = event_page(connection, rows=2, after=after)
        assert [event.pk for event in page] == newest_first[4:]
        assert after == ""
        assert len(event_page(connection, after="nonsense")[0]) == 5
        assert event_page(connection, state="dead")[0] == []
        assert event_access_for_brand(connection, made[0].pk).pk == made[0].pk
    other, _secret = connect(cast, side="sauran")
    with acting_as(brand=cast.sauran.brand), pytest.raises(NotFound):
        event_access_for_brand(other, made[0].pk)


# --- A connector that has learned -----------------------------------------------------------


def lists_of(connection):
    with acting_as(system="test looks"):
        cursors = PollCursor.objects.filter(connection=connection).order_by("endpoint")
        return list(cursors.values_list("endpoint", flat=True))


def test_lists_that_a_connector_learned_later_are_read_from_then_on(cast):
    """As after a deploy: the connection was made when there were no claims. What is read already
    is read on from where it stands, and a token that does not open a list is not asked for it."""
    known, _ = connect(cast, source="wildberries", token=token())
    narrow = token(bits=(ANALYTICS, FINANCE, READ_ONLY))
    other, _ = connect(cast, source="wildberries", side="sauran", token=narrow)
    files, _ = connect(cast, source="kaspi")
    with acting_as(system="test data"):
        PollCursor.objects.filter(connection=known, endpoint="claims").delete()
        PollCursor.objects.filter(connection=known).update(
            cursor={"at": 1}, next_at=NOON + timedelta(hours=1)
        )

    assert cursors_keep_up() == 1
    assert lists_of(known) == ALL_LISTS
    assert (lists_of(other), lists_of(files)) == (["finance_report", "order_feed"], [])
    with acting_as(system="test looks"):
        due = PollCursor.objects.filter(connection=known, next_at__lte=NOON)
        assert [(each.endpoint, each.cursor) for each in due] == [("claims", {})]
    assert cursors_keep_up() == 0
