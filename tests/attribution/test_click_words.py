"""Clicks of machines speak for nobody, until the brand vouches for one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from attribution.domain.click_flags import ClickFlag
from attribution.models import Candidate, Click, Conversion, Decision
from attribution.selectors.click_words import orders_of_click
from attribution.services.click_words import ClickConflict, click_vouch
from core.audit.models import AuditEntry
from core.errors import Invalid, NotFound
from core.tenancy.context import acting_as
from tests.attribution.shop import click_make, order_body
from tests.attribution.test_peers import also_here
from tests.attribution.test_sale import COMMISSION, PLACED, count, deliver, held, the
from tests.clocks import clock_at

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


_noon = clock_at(NOW)


def flagged(party, flags: ClickFlag, *, hours=1, visitor=None) -> Click:
    at = PLACED - timedelta(hours=hours)
    return click_make(party, at=at, visitor=visitor, flags=int(flags))


def vouch(cast, click, why="Our customer, she called us"):
    with acting_as(brand=cast.tulpar.brand, user_id=cast.tulpar.owner):
        return click_vouch(brand_id=cast.tulpar.brand, click_id=click.click_id, why=why)


@pytest.mark.parametrize(
    ("flags", "reason"),
    [
        (ClickFlag.BOT, "click_by_machine"),
        (ClickFlag.HEAD, "click_by_machine"),
        (ClickFlag.BOT | ClickFlag.PREFETCH, "click_by_machine"),
        (ClickFlag.PREFETCH, "decided"),  # an order names it: somebody tapped what was loaded
        (ClickFlag.DATACENTRE | ClickFlag.FAST_LINK, "decided"),  # unusual, and a person
    ],
)
def test_a_machines_click_speaks_for_nobody(cast, shop, client, flags, reason):
    click = flagged(cast.tulpar, flags)
    deliver(client, shop, order_body(click_id=click.click_id.hex))
    assert the(Candidate).reason == reason
    assert count(Conversion) == (reason == "decided")


def test_a_link_that_was_only_loaded_ahead_takes_nothing_from_who_was_tapped(cast, shop, client):
    """The visitor tapped Aliya's link; a page of Dana's loaded hers in the background after it."""
    dana = also_here(cast)
    tapped = click_make(cast.tulpar, at=PLACED - timedelta(hours=5))
    flagged(dana, ClickFlag.PREFETCH, hours=2, visitor=tapped.visitor)
    deliver(client, shop, order_body(click_id=tapped.click_id.hex))
    assert the(Conversion).influencer_id == cast.tulpar.influencer
    assert the(Candidate, verdict="dropped").reason == "click_by_machine"


def test_a_word_replays_what_the_click_touches_and_nothing_else(cast, shop, client):
    click = flagged(cast.tulpar, ClickFlag.BOT)
    for number in (1, 2):
        deliver(client, shop, order_body(number, click_id=click.click_id.hex))
    deliver(client, shop, order_body(3, coupons=("AQTAS",)))
    assert count(Decision) == 3
    with acting_as(system="test"):
        assert len(orders_of_click(click)) == 2

    assert vouch(cast, click) == 2

    assert count(Decision) == 5
    with acting_as(system="test"):
        living = Conversion.objects.order_by("order_number").values_list("order_number", "grade")
        assert list(living) == [("1", "A"), ("2", "A"), ("3", "B")]
    assert held(cast)[0] == 3 * COMMISSION
    with acting_as(ops=1):
        said = AuditEntry.objects.get(action="click.vouch")
        assert said.user_id == cast.tulpar.owner
        assert said.after == {"click": click.click_id.hex, "why": "Our customer, she called us"}
    deliver(client, shop, order_body(4, click_id=click.click_id.hex))  # and later ones count too
    assert held(cast)[0] == 4 * COMMISSION


def test_an_order_whose_page_named_the_click_and_one_of_its_visitor_are_touched(cast, shop, client):
    visitor = uuid4()
    click = flagged(cast.tulpar, ClickFlag.BOT, visitor=visitor)
    other = click_make(cast.tulpar, at=PLACED - timedelta(hours=3), visitor=visitor)
    deliver(client, shop, order_body(1, click_id=other.click_id.hex))
    assert vouch(cast, click) == 1
    with acting_as(system="test"):
        latest = Decision.objects.latest("number")
    assert [each["verdict"] for each in latest.trace] == ["confirms", "decided"]


def test_what_is_no_machines_or_not_theirs_is_refused(cast, shop):
    bot, person = flagged(cast.tulpar, ClickFlag.BOT), click_make(cast.tulpar, at=PLACED)
    theirs = flagged(cast.sauran, ClickFlag.BOT)
    assert vouch(cast, bot) == 0
    for click, refused in ((bot, ClickConflict), (person, ClickConflict), (theirs, NotFound)):
        with pytest.raises(refused):
            vouch(cast, click)
    for why in ("", " ", "x" * 301):
        with pytest.raises(Invalid):
            vouch(cast, bot, why)
