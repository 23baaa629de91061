"""A planted leak is found, a busy code is left alone, and what a finding does to money."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attribution.models import (
    Candidate,
    ClickBreakdown,
    ClickDaily,
    ClickHourly,
    CodeFinding,
    CodeUse,
    Connection,
    Conversion,
    Decision,
    Order,
    OrderLine,
    Rejection,
)
from attribution.selectors.leaks import FindingClosed, finding_holding
from attribution.services.leak_decisions import (
    finding_clear,
    finding_reject,
    finding_rotate,
    leak_mode_set,
)
from attribution.services.leak_guard import leaks_find
from attribution.services.lifecycle import conversions_advance
from attribution.services.verdicts import Speaker
from campaigns.domain.codes import skeleton
from campaigns.models import Participation, PromoCode
from core.accounts.models import User
from core.audit.models import AuditEntry
from core.errors import Invalid
from core.notify.models import Message
from core.tenancy.context import acting_as
from influencers.models import Influencer
from tests.attribution.shop import Shop, click_make, order_body, shop_open
from tests.attribution.test_sale import deliver, the
from tests.clocks import clock_at

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


_noon = clock_at(NOW)


class Planted:
    """Orders with a code, as decisions have left them."""

    def __init__(self, party):
        self.party, self.number = party, 0
        with acting_as(system="test"):
            self.shop = Connection.objects.create(
                brand_id=party.brand, source="woocommerce", name="Shop"
            )

    def use(self, *moments, code="", participation=0, **order):
        """One statement for each kind of row, whatever their number."""
        mine, party = {"brand_id": self.party.brand}, self.party
        with acting_as(system="test"):
            orders = []
            for at in moments:
                self.number += 1
                orders.append(
                    Order(
                        connection=self.shop,
                        source="woocommerce",
                        external_id=str(self.number),
                        number=str(self.number),
                        status="paid",
                        raw_status="x",
                        currency="KZT",
                        trust="signed",
                        placed_at=at,
                        source_updated_at=at,
                        **mine,
                        **order,
                    )
                )
            Order.objects.bulk_create(orders)
            lines = OrderLine.objects.bulk_create(
                OrderLine(order=each, line_id="1", name="x", quantity=1, amount_minor=1, **mine)
                for each in orders
            )
            decisions = Decision.objects.bulk_create(
                Decision(order=each.order, line=each, number=1, rule="x", trace=[], **mine)
                for each in lines
            )
            Candidate.objects.bulk_create(
                Candidate(
                    decision=each,
                    order=each.order,
                    participation_id=participation or party.participation,
                    influencer_id=party.influencer,
                    kind="promo_code",
                    evidence=code or "AQTAS",
                    grade="B",
                    occurred_at=each.order.placed_at,
                    verdict="decided",
                    reason="decided",
                    **mine,
                )
                for each in decisions
            )

    def clicks(self, *hours, people=5):
        own = {
            "link_id": self.party.link,
            "campaign_id": self.party.campaign,
            "brand_id": self.party.brand,
            "influencer_id": self.party.influencer,
        }
        days = {hour.date() for hour in hours}
        with acting_as(system="test"):
            ClickHourly.objects.bulk_create(
                ClickHourly(hour_at=hour, people=people, **own) for hour in hours
            )
            ClickDaily.objects.bulk_create(
                ClickDaily(day_on=day, people=people, **own) for day in days
            )


@pytest.fixture
def planted(cast):
    return Planted(cast.tulpar)


def findings(**wanted):
    with acting_as(system="test"):
        return list(CodeFinding.objects.filter(**wanted).order_by("pk"))


def busy_past(planted):
    """Thirty uses from the 13th day back to the 8th, each an hour after somebody's click."""
    hours = [NOW.replace(minute=0) - 8 * DAY - n * 4 * HOUR for n in range(30)]
    planted.clicks(*hours)
    planted.use(*(hour + 50 * timedelta(minutes=1) for hour in hours))


# --- Finding --------------------------------------------------------------------------------


def test_a_leaked_code_is_found_with_its_figures(planted):
    busy_past(planted)
    assert leaks_find() == 0
    # Its posts are old, and it is typed all the same: every 6 hours, nobody on the link
    planted.use(*(NOW - n * 6 * HOUR - 7 * timedelta(minutes=1) for n in range(22)))
    assert leaks_find() == 1
    (found,) = findings()
    assert found.signal == "cold"
    assert found.figures == {
        "cold": 22,
        "uses": 22,
        "usual_cold": 0,
        "usual_uses": 30,
        "hours": 6,
    }
    assert (found.state, found.since_at) == ("open", NOW - 7 * DAY)
    with acting_as(system="test"):
        assert CodeUse.objects.count() == 52
        assert Message.objects.filter(kind="code_finding").count() == 1


def test_a_busy_code_with_a_post_that_went_well_is_left_alone(planted):
    busy_past(planted)
    hours = [NOW.replace(minute=0) - n * HOUR for n in range(40)]
    planted.clicks(*hours, people=60)
    planted.use(*(hour + n * timedelta(minutes=3) for hour in hours[:10] for n in range(20)))
    assert leaks_find() == 0
    assert findings() == []


