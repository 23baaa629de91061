"""Kaspi over real HTTP, from the connection to the ledger; and the same orders as a file."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import permutations

import pytest
import time_machine
from django.test import override_settings

from attribution.field_rotation import buyer_of
from attribution.models import (
    Connection,
    Conversion,
    InboundEvent,
    LateEvidence,
    Order,
    OrderLine,
    OrderUpload,
    PollCursor,
    UploadPart,
)
from attribution.selectors.known_orders import last_event_keys, open_order_ids
from attribution.services.connections import (
    ConnectionConflict,
    connection_create,
    connection_switch,
    connection_token_change,
)
from attribution.services.ingest import inbound_events_process
from attribution.services.lifecycle import conversions_advance
from attribution.services.order_uploads import UploadConflict, upload_receive, upload_store
from attribution.services.polling import connections_poll
from brands.models import Brand
from campaigns.services.external_codes import external_code_add
from core import clock
from core.crypto import blind_index
from core.errors import Invalid, NotFound
from core.tenancy.context import acting_as
from tests.attribution.connectors.kaspi import sheets
from tests.attribution.connectors.kaspi.sheets import book
from tests.attribution.shop import shop_open
from tests.attribution.test_sale import held, the, work

DAY = 86_400
TICKS = 9  # a round of the lists and the single orders


@pytest.fixture
def kaspi(cast, sandbox):
    """Tulpar's shop on Kaspi is connected."""
    shop_open(cast.tulpar)
    with override_settings(SANDBOX_URL=sandbox.url):
        connect(cast, sandbox)
        yield sandbox


def token_of(sandbox, shop: str = "sandbox-shop") -> str:
    return sandbox.control("kaspi/token", {"shop": shop})["token"]


def day(ago: int) -> str:
    return (clock.now() - timedelta(days=ago)).strftime("%d.%m.%Y")


def row(number: str = "701234567", **cells) -> list:
    """A row of these days."""
    return sheets.row(number, **{"placed": day(5), "changed": day(2)} | cells)


def brand_of(cast, side: str = "tulpar") -> Brand:
    with acting_as(system="test"):
        return Brand.objects.get(pk=vars(cast)[side].brand)


def connect(cast, sandbox, *, side="tulpar", shop="sandbox-shop", token=None, name="Kaspi"):
    given = token_of(sandbox, shop) if token is None else token
    made, secret = connection_create(
        brand=brand_of(cast, side), source="kaspi", name=name, token=given
    )
    assert secret == ""
    return made


def connection() -> Connection:
    return the(Connection, source="kaspi")


def now_of(sandbox):
    ahead = sandbox.get("/_control/clock").json["offset_seconds"]
    return clock.now() + timedelta(seconds=ahead)


def poll(sandbox, ticks: int = TICKS) -> None:
    """Ticks of beat until everything is read once, on both clocks, and the work of a worker."""
    sandbox.clock_move(3_700)
    for _ in range(ticks):
        sandbox.clock_move(3)
        with time_machine.travel(now_of(sandbox), tick=True):
            connections_poll()
    with time_machine.travel(now_of(sandbox), tick=True):
        work()


def buy(sandbox, code: str = "701", **order) -> str:
    sandbox.control("kaspi/orders", {"code": code, **order})
    return code


def move(sandbox, code: str, status: str) -> None:
    sandbox.control(f"kaspi/orders/{code}/status", {"status": status})


def order(code: str = "701") -> Order:
    return the(Order, external_id=code)


def line(code: str = "701") -> OrderLine:
    return the(OrderLine, order__external_id=code)


def credit(cast, code: str = "701") -> None:
    """Late evidence that the order is Aliya's, and the decision anew."""
    found = order(code)
    with acting_as(system="test data"):
        event = InboundEvent.objects.filter(connection=found.connection_id).first()
        LateEvidence.objects.create(
            connection_id=found.connection_id,
            brand_id=found.brand_id,
            event=event,
            order_external_id=code,
            line_id=line(code).line_id,
            kind="wb_substitute_article",
            value="310200999",
            occurred_at=found.placed_at,
        )
    external_code_add(
        participation_id=cast.tulpar.participation,
        kind="wb_substitute_article",
        value="310200999",
    )


# --- The token -------------------------------------------------------------------------------


