"""Events worked on together: the same as one by one, in as many queries for one as for hundreds."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attribution.models import (
    Candidate,
    Conversion,
    ConversionVersion,
    Decision,
    InboundEvent,
    LateEvidence,
    Order,
)
from attribution.services import inbox, ingest
from attribution.services.ingest import inbound_events_process
from campaigns.models import CampaignTotals
from core.audit.models import AuditEntry
from core.tenancy.context import acting_as
from ledger.checks import ledger_findings
from ledger.domain import accounts
from ledger.models import Journal
from ledger.selectors import balances
from tests.attribution.shop import order_body, shop_open, signed
from tests.attribution.test_sale import count, held, the, work
from tests.clocks import clock_at
from tools.benches.ingest_world import Shop, mail_of, mail_put, sales_make, shop_make
from tools.benches.orm_reference.ingest import event_process

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
PLACED = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
COMMISSION = 255_000  # 10 % of 25 500,00


_noon = clock_at(NOW)


# --- The same as one by one -----------------------------------------------------------------


def plain_trace(shop: Shop, trace: list[dict]) -> list[dict]:
    """With words for what twins call by other numbers."""
    people = {pk: n for n, pk in enumerate(shop.participations)}
    clicks = {
        click.hex: f"click {n} of {person}"
        for person, mine in enumerate(shop.clicks)
        for n, click in enumerate(mine)
    }
    return [
        each
        | {
            "participation": people[each["participation"]],
            "evidence": clicks.get(each["evidence"], each["evidence"]),
        }
        for each in trace
    ]


def end_state(shop: Shop) -> dict:
    """Everything that came of a shop's mail, without the numbers that rows got by chance."""
    people = {pk: n for n, pk in enumerate(shop.participations)}
    with acting_as(system="test"):
        mail = InboundEvent.objects.filter(brand_id=shop.brand_id).order_by("pk")
        place = {pk: n for n, pk in enumerate(mail.values_list("pk", flat=True))}
        orders = [
            (
                order.external_id, order.status, order.version, order.promo_codes,
                order.fulfilled_at, order.source_updated_at,
                [
                    (line.line_id, line.quantity, line.amount_minor, line.returned_minor)
                    for line in order.lines.order_by("line_id")
                ],
                [
                    (version.number, version.status, version.is_applied, place[version.event_id],
                     {k: v for k, v in version.snapshot.items() if k != "click_id"})
                    for version in order.versions.order_by("number")
                ],
            )
            for order in Order.objects.filter(brand_id=shop.brand_id).order_by("external_id")
        ]  # fmt: skip
        decisions = [
            (
                decision.order.external_id, decision.line.line_id, decision.number,
                people.get(decision.participation_id), decision.grade, decision.rule,
                plain_trace(shop, decision.trace),
            )
            for decision in Decision.objects.filter(brand_id=shop.brand_id)
            .select_related("order", "line")
            .order_by("order__external_id", "line__line_id", "number")
        ]  # fmt: skip
        candidates = sorted(
            (candidate.order.external_id, candidate.decision.number, candidate.kind,
             people[candidate.participation_id], candidate.verdict, candidate.reason)
            for candidate in Candidate.objects.filter(brand_id=shop.brand_id)
            .select_related("order", "decision")
        )  # fmt: skip
        conversions = [
            (
                one.order.external_id, one.line.line_id, people[one.participation_id], one.status,
                one.grade, one.base_minor, one.commission_minor, one.fee_minor, one.version,
                one.reason_code, one.hold_until, one.order_number, one.product_name,
                [
                    (version.number, version.status, version.commission_minor, version.cause)
                    for version in one.versions.order_by("number")
                ],
            )
            for one in Conversion.objects.filter(brand_id=shop.brand_id)
            .select_related("order", "line")
            .order_by("order__external_id", "line__line_id", "status", "participation_id")
        ]  # fmt: skip
        keys = {
            one.pk: (one.order.external_id, one.line.line_id, people[one.participation_id])
            for one in Conversion.objects.filter(brand_id=shop.brand_id)
            .select_related("order", "line")
        }  # fmt: skip
        journals = sorted(
            (keys[journal.refs["conversion"]], journal.business_key.rpartition(":")[2],
             sorted(journal.entries.values_list("account__kind", "amount_minor")))
            for journal in Journal.objects.filter(kind="accrual")
            if journal.refs["conversion"] in keys
        )  # fmt: skip
        events = list(mail.values_list("state", "attempts", "error"))
        refs = [accounts.influencer_hold(pk) for pk in shop.influencers]
        for kind in (accounts.budget, accounts.fee_reserve, accounts.fee_hold):
            refs += [kind(shop.brand_id, pk) for pk in shop.campaigns]
        money = balances(refs)
        totals = list(
            CampaignTotals.objects.filter(brand_id=shop.brand_id).order_by("campaign_id")
            .values_list("accrued_minor", "fee_accrued_minor")
        )  # fmt: skip
    with acting_as(ops=1):
        log = AuditEntry.objects.filter(brand_id=shop.brand_id)
        audit = sorted(
            log.filter(object_type="attribution.conversion").values_list(
                "action", "after__version", "after__commission_minor", "actor"
            )
        )
    return {
        "orders": orders, "decisions": decisions, "candidates": candidates,
        "conversions": conversions, "journals": journals, "audit": audit,
        "events": events,
        "money": [money[ref] for ref in refs], "totals": totals,
    }  # fmt: skip


