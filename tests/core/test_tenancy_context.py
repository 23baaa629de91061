import asyncio

import pytest
from django.core.exceptions import SynchronousOnlyOperation
from django.core.management import call_command
from django.db import DataError, IntegrityError, ProgrammingError, connection, transaction

from campaigns.models import Campaign, Deal, Participation
from core.tenancy.checks import missing_walls
from core.tenancy.context import (
    Actor,
    TenancyError,
    acting,
    acting_as,
    current_actor,
    row_as_system,
)
from core.tenancy.doors import side_view
from core.tenancy.logins import logged_in_as_owner, login_check
from exchange.celery import refuse_unsafe_login
from influencers.models import Payee


def role():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_setting('app.brand_id', true)")
        return cursor.fetchone()


def titles():
    return [campaign.title for campaign in Campaign.objects.order_by("id")]


def test_each_brand_sees_its_own(cast):
    with acting_as(brand=cast.tulpar.brand):
        assert titles() == ["tulpar sale"]
    with acting_as(brand=cast.sauran.brand):
        assert titles() == ["sauran sale"]


def test_no_context_is_refused_and_an_empty_one_sees_nothing(cast):
    with acting(Actor("brand", "")):
        assert titles() == []
    with pytest.raises(ProgrammingError, match="permission denied"):
        titles()


def test_a_queryset_that_outlives_its_context_is_refused(cast):
    with acting_as(brand=cast.tulpar.brand):
        lazy = Campaign.objects.all()
    with pytest.raises(ProgrammingError, match="permission denied"):
        list(lazy)


def test_the_outer_actor_comes_back(cast):
    tulpar = ("x_brand", str(cast.tulpar.brand))
    with acting_as(brand=cast.tulpar.brand):
        with acting_as(brand=cast.tulpar.brand):
            assert role() == tulpar
        with acting_as(system="count"):
            assert role() == ("x_system", "")
            assert len(titles()) == 2
        assert role() == tulpar
        with pytest.raises(ZeroDivisionError), acting_as(system="fail"):
            _ = 1 / 0
        assert role() == tulpar
        assert titles() == ["tulpar sale"]
    assert role()[0] == "x_app"
    assert current_actor() is None


def test_a_refused_statement_is_undone_by_a_savepoint(cast):
    with acting_as(brand=cast.tulpar.brand):
        with pytest.raises(ProgrammingError), transaction.atomic():
            list(Payee.objects.all())
        assert titles() == ["tulpar sale"]


@pytest.mark.parametrize("inner", ["brand", "influencer", "ops"])
def test_a_tenant_never_becomes_another(cast, inner):
    with acting_as(brand=cast.tulpar.brand):
        with pytest.raises(TenancyError), acting_as(**{inner: cast.sauran.brand}):
            pass
        assert titles() == ["tulpar sale"]


@pytest.mark.parametrize("sides", [{}, {"brand": 0}, {"brand": 1, "ops": 1}, {"system": ""}])
def test_exactly_one_side(sides):
    with pytest.raises(TenancyError), acting_as(**sides):
        pass


def test_a_transaction_without_a_side_is_refused(cast):
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"), acting_as(ops=1):
        pass


WHO = "SELECT current_user, current_setting('app.purpose'), current_setting('app.brand_id', true)"
RENAMES = "UPDATE campaigns_campaign SET title = %s RETURNING title"
FAILS = "SELECT 1 / %s"


def test_one_message_as_the_system_is_a_transaction(committed_cast):
    assert row_as_system("count", WHO, [])[:2] == ("x_system", "count")
    assert role()[0] == "x_app"
    assert row_as_system("rename", RENAMES, ["renamed"]) == ("renamed",)
    with pytest.raises(DataError):  # after it has written: nothing is left
        row_as_system("rename", f"{RENAMES}; {FAILS}", ["lost", 0])
    assert (role()[0], current_actor()) == ("x_app", None)
    with acting_as(brand=committed_cast.tulpar.brand):
        assert titles() == ["renamed"]


def test_one_message_as_the_system_inside_another_side_is_a_savepoint(cast):
    tulpar = ("x_brand", str(cast.tulpar.brand))
    with acting_as(brand=cast.tulpar.brand):
        assert row_as_system("count", WHO, []) == ("x_system", "count", "")
        assert role() == tulpar
        with pytest.raises(DataError):
            row_as_system("rename", f"{RENAMES}; {FAILS}", ["lost", 0])
        assert role() == tulpar
        assert titles() == ["tulpar sale"]
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        row_as_system("count", WHO, [])


def test_coroutines_are_refused(cast):
    async def wrong():
        with acting_as(ops=1):
            pass

    with pytest.raises(SynchronousOnlyOperation):
        asyncio.run(wrong())
    with pytest.raises(TenancyError, match="async"):
        side_view(wrong, lambda request, url: Actor("ops", "1"))


def test_hooks_run_after_the_commit_without_a_side(committed_cast):
    seen = []

    def hook():
        seen.append((current_actor(), role()[0]))
        with acting_as(brand=committed_cast.sauran.brand):  # its own transaction, its own side
            seen.append(titles())

    with acting_as(brand=committed_cast.tulpar.brand):
        transaction.on_commit(hook)
    assert seen == [(None, "x_app"), ["sauran sale"]]


def test_an_exception_rolls_back_and_drops_the_hooks(committed_cast):
    called = []
    with pytest.raises(ZeroDivisionError), acting_as(brand=committed_cast.tulpar.brand):  # noqa: PT012
        Campaign.objects.update(title="changed")
        transaction.on_commit(lambda: called.append(1))
        _ = 1 / 0
    with acting_as(brand=committed_cast.tulpar.brand):
        assert titles() == ["tulpar sale"]
    assert called == []


def test_a_foreign_key_does_not_cross_tenants(cast):
    """The policy sees the own brand_id, and a plain foreign key would see the other's row."""
    mine, theirs = cast.tulpar, cast.sauran
    crossing = Participation(
        campaign_id=theirs.campaign,
        brand_id=mine.brand,
        influencer_id=mine.influencer,
        terms_id=mine.terms,
        state="approved",
    )
    with pytest.raises(IntegrityError, match="same_tenant"), acting_as(system="join"):
        crossing.save()


def test_saving_a_row_that_is_hidden_changes_nothing(cast):
    with acting_as(system="look"):
        foreign = Campaign.objects.get(pk=cast.sauran.campaign)
    with acting_as(brand=cast.tulpar.brand):
        assert Campaign.objects.filter(pk=foreign.pk).update(title="mine") == 0
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            foreign.save()  # UPDATE finds nothing, so Django tries INSERT


def test_the_owner_may_not_serve(transactional_db):
    login_check()
    with logged_in_as_owner():
        with pytest.raises(TenancyError, match="owns tables, owns the database"):
            login_check()
        with pytest.raises(SystemExit):
            refuse_unsafe_login()


def test_the_latest_migrations_reverse_and_come_back(transactional_db):
    """What a release that goes wrong would take back; older ones were reversed in their time."""
    call_command("migrate", "campaigns", "0020", verbosity=0)  # and what builds on what came later
    try:
        with pytest.raises(ProgrammingError), acting_as(ops=1):
            Deal.objects.exists()
    finally:
        call_command("migrate", verbosity=0)
    assert missing_walls() == set()
    with acting_as(ops=1):
        assert not Deal.objects.exists()
