from datetime import UTC, datetime, timedelta

import pytest

from campaigns.domain.invites import InviteLife, invite_state

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
LATER, PAST = NOW + timedelta(days=1), NOW - timedelta(days=1)


@pytest.mark.parametrize(
    ("life", "state"),
    [
        (InviteLife(LATER, 1, 0), "open"),
        (InviteLife(LATER, 10, 9), "open"),
        (InviteLife(LATER, 10, 10), "used_up"),
        (InviteLife(NOW, 1, 0), "expired"),
        (InviteLife(PAST, 1, 0), "expired"),
        (InviteLife(PAST, 1, 1), "used_up"),
        (InviteLife(LATER, 1, 0, is_revoked=True), "revoked"),
        (InviteLife(PAST, 1, 1, is_revoked=True), "revoked"),
        (InviteLife(PAST, 1, 1, "accepted", is_revoked=True), "accepted"),
        (InviteLife(LATER, 1, 0, "declined"), "declined"),
    ],
)
def test_an_invitation_counts_until_it_is_answered_revoked_used_or_over(life, state):
    assert invite_state(life, NOW) == state