def test_looking_again_finds_nothing_twice_and_lets_the_figures_follow(planted):
    busy_past(planted)
    cold = [NOW - n * 6 * HOUR - 7 * timedelta(minutes=1) for n in range(24)]
    planted.use(*cold[:22])
    assert (leaks_find(), leaks_find()) == (1, 0)
    planted.use(*cold[22:])
    assert leaks_find() == 0
    (found,) = findings()
    assert (found.figures["cold"], found.figures["uses"]) == (24, 24)
    with acting_as(system="test"):
        assert Message.objects.filter(kind="code_finding").count() == 1


def test_a_burst_a_coupon_site_and_early_uses_are_found(planted, cast):
    planted.use(*(NOW - 40 * DAY + n * HOUR for n in range(3)))  # before any click
    busy_past(planted)
    planted.use(*(NOW - DAY + n * timedelta(minutes=2) for n in range(12)))
    with acting_as(system="test"):
        for host, people in (("pepper.ru", 6), ("instagram.com", 90)):
            ClickBreakdown.objects.create(
                day_on=NOW.date(),
                link_id=cast.tulpar.link,
                campaign_id=cast.tulpar.campaign,
                brand_id=cast.tulpar.brand,
                influencer_id=cast.tulpar.influencer,
                dimension="referrer",
                value=host,
                people=people,
            )
    leaks_find()
    found = {each.signal: each for each in findings()}
    assert set(found) == {"burst", "early", "referrer"}
    assert found["burst"].figures["uses"] == 12
    assert found["early"].figures["uses"] == 3
    assert found["referrer"].figures == {"host": "pepper.ru", "name": "Pepper", "people": 6}
    with acting_as(system="test"):  # one letter about one code
        assert Message.objects.filter(kind="code_finding").count() == 1


def test_tests_and_days_without_an_hour_are_no_evidence(planted):
    busy_past(planted)
    midnight = datetime(2026, 11, 18, 19, 0, tzinfo=UTC)
    planted.use(*[midnight] * 25)  # a file that names a day
    planted.use(*[NOW - HOUR] * 25, is_test=True)
    assert leaks_find() == 0
    with acting_as(system="test"):
        assert CodeUse.objects.filter(is_cold__isnull=True).count() == 25


def test_the_statements_are_as_many_for_one_code_as_for_sixty(planted, cast):
    busy_past(planted)
    leaks_find()
    planted.use(NOW - HOUR)
    with CaptureQueriesContext(connection) as one:
        leaks_find()
    people = codes_make(cast.tulpar, 60)
    for participation, code in people:
        planted.use(NOW - HOUR, code=code, participation=participation)
    with CaptureQueriesContext(connection) as sixty:
        assert leaks_find() == 0
    assert len(sixty) == len(one)
    with acting_as(system="test"):
        assert CodeUse.objects.values("code").distinct().count() == 61


def codes_make(party, count):
    """[(participation, code)] of other influencers."""
    users = [User.objects.create(email=f"person{n}@people.example").pk for n in range(count)]
    with acting_as(system="test"):
        made = []
        for n, user in enumerate(users):
            person = Influencer.objects.create(user_id=user, name=f"Person {n}")
            both = {
                "brand_id": party.brand,
                "campaign_id": party.campaign,
                "influencer": person,
            }
            own = Participation.objects.create(terms_id=party.terms, state="approved", **both)
            code = f"QAZ{n}W"
            PromoCode.objects.create(
                participation=own, code=code, canonical=code, skeleton=skeleton(code), **both
            )
            made.append((own.pk, code))
    return made


# --- What follows ---------------------------------------------------------------------------


def finding_make(party, **changes):
    with acting_as(system="test"):
        return CodeFinding.objects.create(
            **{
                "brand_id": party.brand,
                "campaign_id": party.campaign,
                "participation_id": party.participation,
                "influencer_id": party.influencer,
                "code_id": party.code,
                "signal": "cold",
                "figures": {},
                "since_at": NOW - 7 * DAY,
                **changes,
            }
        )


@pytest.fixture
def sold(client, cast):
    """A fulfilled order by code, on hold until 11 December."""
    shop = shop_open(cast.tulpar)
    body = order_body(1, status="completed", coupons=("AQTAS",), total="10000.00")
    deliver(client, shop, body)
    leaks_find()
    return cast.tulpar


def after_the_hold():
    return time_machine.travel(datetime(2026, 12, 12, tzinfo=UTC), tick=False)


@pytest.mark.parametrize(("mode", "approved"), [("flag", 1), ("enforce", 0), ("rotate", 1)])
def test_only_a_campaign_that_holds_keeps_silence_from_approving(sold, mode, approved):
    finding_make(sold)
    leak_mode_set(campaign_id=sold.campaign, mode=mode)
    with after_the_hold():
        assert conversions_advance() == approved


