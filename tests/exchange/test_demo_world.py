"""A demo world whose making was interrupted is not taken for a whole one."""

import pytest
from django.core.management import CommandError, call_command

from core import clock
from core.accounts.models import User
from core.tenancy.context import acting_as
from exchange.demo.people import OWNER
from exchange.demo.world import is_half_made
from ledger.models import ProofDay


def test_a_world_is_whole_once_its_days_are_published(db, settings):
    assert not is_half_made()
    User.objects.create_user(OWNER.email, OWNER.email)
    assert is_half_made()
    settings.DEMO, settings.SANDBOX_URL = True, "http://127.0.0.1:1"
    with pytest.raises(CommandError, match="make demo-reset"):
        call_command("seed_demo")
    digest = "0" * 64
    with acting_as(system="test publishes"):
        ProofDay.objects.create(
            day_on=clock.today(), leaves=0, root=digest, previous=digest, key=digest, signature=""
        )
    assert not is_half_made()
