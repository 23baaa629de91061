"""An article that is one influencer's for a time: their orders before, and after."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from attribution.models import Candidate, Conversion, Decision
from campaigns.models import Campaign, ExternalCode, Participation
from campaigns.services.exclusive_skus import exclusive_sku_end, exclusive_sku_reserve
from campaigns.services.links import ParticipationConflict
from campaigns.services.participations import participation_leave
from core.audit.models import AuditEntry
from core.errors import Invalid, NotFound
from core.tenancy.context import acting_as
from tests.attribution.shop import click_make, order_body
from tests.attribution.test_sale import count, deliver, the
from tests.clocks import clock_at

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
PLACED = NOW + timedelta(hours=1)  # of an order that says nothing else
DAY = timedelta(days=1)


morning = clock_at(NOW)


@pytest.fixture
def dana(cast) -> int:
    """Dana takes part at Tulpar too."""
    with acting_as(system="test data"):
        return Participation.objects.create(
            campaign_id=cast.tulpar.campaign,
            brand_id=cast.tulpar.brand,
            influencer_id=cast.sauran.influencer,
            terms_id=cast.tulpar.terms,
            state="approved",
        ).pk


def give(participation_id: int, sku: str = "Blanket ", **days) -> ExternalCode:
    return exclusive_sku_reserve(participation_id=participation_id, sku=sku, **days)


def trace_of(number: str = "9001") -> list[tuple[int, str, str]]:
    with acting_as(system="test"):
        rows = Candidate.objects.filter(order__number=number, kind="exclusive_sku")
        return list(rows.order_by("pk").values_list("participation_id", "verdict", "reason"))


def test_an_order_with_the_article_is_theirs_without_a_click_or_a_code(client, cast, shop):
    give(cast.tulpar.participation)
    deliver(client, shop, order_body())
    conversion = the(Conversion)
    assert (conversion.grade, conversion.participation_id) == ("A", cast.tulpar.participation)
    assert conversion.commission_minor == 255_000  # 10 % of 25 500,00
    (row,) = the(Decision).trace
    assert (row["kind"], row["evidence"], row["grade"]) == ("exclusive_sku", "BLANKET", "A")
    assert the(Decision).rule == "only_candidate"


def test_it_beats_anothers_click_which_is_an_assist(client, cast, shop, dana):
    give(dana)
    click = click_make(cast.tulpar, at=NOW - DAY)
    deliver(client, shop, order_body(click_id=click.click_id.hex))
    assert the(Conversion).participation_id == dana
    with acting_as(system="test"):
        lost = Candidate.objects.get(kind="click")
    assert (lost.verdict, lost.reason) == ("assist", "platform_row_wins")


def test_taken_back_and_given_to_another_it_changes_nothing_of_before(
    client, cast, shop, dana, morning
):
    code = give(cast.tulpar.participation)
    deliver(client, shop, order_body(1, placed=PLACED))
    morning.move_to(NOW + 2 * DAY)
    exclusive_sku_end(code_id=code.pk)
    morning.move_to(NOW + 3 * DAY)
    give(dana)
    # The first order comes again, with news; then one of a gap of nobody's, and one of Dana's
    deliver(client, shop, order_body(1, placed=PLACED, status="completed", minutes=9))
    deliver(client, shop, order_body(2, placed=NOW + 2 * DAY + timedelta(hours=3)))
    deliver(client, shop, order_body(3, placed=NOW + 3 * DAY + timedelta(hours=1)))
    aliya = cast.tulpar.participation
    assert trace_of("1") == [(aliya, "decided", "decided")]
    assert set(trace_of("2")) == {
        (aliya, "dropped", "article_over"),
        (dana, "dropped", "article_not_yet"),
    }
    assert trace_of("3") == [(dana, "decided", "decided")]
    with acting_as(system="test"):
        owners = Conversion.objects.order_by("order_number").values_list("order_number", flat=True)
        assert list(owners) == ["1", "3"]


def test_two_influencers_never_have_it_at_once(cast, dana):
    give(cast.tulpar.participation, first_on=date(2026, 11, 20), last_on=date(2026, 11, 30))
    with pytest.raises(Invalid, match="Aliya has this article") as refused:
        give(dana, "BLANKET", first_on=date(2026, 11, 30))
    assert list(refused.value.fields) == ["sku"]
    later = give(dana, "BLANKET", first_on=date(2026, 12, 1))
    assert later.valid_from == datetime(2026, 11, 30, 19, 0, tzinfo=UTC)  # midnight in Almaty
    with pytest.raises(IntegrityError), acting_as(system="test data"), transaction.atomic():
        ExternalCode.objects.filter(pk=later.pk).update(valid_from=NOW)


def test_another_shop_may_have_the_same_article(cast):
    give(cast.tulpar.participation)
    give(cast.sauran.participation)
    assert count(ExternalCode) == 2


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"sku": "   "}, "sku"),
        ({"sku": "x" * 65}, "sku"),
        ({"sku": "a\x00b"}, "sku"),
        ({"last_on": date(2026, 11, 19)}, "last_on"),
        ({"first_on": date(2026, 11, 25), "last_on": date(2026, 11, 24)}, "last_on"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(cast, given, field):
    with pytest.raises(Invalid) as refused:
        give(cast.tulpar.participation, **given)
    assert list(refused.value.fields) == [field]
    assert count(ExternalCode) == 0


def test_only_who_takes_part_gets_one_and_who_leaves_has_none(cast, dana):
    code = give(cast.tulpar.participation)
    participation_leave(participation_id=cast.tulpar.participation)
    assert the(ExternalCode, pk=code.pk).valid_until == NOW
    with pytest.raises(ParticipationConflict):
        give(cast.tulpar.participation)
    assert give(dana).value == "BLANKET"
    with pytest.raises(NotFound):
        exclusive_sku_end(code_id=0)


def test_a_campaign_that_is_over_keeps_no_article(cast, dana):
    code = give(cast.tulpar.participation)
    with acting_as(system="test data"):
        other = Campaign.objects.get(pk=cast.tulpar.campaign)
        other.pk, other.public_id, other.title = None, "0" * 31 + "7", "Next"
        other.save()
        Participation.objects.filter(pk=dana).update(campaign_id=other.pk)
        Campaign.objects.filter(pk=cast.tulpar.campaign).update(ends_at=NOW + DAY)
    with pytest.raises(Invalid, match="Aliya"):
        give(dana)
    with time_machine.travel(NOW + 2 * DAY, tick=False):
        give(dana)
    assert the(ExternalCode, pk=code.pk).valid_until == NOW + DAY
    with acting_as(ops=1):
        told = AuditEntry.objects.filter(action__startswith="external_code")
        actions = sorted(told.values_list("action", flat=True))
    reserved, ended = "external_code.reserve", "external_code.end"
    assert actions == [ended, reserved, reserved]


def test_shops_without_such_articles_are_asked_nothing_more(client, cast, shop):
    def asked(number: int) -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            deliver(client, shop, order_body(number))
        return [each["sql"] for each in queries if '"campaigns_externalcode" U0' not in each["sql"]]

    deliver(client, shop, order_body(1))
    without = asked(2)
    assert not [sql for sql in without if "campaigns_externalcode" in sql]
    give(cast.tulpar.participation, "ANOTHER")
    with_articles = asked(3)
    assert len([sql for sql in with_articles if "campaigns_externalcode" in sql]) == 1
    assert len(with_articles) == len(without) + 1
