"""What an order of several lines earns under each kind of terms, to the tiyn in the ledger."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError

from attribution.models import Conversion, ConversionVersion
from attribution.services.lifecycle import conversions_advance
from campaigns.domain.sku_table import table_parse, table_plain
from campaigns.models import CampaignTotals, Participation, Terms
from core import clock
from core.audit.models import AuditEntry
from core.tenancy.context import acting_as
from tests.attribution.shop import order_body, shop_open
from tests.attribution.test_sale import deliver, held, the
from tests.clocks import clock_at

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
BUDGET = 50_000_000
TABLE = table_plain(table_parse("BLANKET; 5 %\nPILLOW; 300 ₸\nGIFT; 0").rows)


_noon = clock_at(NOW)


def pays(cast, **reward) -> None:
    """From now on Tulpar's influencer takes part under these terms."""
    with acting_as(system="test"):
        terms = Terms.objects.create(
            campaign_id=cast.tulpar.campaign,
            brand_id=cast.tulpar.brand,
            version=2,
            published_at=clock.now(),
            **reward,
        )
        Participation.objects.filter(pk=cast.tulpar.participation).update(terms=terms)


def body(*lines: tuple[str, str, int], **changes) -> bytes:
    """An order of (SKU, amount, pieces)."""
    order = json.loads(order_body(coupons=("AQTAS",), **changes))
    one = order["line_items"][0]
    order["line_items"] = [
        one | {"id": n, "sku": sku, "total": total, "subtotal": total, "quantity": quantity}
        for n, (sku, total, quantity) in enumerate(lines, 1)
    ]
    return json.dumps(order).encode()


def earned() -> list[tuple[str, int]]:
    with acting_as(system="test"):
        rows = Conversion.objects.order_by("line_id")
        return list(rows.values_list("status", "commission_minor"))


BLANKET, PILLOWS, GIFT = ("BLANKET", "60000.00", 1), ("PILLOW", "12000.00", 3), ("GIFT", "9.00", 1)
CHAIR = ("CHAIR", "40000.00", 1)
KINDS = [
    # A fixed 2 000.00 as 60 to 40; what came back leaves it whole to the other line
    ({"fixed_minor": 2_000_00}, (BLANKET, CHAIR), [1_200_00, 800_00], [2_000_00]),
    # 10 % of 60 000 and 40 000 under a cap of 5 000.00; of the blanket alone the same 5 000.00
    (
        {"commission_bps": 1_000, "cap_minor": 5_000_00},
        (BLANKET, CHAIR),
        [3_000_00, 2_000_00],
        [5_000_00],
    ),
    # 5 % of the blanket, 3 x 300.00, nothing for the gift, 10 % of the chair
    (
        {"commission_bps": 1_000, "sku_rates": TABLE},
        (BLANKET, PILLOWS, GIFT, CHAIR),
        [3_000_00, 900_00, 0, 4_000_00],
        [3_000_00, 900_00, 0],
    ),
    # The table and a fixed reward for the rest, all under 4 500.00: 3 000, 900 and 1 000 as parts
    # of 4 900: 2755.10204, 826.53061, 918.36734 (the tiyn goes to the pillows)
    (
        {"fixed_minor": 1_000_00, "cap_minor": 4_500_00, "sku_rates": TABLE},
        (BLANKET, PILLOWS, CHAIR),
        [2_755_10, 826_53, 918_37],
        [3_000_00, 900_00],
    ),
    ({"sku_rates": TABLE}, (PILLOWS, CHAIR), [900_00, 0], [900_00]),
]


@pytest.mark.parametrize(("reward", "lines", "ordered", "kept"), KINDS)
def test_a_line_that_comes_back_leaves_the_others_their_part_to_the_tiyn(
    client, cast, shop, reward, lines, ordered, kept
):
    pays(cast, **reward)
    deliver(client, shop, body(*lines))
    assert earned() == [("pending", minor) for minor in ordered]
    assert held(cast) == (sum(ordered), 0, BUDGET - sum(ordered))

    deliver(client, shop, body(*lines[:-1], status="completed", minutes=5))
    assert earned() == [*(("on_hold", minor) for minor in kept), ("reversed", 0)]
    assert held(cast) == (sum(kept), 0, BUDGET - sum(kept))

    with time_machine.travel(NOW + timedelta(days=30), tick=False):
        assert conversions_advance() == len(kept)
    assert held(cast) == (0, sum(kept), BUDGET - sum(kept))
    totals = the(CampaignTotals, campaign=cast.tulpar.campaign)
    assert (totals.accrued_minor, totals.final_minor) == (sum(kept), sum(kept))


