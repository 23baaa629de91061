"""Which language a page is in, and how one changes it."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import translation

from core.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("accepted", ["", "ru-RU,ru;q=0.9", "en"])
def test_a_new_visitor_is_spoken_to_in_kazakh_whatever_the_browser_says(client, accepted):
    answer = client.get("/start/", headers={"accept-language": accepted})
    assert answer.status_code == 302
    assert answer["Location"] == "/kk/start/"


def test_the_query_survives_the_redirect(client):
    assert client.get("/start/?a=1&b=2")["Location"] == "/kk/start/?a=1&b=2"


def test_the_cookie_remembers_the_choice(client):
    client.cookies["language"] = "ru"
    assert client.get("/start/")["Location"] == "/ru/start/"


def test_an_invented_cookie_is_kazakh(client):
    client.cookies["language"] = "../xx"
    assert client.get("/start/")["Location"] == "/kk/start/"


def test_the_account_wins_over_the_cookie(client):
    user = User.objects.create_user("aliya@birge.example", "correct horse 9", language="en")
    client.force_login(user)
    client.cookies["language"] = "ru"
    assert client.get("/start/")["Location"] == "/en/start/"


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_address_wins_over_everything(client, language):
    client.cookies["language"] = "ru"
    answer = client.get(f"/{language}/start/")
    assert answer.headers["Content-Language"] == language
    assert f'<html lang="{language}">' in answer.text


def test_a_redirect_is_told_apart_by_cookie(client):
    assert "Cookie" in client.get("/start/")["Vary"]


def test_a_page_that_is_nowhere_is_not_redirected(client):
    assert client.get("/no-such-page/").status_code == 404
    assert client.post("/start/").status_code == 404


def switch(client, **data):
    with translation.override("kk"):
        return client.post(reverse("language"), data)


def test_the_switch_keeps_the_page_and_its_query(client):
    answer = switch(client, language="ru", next="/kk/_ui/home/?period=7")
    assert answer["Location"] == "/ru/_ui/home/?period=7"
    assert answer.cookies["language"].value == "ru"


def test_the_switch_is_remembered_in_the_account(client):
    user = User.objects.create_user("aliya@birge.example", "correct horse 9")
    client.force_login(user)
    switch(client, language="en", next="/kk/start/")
    user.refresh_from_db()
    assert user.language == "en"


@pytest.mark.parametrize(
    "place", ["https://evil.example/kk/", "//evil.example", "javascript:alert(1)", ""]
)
def test_the_switch_never_leads_away(client, place):
    assert switch(client, language="ru", next=place)["Location"] in ("/", "/ru/")


def test_a_language_we_do_not_speak_is_refused_and_nothing_is_set(client):
    answer = switch(client, language="de", next="/kk/start/")
    assert answer.status_code == 422
    assert "language" not in answer.cookies


def test_the_switch_is_no_link(client):
    with translation.override("kk"):
        assert client.get(reverse("language")).status_code == 405
