"""Whose rows a side sees. Every verb of every table is in tests/core/test_tenancy_matrix.py."""

import pytest

from core.tenancy.context import Actor, acting
from ledger.domain import accounts
from ledger.models import Account, Balance, Entry
from ledger.selectors import account_total, balance_minor, balances
from tests.ledger.worlds import ALIYA, DANA, SAURAN, TULPAR, two_sales

pytestmark = pytest.mark.django_db

OF_TULPAR = {"brand_free", "budget", "fee_reserve", "vat_reserve", "fee_hold", "vat_funded"}
OF_ALIYA = {"influencer_hold", "influencer_payable", "in_flight"}


@pytest.fixture(autouse=True)
def world():
    two_sales()


@pytest.mark.parametrize(
    ("actor", "owners", "kinds"),
    [
        (Actor("brand", str(TULPAR)), {(TULPAR, None)}, OF_TULPAR),
        (Actor("brand", str(SAURAN)), {(SAURAN, None)}, OF_TULPAR),
        (Actor("influencer", str(ALIYA)), {(None, ALIYA)}, OF_ALIYA),
        (Actor("influencer", str(DANA)), {(None, DANA)}, OF_ALIYA),
        (Actor("brand", "3"), set(), set()),
        (Actor("brand", ""), set(), set()),
    ],
)
def test_a_tenant_sees_its_own_and_nothing_else(actor, owners, kinds):
    with acting(actor):
        for model in (Account, Entry, Balance):
            assert set(model.objects.values_list("brand_id", "influencer_id")) == owners, model
        assert set(Account.objects.values_list("kind", flat=True)) == kinds


def test_a_foreign_account_reads_as_an_unused_one():
    with acting(Actor("brand", str(TULPAR))):
        assert balance_minor(accounts.brand_free(TULPAR)) == 41_300_000
        assert balance_minor(accounts.brand_free(SAURAN)) == 0
        assert balance_minor(accounts.brand_free(3)) == 0
        assert balance_minor(accounts.bank()) == 0
        assert account_total("brand_free") == 41_300_000


def test_ops_see_everything():
    with acting(Actor("ops", "1")):
        wanted = [accounts.brand_free(TULPAR), accounts.brand_free(SAURAN), accounts.bank()]
        assert list(balances(wanted).values()) == [41_300_000, 41_300_000, -200_000_000]
