from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from campaigns.domain.external_codes import held_at

NOON = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass
class Code:
    name: str
    valid_from: datetime | None = None
    valid_until: datetime | None = None


ALIYA = Code("aliya", valid_until=NOON)
DANA = Code("dana", valid_from=NOON + DAY)


@pytest.mark.parametrize(
    ("moment", "whose"),
    [
        (NOON - 90 * DAY, "aliya"),  # also what was ordered before the code was told
        (NOON - timedelta(microseconds=1), "aliya"),
        (NOON, None),  # nobody's between the two
        (NOON + DAY - timedelta(microseconds=1), None),
        (NOON + DAY, "dana"),
        (NOON + 90 * DAY, "dana"),
    ],
)
def test_a_code_is_one_participations_at_a_time(moment, whose):
    for codes in ([ALIYA, DANA], [DANA, ALIYA]):
        found = held_at(codes, moment)
        assert (found.name if found else None) == whose