@pytest.mark.parametrize(
    ("reward", "first", "second"),
    [
        ({"fixed_minor": 2_000_00}, 2_000_00, 0),
        ({"commission_bps": 1_000, "cap_minor": 8_000_00}, 6_000_00, 2_000_00),
        ({"commission_bps": 1_000}, 6_000_00, 4_000_00),
    ],
)
def test_what_is_approved_stands_and_a_later_line_has_what_it_left(
    client, cast, shop, reward, first, second
):
    pays(cast, **reward)
    deliver(client, shop, body(BLANKET, status="completed"))
    with time_machine.travel(NOW + timedelta(days=30), tick=False):
        conversions_advance()
    deliver(client, shop, body(BLANKET, CHAIR, status="completed", minutes=5))
    assert earned() == [("approved", first), ("on_hold", second)]
    assert held(cast) == (second, first, BUDGET - first - second)


def test_a_partial_and_then_a_full_refund_end_at_nothing(client, cast, shop):
    pays(cast, fixed_minor=1_000_01, cap_minor=1_500_00, sku_rates=TABLE)
    lines = (BLANKET, CHAIR, ("TABLE", "20000.00", 1))
    deliver(client, shop, body(*lines, total="120000.00"))
    # 5 % of 60 000 is 3 000.00; with 1 000.01 as 2 to 1 that is held under 1 500.00
    assert [minor for _status, minor in earned()] == [1_125_00, 250_00, 125_00]
    deliver(client, shop, body(*lines[:2], total="100000.00", minutes=5))
    assert [minor for _status, minor in earned()] == [1_125_00, 375_00, 0]
    deliver(client, shop, body(*lines[:2], total="100000.00", status="refunded", minutes=9))
    assert {minor for _status, minor in earned()} == {0}
    assert held(cast) == (0, 0, BUDGET)


def test_what_one_line_gives_back_is_there_for_another_when_nothing_else_is_left(client, cast):
    shop = shop_open(cast.tulpar, budget_minor=2_000_00)
    pays(cast, fixed_minor=2_000_00)
    deliver(client, shop, body(CHAIR, BLANKET))
    assert held(cast)[2] == 0
    deliver(client, shop, body(CHAIR, minutes=5))  # the first line takes over what the second had
    assert earned() == [("pending", 2_000_00), ("reversed", 0)]
    assert held(cast) == (2_000_00, 0, 0)


def test_each_version_keeps_its_arithmetic_and_approval_adds_none(client, cast, shop):
    pays(cast, commission_bps=1_000, cap_minor=5_000_00)
    deliver(client, shop, body(BLANKET, CHAIR, status="completed"))
    with time_machine.travel(NOW + timedelta(days=30), tick=False):
        conversions_advance()
    with acting_as(system="test"):
        chair = Conversion.objects.latest("line_id")
        ordered, approved = ConversionVersion.objects.filter(conversion=chair).order_by("number")
    with acting_as(ops=1):
        told = AuditEntry.objects.get(object_id=str(chair.pk), action="conversion ordered")
    assert told.after["breakdown"] == ordered.breakdown
    assert approved.breakdown is None
    assert ordered.breakdown == [
        {
            "kind": "percent",
            "base_minor": 40_000_00,
            "rate_bps": 1_000,
            "result_minor": 4_000_00,
            "rounding": "half_up",
        },
        {
            "kind": "cap",
            "base_minor": 4_000_00,
            "of_minor": 10_000_00,
            "amount_minor": 5_000_00,
            "result_minor": 2_000_00,
            "rounding": "largest_remainder",
        },
    ]


@pytest.mark.parametrize(
    "reward",
    [
        {},
        {"commission_bps": 1, "fixed_minor": 1},
        {"commission_bps": 9_001},
        {"fixed_minor": -1},
        {"commission_bps": 1, "cap_minor": 0},
        {"fixed_minor": 2, "cap_minor": 1},
    ],
)
def test_the_database_takes_no_terms_that_contradict_themselves(cast, reward):
    with pytest.raises(IntegrityError):
        pays(cast, **reward)