def mixed_mail(shop: Shop, seed: str) -> list[bytes]:
    """What a shop sends in a bad week: every kind of news, late, twice in other words, unreadable,
    and in any order. The same one for every twin."""
    chance = random.Random(seed)
    bodies = []
    for sale in sales_make(24, chance=chance, now=NOW, shop=shop, first=1):
        bodies.append(sale.body(shop, "processing"))
        kind = sale.number % 6
        if kind in (0, 1, 2):
            bodies.append(sale.body(shop, "completed", minutes=100))
        if kind == 1:
            bodies.append(sale.body(shop, "completed", minutes=200, refunded=sale.amounts[0] // 3))
        if kind == 2:
            bodies.append(sale.body(shop, "refunded", minutes=300))
            bodies.append(sale.body(shop, "completed", minutes=400))
        if kind == 3:
            bodies.append(sale.body(shop, "cancelled", minutes=50))
        if kind == 4:  # another code was typed after all, and the goods became dearer
            other = replace(sale, other=(sale.other + 1) % 8, evidence=4, amounts=(77_777,))
            bodies.append(other.body(shop, "processing", minutes=10))
            bodies.append(other.body(shop, "in-the-clouds", minutes=20))
        if kind == 5:  # says nothing new
            bodies.append(
                sale.body(shop, "processing").replace(b'"product_id": 1', b'"product_id": 2')
            )
    bodies += [b'{"id": 3}', b'{"id": 77}', b'{"code": "rest_forbidden"}', b"moon"]
    chance.shuffle(bodies)
    return bodies


def worked(name: str, mail_make, size: int, *, budget_minor: int) -> dict:
    """The end state of a twin whose mail was worked on in batches of `size`."""
    shop = shop_make(name, campaigns=2, people=4, now=NOW, budget_minor=budget_minor)
    ids = mail_put(shop, mail_make(shop), at=NOW)
    for start in range(0, len(ids), size):
        inbound_events_process(ids[start : start + size])
    return end_state(shop)


@pytest.mark.parametrize(("seed", "budget_minor"), [("a", 10**9), ("b", 2_500_000)])
def test_a_batch_ends_as_its_events_one_by_one(db, seed, budget_minor):
    """To the tiyn, also where a budget ends in the middle of a batch."""

    def mail_make(shop):
        return mixed_mail(shop, seed)

    together = worked("twin-a", mail_make, 1_000, budget_minor=budget_minor)
    for name, size in (("twin-b", 1), ("twin-c", 7)):
        apart = worked(name, mail_make, size, budget_minor=budget_minor)
        for part, found in together.items():
            assert apart[part] == found, (size, part)
    statuses = {conversion[3] for conversion in together["conversions"]}
    assert {"pending", "on_hold", "rejected"} <= statuses
    assert ("awaiting_funding" in statuses) == (budget_minor < 10**9)
    assert {state for state, _attempts, _error in together["events"]} == {"done", "ignored", "dead"}
    with acting_as(system="test"):
        assert ledger_findings() == []


def test_batches_and_the_plain_way_with_the_orm_end_alike(db):
    """An independent witness: what `make bench` compares with (tools/benches/orm_reference)."""
    shops = [
        shop_make(f"twin-{n}", campaigns=2, people=4, now=NOW, budget_minor=1_000_000)
        for n in (1, 2)
    ]
    for shop, process in zip(
        shops,
        (inbound_events_process, lambda ids: [event_process(each) for each in ids]),
        strict=True,
    ):
        chance = random.Random(5)
        sales = sales_make(10, chance=chance, now=NOW, shop=shop, first=1)
        process(mail_put(shop, mail_of(shop, sales), at=NOW))
    batched, plain = map(end_state, shops)
    assert {one[3] for one in plain["conversions"]} == {"on_hold", "awaiting_funding"}
    for part, found in plain.items():
        assert batched[part] == found, part


# --- Queries --------------------------------------------------------------------------------


def queries(process) -> int:
    with CaptureQueriesContext(connection) as captured:
        process()
    return len(captured)


def test_two_hundred_events_are_worked_on_in_as_many_queries_as_one(db):
    shop = shop_make("counted", campaigns=2, people=4, now=NOW)
    chance = random.Random(3)
    counted = {}
    first = 1
    for size in (200, 1, 10, 200):  # the first ones open accounts, which is done once
        sales = [
            replace(sale, evidence=6)  # a click and a code: every question is asked by each
            for sale in sales_make(size, chance=chance, now=NOW, shop=shop, first=first)
        ]
        first += size
        for step, bodies in (
            ("ordered", [sale.body(shop, "processing") for sale in sales]),
            ("received", [sale.body(shop, "completed", minutes=9) for sale in sales]),
        ):
            ids = mail_put(shop, bodies, at=NOW + timedelta(minutes=first))
            counted.setdefault((step, size), []).append(
                queries(lambda ids=ids: inbound_events_process(ids))
            )
    for step in ("ordered", "received"):
        assert len({counted[step, size][-1] for size in (1, 10, 200)}) == 1, counted
        assert counted[step, 200][-1] < 45
    with acting_as(system="test"):
        assert InboundEvent.objects.filter(state="done").count() == 2 * 411


# --- What fails -----------------------------------------------------------------------------


def store(client, shop, *bodies: bytes) -> None:
    for body in bodies:
        assert client.post(shop.path, body, **signed(body)).status_code == 200


def test_an_event_that_fails_harms_no_other_of_its_batch(client, cast, shop, monkeypatch):
    real = ingest.order_apply

    def fails(work, event, snapshot):
        if snapshot.external_id == "3":
            raise ZeroDivisionError("a bug")
        return real(work, event, snapshot)

    monkeypatch.setattr(ingest, "order_apply", fails)
    store(client, shop, *(order_body(n, coupons=("AQTAS",)) for n in range(1, 8)), b"moon")
    work()
    assert (count(Order), count(Conversion), count(InboundEvent, state="done")) == (6, 6, 6)
    failed = the(InboundEvent, state="received")
    assert (failed.attempts, failed.error) == (1, "ZeroDivisionError: a bug")
    assert failed.next_at == NOW + timedelta(seconds=20)
    assert the(InboundEvent, state="dead").attempts == 1
    assert held(cast)[0] == 6 * COMMISSION


def test_what_only_the_database_refuses_fails_alone_too(client, cast, shop, monkeypatch):
    """A number that no column holds is found when the batch is written."""
    real = ingest.order_apply

    def too_much(work, event, snapshot):
        orders = real(work, event, snapshot)
        for order in orders:
            order.version = 2**40 if order.external_id == "2" else order.version
        return orders

    monkeypatch.setattr(ingest, "order_apply", too_much)
    store(client, shop, *(order_body(n, coupons=("AQTAS",)) for n in (1, 2, 3)))
    work()
    assert sorted(numbers(Order)) == ["1", "3"]
    assert "out of range" in the(InboundEvent, state="received").error


def numbers(model) -> list[str]:
    with acting_as(system="test"):
        return list(model.objects.values_list("external_id", flat=True))


def test_a_budget_that_ends_in_a_batch_ends_at_the_exact_order(client, cast):
    shop = shop_open(cast.tulpar, budget_minor=2 * COMMISSION)
    small = order_body(9, total="1000.00", coupons=("AQTAS",))
    store(client, shop, *(order_body(n, coupons=("AQTAS",)) for n in (1, 2, 3)), small)
    other = shop_open(cast.sauran)
    store(client, other, order_body(7, coupons=("DANAH",)))
    work()
    with acting_as(system="test"):
        came = InboundEvent.objects.filter(connection_id=shop.connection).order_by("pk")
        numbers_came = [key.partition(":")[0] for key in came.values_list("event_key", flat=True)]
        by_number = dict(Conversion.objects.values_list("order_number", "status"))
    left, expected = 2 * COMMISSION, {"7": "pending"}
    for number in numbers_came:
        worth = 10_000 if number == "9" else COMMISSION
        expected[number] = "pending" if worth <= left else "awaiting_funding"
        left -= worth if worth <= left else 0
    assert by_number == expected
    assert "awaiting_funding" in expected.values()
    assert held(cast) == (2 * COMMISSION - left, 0, left)


def test_an_event_that_is_finished_or_taken_is_left_alone(client, cast, shop):
    store(client, shop, order_body(1, coupons=("AQTAS",)))
    with acting_as(system="test"):
        (event_id,) = InboundEvent.objects.values_list("pk", flat=True)
    for _ in range(2):
        inbound_events_process([event_id])
    assert (the(InboundEvent).attempts, count(ConversionVersion)) == (1, 1)
    inbound_events_process([])
    assert count(LateEvidence) == 0


# --- The relay ------------------------------------------------------------------------------


def test_the_relay_hands_out_batches_once_for_the_time_of_their_lease(
    client, cast, shop, monkeypatch
):
    told = []
    monkeypatch.setattr(inbox, "enqueue", lambda name, *ids: told.append((name, ids)))
    monkeypatch.setattr(inbox, "EVENTS_PER_TASK", 2)
    store(client, shop, *(order_body(n) for n in range(5)[1:]), b"moon")
    assert inbox.events_relay() == 5
    assert [name for name, _ids in told] == ["attribution.tasks.inbound_events_process"] * 3
    with acting_as(system="test"):
        stored = {str(pk) for pk in InboundEvent.objects.values_list("pk", flat=True)}
    assert sorted(id for _name, ids in told for id in ids) == sorted(stored)
    assert inbox.events_relay() == 0
    with time_machine.travel(NOW + timedelta(seconds=inbox.LEASE_SECONDS), tick=False):
        assert inbox.events_relay() == 5
