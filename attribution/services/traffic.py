"""What a marketplace counts itself per tag and day, kept as rows: grade C.

A row is what the platform said last of that day. Nothing is added up from orders here, and no
conversion is made of it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from attribution.connectors.base import TagCount, TrafficSnapshot
from attribution.models import Connection, TagDay
from campaigns.domain.traffic_tags import token_of
from campaigns.models import TrackingLink
from core import clock
from core.locks import lock_for_transaction

BATCH = 1_000
COUNTED = ("visits", "ordered", "amount_minor", "currency", "source_updated_at", "changed_at")
NAMED = ("participation", "campaign", "influencer")


def traffic_apply(connection: Connection, snapshot: TrafficSnapshot) -> int:
    """Upsert the days of a snapshot; what an older one says is left out. How many rows changed.
    Runs as the system.

    A day that the snapshot does not have stays: a table may show a part of the tags.
    """
    lock_for_transaction(f"tags of connection {connection.pk}")
    known = _known(connection, snapshot.counts)
    links = _links(connection.brand_id, {count.tag for count in snapshot.counts})
    new: list[TagDay] = []
    changed: list[TagDay] = []
    for count in {(each.tag, each.day_on): each for each in snapshot.counts}.values():
        row = known.get((count.tag, count.day_on))
        if row is None:
            row = TagDay(
                connection=connection, brand_id=connection.brand_id, source=connection.source
            )
            row.tag, row.day_on = count.tag, count.day_on
            new.append(row)
        elif row.source_updated_at <= snapshot.source_updated_at:
            changed.append(row)
        else:
            continue
        _row_fill(row, count, snapshot, links.get(token_of(count.tag) or ""))
    TagDay.objects.bulk_create(new, batch_size=BATCH)
    TagDay.objects.bulk_update(changed, [*COUNTED, *NAMED], batch_size=BATCH)
    return len(new) + len(changed)


def _known(
    connection: Connection, counts: Collection[TagCount]
) -> Mapping[tuple[str, date], TagDay]:
    rows = TagDay.objects.filter(
        connection=connection,
        day_on__in={count.day_on for count in counts},
        tag__in={count.tag for count in counts},
    )
    return {(row.tag, row.day_on): row for row in rows}


def _links(brand_id: int, tags: Collection[str]) -> Mapping[str, TrackingLink]:
    """{token: the brand's own link}: another brand's token in a tag names nobody here."""
    tokens = {token for tag in tags if (token := token_of(tag))}
    links = TrackingLink.objects.filter(brand_id=brand_id, token__in=tokens)
    return {link.token: link for link in links}


def _row_fill(
    row: TagDay, count: TagCount, snapshot: TrafficSnapshot, link: TrackingLink | None
) -> None:
    row.visits, row.ordered, row.amount_minor = count.visits, count.ordered, count.amount_minor
    row.currency, row.source_updated_at = snapshot.currency, snapshot.source_updated_at
    row.changed_at = clock.now()
    if link is not None:
        row.participation_id, row.campaign_id = link.participation_id, link.campaign_id
        row.influencer_id = link.influencer_id