def test_a_token_is_tried_before_it_is_kept(cast, kaspi):
    made = connection()
    assert made.token == token_of(kaspi)
    assert made.settings == {"base_url": f"{kaspi.url}/kaspi/shop/api/v2"}
    with acting_as(system="test"):
        endpoints = PollCursor.objects.filter(connection=made).values_list("endpoint", flat=True)
        assert set(endpoints) == {"orders", "order_refresh"}


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("guess", "does not take this token"),
        ("two words", "not a whole token"),
        ("токен", "not a whole token"),
        ("x" * 513, "not a whole token"),
    ],
)
def test_a_token_that_kaspi_does_not_take_is_refused(cast, kaspi, token, said):
    with pytest.raises(Invalid, match=said) as refused:
        connect(cast, kaspi, token=token, name="Second")
    assert list(refused.value.fields) == ["token"]
    assert the(Connection, source="kaspi")


@pytest.mark.parametrize("fault", ["500", "html", "truncated"])
def test_a_token_is_not_kept_while_kaspi_does_not_answer(cast, kaspi, fault):
    kaspi.control("faults", {"service": "kaspi", "fault": fault, "times": 3})
    with pytest.raises(Invalid, match="does not answer us right now"):
        connect(cast, kaspi, shop="second", name="Second")
    assert the(Connection, source="kaspi")


def test_a_shop_is_connected_once(cast, kaspi):
    with pytest.raises(ConnectionConflict, match="already"):
        connect(cast, kaspi)
    assert connect(cast, kaspi, shop="second", name="Second").pk != connection_pk("Kaspi")


def connection_pk(name: str) -> int:
    return the(Connection, name=name).pk


def test_a_shop_that_came_by_file_is_known_by_its_order(cast, sandbox):
    shop_open(cast.tulpar)
    with override_settings(SANDBOX_URL=sandbox.url):
        by_file = connect(cast, sandbox, token="")
        store(by_file, cast, row("701"))
        buy(sandbox)
        with pytest.raises(ConnectionConflict, match="already"):
            connect(cast, sandbox, name="Second")
        connection_token_change(connection_id=by_file.pk, token=token_of(sandbox))
        poll(sandbox)
    assert (order().trust, order().status) == ("pulled", "created")


def test_another_shops_token_is_refused(cast, kaspi):
    buy(kaspi)
    poll(kaspi)
    with pytest.raises(Invalid, match="another seller"):
        connection_token_change(connection_id=connection().pk, token=token_of(kaspi, "second"))
    assert connection().token == token_of(kaspi)
    connection_token_change(connection_id=connection().pk, token=token_of(kaspi))


# --- Reading ---------------------------------------------------------------------------------


def test_an_order_is_read_with_its_buyers_phone_as_an_index(cast, kaspi):
    buy(kaspi, phone="7012345678")
    poll(kaspi)
    read = order()
    assert (read.status, read.trust, read.raw_status) == ("created", "pulled", "APPROVED_BY_BANK")
    assert read.customer_phone_index == blind_index("+77012345678", purpose="order phone")
    assert (line().sku, line().amount_minor) == ("TU-BLANKET", 2_550_000)
    assert connection().state == "ok"


def test_a_phone_that_was_masked_later_is_not_forgotten(cast, kaspi):
    buy(kaspi)
    poll(kaspi)
    index = order().customer_phone_index
    move(kaspi, "701", "COMPLETED")
    poll(kaspi)
    assert (order().status, order().customer_phone_index) == ("fulfilled", index)


def test_what_is_read_again_and_again_is_one_event(cast, kaspi):
    buy(kaspi)
    for _ in range(3):
        poll(kaspi)
    with acting_as(system="test"):
        assert InboundEvent.objects.count() == 1
    assert order().version == 1


def test_an_order_of_last_month_that_comes_back_is_seen(cast, kaspi):
    buy(kaspi)
    move(kaspi, "701", "COMPLETED")
    poll(kaspi)
    kaspi.clock_move(20 * DAY)
    move(kaspi, "701", "RETURNED")
    poll(kaspi)
    assert order().status == "returned"
    assert line().returned_minor == 2_550_000


def test_nothing_but_get_is_ever_sent(cast, kaspi):
    buy(kaspi)
    poll(kaspi)
    assert kaspi.get("/_control/kaspi/orders").json["writes"] == 0


