"""Totals of a platform per tag and day: one row in one state, whatever came first and however
often; whose it is; and who may read it."""

import itertools
import json
from datetime import UTC, date, datetime, timedelta

import pytest

from attribution.connectors.base import TagCount, TrafficSnapshot
from attribution.models import Connection, Conversion, InboundEvent, Order, TagDay
from attribution.services.inbox import Received, events_store
from attribution.services.ingest import inbound_events_process
from attribution.services.traffic import traffic_apply
from campaigns.models import TrafficTag
from campaigns.services.traffic_tags import traffic_tag_set
from core.errors import Invalid
from core.tenancy.context import acting_as

READ_AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
DAY = date(2026, 11, 20)


@pytest.fixture
def ozon(cast) -> Connection:
    with acting_as(system="test data"):
        return Connection.objects.create(
            brand_id=cast.tulpar.brand, source="ozon_traffic", name="Ozon: traffic", secrets="[]"
        )


def tag_of(party) -> str:
    return f"vendor_org_42_birge-{party.token}"


def said(tag: str, ordered: int | None = 2, *, minutes: int = 0, day: date = DAY):
    return TrafficSnapshot(
        source_updated_at=READ_AT + timedelta(minutes=minutes),
        currency="RUB",
        counts=(TagCount(day, tag, 10, ordered, None if ordered is None else ordered * 1_000),),
    )


def apply(connection: Connection, *snapshots: TrafficSnapshot) -> list[tuple]:
    with acting_as(system="test"):
        for snapshot in snapshots:
            traffic_apply(connection, snapshot)
        rows = TagDay.objects.filter(connection=connection).order_by("day_on", "tag")
        return list(rows.values_list("tag", "day_on", "visits", "ordered", "amount_minor"))


def test_every_order_of_the_same_news_ends_in_one_state(cast, ozon):
    news = [said(tag_of(cast.tulpar), n, minutes=n) for n in (1, 3, 2)]
    news.append(news[0])  # and one of them twice
    with acting_as(system="test"):
        for order in itertools.permutations(news):
            TagDay.objects.filter(connection=ozon).update(
                source_updated_at=datetime(2020, 1, 1, tzinfo=UTC)
            )
            assert apply(ozon, *order) == [(tag_of(cast.tulpar), DAY, 10, 3, 3_000)]


def test_a_day_that_a_later_table_leaves_out_stays_and_what_is_not_named_is_null(cast, ozon):
    tag, other = tag_of(cast.tulpar), DAY + timedelta(days=1)
    rows = apply(ozon, said(tag), said(tag, None, minutes=5, day=other))
    assert rows == [(tag, DAY, 10, 2, 2_000), (tag, other, 10, None, None)]


def test_a_tag_of_ours_names_its_participation_and_no_other_does(cast, ozon):
    apply(ozon, said(tag_of(cast.tulpar)), said("vendor_org_42_summer"), said(tag_of(cast.sauran)))
    with acting_as(system="test"):
        named = dict(TagDay.objects.values_list("tag", "participation_id"))
    assert named == {
        tag_of(cast.tulpar): cast.tulpar.participation,
        "vendor_org_42_summer": None,
        tag_of(cast.sauran): None,  # another brand's link names nobody here
    }


def test_a_report_goes_through_the_inbox_and_makes_no_order_and_no_conversion(cast, ozon):
    body = {
        "day": DAY.isoformat(),
        "read_at": READ_AT.isoformat(),
        "currency": "RUB",
        "tags": [{"tag": tag_of(cast.tulpar), "visits": 3, "ordered": 1, "amount_minor": 500}],
    }
    received = [Received("ozon:tags:1:2026-11-20", json.dumps(body).encode())]
    with acting_as(system="test"):
        (event_id,) = events_store(ozon, "tags", InboundEvent.Trust.PULLED, received)
    inbound_events_process([event_id])
    inbound_events_process([event_id])
    with acting_as(system="test"):
        assert InboundEvent.objects.get(pk=event_id).state == InboundEvent.State.DONE
        assert TagDay.objects.get().ordered == 1
        assert not Order.objects.exists()
        assert not Conversion.objects.exists()


def test_each_side_reads_its_own_rows(cast, ozon):
    apply(ozon, said(tag_of(cast.tulpar)), said("vendor_org_42_summer"))
    party, other = cast.tulpar, cast.sauran
    with acting_as(brand=party.brand):
        assert TagDay.objects.count() == 2
    with acting_as(influencer=party.influencer):
        assert [row.tag for row in TagDay.objects.all()] == [tag_of(party)]
    with acting_as(brand=other.brand):
        assert not TagDay.objects.exists()
    with acting_as(influencer=other.influencer):
        assert not TagDay.objects.exists()


def test_a_beginning_that_a_platform_would_not_count_is_refused(cast):
    brand = cast.tulpar.brand
    with pytest.raises(Invalid):
        traffic_tag_set(brand_id=brand, platform="ozon", start="birge_")
    first = traffic_tag_set(brand_id=brand, platform="ozon", start="vendor_org_42_")
    assert traffic_tag_set(brand_id=brand, platform="ozon", start="vendor_org_42_").pk == first.pk
    traffic_tag_set(brand_id=brand, platform="ozon", start="vendor_org_43_")
    with acting_as(brand=brand):
        assert [each.start for each in TrafficTag.objects.all()] == ["vendor_org_43_"]
