"""The influencer's own promo code, on the page of a link."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from campaigns.models import TrackingLink
from core.accounts.models import User
from core.tenancy.context import acting_as
from tests.clocks import clock_at
from tests.doors.test_brand_codes import said
from tests.world import NOON

_noon = clock_at(NOON)


@pytest.fixture
def aliya(client, cast):
    client.force_login(User.objects.get(pk=cast.tulpar.person))
    with override("en"):
        yield client


def own(client, cast, name, **given):
    with acting_as(system="test"):
        link = TrackingLink.objects.get(pk=cast.tulpar.link).public_id
    url = reverse(f"portal:{name}", args=[link])
    return client.post(url, given, follow=True) if name != "link" else client.get(url)


def test_an_influencer_chooses_a_code_and_sees_until_when_the_old_one_counts(aliya, cast):
    answer = own(aliya, cast, "link_code_wish", code="dana-25")
    page = answer.context["page"].own_code
    assert (page.code, page.aliases) == ("DANA25", ("ДАНА25", "ВФТФ25"))
    assert [code for code, _until in page.former] == ["AQTAS"]
    answer = own(aliya, cast, "link_code_wish", code="DANA10")
    assert "without 0, O, 1, I and L" in said(answer)[0]
    assert answer.context["page"].own_code.code == "DANA25"


def test_without_one_time_codes_there_is_none_to_take(aliya, cast):
    assert "Ask the brand for more" in said(own(aliya, cast, "link_code_take"))[0]
