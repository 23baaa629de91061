"""A brand's own file, from the upload to orders and back, through the real inbox and ledger."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from attribution.connectors.files import choice_of
from attribution.models import (
    Connection,
    Conversion,
    InboundEvent,
    Order,
    OrderUpload,
    UploadPart,
)
from attribution.selectors.uploads import upload_first_orders
from attribution.services import order_uploads, upload_work
from attribution.services.connections import connection_create, connection_switch
from attribution.services.conversions import order_confirm
from attribution.services.lifecycle import conversions_advance
from attribution.services.order_uploads import (
    UploadConflict,
    upload_columns_choose,
    upload_receive,
    upload_store,
    upload_undo,
)
from attribution.tasks import uploads_keep_up
from brands.models import Brand
from campaigns.models import PromoCode
from core.errors import Invalid, NotFound
from core.tenancy.context import acting_as
from tests.attribution.shop import shop_open
from tests.attribution.test_sale import held, the, work
from tests.clocks import clock_at

NOW = datetime(2026, 11, 22, 7, tzinfo=UTC)
TITLES = "Заказ;Дата;Сумма;Статус;Промокод"


noon = clock_at(NOW)


@pytest.fixture
def source(cast) -> Connection:
    return connect(cast, "file")


def connect(cast, kind: str, party: str = "tulpar") -> Connection:
    shop_open(getattr(cast, party))
    with acting_as(system="test"):
        brand = Brand.objects.get(pk=getattr(cast, party).brand)
    made, secret = connection_create(brand=brand, source=kind, name="Our sales")
    assert (secret, made.token) == ("", "")
    return made


def csv(*lines: str, titles: str = TITLES) -> bytes:
    return "\n".join([titles, *lines]).encode()


def line(number: str, *, amount: str = "25500", status: str = "Доставлен", code: str = "") -> str:
    return f"{number};20.11.2026;{amount};{status};{code}"


def take(made: Connection, cast, raw: bytes) -> OrderUpload:
    return upload_receive(
        connection_id=made.pk, name="orders.csv", raw=raw, user_id=cast.tulpar.owner
    )


def read(made: Connection, cast, *lines: str, **changes) -> OrderUpload:
    taken = take(made, cast, csv(*lines))
    choice = replace(choice_of(taken.columns), **changes)
    return upload_columns_choose(upload_id=taken.pk, choice=choice)


def store(made: Connection, cast, *lines: str, **changes) -> OrderUpload:
    upload = upload_store(upload_id=read(made, cast, *lines, **changes).pk)
    work()
    return upload


def undo(upload: OrderUpload) -> OrderUpload:
    undone = upload_undo(upload_id=upload.pk)
    work()
    return undone


def order(number: str) -> Order:
    return the(Order, number=number)


def orders() -> dict[str, str]:
    with acting_as(system="test"):
        return dict(Order.objects.filter(source="file").values_list("number", "status"))


def code_of(cast) -> str:
    with acting_as(system="test"):
        return PromoCode.objects.get(participation_id=cast.tulpar.participation).code


# --- Reading --------------------------------------------------------------------------------


def test_a_file_waits_for_its_columns_and_keeps_its_content_sealed(cast, source):
    upload = take(source, cast, csv(line("A-1")))
    assert (upload.state, bytes(upload.content)) == ("new", csv(line("A-1")))
    assert upload.columns["titles"] == {
        "order": "Заказ",
        "placed": "Дата",
        "amount": "Сумма",
        "status": "Статус",
        "promo": "Промокод",
    }
    with acting_as(system="test"):
        assert not Order.objects.exists()
        assert not UploadPart.objects.exists()


def test_by_its_columns_it_is_read_and_still_stores_nothing(cast, source):
    upload = read(source, cast, line("A-1"), line("A-2", status="Отменен"), line("", amount="x"))
    assert (upload.state, upload.rows_count, upload.orders_count) == ("read", 3, 2)
    assert upload.counts == {"fulfilled": 1, "cancelled": 1}
    assert upload.errors == [[4, "Заказ", "missing", ""], [4, "Сумма", "not_an_amount", "x"]]
    with acting_as(brand=cast.tulpar.brand):
        first, _second = upload_first_orders(upload)
    assert (first.number, first.lines[0].amount_minor) == ("A-1", 2_550_000)
    with acting_as(system="test"):
        assert not InboundEvent.objects.exists()


def test_the_brands_word_makes_hints_of_it_and_the_file_is_gone(cast, source):
    upload = store(source, cast, line("A-1"), line("A-2", status="Отменен"))
    assert (upload.state, upload.stored_count, upload.percent) == ("stored", 2, 100)
    assert bytes(upload.content) == b""
    assert orders() == {"A-1": "fulfilled", "A-2": "cancelled"}
    assert order("A-1").trust == "hint"
    assert the(Connection, pk=source.pk).state == "ok"
    assert bytes(the(UploadPart, upload=upload).content) == b""


def test_what_was_chosen_is_remembered_for_the_next_file_with_these_columns(cast, source):
    taken = take(source, cast, csv("1;5;20.11.2026", titles="Накладная;Итог;Когда"))
    assert taken.columns["titles"] == {}
    layout = replace(choice_of(taken.columns).layout, places={"order": 0, "amount": 1, "placed": 2})
    choice = replace(choice_of(taken.columns), layout=layout, status="fulfilled", is_total=True)
    upload_columns_choose(upload_id=taken.pk, choice=choice)
    again = take(source, cast, csv("2;7;21.11.2026", titles="Итог;Накладная;Когда"))
    assert again.columns["titles"] == {"order": "Накладная", "amount": "Итог", "placed": "Когда"}
    assert (again.columns["status"], again.columns["is_total"]) == ("fulfilled", True)
    other = take(source, cast, csv(line("1")))
    assert other.columns["titles"]["order"] == "Заказ"


def test_columns_can_be_chosen_again_until_it_is_stored(cast, source):
    upload = read(source, cast, line("A-1", status="На складе"))
    assert upload.counts == {"unmapped": 1}
    choice = replace(choice_of(upload.columns), words={"На складе": "paid"})
    upload = upload_columns_choose(upload_id=upload.pk, choice=choice)
    assert (upload.counts, upload.orders_count) == ({"paid": 1}, 1)
    upload_store(upload_id=upload.pk)
    with pytest.raises(UploadConflict):
        upload_columns_choose(upload_id=upload.pk, choice=choice)


def test_a_missing_and_a_doubled_column_are_refused_at_their_fields(cast, source):
    taken = take(source, cast, csv(line("1")))
    choice = choice_of(taken.columns)
    layout = replace(choice.layout, places={"order": 0, "amount": 2, "promo": 2})
    with pytest.raises(Invalid) as refused:
        upload_columns_choose(upload_id=taken.pk, choice=replace(choice, layout=layout))
    assert set(refused.value.fields) == {"placed", "amount", "promo"}
    with pytest.raises(Invalid):
        upload_columns_choose(upload_id=taken.pk, choice=replace(choice, status="eaten"))
    assert the(OrderUpload, pk=taken.pk).state == "new"


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "no table"),
        (b"\xd0\xcf\x11\xe0", "old Excel"),
        (b"%PDF-1.4", "no table"),
        (b"\xff\xfea", "letters"),
        (b"x" * (20 * 2**20 + 1), "too large"),
        (b'a;b\n1;"2\n3;4\n', "From row 2"),
        (b"PK\x03\x04", "not an Excel file"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_words(cast, source, raw, said):
    with pytest.raises(Invalid, match=said) as refused:
        take(source, cast, raw)
    assert list(refused.value.fields) == ["file"]
    with acting_as(system="test"):
        assert not OrderUpload.objects.exists()


def test_what_is_wrong_further_down_refuses_the_whole_file(cast, source):
    rows = [line(str(n)) for n in range(250)]
    upload = read(source, cast, *rows, '1;"20.11', "2;3")
    assert (upload.state, upload.refusal) == ("refused", ["broken_quotes", "252"])
    assert read(source, cast, "Итого").refusal == ["no_orders"]


def test_an_error_of_ours_ends_the_wait(cast, source, monkeypatch):
    def broken(*_args, **_more):
        raise ZeroDivisionError

    monkeypatch.setattr(upload_work, "choice_of", broken)
    assert read(source, cast, line("1")).refusal == ["error"]


def test_a_source_that_is_off_or_has_no_files_takes_none(cast, source):
    upload = read(source, cast, line("1"))
    shop = the(Connection, source="woocommerce")
    with pytest.raises(UploadConflict):
        take(shop, cast, csv(line("1")))
    connection_switch(connection_id=source.pk, is_on=False)
    with pytest.raises(UploadConflict):
        take(source, cast, csv(line("1")))
    with pytest.raises(UploadConflict):
        upload_store(upload_id=upload.pk)
    for service in (upload_store, upload_undo):
        with pytest.raises(NotFound):
            service(upload_id=9_999_999)


# --- Again and again ------------------------------------------------------------------------


def test_the_same_file_twice_is_stored_once_and_a_change_is_a_version(cast, source, noon):
    store(source, cast, line("1"), line("2"))
    noon.move_to(NOW + timedelta(hours=1))
    again = read(source, cast, line("1"), line("2", amount="9"))
    assert (again.orders_count, again.known_count) == (2, 1)
    assert upload_store(upload_id=again.pk).stored_count == 1
    work()
    with acting_as(system="test"):
        assert order("2").lines.get().amount_minor == 900
        assert (order("1").versions.count(), order("2").versions.count()) == (1, 2)
    with pytest.raises(UploadConflict):
        upload_store(upload_id=again.pk)


def test_a_state_that_comes_back_is_news(cast, source, noon):
    for hour, status in enumerate(("Доставлен", "Возврат", "Доставлен")):
        noon.move_to(NOW + timedelta(hours=hour))
        assert store(source, cast, line("1", status=status)).stored_count == 1
    assert orders() == {"1": "fulfilled"}


def test_an_older_reading_that_is_stored_late_changes_nothing(cast, source, noon):
    old = read(source, cast, line("1", amount="100"))
    noon.move_to(NOW + timedelta(hours=1))
    store(source, cast, line("1", amount="200"))
    upload_store(upload_id=old.pk)
    work()
    with acting_as(system="test"):
        assert order("1").lines.get().amount_minor == 20_000


# --- Undoing --------------------------------------------------------------------------------


def test_an_undone_upload_cancels_its_orders_as_versions_and_their_rewards(cast, source):
    upload = store(source, cast, line("1", code=code_of(cast)), line("2"))
    assert (the(Conversion).status, held(cast)[0]) == ("on_hold", 255_000)
    undone = undo(upload)
    assert (undone.state, undone.undone_count, undone.kept) == ("undone", 2, [])
    assert orders() == {"1": "cancelled", "2": "cancelled"}
    assert (the(Conversion).status, held(cast)[0]) == ("rejected", 0)
    with acting_as(system="test"):
        versions = [(each.status, each.raw_status) for each in order("1").versions.order_by("pk")]
    assert versions == [("fulfilled", "Доставлен"), ("cancelled", "undone")]
    with pytest.raises(UploadConflict):
        upload_undo(upload_id=upload.pk)


def test_an_undone_file_can_be_brought_and_undone_again(cast, source, noon):
    for hour in range(3):
        noon.move_to(NOW + timedelta(hours=hour))
        upload = store(source, cast, line("1", code=code_of(cast)))
        assert (upload.stored_count, orders()) == (1, {"1": "fulfilled"})
        assert undo(upload).undone_count == 1
        assert orders() == {"1": "cancelled"}
    assert held(cast)[0] == 0


def test_what_nobody_has_worked_on_yet_is_withdrawn(cast, source):
    upload = upload_store(upload_id=read(source, cast, line("1"), line("2")).pk)
    assert undo(upload).undone_count == 2
    assert orders() == {}
    assert store(source, cast, line("1")).stored_count == 1
    assert orders() == {"1": "fulfilled"}


def test_what_is_approved_stays_and_is_named(cast, source, noon):
    upload = store(source, cast, line("1", code=code_of(cast)), line("2"))
    assert order_confirm(order_id=order("1").pk) == 1
    noon.move_to(the(Conversion).hold_until + timedelta(days=1))
    assert conversions_advance() == 1
    undone = undo(upload)
    assert (undone.undone_count, undone.kept, undone.kept_count) == (1, [["1", "promised"]], 1)
    assert orders() == {"1": "fulfilled", "2": "cancelled"}
    assert the(Conversion).status == "approved"


def test_what_another_source_has_shown_since_stays_and_is_named(cast, source):
    upload = store(source, cast, line("1"))
    with acting_as(system="test"):
        Order.objects.filter(number="1").update(trust="pulled")
    undone = undo(upload)
    assert (undone.undone_count, undone.kept) == (0, [["1", "changed"]])


def test_what_was_there_before_the_file_stays_and_goes_with_its_first_file(cast, source, noon):
    first = store(source, cast, line("1"))
    noon.move_to(NOW + timedelta(hours=1))
    second = store(source, cast, line("1", amount="9"), line("2"))
    assert undo(second).kept == [["1", "known_before"]]
    assert orders() == {"1": "fulfilled", "2": "cancelled"}
    assert (undo(first).kept, orders()) == ([], {"1": "cancelled", "2": "cancelled"})


# --- Long work ------------------------------------------------------------------------------


def test_a_long_file_is_stored_and_undone_in_parts_that_survive_a_kill(cast, source, monkeypatch):
    monkeypatch.setattr(upload_work, "PART", 2)
    upload = read(source, cast, *(line(str(n)) for n in range(5)))
    with acting_as(system="test"):
        sizes = [len(json.loads(bytes(p.content))) for p in upload.parts.order_by("number")]
    assert sizes == [2, 2, 1]

    def killed(name):
        raise SystemExit(name)

    with monkeypatch.context() as patch:
        patch.setattr(upload_work, "crash_point", killed)
        patch.setattr(order_uploads, "enqueue", lambda *_: None)
        assert upload_store(upload_id=upload.pk).state == "storing"
        with pytest.raises(SystemExit):
            upload_work.upload_work(upload.pk)
    assert (the(OrderUpload).stored_count, the(OrderUpload).percent) == (2, 33)
    with pytest.raises(UploadConflict):
        upload_undo(upload_id=upload.pk)
    upload_work.upload_work(upload.pk)
    upload_work.upload_work(upload.pk)  # a second worker finds nothing to do
    assert (the(OrderUpload).state, the(OrderUpload).stored_count) == ("stored", 5)
    work()
    with monkeypatch.context() as patch:
        patch.setattr(order_uploads, "enqueue", lambda *_: None)
        upload_undo(upload_id=upload.pk)
    upload_work.upload_work(upload.pk)
    work()
    assert (the(OrderUpload).undone_count, set(orders().values())) == (5, {"cancelled"})


def test_work_that_stands_still_is_found_and_goes_on(cast, source, monkeypatch, noon):
    monkeypatch.setattr(order_uploads, "SMALL_BYTES", 0)
    handed: list[int] = []
    for module in (order_uploads, upload_work):
        monkeypatch.setattr(module, "enqueue", lambda _task, pk: handed.append(pk))
    upload = read(source, cast, line("1"))
    assert (upload.state, handed) == ("reading", [upload.pk])
    assert uploads_keep_up() == 1
    with acting_as(system="test"):
        OrderUpload.objects.update(touched_at=NOW)
    upload_work.upload_work(upload.pk)  # somebody else reads it
    assert (the(OrderUpload).state, uploads_keep_up()) == ("reading", 0)
    noon.move_to(NOW + timedelta(seconds=61))
    assert uploads_keep_up() == 1
    upload_work.upload_work(upload.pk)
    assert the(OrderUpload).state == "read"


def test_what_nobody_agreed_to_is_erased_after_a_week(cast, source, noon):
    waiting, unread = read(source, cast, line("1")), take(source, cast, csv(line("2")))
    stored = store(source, cast, line("3"))
    noon.move_to(NOW + timedelta(days=7))
    assert uploads_keep_up() == 0
    noon.move_to(NOW + timedelta(days=7, seconds=1))
    assert uploads_keep_up() == 2
    for upload in (waiting, unread):
        kept = the(OrderUpload, pk=upload.pk)
        assert (kept.state, bytes(kept.content)) == ("erased", b"")
    assert the(UploadPart).upload_id == stored.pk
    with pytest.raises(UploadConflict):
        upload_columns_choose(upload_id=unread.pk, choice=choice_of(unread.columns))


# --- Payments at terminals ------------------------------------------------------------------

PAYMENTS = "MID;RRN;Дата и время;Сумма"


def test_a_payment_is_an_order_that_nobody_brought(cast):
    made = connect(cast, "acquirer")
    assert made.settings == {"hold_from_paid": True}
    taken = take(made, cast, csv("501;012345678901;20.11.2026 13:30;18 490,50", titles=PAYMENTS))
    upload = upload_columns_choose(upload_id=taken.pk, choice=choice_of(taken.columns))
    upload_store(upload_id=upload.pk)
    work()
    paid = the(Order, external_id="012345678901")
    assert (paid.source, paid.status, paid.trust) == ("acquirer", "paid", "hint")
    with acting_as(system="test"):
        assert not Conversion.objects.exists()


def test_whole_card_numbers_are_not_even_kept(cast):
    made = connect(cast, "acquirer")
    cards = ("4111111111111111", "5555555555554444", "4012888888881881")
    rows = [f"{card};7{n};20.11.2026;5" for n, card in enumerate(cards)]
    with pytest.raises(Invalid, match="«Card» holds whole card numbers") as refused:
        take(made, cast, csv(*rows, titles="Card;RRN;Дата;Сумма"))
    assert "4111" not in str(refused.value)
    with acting_as(system="test"):
        assert not OrderUpload.objects.exists()