def test_what_is_cleared_goes_on_and_is_approved_at_its_time(sold):
    found = finding_make(sold)
    leak_mode_set(campaign_id=sold.campaign, mode="enforce")
    with acting_as(system="test"):
        assert finding_holding(the(Conversion)) == found
    with after_the_hold():
        assert conversions_advance() == 0
        finding_clear(finding_id=found.pk, note="A video without a link")
        assert conversions_advance() == 1
    with pytest.raises(FindingClosed):
        finding_clear(finding_id=found.pk)


@pytest.mark.parametrize(
    "changes",
    [
        {"since_at": NOW},  # the order was before
        {"until_at": NOW - 2 * HOUR},  # the order was after
        {"state": "cleared", "closed_at": NOW},
    ],
)
def test_a_finding_holds_only_the_orders_that_it_is_about(sold, changes):
    finding_make(sold, **changes)
    leak_mode_set(campaign_id=sold.campaign, mode="enforce")
    with after_the_hold():
        assert conversions_advance() == 1


def test_an_order_with_a_click_of_the_influencer_is_not_held(client, cast):
    shop, party = shop_open(cast.tulpar), cast.tulpar
    click = click_make(party, at=NOW - DAY)
    coupons = ("AQTAS",)
    deliver(
        client,
        shop,
        order_body(1, status="completed", coupons=coupons, click_id=click.click_id.hex),
    )
    leaks_find()
    finding_make(party)
    leak_mode_set(campaign_id=party.campaign, mode="enforce")
    assert the(Conversion).grade == "B"
    assert the(CodeUse).is_clicked
    with after_the_hold():
        assert conversions_advance() == 1


def test_a_finding_that_nobody_decides_about_lapses_after_two_weeks(sold):
    found = finding_make(sold, opened_at=NOW)
    leak_mode_set(campaign_id=sold.campaign, mode="enforce")
    with time_machine.travel(NOW + 13 * DAY, tick=False):
        leaks_find()
        assert findings()[0].state == "open"
    with after_the_hold():
        leaks_find()
        assert findings()[0].state == "lapsed"
        assert conversions_advance() == 1
    with acting_as(ops=1):
        entry = AuditEntry.objects.get(action="code_finding.lapse")
    assert entry.object_id == str(found.pk)


def test_where_the_campaign_says_so_the_influencer_gets_a_new_code(sold):
    finding_make(sold)
    leak_mode_set(campaign_id=sold.campaign, mode="rotate")
    leaks_find()
    leaks_find()
    with acting_as(system="test"):
        codes = list(PromoCode.objects.filter(brand_id=sold.brand).order_by("pk"))
        assert [code.state for code in codes] == ["replaced", "active"]
        assert codes[0].valid_until == NOW
        assert Message.objects.filter(kind="code_replaced").count() == 1


def test_a_press_gives_a_new_code_and_a_second_one_is_refused(sold):
    found = finding_make(sold)
    promo = finding_rotate(finding_id=found.pk)
    assert promo.code != "AQTAS"
    with pytest.raises(FindingClosed):
        finding_rotate(finding_id=found.pk)
    assert findings()[0].state == "open"


def reject(party, finding, note="pepper.ru/kupon"):
    speaker = Speaker(party.brand, Rejection.Door.PAGE, party.owner)
    return finding_reject(finding_id=finding.pk, speaker=speaker, note=note)


def test_a_proven_leak_rejects_what_waits_with_reason_19_and_nothing_else(client, sold):
    shop_token = the(Connection)
    early = NOW - 30 * DAY  # before the finding's time
    body = order_body(2, status="completed", coupons=("AQTAS",), placed=early)
    deliver(client, Shop(shop_token.pk, shop_token.endpoint_token, sold.brand), body)
    leaks_find()
    found = finding_make(sold)
    assert reject(sold, found) == 1
    with acting_as(system="test"):
        states = dict(Conversion.objects.values_list("order_number", "status"))
        refused = Rejection.objects.get()
    assert states == {"1": "rejected", "2": "on_hold"}
    assert (refused.reason_code, refused.note) == (19, "pepper.ru/kupon")
    assert refused.lost_minor == 1_000_00  # 10 % of 10 000
    row = findings()[0]
    assert (row.state, row.note) == ("leaked", "pepper.ru/kupon")
    with pytest.raises(FindingClosed):
        reject(sold, found)


def test_a_leak_without_a_word_of_proof_rejects_nothing(sold):
    found = finding_make(sold)
    with pytest.raises(Invalid, match="a sign alone is no proof"):
        reject(sold, found, note=" ")
    assert (findings()[0].state, the(Conversion).status) == ("open", "on_hold")


def test_what_is_approved_stays_when_its_code_has_leaked(sold):
    found = finding_make(sold)
    with after_the_hold():
        assert conversions_advance() == 1
    assert reject(sold, found) == 0
    assert the(Conversion).status == "approved"


def test_there_are_three_ways_and_no_other(sold):
    with pytest.raises(Invalid):
        leak_mode_set(campaign_id=sold.campaign, mode="shoot")
