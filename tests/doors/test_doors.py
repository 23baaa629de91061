"""Every address lies behind a door, and every door lets in whom it should."""

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils.translation import override

from core.accounts.models import User
from exchange.urls import SIDELESS
from tests.cast import user_make

# Who gets what at which address. Columns: nobody, a new person, an influencer, a brand's owner.
# in = 200, log = sent to the login, no = 404, on = sent on to where they belong
TABLE = """
address                 nobody  new  influencer  owner
landing                 in      in   in          in
start                   in      in   in          in
link_ended              in      in   in          in
home                    on      on   on          on
onboarding              log     in   on          in
brand_onboarding        log     in   in          in
portal:home             log     on   in          on
portal:campaigns        log     on   in          on
portal:links            log     on   in          on
portal:link_create      log     on   in          on
portal:earnings         log     on   in          on
portal:payouts          log     on   in          on
portal:setup            log     on   in          on
portal:profile          log     on   in          on
"""
COLUMNS, *ROWS = (line.split() for line in TABLE.strip().splitlines())
CASES = [
    pytest.param(row[0], who, wanted, id=f"{row[0]}-{who}")
    for row in ROWS
    for who, wanted in zip(COLUMNS[1:], row[1:], strict=True)
]


@pytest.fixture
def people(cast):
    return {
        "nobody": None,
        "new": user_make("new@people.example"),
        "influencer": cast.tulpar.person,
        "owner": cast.tulpar.owner,
    }


def client_of(user_id):
    client = Client()
    if user_id is not None:
        client.force_login(User.objects.get(pk=user_id))
    return client


def seen(answer):
    if answer.status_code == 200:
        return "in"
    if answer.status_code == 404:
        return "no"
    assert answer.status_code == 302, answer.status_code
    return "log" if "/login/" in answer.url else "on"


@pytest.mark.parametrize(("address", "who", "wanted"), CASES)
def test_who_gets_in_where(people, address, who, wanted):
    with override("kk"):
        url = reverse(address)
    assert seen(client_of(people[who]).get(url)) == wanted


@pytest.mark.parametrize(
    ("who", "place"),
    [
        ("nobody", "landing"),
        ("new", "start"),
        ("influencer", "portal:home"),
    ],
)
def test_home_is_where_somebody_belongs(people, who, place):
    with override("kk"):
        answer = client_of(people[who]).get(reverse("home"))
        assert answer.url == reverse(place)


def test_staff_belongs_to_ops(cast):
    with override("kk"):
        assert client_of(cast.maker).get(reverse("home")).url == reverse("admin:index")


def leaves(entries, prefix=""):
    for entry in entries:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from leaves(entry.url_patterns, path)
        elif isinstance(entry, URLPattern):
            yield path, entry


def test_every_address_has_a_door_or_a_reason_to_have_none():
    """One that is forgotten would run as the bare login role, and fail on its first row."""
    with override("en"):
        bare = {
            path.removeprefix("en/")
            for path, entry in leaves(get_resolver().url_patterns)
            if not hasattr(entry.callback, "opener")
        }
    forgotten = {path for path in bare if not path.startswith(tuple(SIDELESS))}
    assert forgotten == set()


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize(
    ("address", "who"),
    [
        ("landing", "nobody"),
        ("start", "nobody"),
        ("link_ended", "nobody"),
        ("onboarding", "new"),
        ("brand_onboarding", "new"),
        ("portal:setup", "influencer"),
        ("portal:profile", "influencer"),
    ],
)
def test_a_page_speaks_three_languages(people, address, who, language):
    with override(language):
        answer = client_of(people[who]).get(reverse(address))
    assert answer.status_code == 200
    assert f'<html lang="{language}"' in answer.content.decode()


def test_an_address_without_a_language_finds_the_readers(cast):
    User.objects.filter(pk=cast.tulpar.person).update(language="kk")
    answer = client_of(cast.tulpar.person).get("/portal/links/?a=1")
    assert (answer.status_code, answer.url) == (302, "/kk/portal/links/?a=1")


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("post", "landing"),
        ("get", "portal:setup_recheck"),
        ("put", "portal:link_create"),
        ("delete", "portal:profile"),
    ],
)
def test_another_method_is_refused(people, method, address):
    with override("kk"):
        answer = getattr(client_of(people["influencer"]), method)(reverse(address))
    assert answer.status_code == 405


@pytest.mark.parametrize("address", ["onboarding", "brand_onboarding"])
def test_nul_bytes_and_bad_unicode_are_refused_at_the_edge(people, address):
    client = client_of(people["new"])
    with override("kk"):
        url = reverse(address)
    for text in ("a\x00b", "a\ufffdb"):
        assert client.post(url, {"name": text}).status_code == 400
    assert client.get(url, {"q": "\x00"}).status_code == 400


def test_a_form_without_its_token_is_refused(people):
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.get(pk=people["new"]))
    with override("kk"):
        for address in ("onboarding", "brand_onboarding"):
            assert client.post(reverse(address), {"name": "x"}).status_code == 403
