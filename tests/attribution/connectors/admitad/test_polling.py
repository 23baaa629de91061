"""Asking the stand-in of Admitad over real HTTP: pages, limits, refusals, broken answers."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
import stamina

from attribution.connectors.admitad.connector import ACTIONS, Admitad
from attribution.connectors.asking import limited_seconds
from attribution.connectors.base import (
    AccessDenied,
    CredentialsRefused,
    PollConnection,
    PollPage,
    SourceRefused,
    UnknownPayload,
)
from core.http import OutgoingClient, OutgoingFailed, OutgoingResponse, OutgoingTimeout

ADMITAD = Admitad()
DAY = 86_400
PAGES_MAX = 30


class Known:
    """What attribution knows: the key of the last event of each order."""

    def __init__(self) -> None:
        self.keys: dict[str, str] = {}

    def last_keys(self, external_ids):
        return {one: self.keys[one] for one in external_ids if one in self.keys}

    def open_after(self, external_id, *, placed_before, most):
        return ()


class Poller:
    """What the poller of attribution does: keeps the cursor, waits as long as it is told."""

    def __init__(self, sandbox, **token) -> None:
        self.sandbox, self.known = sandbox, Known()
        secret = sandbox.control("admitad/token", token)["token"]
        own = {"base_url": f"{sandbox.url}/admitad", "page_rows": 2}
        self.connection = PollConnection(secret, own, self.known)
        self.client = OutgoingClient(free_origin=sandbox.url, timeout_seconds=5)
        self.cursor: dict = {}

    def page(self) -> PollPage:
        now = datetime.fromisoformat(self.sandbox.get("/_control/clock").json["now"])
        page = ADMITAD.fetch(self.client, ACTIONS, self.cursor, self.connection, now=now)
        self.cursor = json.loads(json.dumps(page.next_cursor))  # it lives in a jsonb column
        return page

    def round(self) -> list[tuple[str, str]]:
        """Pages until the last one; (action, status) of all that was news."""
        found = []
        for _ in range(PAGES_MAX):
            page = self.page()
            for record in page.records:
                (order,) = ADMITAD.parse(ACTIONS, record.body)
                self.known.keys[order.external_id] = record.event_key
                found.append((order.external_id, order.status))
            self.sandbox.clock_move(page.next_delay_seconds)
            if page.is_last:
                return found
        raise AssertionError("the round does not end")


@pytest.fixture(autouse=True)
def _no_waiting():
    with stamina.set_testing(True, attempts=2, cap=True):
        yield


@pytest.fixture
def poller(sandbox) -> Poller:
    return Poller(sandbox)


def act(sandbox, **action) -> str:
    return str(sandbox.control("admitad/actions", action)["id"])


def become(sandbox, action_id: str, **changes) -> None:
    sandbox.control(f"admitad/actions/{action_id}", changes)


def test_all_pages_are_read_and_the_next_round_has_no_news(sandbox, poller):
    ids = [act(sandbox) for _ in range(5)]
    assert poller.round() == [(one, "created") for one in ids]
    assert poller.round() == []


def test_a_round_that_ends_with_a_full_page_ends_with_an_empty_one(sandbox, poller):
    act(sandbox), act(sandbox)
    assert len(poller.round()) == 2


def test_news_is_what_changed_and_an_old_action_is_among_it(sandbox):
    poller = Poller(sandbox, days=60)
    old = act(sandbox, age_days=20)
    act(sandbox)
    poller.round()
    sandbox.clock_move(25 * DAY)
    become(sandbox, old, status="approved")
    assert poller.round() == [(old, "fulfilled")]


def test_that_the_reward_was_paid_is_no_news(sandbox, poller):
    one = act(sandbox)
    become(sandbox, one, status="approved")
    assert poller.round() == [(one, "fulfilled")]
    become(sandbox, one, is_ready=True)
    assert poller.round() == []


def test_a_decline_is_a_cancellation_and_after_an_approval_a_return(sandbox, poller):
    one, other = act(sandbox), act(sandbox)
    become(sandbox, other, status="approved")
    poller.round()
    become(sandbox, one, status="declined")
    become(sandbox, other, status="declined")
    assert poller.round() == [(one, "cancelled"), (other, "returned")]
    become(sandbox, other, cart="11.00")
    assert poller.round() == [(other, "returned")]


def test_a_status_that_comes_back_is_news_again(sandbox, poller):
    one = act(sandbox)
    found = poller.round()
    for status in ("declined", "pending", "declined"):
        become(sandbox, one, status=status)
        found += poller.round()
    assert [status for _, status in found] == ["created", "cancelled", "created", "cancelled"]


def test_what_a_postback_told_is_read_all_the_same(sandbox, poller):
    one = act(sandbox)
    poller.known.keys[one] = "postback:" + "0" * 64
    assert poller.round() == [(one, "created")]


def test_an_action_that_comes_in_between_hides_no_other(sandbox, poller):
    ids = [act(sandbox) for _ in range(4)]
    first = poller.page()
    older = act(sandbox, age_days=1)
    found = [*first.records]
    while not (page := poller.page()).is_last:
        found += page.records
    found += page.records
    read = {record.event_key.split(":")[1] for record in found}
    assert set(ids) <= read
    assert (older, "created") in poller.round()


def test_nothing_of_the_visitor_is_kept(sandbox, poller):
    act(sandbox)
    (record,) = poller.page().records
    assert b"instagram" not in record.body
    assert b"click_user_referer" not in record.body


@pytest.mark.parametrize(
    ("named", "seconds"),
    [("20", 20), ("0", 1), ("99999", 3_600), ("soon", 60), ("١٢", 60), (None, 60)],
)
def test_the_pause_is_the_one_that_is_named_within_reason(named, seconds):
    headers = {} if named is None else {"retry-after": named}
    assert limited_seconds(OutgoingResponse(429, headers, b"")) == seconds


def test_too_often_is_a_page_without_a_row_and_asked_again(sandbox, poller):
    one = act(sandbox)
    sandbox.control("faults", {"service": "admitad", "fault": "429"})
    page = poller.page()
    assert (page.records, page.is_last, page.is_limited) == ((), False, True)
    assert (poller.cursor, page.next_delay_seconds) == ({}, 60)
    assert poller.round() == [(one, "created")]


def test_the_networks_own_limit_is_kept_to(sandbox, poller):
    pages = [poller.page() for _ in range(61)]
    assert [page.is_limited for page in pages] == [False] * 60 + [True]


@pytest.mark.parametrize(
    ("token", "refused"), [({"days": -1}, CredentialsRefused), ({"may_read": False}, AccessDenied)]
)
def test_a_refused_token_is_told_with_the_networks_words(sandbox, token, refused):
    with pytest.raises(refused, match="token") as error:
        Poller(sandbox, **token).page()
    assert "sandbox-admitad-token" not in str(error.value)


def test_a_bad_question_is_refused_for_good(sandbox, poller):
    poller.connection.settings["page_rows"] = 501
    with pytest.raises(SourceRefused, match="limit"):
        poller.page()


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("html", UnknownPayload),
        ("truncated", UnknownPayload),
        ("503", OutgoingFailed),
        ("204", OutgoingFailed),
    ],
)
def test_a_broken_answer_is_no_answer(sandbox, poller, fault, error):
    sandbox.control("faults", {"service": "admitad", "fault": fault, "times": 5})
    with pytest.raises(error):
        poller.page()
    sandbox.call("DELETE", "/_control/faults")


def test_a_slow_answer_is_tried_later(sandbox, poller):
    sandbox.control("faults", {"service": "admitad", "fault": "timeout", "times": 5})
    poller.client = OutgoingClient(free_origin=sandbox.url, timeout_seconds=0.3)
    with pytest.raises(OutgoingTimeout):
        poller.page()
    sandbox.call("DELETE", "/_control/faults")