def test_the_money_follows_the_order(cast, kaspi):
    """25 500,00 x 2 at 10 %; one piece is cancelled, the rest received, and then comes back."""
    buy(kaspi, items=[["A", "Көрпе", 25500.0, 2]])
    poll(kaspi)
    credit(cast)
    kaspi.control("kaspi/orders/701/entries/0", {"remained": 1})
    poll(kaspi)
    assert (line().quantity, line().amount_minor) == (1, 2_550_000)
    assert held(cast)[0] == 255_000
    move(kaspi, "701", "COMPLETED")
    poll(kaspi)
    assert the(Conversion).status == "on_hold"
    move(kaspi, "701", "RETURNED")
    poll(kaspi)
    assert (the(Conversion).status, held(cast)[0]) == ("reversed", 0)


def test_a_return_that_is_asked_for_stops_the_approval(cast, kaspi):
    buy(kaspi)
    poll(kaspi)
    credit(cast)
    move(kaspi, "701", "COMPLETED")
    poll(kaspi)
    move(kaspi, "701", "KASPI_DELIVERY_RETURN_REQUESTED")
    poll(kaspi)
    assert (the(Conversion).status, held(cast)[0]) == ("pending", 255_000)
    assert (order().status, order().raw_status) == ("created", "KASPI_DELIVERY_RETURN_REQUESTED")
    with time_machine.travel(now_of(kaspi) + timedelta(days=90), tick=False):
        assert conversions_advance() == 0

    move(kaspi, "701", "COMPLETED")  # it was withdrawn
    poll(kaspi)
    assert the(Conversion).status == "on_hold"
    with time_machine.travel(the(Conversion).hold_until + timedelta(minutes=1), tick=False):
        assert conversions_advance() == 1


def test_a_line_that_was_cancelled_as_a_whole_earns_nothing(cast, kaspi):
    buy(kaspi, items=[["A", "Көрпе", 100.0, 1], ["B", "Сүлгі", 50.0, 2]])
    poll(kaspi)
    kaspi.control("kaspi/orders/701/entries/1", {"remained": 0})
    poll(kaspi)
    with acting_as(system="test"):
        lines = OrderLine.objects.order_by("sku").values_list("amount_minor", "returned_minor")
        assert list(lines) == [(10_000, 0), (10_000, 10_000)]


def events_of_a_life(kaspi) -> list:
    """Created, part cancelled, received, back: each read and stored, none worked on."""
    buy(kaspi, items=[["A", "Көрпе", 25500.0, 2]])
    steps = [
        lambda: None,
        lambda: kaspi.control("kaspi/orders/701/entries/0", {"remained": 1}),
        lambda: move(kaspi, "701", "COMPLETED"),
        lambda: move(kaspi, "701", "RETURNED"),
    ]
    for step in steps:
        step()
        kaspi.clock_move(3_700)
        for _ in range(TICKS):
            kaspi.clock_move(3)
            with time_machine.travel(now_of(kaspi), tick=True):
                connections_poll()
    with acting_as(system="test"):
        return list(InboundEvent.objects.order_by("id").values_list("pk", flat=True))


def test_events_in_every_order_come_to_one_state(cast, kaspi):
    """All 24 orders of the four, each event worked on twice."""
    events = events_of_a_life(kaspi)
    assert len(events) == 4
    for turn in permutations(events):
        forget(events)
        for event in (*turn, *reversed(turn)):
            with acting_as(system="test data"):
                InboundEvent.objects.filter(pk=event).update(state="received")
            inbound_events_process([event])
        state = (order().status, line().quantity, line().amount_minor, line().returned_minor)
        assert state == ("returned", 1, 2_550_000, 2_550_000), turn
        with acting_as(system="test"):
            assert not InboundEvent.objects.filter(state="dead").exists()


def forget(events) -> None:
    """The events as they came, and no order of them: under another id, as orders stay for ever."""
    with acting_as(system="test data"):
        for each in Order.objects.filter(external_id="701"):
            each.external_id = f"701 of turn {each.pk}"
            each.save(update_fields=["external_id"])


# --- What is known of the orders -------------------------------------------------------------


