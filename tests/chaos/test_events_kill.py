"""Every event that was acknowledged is a row exactly once, worked on exactly once, and its money is
right to the tiyn, whatever is killed meanwhile: web, relay and worker anywhere, Redis (and it
comes back empty), the connections to PostgreSQL.

CHAOS_EVENTS says how many: hundreds in make test, ten thousand in make chaos. The seed of a run is
printed when it fails; CHAOS_SEED repeats its order of faults.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from django.test import Client

from attribution.models import Conversion, InboundEvent, Order
from attribution.services.ingest import inbound_events_process
from core import clock
from core.tenancy.context import acting_as
from ledger.checks import ledger_findings
from ledger.domain import accounts
from ledger.selectors import balance_minor
from tests.attribution.clickpath.conftest import until
from tests.attribution.shop import shop_open, signed
from tests.cast import Party
from tests.chaos.damage import Damage
from tests.chaos.event_world import POISON, Answers, Inbox, Mail, Nemesis, Shop, digest, mail_make

EVENTS = int(os.environ.get("CHAOS_EVENTS", "200"))
EVENTS_A_TURN = 1_000  # one of every kind of fault among so many; fewer: the plain ones, once
FINISHED_SECONDS = 60 + EVENTS / 5  # on a machine that is busy with other things
POLL_SECONDS = 0.2
BUDGET_MINOR = 800_000_000
QUEUE = "celery"  # Celery's own name of its list in Redis

RECEIVED, DEAD = InboundEvent.State.RECEIVED, InboundEvent.State.DEAD


@pytest.fixture
def inbox(ground, tmp_path) -> Inbox:
    return Inbox(ground.valkey, ground.children, ground.env, tmp_path)


@dataclass(frozen=True)
class Stored:
    """What PostgreSQL holds at the end."""

    events: Counter[str]  # sha256 of the body -> how many rows
    waiting: int  # events that nobody has finished
    dead: frozenset[str]
    orders: Counter[str]  # the shop's id -> how many rows
    rewards: dict[str, list[int]]  # the shop's id -> tiyn of each of its conversions
    held_minor: int  # of the influencer, in the ledger
    spent_minor: int  # of the campaign's budget, in the ledger
    findings: int  # what the ledger's own check says


def stored(party: Party) -> Stored:
    rewards: dict[str, list[int]] = {}
    with acting_as(system="test"):
        events = list(InboundEvent.objects.values_list("body_sha256", "state"))
        orders = Counter(Order.objects.values_list("external_id", flat=True))
        earned = Conversion.objects.values_list("order__external_id", "commission_minor")
        for order_id, commission_minor in earned:
            rewards.setdefault(order_id, []).append(commission_minor)
        held = balance_minor(accounts.influencer_hold(party.influencer))
        left = balance_minor(accounts.budget(party.brand, party.campaign))
    return Stored(
        events=Counter(sha for sha, _state in events),
        waiting=sum(state == RECEIVED for _sha, state in events),
        dead=frozenset(sha for sha, state in events if state == DEAD),
        orders=orders,
        rewards=rewards,
        held_minor=held,
        spent_minor=BUDGET_MINOR - left,
        findings=len(ledger_findings()),
    )


def compare(mail: Mail, answers: Answers, found: Stored) -> Damage:
    """What the shop was told and what it must have earned, against what is stored."""
    acknowledged = set(answers.stored)
    total_minor = sum(mail.rewards.values())
    return Damage(
        load=len(acknowledged),
        lost=sum(sha not in found.events for sha in acknowledged)
        + sum(order_id not in found.orders for order_id in mail.rewards),
        doubled=sum(times > 1 for times in found.events.values())
        + sum(times > 1 for times in found.orders.values())
        + sum(len(each) > 1 for each in found.rewards.values()),
        mismatched=found.waiting
        + len(found.dead ^ mail.poison)
        + sum(sum(found.rewards.get(key, [])) != minor for key, minor in mail.rewards.items())
        + len(found.orders.keys() - mail.rewards.keys())
        + (found.held_minor != total_minor)
        + (found.spent_minor != total_minor)
        + found.findings
        + len(answers.wrong),
    )


def wait_until_all_is_finished(inbox: Inbox) -> None:
    """Nothing waits any more. What a dead process leased, or a pause after a failure, would come
    back within a minute or two: that minute is over as soon as no worker has anything to do."""

    redis = inbox.valkey.client

    def is_finished() -> bool:
        time.sleep(POLL_SECONDS)  # the processors are the workers'
        inbox.revive()
        with acting_as(system="test"):
            waiting = InboundEvent.objects.filter(state=RECEIVED)
            if waiting.exists() and not redis.llen(QUEUE):
                waiting.update(next_at=clock.now())
            return not waiting.exists()

    until(is_finished, FINISHED_SECONDS)


def test_every_acknowledged_event_counts_exactly_once(committed_cast, inbox, record_property):
    seed = os.environ.get("CHAOS_SEED") or str(random.randrange(10**9))
    print(f"CHAOS_SEED={seed}")  # noqa: T201 pytest shows it when the test fails
    chance = random.Random(seed)
    connected = shop_open(committed_cast.tulpar, budget_minor=BUDGET_MINOR)
    mail = mail_make(EVENTS, chance, clock.now() - timedelta(days=1))
    calls = mail.bodies + chance.sample(mail.bodies, EVENTS // 10)  # 10 % are sent twice
    chance.shuffle(calls)
    inbox.start()
    shop = Shop(inbox.port, connected.path, calls)
    nemesis = Nemesis(inbox, shop, seed)
    with shop.open():
        if turns := EVENTS // EVENTS_A_TURN:
            nemesis.strike_all(nemesis.all_kinds, turns)
        else:
            nemesis.strike_all(nemesis.plain_kinds, 1)
    wait_until_all_is_finished(inbox)
    damage = compare(mail, shop.answers, stored(committed_cast.tulpar))
    for name, value in {**vars(damage), "faults": len(nemesis.done)}.items():
        record_property(name, value)
    print(shop.answers.refusals, shop.answers.failures, inbox.fallen)  # noqa: T201 as above
    assert len(shop.answers.stored) == len(calls)
    assert damage == Damage(load=EVENTS), (seed, shop.answers.wrong)


def deliver_here(client: Client, path: str, mail: Mail) -> Answers:
    """Without processes: post everything, and work on what was stored."""
    answers = Answers()
    for body in mail.bodies:
        if client.post(path, body, **signed(body)).status_code == 200:
            answers.stored.append(digest(body))
    with acting_as(system="test"):
        waiting = list(InboundEvent.objects.filter(state=RECEIVED).values_list("pk", flat=True))
    inbound_events_process(waiting)
    return answers


def test_an_answer_before_the_row_is_stored_is_found(client, cast, monkeypatch):
    """The planted fault: a door that says "stored" and forgets. Without it the run is whole."""
    path = shop_open(cast.tulpar, budget_minor=BUDGET_MINOR).path
    placed = clock.now() - timedelta(days=1)
    mail = mail_make(POISON + 6, random.Random("control"), placed)
    with monkeypatch.context() as planted:
        planted.setattr("attribution.webhooks.webhook_receive", lambda *call: True)
        answers = deliver_here(client, path, mail)
    forgotten = compare(mail, answers, stored(cast.tulpar))
    assert forgotten.load == POISON + 6
    assert forgotten.lost == POISON + 6 + len(mail.rewards)

    answers = deliver_here(client, path, mail)
    assert compare(mail, answers, stored(cast.tulpar)) == Damage(load=POISON + 6)


def test_the_comparison_sees_each_kind_of_damage():
    mail = Mail([b"paid", b"moon"], poison=frozenset({"moon"}), rewards={"1": 70})
    answers = Answers(stored=["paid", "moon", "paid"])
    whole = Stored(
        events=Counter(("paid", "moon")),
        waiting=0,
        dead=frozenset({"moon"}),
        orders=Counter("1"),
        rewards={"1": [70]},
        held_minor=70,
        spent_minor=70,
        findings=0,
    )

    def damage(**changed: object) -> Damage:
        return compare(mail, answers, replace(whole, **changed))

    assert damage() == Damage(load=2)
    assert damage(events=Counter(("moon",))) == Damage(load=2, lost=1)
    assert damage(orders=Counter()) == Damage(load=2, lost=1)
    assert damage(events=Counter(("paid", "paid", "moon"))) == Damage(load=2, doubled=1)
    assert damage(orders=Counter("11")) == Damage(load=2, doubled=1)
    assert damage(rewards={"1": [70, 0]}) == Damage(load=2, doubled=1)
    for changed in (
        {"waiting": 1},
        {"dead": frozenset()},
        {"dead": frozenset({"moon", "paid"})},
        {"rewards": {"1": [69]}},
        {"rewards": {}},
        {"orders": Counter("12")},
        {"held_minor": 71},
        {"spent_minor": 71},
        {"findings": 1},
    ):
        assert damage(**changed) == Damage(load=2, mismatched=1), changed
    answers.wrong.append(500)
    assert damage() == Damage(load=2, mismatched=1)
