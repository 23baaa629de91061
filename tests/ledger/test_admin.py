import pytest
from django.contrib import admin
from django.test import RequestFactory

from core.accounts.models import User
from core.tenancy.context import acting_as
from ledger.models import Account, Balance, Journal
from tests.ledger.worlds import two_sales

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_of_ops(rf: RequestFactory):
    request = rf.get("/admin/")
    request.user = User.objects.create_superuser("ops@example.org", "correct horse 9")
    return request


def page(view, request, *args):
    with acting_as(ops=request.user.pk):
        return view(request, *args).render().content.decode()


@pytest.mark.parametrize("model", [Account, Journal, Balance])
def test_ops_look_and_may_not_touch(request_of_ops, model):
    two_sales()
    screens = admin.site._registry[model]
    assert screens.has_view_permission(request_of_ops)
    for verb in ("add", "change", "delete"):
        assert not getattr(screens, f"has_{verb}_permission")(request_of_ops)
    word = "payout:2000" if model is Journal else "brand_free|1|||KZT"
    assert word in page(screens.changelist_view, request_of_ops)


def test_a_journal_is_shown_with_its_legs(request_of_ops):
    two_sales()
    with acting_as(ops=1):
        journal = Journal.objects.get(business_key="appr:1000")
    shown = page(admin.site._registry[Journal].change_view, request_of_ops, str(journal.pk))
    for word in ("appr:1000", "influencer_payable||11||KZT", "170000", "platform_fee||||KZT"):
        assert word in shown
