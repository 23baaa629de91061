"""Grade C: a marketplace's totals pay, day by day, and never a sale that an order pays."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from attribution.connectors.base import TagCount, TrafficSnapshot
from attribution.models import (
    Candidate,
    Connection,
    Conversion,
    Decision,
    ExchangeRate,
    InboundEvent,
    LateEvidence,
    Order,
)
from attribution.services.daily_totals import daily_totals_tell
from attribution.services.ingest import inbound_events_process
from attribution.services.lifecycle import conversions_advance
from attribution.services.totals_choice import TotalsConflict, totals_choose, totals_drop
from attribution.services.traffic import traffic_apply
from campaigns.models import Campaign, ExternalCode, Participation, Terms, TrackingLink
from campaigns.services.external_codes import external_code_add
from campaigns.services.links import ParticipationConflict
from core.audit.models import AuditEntry
from core.tenancy.context import acting_as
from exchange.money_checks import money_findings
from tests.attribution.campaigns import second_campaign
from tests.attribution.shop import shop_open
from tests.attribution.test_sale import count, held, the

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
DAY = date(2026, 11, 20)
ENDS = datetime(2026, 11, 20, 19, 0, tzinfo=UTC)  # midnight in Almaty
TENGE = 100


@pytest.fixture
def clock_at():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def ozon(cast, clock_at):
    """A campaign with money that pays Ozon's totals of 10 % since 20 November."""
    shop_open(cast.tulpar)
    with acting_as(system="test"):
        found = Connection.objects.create(
            brand_id=cast.tulpar.brand, source="ozon_traffic", name="Ozon", secrets="[]"
        )
        TrackingLink.objects.update(created_at=NOW - timedelta(days=30))
    clock_at.move_to(NOW - timedelta(days=1), tick=False)
    totals_choose(campaign_id=cast.tulpar.campaign, platform="ozon")
    clock_at.move_to(NOW, tick=False)
    return found


def tag_of(party):
    return f"vendor_org_42_birge-{party.token}"


def counted(connection, amount, pieces=3, *, tag, minutes=0, day=DAY, currency="KZT"):
    snapshot = TrafficSnapshot(
        source_updated_at=NOW + timedelta(minutes=minutes),
        currency=currency,
        counts=(TagCount(day, tag, 40, pieces, amount),),
    )
    with acting_as(system="test"):
        traffic_apply(connection, snapshot)


def work():
    """What beat and a worker do."""
    told = daily_totals_tell()
    with acting_as(system="test"):
        waiting = InboundEvent.objects.filter(state=InboundEvent.State.RECEIVED)
        ids = list(waiting.values_list("pk", flat=True))
    inbound_events_process(ids)
    return told


# --- One day --------------------------------------------------------------------------------


def test_a_day_of_a_tag_becomes_one_daily_conversion(cast, ozon):
    counted(ozon, 30_000 * TENGE, tag=tag_of(cast.tulpar))
    assert work() == 1
    one = the(Conversion)
    assert (one.grade, one.status, one.source) == ("C", "on_hold", "ozon_traffic")
    assert (one.base_minor, one.commission_minor) == (30_000 * TENGE, 3_000 * TENGE)
    assert one.participation_id == cast.tulpar.participation
    assert one.hold_until == ENDS + timedelta(days=21)
    assert the(Order).number == f"2026-11-20 {tag_of(cast.tulpar)}"
    said = the(Candidate)
    assert (said.kind, said.evidence, said.verdict) == (
        "platform_tag",
        tag_of(cast.tulpar),
        "decided",
    )
    assert the(Decision).number == 1
    assert held(cast)[0] == 3_000 * TENGE


def test_telling_again_tells_nothing_new(cast, ozon):
    counted(ozon, 30_000 * TENGE, tag=tag_of(cast.tulpar))
    assert [work(), work()] == [1, 0]
    counted(ozon, 30_000 * TENGE, tag=tag_of(cast.tulpar), minutes=5)  # read again, the same
    assert work() == 0
    assert (count(Conversion), count(Order), the(Conversion).version) == (1, 1, 1)


