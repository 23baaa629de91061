"""Every event that was acknowledged is a row exactly once, worked on exactly once, and its money is
right to the tiyn, whatever is killed meanwhile: web, relay and worker anywhere, Redis (and it
comes back empty), the connections to PostgreSQL.

CHAOS_EVENTS says how many: hundreds in make test, ten thousand in make chaos. The seed of a run is
printed when it fails; CHAOS_SEED repeats its order of faults.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import connection

from attribution.models import Conversion, InboundEvent, Order
from core import clock
from core.tenancy.context import acting_as
from ledger.checks import ledger_findings
from ledger.domain import accounts
from ledger.selectors import balance_minor
from tests.attribution.clickpath.conftest import Valkey, until
from tests.attribution.shop import shop_open
from tests.chaos.event_world import Answers, Inbox, Mail, Nemesis, Shop, mail_make
from tools.processes import Children
from tools.services import valkey_start

EVENTS = int(os.environ.get("CHAOS_EVENTS", "300"))
EVENTS_A_TURN = 1_500  # one of every kind of fault among so many
FINISHED_SECONDS = 60 + EVENTS / 5  # on a machine that is busy with other things
BUDGET_MINOR = 800_000_000
QUEUE = "celery"  # Celery's own name of its list in Redis

RECEIVED, DEAD = InboundEvent.State.RECEIVED, InboundEvent.State.DEAD


@pytest.fixture
def children(tmp_path) -> Iterator[Children]:
    started = Children(tmp_path / "logs")
    yield started
    started.stop()


@pytest.fixture
def inbox(committed_cast, children, tmp_path) -> Inbox:
    folder = tmp_path / "valkey"
    folder.mkdir()
    url = valkey_start(folder, children, "secret", keep=False)
    login = connection.settings_dict
    env = {
        **os.environ,
        "DATABASE_URL": (
            f"postgres://{login['USER']}:{login['PASSWORD']}@{login['HOST']}:{login['PORT']}"
            f"/{login['NAME']}"
        ),
        "REDIS_URL": url,
        "BASE_URL": "https://birge.example",
        "DJANGO_SETTINGS_MODULE": "exchange.settings.test",
        "DEMO": "0",
    }
    return Inbox(Valkey(url, folder, children, children.all[-1]), children, env, tmp_path)


@dataclass
class Damage:
    load: int = 0
    lost: int = 0
    doubled: int = 0
    mismatched: int = 0


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


def stored(party) -> Stored:
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

    def is_finished() -> bool:
        inbox.revive()
        with acting_as(system="test"):
            waiting = InboundEvent.objects.filter(state=RECEIVED)
            if waiting.exists() and not inbox.valkey.client.llen(QUEUE):
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
        nemesis.strike_all(turns=-(-EVENTS // EVENTS_A_TURN))
    wait_until_all_is_finished(inbox)
    damage = compare(mail, shop.answers, stored(committed_cast.tulpar))
    for name, value in {**vars(damage), "faults": len(nemesis.done)}.items():
        record_property(name, value)
    print(shop.answers.refusals, shop.answers.failures, inbox.fallen)  # noqa: T201 as above
    assert len(shop.answers.stored) == len(calls)
    assert damage == Damage(load=EVENTS), (seed, shop.answers.wrong)
