"""A refund is asked for, prepared and approved only in sessions with a second factor."""

import pytest
from django.test import Client
from django.urls import reverse

from core.accounts.models import User
from payouts.models import Refund
from payouts.services.refunds import refund_prepare
from tests.doors.conftest import count, second_factor_use, the

GIVEN = {"amount": "1 000", "iban": "KZ41722C000000000001"}


def post(workplace, name="refunds", *args, second_factor: bool, who="owner"):
    client = workplace.client(who, second_factor=second_factor)
    return client.post(workplace.url(name, *args), GIVEN)


def test_without_a_second_step_nothing_is_asked_for_and_the_page_says_how(workplace):
    page = workplace.page("refunds")
    assert (page.may_ask, page.closed_url) == (False, reverse("mfa_index"))
    answer = workplace.get("refunds")
    assert "Turn it on, then log in with its code." in answer.content.decode()
    assert 'name="iban"' not in answer.content.decode()
    refused = post(workplace, second_factor=False)
    assert refused.status_code == 403
    assert "second step" in refused.content.decode()
    assert count(Refund) == 0


def test_who_may_not_move_money_is_told_that_and_not_to_log_in_again(workplace):
    page = workplace.page("refunds", who="analyst")
    assert (page.may_ask, page.closed_url) == (False, "")
    assert post(workplace, second_factor=True, who="analyst").status_code == 403
    assert count(Refund) == 0


def test_with_it_a_refund_is_asked_for_and_cancelled_without(workplace):
    client = workplace.client("owner", second_factor=True)
    assert client.get(workplace.url("refunds")).context["page"].may_ask
    assert post(workplace, second_factor=True).status_code == 302
    refund = the(Refund)
    assert (refund.amount_minor, refund.state) == (100_000, "requested")
    # taking it back sends nothing out
    answer = post(workplace, "refund_cancel", refund.public_id, second_factor=False)
    assert answer.status_code == 302
    assert the(Refund).state == "cancelled"


@pytest.fixture
def prepared(workplace):
    """Prepared by the maker; the checker decides."""
    assert post(workplace, second_factor=True).status_code == 302
    refund = the(Refund)
    refund_prepare(refund_id=refund.pk, person_id=workplace.cast.maker)
    return refund


def approve(user_id: int, refund: Refund, *, second_factor: bool):
    client = Client()
    client.force_login(User.objects.get(pk=user_id))
    if second_factor:
        second_factor_use(client, user_id)
    return client.post(f"/admin/payouts/refund/{refund.pk}/approve/", {"confirm": "on"})


def test_ops_approve_with_a_second_factor_alone_and_never_their_own(workplace, prepared):
    cast = workplace.cast
    answer = approve(cast.checker, prepared, second_factor=False)
    assert answer.status_code == 302
    assert answer.url.startswith("/admin/login/")
    assert the(Refund).state == "prepared"
    assert approve(cast.maker, prepared, second_factor=True).status_code in (200, 302, 403)
    assert the(Refund).state == "prepared"
    assert approve(cast.checker, prepared, second_factor=True).status_code == 302
    assert the(Refund).state == "approved"