@pytest.mark.parametrize(("later", "commission"), [(45_000, 4_500), (12_000, 1_200), (0, 0)])
def test_a_total_that_changes_moves_its_conversion_and_no_second_one_comes(
    cast, ozon, later, commission
):
    counted(ozon, 30_000 * TENGE, tag=tag_of(cast.tulpar))
    work()
    counted(ozon, later * TENGE, 1, tag=tag_of(cast.tulpar), minutes=60)
    assert work() == 1
    one = the(Conversion)
    assert (one.commission_minor, one.version) == (commission * TENGE, 2)
    assert one.hold_until == ENDS + timedelta(days=21)  # counting anew does not begin it anew
    assert held(cast)[0] == commission * TENGE
    with acting_as(system="test"):
        assert money_findings() == []


def test_a_total_that_goes_and_comes_back_is_followed_each_time(cast, ozon):
    for minutes, amount in enumerate((30_000, 20_000, 30_000)):
        counted(ozon, amount * TENGE, tag=tag_of(cast.tulpar), minutes=minutes)
        assert work() == 1
    one = the(Conversion)
    assert (one.commission_minor, one.version) == (3_000 * TENGE, 3)


def test_silence_approves_it_and_then_no_total_moves_it(cast, ozon, clock_at):
    counted(ozon, 30_000 * TENGE, tag=tag_of(cast.tulpar))
    work()
    clock_at.move_to(ENDS + timedelta(days=21), tick=False)
    assert conversions_advance() == 1
    counted(ozon, 90_000 * TENGE, tag=tag_of(cast.tulpar), minutes=600)
    work()
    assert work() == 0
    one = the(Conversion)
    assert (one.status, one.commission_minor) == ("approved", 3_000 * TENGE)
    assert held(cast)[:2] == (0, 3_000 * TENGE)


def test_two_links_are_two_tags_and_two_days_are_two_rows(cast, ozon):
    tag = tag_of(cast.tulpar)
    counted(ozon, 10_000 * TENGE, tag=tag)
    counted(ozon, 20_000 * TENGE, tag=tag, day=DAY + timedelta(days=1))
    assert work() == 1  # today is not over
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        assert work() == 1
    assert count(Conversion) == 2


def test_roubles_are_tenge_by_the_rate_of_the_day(cast, ozon):
    with acting_as(system="test"):
        ExchangeRate.objects.create(currency="RUB", rate_on=DAY, tenge=6)
    counted(ozon, 1_000 * TENGE, tag=tag_of(cast.tulpar), currency="RUB")
    work()
    one = the(Conversion)
    assert (one.base_minor, one.commission_minor) == (6_000 * TENGE, 600 * TENGE)


# --- What is not told is not guessed ---------------------------------------------------------


def test_without_a_sum_there_is_no_reward_and_without_pieces_there_is(cast, ozon):
    counted(ozon, None, 7, tag=tag_of(cast.tulpar))
    assert work() == 0
    counted(ozon, 30_000 * TENGE, None, tag=tag_of(cast.tulpar), minutes=5)
    assert work() == 1
    assert the(Conversion).commission_minor == 3_000 * TENGE


@pytest.mark.parametrize(
    "day", [DAY - timedelta(days=1), DAY + timedelta(days=1)], ids=["before", "today"]
)
def test_days_before_the_choice_and_days_that_are_not_over_pay_nothing(cast, ozon, day):
    counted(ozon, 30_000 * TENGE, tag=tag_of(cast.tulpar), day=day)
    assert work() == 0


def test_tags_of_nobody_and_campaigns_that_did_not_choose_pay_nothing(cast, ozon):
    counted(ozon, 30_000 * TENGE, tag="vendor_org_42_summer")
    counted(ozon, 30_000 * TENGE, tag=tag_of(cast.sauran))
    assert work() == 0


