"""Which months may be promised, and where one stands."""

from datetime import date

import pytest

from campaigns.domain.guarantee import (
    MonthFault,
    Stage,
    month_fault,
    months_ahead,
    settles_from,
    stage_of,
)

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("month", "last_on", "fault"),
    [
        (date(2026, 11, 1), None, None),
        (date(2026, 11, 1), date(2026, 11, 20), None),
        (date(2026, 12, 1), None, None),
        (date(2027, 11, 1), None, None),
        (date(2027, 12, 1), None, MonthFault.FAR),
        (date(9999, 12, 1), None, MonthFault.FAR),
        (date(2026, 10, 1), None, MonthFault.PAST),
        (date(2025, 11, 1), None, MonthFault.PAST),
        (date(2026, 11, 2), None, MonthFault.NO_MONTH),
        (date(2026, 12, 1), date(2026, 11, 30), MonthFault.CAMPAIGN_OVER),
        (date(2026, 12, 1), date(2026, 12, 1), None),
    ],
)
def test_the_running_month_and_a_year_of_months_may_be_promised(month, last_on, fault):
    assert month_fault(month, TODAY, last_on=last_on) == fault


def test_months_that_may_be_promised_end_with_the_campaign():
    assert months_ahead(TODAY, last_on=date(2027, 1, 15)) == [
        date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1),
    ]  # fmt: skip
    assert months_ahead(TODAY)[-1] == date(2027, 11, 1)


@pytest.mark.parametrize(
    ("today", "stage"),
    [
        (date(2026, 10, 31), Stage.AHEAD),
        (date(2026, 11, 1), Stage.RUNNING),
        (date(2026, 11, 30), Stage.RUNNING),
        (date(2026, 12, 1), Stage.CLOSING),
    ],
)
def test_a_promise_stands_before_in_or_after_its_month(today, stage):
    assert stage_of(date(2026, 11, 1), today) is stage


def test_it_is_settled_three_days_after_its_month():
    assert settles_from(date(2026, 12, 1)) == date(2027, 1, 4)
