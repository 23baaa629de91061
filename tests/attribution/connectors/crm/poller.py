"""What the poller of attribution does with a CRM: keeps cursors, waits as long as it is told."""

from __future__ import annotations

import json
from datetime import datetime

from attribution.connectors.base import PollConnection, PollConnector, PollPage
from core.http import OutgoingClient

PAGES_MAX = 30


class Known:
    """What attribution knows: the key of the last event of each order, and all of them as open."""

    def __init__(self) -> None:
        self.keys: dict[str, str] = {}

    def last_keys(self, external_ids):
        return {one: self.keys[one] for one in external_ids if one in self.keys}

    def open_after(self, external_id, *, placed_before, most):
        return sorted(one for one in self.keys if one > external_id)[:most]


class Poller:
    def __init__(self, sandbox, connector: PollConnector, token: str, own: dict) -> None:
        self.sandbox, self.connector, self.known = sandbox, connector, Known()
        self.connection = PollConnection(token, own, self.known)
        self.client = OutgoingClient(free_origin=sandbox.url, timeout_seconds=5)
        self.cursors: dict[str, dict] = {}
        self.seen: set[str] = set()

    def page(self, endpoint: str) -> PollPage:
        now = datetime.fromisoformat(self.sandbox.get("/_control/clock").json["now"])
        cursor = self.cursors.get(endpoint, {})
        page = self.connector.fetch(self.client, endpoint, cursor, self.connection, now=now)
        self.cursors[endpoint] = json.loads(json.dumps(page.next_cursor))  # a jsonb column
        return page

    def round(self, endpoint: str) -> list:
        """Pages until the last one; the snapshots of all that was news."""
        found = []
        for _ in range(PAGES_MAX):
            page = self.page(endpoint)
            for record in page.records:
                if record.event_key in self.seen:
                    continue
                self.seen.add(record.event_key)
                (snapshot,) = self.connector.parse(endpoint, record.body)
                self.known.keys[snapshot.external_id] = record.event_key
                found.append(snapshot)
            self.sandbox.clock_move(page.next_delay_seconds)
            if page.is_last:
                return found
        raise AssertionError("the round does not end")


def told(snapshots: list) -> list[tuple[str, str]]:
    """(id, what became of it)"""
    return [(one.external_id, getattr(one, "status", "removed")) for one in snapshots]