def test_who_has_left_earns_no_total(cast, ozon):
    counted(ozon, 30_000 * TENGE, tag=tag_of(cast.tulpar))
    with acting_as(system="test"):
        Participation.objects.filter(pk=cast.tulpar.participation).update(state="left")
    work()
    assert (count(Conversion), the(Candidate).reason) == (0, "not_participating")


# --- Never both -----------------------------------------------------------------------------


def ozon_order(cast, *, source="ozon", placed=NOW, sku="", codes=("AQTAS",)):
    """A posting of Ozon with a voucher of the influencer's, as decided now."""
    from attribution.selectors.news import News
    from attribution.services.conversions import conversions_settle
    from attribution.services.decisions import order_decide
    from attribution.services.work import work_load

    with acting_as(system="test"):
        shop = Connection.objects.create(
            brand_id=cast.tulpar.brand, source=source, name="Shop", secrets="[]"
        )
        mine = {"brand_id": cast.tulpar.brand}
        order = Order.objects.create(
            connection=shop,
            source=source,
            external_id="48120033-0018-1",
            number="48120033-0018-1",
            status="paid",
            raw_status="x",
            currency="KZT",
            trust="pulled",
            placed_at=placed,
            source_updated_at=placed,
            promo_codes=list(codes),
            **mine,
        )
        order.lines.create(line_id="1", sku=sku, name="x", quantity=1, amount_minor=10_000, **mine)
        work = work_load(News(names={(shop.pk, order.external_id)}))
        order_decide(work, work.dossiers.get((shop.pk, order.external_id)))
        work.changes.write()
        conversions_settle(work)


@pytest.mark.parametrize(
    ("source", "placed", "reason"),
    [
        ("ozon", NOW, "paid_by_totals"),
        ("ozon", NOW - timedelta(days=3), "decided"),  # before the totals' first day
        ("woocommerce", NOW, "decided"),  # another shop's order
    ],
)
def test_an_order_that_is_in_a_total_is_not_credited_again(cast, ozon, source, placed, reason):
    ozon_order(cast, source=source, placed=placed)
    assert the(Candidate).reason == reason
    assert count(Conversion) == (reason == "decided")


def test_a_voucher_is_refused_where_totals_pay(cast, ozon):
    with pytest.raises(ParticipationConflict, match="would pay a sale twice"):
        external_code_add(
            participation_id=cast.tulpar.participation, value="DANA", kind="ozon_voucher"
        )
    external_code_add(participation_id=cast.tulpar.participation, value="123456")  # Wildberries


def test_terms_that_a_total_cannot_be_paid_by_pay_nothing(cast, ozon):
    with acting_as(system="test"):
        terms = Terms.objects.create(
            campaign_id=cast.tulpar.campaign,
            brand_id=cast.tulpar.brand,
            version=2,
            fixed_minor=50_000,
            published_at=NOW,
        )
        Participation.objects.filter(pk=cast.tulpar.participation).update(terms=terms)
    counted(ozon, 30_000 * TENGE, tag=tag_of(cast.tulpar))
    work()
    assert (count(Conversion), the(Candidate).reason) == (0, "totals_need_percent")


# --- Choosing -------------------------------------------------------------------------------


@pytest.fixture
def counting(cast, clock_at):
    with acting_as(system="test"):
        Connection.objects.create(
            brand_id=cast.tulpar.brand, source="ozon_traffic", name="Ozon", secrets="[]"
        )
    return cast.tulpar


def choose(party):
    return totals_choose(campaign_id=party.campaign, platform="ozon").totals_from


