import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from core.accounts.models import User
from core.tenancy.context import acting_as
from ledger.models import Account, Balance, Journal
from tests.ledger.worlds import two_sales

pytestmark = pytest.mark.django_db


@pytest.fixture
def ops(client: Client) -> Client:
    """A superuser, whom the ledger lets do as little as anybody, with a second factor."""
    user = User.objects.create_superuser("ops@example.org", "correct horse 9", language="en")
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "at": 1}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client


@pytest.mark.parametrize(
    ("model", "word"),
    [
        (Account, "brand_free|1|||KZT"),
        (Balance, "brand_free|1|||KZT"),
        (Journal, "payout:2000"),
    ],
)
def test_ops_look_and_add_nothing(ops, model, word):
    two_sales()
    name = f"admin:ledger_{model._meta.model_name}"
    assert word in ops.get(reverse(f"{name}_changelist")).content.decode()
    assert ops.get(reverse(f"{name}_add")).status_code == 403


@pytest.mark.parametrize("model", [Account, Balance, Journal])
def test_not_even_a_superuser_may_touch(ops, rf, model):
    request = rf.get("/")
    request.user = User.objects.get()
    screens = admin.site._registry[model]
    assert screens.has_view_permission(request)
    for verb in ("add", "change", "delete"):
        assert not getattr(screens, f"has_{verb}_permission")(request)


def test_a_journal_is_shown_with_its_legs(ops):
    two_sales()
    with acting_as(ops=1):
        journal = Journal.objects.get(business_key="appr:1000")
    shown = ops.get(reverse("admin:ledger_journal_change", args=[journal.pk])).content.decode()
    for word in (
        "appr:1000",
        "influencer_payable||11||KZT",
        "1\u00a0700,00\u00a0₸",
        "platform_fee||||KZT",
    ):
        assert word in shown


@pytest.mark.parametrize(("kind", "is_offered"), [("deposit", True), ("approval", False)])
def test_a_correction_is_offered_of_what_has_no_document_of_its_own(ops, kind, is_offered):
    two_sales()
    with acting_as(ops=1):
        journal = Journal.objects.filter(kind=kind).order_by("pk")[0]
    shown = ops.get(reverse("admin:ledger_journal_change", args=[journal.pk])).content.decode()
    assert (reverse("admin:ledger_journal_correct", args=[journal.pk]) in shown) == is_offered
