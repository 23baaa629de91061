"""Every page with sample content: it renders, says what it must, and keeps to the strict CSP."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from django.conf import settings as django_settings
from django.urls import reverse
from django.utils import translation

from exchange.web.gallery import PAGES

LANGUAGES = ("kk", "ru", "en")
pytestmark = pytest.mark.django_db


@pytest.fixture
def looking(settings):
    settings.DEBUG = True


class Strict(HTMLParser):
    """Collects what a strict CSP blocks, ids that repeat, and labels that lead nowhere."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.wanted: list[tuple[str, str]] = []
        self.headings = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.faults += [f"{tag} {name}" for name in given if name == "style" or name[:2] == "on"]
        if tag == "script" and "src" not in given and given.get("type") != "application/json":
            self.faults.append("inline script")
        if tag == "style":
            self.faults.append("style element")
        if tag == "h1":
            self.headings += 1
        if identity := given.get("id"):
            self.ids.append(identity)
        for name in ("for", "aria-labelledby", "popovertarget"):
            if value := given.get(name):
                self.wanted.append((name, value))
        for value in (given.get("aria-describedby") or "").split():
            self.wanted.append(("aria-describedby", value))


def read(text: str) -> Strict:
    parser = Strict()
    parser.feed(text)
    return parser


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_the_page_renders_and_keeps_to_the_csp(client, looking, name, language):
    answer = client.get(f"/{language}/_ui/{name}/")
    assert answer.status_code == 200
    page = read(answer.text)
    assert page.faults == []
    assert len(page.ids) == len(set(page.ids)), name
    assert [want for want in page.wanted if want[1] not in page.ids] == []
    if not name.endswith("-sheet"):
        assert page.headings == 1, name
        assert f'<html lang="{language}">' in answer.text


@pytest.mark.parametrize("name", [name for name in PAGES if not name.endswith("-sheet")])
def test_no_template_mark_is_left_over(client, looking, name):
    text = client.get(f"/en/_ui/{name}/").text
    assert not re.search(r"\{%|\{\{|%\(\w+\)s", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_gallery_shows_every_state(client, looking, language):
    answer = client.get(f"/{language}/_ui/")
    assert answer.status_code == 200
    assert answer.text.count('class="st s-') > 50


@pytest.mark.parametrize("path", ["/kk/_ui/", "/kk/_ui/home/"])
def test_the_gallery_is_closed_outside_development_and_demo(client, path):
    assert not django_settings.DEBUG
    assert not django_settings.DEMO
    assert client.get(path).status_code == 404


def test_a_page_that_the_gallery_lacks_is_not_found(client, looking):
    assert client.get("/kk/_ui/nothing/").status_code == 404


def test_the_header_forbids_inline_code(client):
    header = client.get("/kk/start/").headers["Content-Security-Policy"]
    assert "'unsafe-inline'" not in header
    assert "'unsafe-eval'" not in header
    assert "default-src 'none'" in header


def test_scripts_carry_the_nonce_of_the_header(client):
    answer = client.get("/kk/start/")
    nonce = re.search(r'nonce="([^"]+)"', answer.text)[1]
    assert f"'nonce-{nonce}'" in answer.headers["Content-Security-Policy"]


def test_before_signing_up_both_cards_lead_to_sign_up(client):
    text = client.get("/kk/start/").text
    assert "/kk/accounts/signup/?next=/kk/onboarding/" in text
    assert "/kk/accounts/signup/?next=/kk/onboarding/brand/" in text


def test_the_sign_up_page_keeps_the_side_that_was_chosen(client):
    brand = client.get("/en/accounts/signup/?next=/en/onboarding/brand/").text
    influencer = client.get("/en/accounts/signup/").text
    assert 'name="next" value="/en/onboarding/brand/"' in brand
    assert "Pay only for sales" in brand
    assert 'name="next" value="/en/onboarding/"' in influencer


@pytest.mark.parametrize(
    "name", ["account_login", "account_signup", "account_reset_password", "account_logout"]
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_doors_of_the_account_look_like_ours(client, name, language):
    with translation.override(language):
        answer = client.get(reverse(name), follow=True)
    assert answer.status_code == 200
    assert "build/app.css" in answer.text
    assert read(answer.text).faults == []


def test_the_policy_of_a_form_is_told_while_it_is_written(client):
    asked = {"window_days": "14", "hold_days": "21", "code_policy": "code_only"}
    answer = client.post("/en/policy/", asked)
    assert "Links are not counted." in answer.text
    assert "within 21 days" in answer.text


def test_the_reward_is_told_with_it(client):
    asked = {"window_days": "14", "hold_days": "21", "code_policy": "code_wins"}
    reward = {"reward_kind": "fixed", "fixed_reward": "2 000", "order_cap": "x"}
    answer = client.post("/en/policy/", asked | reward | {"sku_table": "A; 5\nB; 0\nC"})
    assert "however many goods are in it: 2\u00a0000\u00a0₸." in answer.text
    assert "Products with a reward of their own: 1. Products without a reward: 1." in answer.text


def test_what_a_sale_and_the_budget_cost_are_counted_with_it(client):
    """12.5 % of 17 900.00 is 2 237.50; our fee of it 335.63, VAT on that 53.70."""
    asked = {"window_days": "14", "hold_days": "21", "code_policy": "code_wins"}
    offer = {"commission_percent": "12,5", "typical_basket": "17 900", "budget": "1 000 000"}
    rates = {"fee_bps": "1500", "vat_bps": "1600"}
    text = plain(client.post("/en/policy/", asked | offer | rates).text)
    for figure in ("2 237,50", "335,63", "53,70", "2 626,83", "150 000,00", "24 000,00", ">446<"):
        assert figure in text, figure
    without_vat = plain(
        client.post("/en/policy/", asked | offer | rates | {"vat_kind": "without"}).text
    )
    assert "1 928,88" in without_vat  # 17 900.00 without 16 % VAT is 15 431.03


def plain(html: str) -> str:
    """Without the marks that typeset an amount."""
    return re.sub(r"<(?!/?d[dt])[^>]*>", "", html).replace("\u00a0", " ")


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"fee_bps": "x", "window_days": "14", "hold_days": "21", "code_policy": "code_wins"},
        {"window_days": "x", "hold_days": "21", "code_policy": "code_wins"},
        {"window_days": "14", "hold_days": "21", "code_policy": "anything"},
    ],
)
def test_an_unfinished_form_leaves_the_sentence_as_it_is(client, asked):
    assert client.post("/en/policy/", asked).status_code == 204