def test_a_choice_is_dated_and_audited_and_may_be_taken_back_while_nothing_is_credited(counting):
    assert choose(counting) == {"ozon": "2026-11-21"}
    assert choose(counting) == {"ozon": "2026-11-21"}
    with acting_as(ops=1):
        assert AuditEntry.objects.filter(action="campaign.totals").count() == 1
    assert totals_drop(campaign_id=counting.campaign, platform="ozon").totals_from == {}


def test_a_choice_stays_once_a_day_is_credited(cast, ozon):
    counted(ozon, 30_000 * TENGE, tag=tag_of(cast.tulpar))
    work()
    with pytest.raises(TotalsConflict, match="credited by totals already"):
        totals_drop(campaign_id=cast.tulpar.campaign, platform="ozon")


def test_what_pays_by_orders_cannot_pay_by_totals_too(cast, counting):
    external_code_add(participation_id=counting.participation, value="DANA", kind="ozon_voucher")
    with pytest.raises(TotalsConflict, match="One sale would be paid twice"):
        choose(counting)
    with acting_as(system="test"):
        ExternalCode.objects.update(state="void")
    shop_open(counting)
    ozon_order(cast)
    with pytest.raises(TotalsConflict, match="are credited in this campaign"):
        choose(counting)


def test_two_campaigns_of_a_brand_do_not_pay_one_marketplace_in_two_ways(cast, counting):
    second = second_campaign(cast)
    external_code_add(participation_id=second.participation, value="DANA", kind="ozon_voucher")
    with pytest.raises(TotalsConflict, match="“winter” pays orders there"):
        choose(counting)
    external_code_add(participation_id=second.participation, value="123456")  # Wildberries
    with acting_as(system="test"):
        ExternalCode.objects.filter(kind="ozon_voucher").update(valid_until=NOW)
    assert choose(counting) == {"ozon": "2026-11-21"}
    with pytest.raises(ParticipationConflict, match="“tulpar sale” pays this marketplace's"):
        external_code_add(participation_id=second.participation, value="D2", kind="ozon_voucher")
    with acting_as(system="test"):
        Campaign.objects.filter(pk=counting.campaign).update(status="closed", closed_at=NOW)
    external_code_add(participation_id=second.participation, value="D2", kind="ozon_voucher")


@pytest.mark.parametrize(
    ("closed_at", "source", "reason"),
    [
        (None, "ozon", "paid_by_totals"),
        (NOW - timedelta(days=1), "ozon", "decided"),  # the totals were over by then
        (NOW, "ozon", "paid_by_totals"),  # its last day counts whole
        (None, "kaspi", "decided"),
    ],
)
def test_an_article_of_one_campaign_does_not_pay_what_a_total_of_another_does(
    cast, ozon, closed_at, source, reason
):
    second = second_campaign(cast)
    with acting_as(system="test"):
        ExternalCode.objects.create(
            participation_id=second.participation,
            kind="exclusive_sku",
            value="TU-1",
            state="active",
            valid_from=NOW - timedelta(days=9),
            **second.both,
        )
        Campaign.objects.filter(pk=cast.tulpar.campaign).update(closed_at=closed_at)
    ozon_order(cast, source=source, sku="TU-1", codes=[])
    assert the(Candidate).reason == reason


def test_a_total_without_a_report_or_for_a_sum_per_order_is_refused(cast, counting):
    with pytest.raises(TotalsConflict, match="Nobody counts"):
        totals_choose(campaign_id=counting.campaign, platform="wildberries")
    with acting_as(system="test"):
        Terms.objects.create(
            campaign_id=counting.campaign, brand_id=counting.brand, version=2, fixed_minor=50_000
        )
    with pytest.raises(TotalsConflict, match="only a plain percent"):
        choose(counting)


def test_nobody_chooses_for_a_closed_campaign(counting):
    with acting_as(system="test"):
        Campaign.objects.filter(pk=counting.campaign).update(status="closed")
    with pytest.raises(TotalsConflict, match="closed"):
        choose(counting)
    assert count(LateEvidence) == 0