def test_open_orders_are_named_in_a_ring(cast, kaspi):
    for number in range(5):
        buy(kaspi, f"70{number}")
    move(kaspi, "703", "CANCELLED")
    poll(kaspi)
    later = clock.now() + timedelta(days=30)
    with acting_as(system="test"):
        pk = connection().pk
        assert open_order_ids(pk, after="", placed_before=later, most=2) == ["700", "701"]
        assert open_order_ids(pk, after="701", placed_before=later, most=9) == ["702", "704"]
        assert open_order_ids(pk, after="704", placed_before=later, most=9) == []
        early = clock.now() - timedelta(days=30)
        assert open_order_ids(pk, after="", placed_before=early, most=9) == []
        assert open_order_ids(pk + 99, after="", placed_before=later, most=9) == []
        keys = last_event_keys(pk, ["700", "999"])
    assert set(keys) == {"700"}
    assert keys["700"].startswith("kaspi:700:APPROVED_BY_BANK:1:")


# --- An export -------------------------------------------------------------------------------


def read(made: Connection, cast, *rows) -> OrderUpload:
    return upload_receive(
        connection_id=made.pk, name="orders.xlsx", raw=book(rows), user_id=cast.tulpar.owner
    )


def store(made: Connection, cast, *rows) -> OrderUpload:
    upload = upload_store(upload_id=read(made, cast, *rows).pk)
    work()
    return upload


@pytest.fixture
def by_file(cast) -> Connection:
    """A shop that gives no token and brings files."""
    shop_open(cast.tulpar)
    made, secret = connection_create(brand=brand_of(cast), source="kaspi", name="File", token=" ")
    assert (secret, made.token) == ("", "")
    return made


def test_without_a_token_nothing_is_asked(cast, by_file):
    with acting_as(system="test"):
        assert not PollCursor.objects.exists()
    assert connections_poll() == 0


def test_reading_a_file_stores_no_order(cast, by_file):
    upload = read(by_file, cast, row("1"), row("2", status="Возврат"), row("3", amount="?"))
    assert (upload.orders_count, upload.known_count, upload.errors_count) == (2, 0, 1)
    assert upload.counts == {"fulfilled": 1, "returned": 1}
    assert upload.errors == [[4, "Сумма", "not_an_amount", ""]]
    with acting_as(system="test"):
        assert not InboundEvent.objects.exists()
        assert not Order.objects.exists()


def test_the_brands_word_makes_orders_of_it(cast, by_file):
    upload = store(by_file, cast, row("1"), row("2", status="Возврат"))
    assert (upload.state, upload.stored_count, bytes(upload.content)) == ("stored", 2, b"")
    assert (order("1").status, order("1").trust) == ("fulfilled", "hint")
    assert order("2").status == "returned"
    assert the(Connection, pk=by_file.pk).state == "ok"
    with acting_as(system="test"):
        events = InboundEvent.objects.values_list("endpoint", "trust", "state")
        assert set(events) == {("file", "hint", "done")}


def test_a_file_alone_approves_nothing(cast, by_file):
    store(by_file, cast, row("701", status="Передан курьеру"))
    credit(cast)
    store(by_file, cast, row("701"))
    assert the(Conversion).status == "on_hold"
    with time_machine.travel(the(Conversion).hold_until + timedelta(days=9), tick=False):
        assert conversions_advance() == 0


def test_the_same_file_twice_is_stored_once(cast, by_file):
    store(by_file, cast, row("1"), row("2"))
    again = read(by_file, cast, row("1"), row("2", status="Возврат"))
    assert (again.orders_count, again.known_count) == (2, 1)
    assert upload_store(upload_id=again.pk).stored_count == 1
    with pytest.raises(UploadConflict):
        upload_store(upload_id=again.pk)


def test_a_file_in_any_order_of_exports_comes_to_the_latest_state(cast, by_file):
    store(by_file, cast, row("1", status="Возврат", changed=day(1)))
    store(by_file, cast, row("1", status="Выдан", changed=day(2)))
    assert order("1").status == "returned"


def test_the_api_confirms_what_a_file_said_and_it_stays_one_order(cast, kaspi):
    buy(kaspi, "701234567", items=[["ALMA-30", "Сыворотка", 18490.0, 1]], status="COMPLETED")
    store(connection(), cast, row("701234567", sku="ALMA-30"))
    assert order("701234567").trust == "hint"
    before, placed_at = line("701234567").pk, order("701234567").placed_at
    poll(kaspi)
    assert order("701234567").placed_at > placed_at  # the moment instead of the day
    assert (order("701234567").trust, order("701234567").status) == ("pulled", "fulfilled")
    assert line("701234567").pk == before  # the file's line is the API's line
    assert line("701234567").line_id == "NzAxMjM0NTY3IyMw"


