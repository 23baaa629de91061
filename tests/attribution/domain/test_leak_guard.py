"""Signs of a leaked code over counts. Wilson intervals of 99 % worked by hand (z = 2.576)."""

from datetime import UTC, datetime, timedelta

import pytest

from attribution.domain.leak_guard import (
    BusyHour,
    CodeCounts,
    SeenReferrer,
    Share,
    signs_of,
)

SINCE = datetime(2026, 11, 14, 7, 0, tzinfo=UTC)
HOUR = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [
        # Nothing known: anything may be
        (0, 0, 0.0, 1.0),
        # p = 0: from 0 to zz / (n + zz) = 6.635776 / 16.635776
        (0, 10, 0.0, 0.398886),
        (10, 10, 0.601114, 1.0),
        # p = 0.8, n = 30: (0.8 + 0.1105963 -+ 2.576 sqrt(0.0053333 + 0.0018433)) / 1.2211925
        (24, 30, 0.566957, 0.924374),
        # p = 0.075, n = 40: (0.075 + 0.0829472 -+ 2.576 sqrt(0.0017344 + 0.0010368)) / 1.1658944
        (3, 40, 0.019161, 0.251784),
    ],
)
def test_an_interval_is_as_worked_out_by_hand(hits, total, low, high):
    assert Share(hits, total).interval() == pytest.approx((low, high), abs=2e-5)


def counts(**changes):
    return CodeCounts(since=SINCE, **changes)


def signals(**changes):
    return [str(sign.signal) for sign in signs_of(counts(**changes))]


@pytest.mark.parametrize(
    ("now", "usual", "is_sign"),
    [
        (Share(24, 30), Share(3, 40), True),  # from 0.567 against up to 0.252
        (Share(22, 30), Share(60, 100), False),  # said aloud: cold by nature
        (Share(19, 19), Share(0, 40), False),  # too few lately
        (Share(24, 30), Share(0, 19), False),  # too few before: a new code
        (Share(3, 40), Share(24, 30), False),  # it got better
        (Share(30, 30), Share(0, 0), False),  # no past at all
    ],
)
def test_cold_uses_are_held_against_the_codes_own_past(now, usual, is_sign):
    assert signals(cold=now, cold_usual=usual) == (["cold"] if is_sign else [])


def test_a_cold_sign_says_its_figures_and_its_orders():
    (sign,) = signs_of(counts(cold=Share(24, 30), cold_usual=Share(3, 40)))
    assert sign.figures == {
        "cold": 24,
        "uses": 30,
        "usual_cold": 3,
        "usual_uses": 40,
        "hours": 6,
    }
    assert (sign.since_at, sign.until_at) == (SINCE, None)


@pytest.mark.parametrize(
    ("uses", "people", "before", "known", "is_sign"),
    [
        (12, 3, 4, 60, True),
        (12, 3, 5, 60, False),  # not three times the busiest hour before
        (12, 12, 1, 60, False),  # as many opened the link: a post
        (9, 0, 1, 60, False),  # too few
        (12, 0, 0, 19, False),  # its own rhythm is not known
    ],
)
def test_a_burst_is_many_uses_that_no_clicks_go_with(uses, people, before, known, is_sign):
    hour = BusyHour(HOUR, uses, people)
    found = signals(busiest=hour, busiest_usual=before, usual_uses=known)
    assert found == (["burst"] if is_sign else [])


def test_a_burst_is_about_its_own_hour():
    (sign,) = signs_of(counts(busiest=BusyHour(HOUR, 31, 2), busiest_usual=4, usual_uses=90))
    assert (sign.since_at, sign.until_at) == (HOUR, HOUR + timedelta(hours=1))
    assert (sign.figures["uses"], sign.figures["usual_most"]) == (31, 4)


@pytest.mark.parametrize(
    ("uses", "opened_at", "is_sign"),
    [(3, HOUR, True), (2, HOUR, False), (3, None, False)],
)
def test_uses_before_anybody_opened_a_link_are_a_sign_where_there_is_a_link(
    uses, opened_at, is_sign
):
    found = signals(early_uses=uses, first_use_at=SINCE, first_opened_at=opened_at)
    assert found == (["early"] if is_sign else [])


def test_the_coupon_site_that_sent_most_is_named():
    seen = (SeenReferrer("pepper.ru", "Pepper", 5), SeenReferrer("berikod.ru", "BeriKod", 7))
    (sign,) = signs_of(counts(referrers=seen))
    assert sign.figures == {"host": "berikod.ru", "name": "BeriKod", "people": 7}
    assert signals(referrers=(SeenReferrer("pepper.ru", "Pepper", 4),)) == []


def test_people_from_abroad_are_held_against_the_links_own_past():
    assert signals(abroad=Share(24, 30), abroad_usual=Share(3, 40)) == ["abroad"]
    assert signals(abroad=Share(24, 30), abroad_usual=Share(24, 30)) == []


def test_a_code_may_show_several_signs_at_once():
    found = signals(
        cold=Share(40, 40),
        cold_usual=Share(2, 50),
        usual_uses=50,
        busiest=BusyHour(HOUR, 20, 0),
        busiest_usual=2,
        referrers=(SeenReferrer("pepper.ru", "Pepper", 9),),
    )
    assert found == ["cold", "burst", "referrer"]
