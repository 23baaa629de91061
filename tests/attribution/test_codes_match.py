"""Which orders a promo code speaks for: its time, its goods, its aliases, its one use."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attribution.models import Candidate, Conversion, Decision
from attribution.selectors.dossiers import dossiers_load
from attribution.selectors.evidence import evidence_load
from attribution.selectors.news import News
from campaigns.models import CodeAlias, PromoCode
from campaigns.services.code_pools import PoolTerms, codes_generate, codes_import, pool_void
from campaigns.services.codes import code_rotate, code_schedule
from core.tenancy.context import acting_as
from tests.attribution.shop import order_body
from tests.attribution.test_sale import count, deliver, the
from tests.clocks import clock_at

PLACED = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


_noon = clock_at(NOW)


def order(client, shop, *coupons, number=9001, **changes):
    deliver(client, shop, order_body(number, coupons=coupons, **changes))


def reasons():
    with acting_as(system="test"):
        return list(Candidate.objects.order_by("pk").values_list("evidence", "reason"))


def schedule(cast, **changes):
    wanted = {"first_on": None, "last_on": None, "except_skus": []} | changes
    return code_schedule(participation_id=cast.tulpar.participation, **wanted)


def pool_of(cast, *codes):
    terms = PoolTerms(
        campaign_id=cast.tulpar.campaign,
        participation_id=cast.tulpar.participation,
        name="Stories",
    )
    return codes_import(terms, raw="\n".join(codes).encode())


# --- Replaced -------------------------------------------------------------------------------


def test_a_replaced_code_counts_for_two_weeks_more_and_then_not(client, cast, shop):
    code_rotate(participation_id=cast.tulpar.participation)
    order(client, shop, "AQTAS", number=1, placed=NOW + 13 * DAY)
    order(client, shop, "AQTAS", number=2, placed=NOW + 15 * DAY)
    assert count(Conversion) == 1
    assert reasons() == [("AQTAS", "decided"), ("AQTAS", "code_replaced")]


def test_of_a_leaked_code_only_orders_before_count(client, cast, shop):
    code_rotate(participation_id=cast.tulpar.participation, grace_days=0)
    order(client, shop, "AQTAS", number=1)
    order(client, shop, "AQTAS", number=2, placed=NOW + timedelta(minutes=1))
    assert [reason for _code, reason in reasons()] == ["decided", "code_replaced"]


# --- Its days and goods ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "reason"),
    [
        ({"first_on": date(2026, 11, 20), "last_on": date(2026, 11, 20)}, "decided"),
        ({"first_on": date(2026, 11, 21)}, "code_not_yet"),
        ({"last_on": date(2026, 11, 19)}, "code_over"),
        ({"except_skus": [" BLANKET-2"]}, "decided"),
        ({"except_skus": ["Blanket"]}, "code_not_for_goods"),
    ],
)
def test_a_code_counts_in_its_days_and_for_its_goods(client, cast, shop, days, reason):
    schedule(cast, **days)
    order(client, shop, "AQTAS")
    assert reasons() == [("AQTAS", reason)]
    assert count(Conversion) == (reason == "decided")


# --- Aliases --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kind"), [("дана25", "translit"), ("ВФТФ 25", "layout"), ("DАNA25", "look_alike")]
)
def test_what_buyers_type_for_a_code_finds_it_and_says_how(client, cast, shop, typed, kind):
    code_rotate(participation_id=cast.tulpar.participation, wish="DANA25")
    order(client, shop, typed)
    (row,) = the(Decision).trace
    assert (row["evidence"], row["typed_as"], row["is_fuzzy"]) == (typed, kind, True)
    assert count(Conversion) == 1


def test_what_can_mean_two_codes_counts_for_neither_from_then_on(client, cast, shop):
    code_rotate(participation_id=cast.tulpar.participation, wish="DANA25")
    with acting_as(system="test"):
        CodeAlias.objects.filter(text="ДАНА25").update(ambiguous_at=PLACED)
    order(client, shop, "ДАНА25", number=1)
    order(client, shop, "ДАНА25", number=2, placed=PLACED - timedelta(minutes=1))
    assert count(Conversion) == 1
    assert the(Conversion).order_number == "2"


def test_a_text_that_is_no_influencers_is_no_evidence(client, cast, shop):
    with acting_as(system="test"):
        CodeAlias.objects.create(
            brand_id=cast.tulpar.brand, kind="nobodys", text="SALE22", skeleton="SAIE22"
        )
    order(client, shop, "SALE22")
    assert the(Decision).rule == "no_candidate"


# --- One-time codes -------------------------------------------------------------------------


def test_the_first_order_uses_a_one_time_code_up(client, cast, shop):
    pool_of(cast, "TUL-7F3K", "TUL-9Q2M")
    order(client, shop, "tul7f3k", number=1)
    order(client, shop, "TUL-7F3K", number=2)
    order(client, shop, "TUL-9Q2M", number=3)
    assert [reason for _code, reason in reasons()] == ["decided", "code_used", "decided"]
    used = the(PromoCode, code="TUL-7F3K")
    assert (used.state, used.used_by, used.used_at) == (
        "redeemed",
        f"{shop.connection}:1",
        PLACED,
    )


def test_an_order_that_comes_again_keeps_its_one_time_code(client, cast, shop):
    pool_of(cast, "TUL-7F3K")
    order(client, shop, "TUL-7F3K", number=1)
    order(client, shop, "TUL-7F3K", number=1, status="completed", minutes=5)
    assert {reason for _code, reason in reasons()} == {"decided"}
    assert count(Conversion) == 1


def test_a_cancelled_order_gives_its_one_time_code_back(client, cast, shop):
    pool_of(cast, "TUL-7F3K")
    order(client, shop, "TUL-7F3K", number=1)
    order(client, shop, "TUL-7F3K", number=1, status="cancelled", minutes=5)
    assert the(PromoCode, code="TUL-7F3K").state == "reserved"
    order(client, shop, "TUL-7F3K", number=2)
    assert the(PromoCode, code="TUL-7F3K").used_by == f"{shop.connection}:2"
    assert count(Conversion, status="pending") == 1


def test_a_void_one_time_code_speaks_for_nobody_and_is_not_used(client, cast, shop):
    pool = pool_of(cast, "TUL-7F3K")
    pool_void(pool_id=pool.pk)
    order(client, shop, "TUL-7F3K", number=1, placed=NOW + timedelta(minutes=1))
    assert reasons() == [("TUL-7F3K", "code_void")]
    assert the(PromoCode, code="TUL-7F3K").state == "void"


def test_a_code_that_was_given_to_nobody_is_nobodys_but_used(client, cast, shop):
    pool = codes_generate(PoolTerms(campaign_id=cast.tulpar.campaign, name="Stories"), count=1)
    code = the(PromoCode, pool=pool)
    order(client, shop, code.code)
    assert the(Decision).rule == "no_candidate"
    assert the(PromoCode, pool=pool).state == "redeemed"


def test_a_batch_asks_as_often_for_many_codes_as_for_one(client, cast, shop):
    pool_of(cast, *(f"TUL-7F3K{n}" for n in range(2, 9)))
    code_rotate(participation_id=cast.tulpar.participation, wish="DANA25")
    coupons = ["TUL-7F3K2", "TUL-7F3K3", "ДАНА25", "AQTAS", "SALE22", "TUL-7F3K4"]
    for number, coupon in enumerate(coupons, 1):
        order(client, shop, coupon, number=number)

    def queries(numbers):
        news = News(names={(shop.connection, str(number)) for number in numbers})
        with acting_as(system="test"):
            dossiers = dossiers_load(news.names)
            with CaptureQueriesContext(connection) as asked:
                evidence_load(dossiers, news)
        return len(asked)

    assert queries([1]) == queries(range(1, 7)) == 3
    assert queries([4]) == 2  # no one-time code to lock