def test_a_phone_that_came_after_the_file_is_found_when_keys_change(cast, kaspi):
    buy(kaspi)
    store(connection(), cast, row("701", status="Передан курьеру"))
    assert order().customer_phone_index == ""
    poll(kaspi)
    move(kaspi, "701", "COMPLETED")
    poll(kaspi)
    assert order().customer_phone_index == blind_index("+77012345678", purpose="order phone")
    with acting_as(system="test"):
        assert buyer_of(order())[0] == "+77012345678"


def test_a_file_does_not_change_what_kaspi_has_shown(cast, kaspi):
    buy(kaspi, status="COMPLETED")
    poll(kaspi)
    tomorrow = (now_of(kaspi) + timedelta(days=1)).strftime("%d.%m.%Y")
    with time_machine.travel(now_of(kaspi), tick=True):
        store(connection(), cast, row("701", status="Отменен", changed=tomorrow, amount=1))
    assert (order().status, order().trust, line().amount_minor) == (
        "fulfilled",
        "pulled",
        2_550_000,
    )
    poll(kaspi)
    with acting_as(system="test"):
        assert order().versions.filter(is_applied=True).count() == 1


def test_a_file_of_another_shop_is_refused_by_the_token(cast, kaspi):
    buy(kaspi, "801", shop="another")
    with pytest.raises(Invalid, match="another shop") as refused:
        read(connection(), cast, row("801"))
    assert list(refused.value.fields) == ["file"]
    buy(kaspi, "701")
    assert read(connection(), cast, row("701"), row("801")).orders_count == 2


def test_a_file_of_another_shop_is_refused_by_its_known_order(cast, kaspi, by_file_too):
    buy(kaspi)
    poll(kaspi)
    with pytest.raises(Invalid, match="another shop"):
        read(by_file_too, cast, row("701"))
    assert read(by_file_too, cast, row("702")).orders_count == 1


@pytest.fixture
def by_file_too(cast, kaspi) -> Connection:
    made, _secret = connection_create(
        brand=brand_of(cast, "sauran"), source="kaspi", name="File", token=""
    )
    return made


def test_a_file_is_read_while_kaspi_is_away(cast, kaspi):
    kaspi.control("faults", {"service": "kaspi", "fault": "503", "times": 5})
    assert read(connection(), cast, row("801")).orders_count == 1


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "not an Excel file"),
        (book([]), "no orders"),
        (book([["1"]], titles=["Order"]), "no column «№ заказа»"),
        (book([row()], titles=["№ заказа"]), "columns are missing: «Дата поступления заказа»"),
        (b"x" * 6_000_000, "too large"),
    ],
)
def test_a_file_that_is_none_is_refused_in_words(cast, by_file, raw, said):
    with pytest.raises(Invalid, match=said):
        upload_receive(connection_id=by_file.pk, name="x.xlsx", raw=raw, user_id=cast.tulpar.owner)
    with acting_as(system="test"):
        assert not OrderUpload.objects.exists()


def test_a_source_without_files_or_switched_off_takes_none(cast, by_file):
    shop = the(Connection, source="woocommerce")
    with pytest.raises(UploadConflict):
        read(shop, cast, row())
    upload = read(by_file, cast, row())
    connection_switch(connection_id=by_file.pk, is_on=False)
    for refused in (lambda: read(by_file, cast, row()), lambda: upload_store(upload_id=upload.pk)):
        with pytest.raises(UploadConflict):
            refused()


def test_what_does_not_exist_is_not_found(cast, by_file):
    with pytest.raises(NotFound):
        upload_store(upload_id=9_999_999)
    with pytest.raises(NotFound):
        upload_receive(connection_id=9_999_999, name="x", raw=b"", user_id=1)


def test_a_files_content_is_sealed_and_holds_no_person(cast, by_file):
    upload = read(by_file, cast, row())
    kept = bytes(the(UploadPart, upload=upload).content).decode()
    assert json.loads(json.loads(kept)[0][2])["code"] == "701234567"
    for personal in ("Абая", "Айгерим"):
        assert personal not in kept
