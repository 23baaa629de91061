"""Phone numbers at their doors: the follower's page, the influencer's link, the brand's desk."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from attribution.domain.phone_claims import PhoneRefusal
from attribution.models import Connection, Conversion, PhoneClaim, PhonePepper
from attribution.services import pace
from campaigns.models import TrackingLink
from campaigns.services.code_pools import PoolTerms, codes_import
from core.accounts.models import User
from exchange.web.phone_words import PHONE_REFUSALS
from tests.attribution.phones import kaspi_open, leave, order_tell
from tests.doors.conftest import count, public_id, the


@pytest.fixture
def wall(workplace):
    return kaspi_open(workplace.cast)


@pytest.fixture
def kaspi(wall):
    return public_id(Connection, pk=wall.connection)


def url(name: str, *args, language: str = "en") -> str:
    with override(language):
        return reverse(name, args=args)


def text(answer) -> str:
    return answer.content.decode()


def consent_on(client: Client, wall, language: str = "en") -> str:
    """What the box on the page sends when it is ticked."""
    shown = text(client.get(url("receipt", wall.token, language=language)))
    (sha256,) = re.findall(r'name="consent" value="([0-9a-f]{64})"', shown)
    return sha256


def send(wall, client: Client | None = None, *, phone="8 701 123 45 67", language="en", **given):
    client = client or Client()
    agreed = consent_on(client, wall, language)
    address = url("phone_claim", wall.token, language=language)
    return client.post(address, {"phone": phone, "consent": agreed, **given})


# --- The follower ---------------------------------------------------------------------------


def test_a_follower_leaves_a_number_gets_the_code_and_sees_until_when(workplace, wall):
    mine = workplace.cast.tulpar
    terms = PoolTerms(campaign_id=mine.campaign, participation_id=mine.participation, name="Bonus")
    codes_import(terms, raw=b"BONUS-1X")
    client = Client()
    asked = text(client.get(url("receipt", wall.token)))
    assert "Take a promo code" in asked
    assert "Aliya" in asked
    assert "20.01.2027" in asked  # 30 days of the window, and 30 more
    answer = send(wall, client)
    kept = the(PhoneClaim)
    assert answer.url == url("phone_state", wall.token, kept.public_id)
    shown = text(client.get(answer.url))
    assert "BONUS-1X" in shown
    assert "+7 *** *** ** 67" in shown
    assert "701 123" not in shown
    # Another browser that types the number is told that it counts, and shown no code
    elsewhere = send(wall)
    assert elsewhere.status_code == 200
    assert "BONUS-1X" not in text(elsewhere)


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_consent_is_kept_in_the_language_in_which_it_was_read(wall, language):
    assert send(wall, language=language).status_code == 302
    assert the(PhoneClaim).consent_language == language


@pytest.mark.parametrize(
    ("given", "number"),
    [
        ({"phone": "12345"}, PhoneRefusal.NOT_A_PHONE),
        ({"phone": "7" * 5_000}, PhoneRefusal.NOT_A_PHONE),
        ({"consent": ""}, PhoneRefusal.NO_CONSENT),
        ({"consent": "0" * 64}, PhoneRefusal.CONSENT_CHANGED),
        ({"website": "https://spam.example"}, PhoneRefusal.NOT_A_PHONE),
    ],
)
def test_a_refusal_has_its_number_and_keeps_what_was_typed(wall, given, number):
    answer = send(wall, **given)
    assert answer.status_code == 422
    assert f"Reason {number.value}" in text(answer)
    assert count(PhoneClaim) == 0


def test_every_refusal_has_words():
    assert set(PHONE_REFUSALS) == set(PhoneRefusal)


def test_programs_are_slowed_down(wall, monkeypatch):
    monkeypatch.setattr(pace, "FOLLOWERS_MAX", 1)
    client = Client(REMOTE_ADDR="203.0.113.77")
    assert send(wall, client, phone="1").status_code == 422
    assert send(wall, client).status_code == 429
    assert client.post(url("phone_withdraw", wall.token), {"phone": "1"}).status_code == 429


def test_withdrawing_says_the_same_whether_the_number_was_there(wall):
    client = Client()
    send(wall, client)
    address = url("phone_withdraw", wall.token)
    assert "Erase my number" in text(client.get(address))
    for _ in range(2):
        answer = client.post(address, {"phone": "87011234567"})
        assert "Nothing of this number is left" in text(answer)
    withdrawn = the(PhoneClaim)
    assert withdrawn.state == "withdrawn"
    shown = client.get(url("phone_state", wall.token, withdrawn.public_id))
    assert "took the consent back" in text(shown)
    assert client.post(address, {"phone": "1"}).status_code == 422
    assert client.get(url("phone_withdraw", "no-such-link")).status_code == 404
    assert client.get(url("phone_state", wall.token, UUID(int=0))).status_code == 404


def test_a_closed_desk_asks_for_no_number(workplace, wall, kaspi):
    workplace.post("phones_close", kaspi)
    assert Client().get(url("receipt", wall.token)).status_code == 404
    answer = Client().post(url("phone_claim", wall.token), {"phone": "87011234567"})
    assert answer.url == url("receipt", wall.token)
    assert count(PhoneClaim) == 0


# --- The influencer -------------------------------------------------------------------------


def test_the_influencer_sees_how_many_and_why_and_never_the_number(workplace, wall):
    leave(wall.token)
    order_tell(wall)
    client = Client()
    client.force_login(User.objects.get(pk=workplace.cast.tulpar.person))
    link = public_id(TrackingLink, pk=workplace.cast.tulpar.link)
    page = client.get(url("portal:link", link)).context["page"]
    phones = page.receipts.phones
    assert (phones.left, phones.orders, phones.credited, phones.waiting) == (1, 1, 1, 1)
    assert page.receipts.takes_receipts is False
    sale = public_id(Conversion, order_number="701")
    shown = text(client.get(url("portal:earning", sale)))
    assert "A follower&#x27;s number, left on the page" in shown
    assert "1234567" not in shown


# --- The brand ------------------------------------------------------------------------------


def test_the_brand_confirms_an_order_that_waits_and_takes_the_list_away(workplace, wall, kaspi):
    leave(wall.token)
    order_tell(wall)
    page = workplace.page("phones", kaspi)
    (waiting,) = page.waiting
    assert (waiting.number, waiting.influencer_name, waiting.minor) == ("701", "Aliya", 255_000)
    assert [(row.status, row.consent) for row in page.rows] == [("active", "consent v1, Kazakh")]
    assert workplace.post("phones_confirm", kaspi, order=waiting.order).status_code == 302
    assert the(Conversion, order_number="701").confirmed_at is not None
    assert workplace.page("phones", kaspi).waiting == []
    table = b"".join(workplace.get("phones_csv", kaspi).streaming_content).decode("utf-8-sig")
    assert len(table.splitlines()) == 2
    assert '"Aliya";"Counts"' in table
    assert "1234567" not in table
    assert workplace.page("phones", kaspi, status="withdrawn").rows == []
    assert workplace.post("phones_confirm", kaspi, order="x").status_code == 404


def test_the_brand_opens_the_page_makes_a_new_key_and_closes_it(workplace, wall, kaspi):
    workplace.post("phones_rotate", kaspi)
    page = workplace.page("phones", kaspi)
    assert (page.is_open, page.days_kept) == (True, 30)
    assert count(PhonePepper) == 2
    workplace.post("phones_close", kaspi)
    closed = workplace.page("phones", kaspi)
    assert (closed.is_open, closed.rotate_url) == (False, "")
    workplace.post("phones_open", kaspi)
    assert workplace.page("phones", kaspi).is_open
    assert workplace.page("connection", kaspi).phones_url == workplace.url("phones", kaspi)


def test_only_a_source_that_tells_numbers_has_the_page(workplace, wall):
    shop = public_id(Connection, pk=workplace.shop.connection)
    assert workplace.get("phones", shop).status_code == 404
