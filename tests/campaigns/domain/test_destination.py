import pytest

from campaigns.domain.destination import (
    DestinationError,
    destination_parse,
    host_of,
    host_parse,
    host_require,
)


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("https://alma.kz/p/1", "https://alma.kz/p/1"),
        ("  https://alma.kz  ", "https://alma.kz/"),
        ("HTTPS://Alma.KZ/P?A=b&c=%20#Top", "https://alma.kz/P?A=b&c=%20#Top"),
        ("https://alma.kz:443/p", "https://alma.kz/p"),
        ("https://alma.kz./p", "https://alma.kz/p"),
        ("https://алма.kz/жаңа", "https://xn--80aa6ae.kz/%D0%B6%D0%B0%D2%A3%D0%B0"),
        ("https://alma.kz//double//path", "https://alma.kz//double//path"),
        ("https://alma.kz/?q=a+b&q=%D0%B0", "https://alma.kz/?q=a+b&q=%D0%B0"),
    ],
)
def test_an_address_is_stored_in_ascii_and_its_path_letter_for_letter(text, stored):
    assert destination_parse(text) == stored


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "length"),
        ("https://alma.kz/" + "a" * 500, "length"),
        ("https://алма.kz/" + "ж" * 200, "length"),  # grows when it is percent-encoded
        ("http://alma.kz/", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("ftp://alma.kz/", "scheme"),
        ("alma.kz/p", "scheme"),
        ("//alma.kz/p", "scheme"),
        ("https://aigul@alma.kz/", "user_name"),
        ("https://alma.kz@evil.example/", "user_name"),
        ("https://alma.kz:8443/", "port"),
        ("https://alma.kz:99999/", "host"),
        ("https://alma.kz\\@evil.example/", "characters"),
        ("https://alma.kz/a b", "characters"),
        ("https://alma.kz/\r\nSet-Cookie:x=1", "characters"),
        ("https://alma.kz/\x00", "characters"),
        ("https://alma.kz/\u202egnp", "characters"),
        ("https://alma.kz/<script>", "characters"),
        ("https:///p", "host"),
        ("https://localhost/p", "host"),
        ("https://127.0.0.1/p", "host"),
        ("https://[::1]/p", "host"),
        ("https://2130706433/p", "host"),
        ("https://alma..kz/p", "host"),
        ("https://-alma.kz/p", "host"),
        ("https://" + "a" * 64 + ".kz/p", "host"),
    ],
)
def test_an_address_that_browsers_could_read_differently_is_refused(text, rule):
    with pytest.raises(DestinationError) as refused:
        destination_parse(text)
    assert refused.value.rule == rule


def test_one_origin_is_free_of_the_rules_about_hosts():
    free = "http://127.0.0.1:8002"
    assert destination_parse(f"{free}/shop/1?a=b", free_origin=free) == f"{free}/shop/1?a=b"
    for other in ("http://127.0.0.1:8003/", "http://127.0.0.1:80021/", "https://127.0.0.1:8002/"):
        with pytest.raises(DestinationError):
            destination_parse(other, free_origin=free)


def test_a_host_may_have_its_www_and_nothing_else():
    for url in ("https://alma.kz/x", "https://www.alma.kz/x"):
        host_require(url, ["alma.kz"])
        host_require(url, ["www.alma.kz"])
    for url in ("https://alma.kz.evil.example/", "https://shop.alma.kz/", "https://xalma.kz/"):
        with pytest.raises(DestinationError) as refused:
            host_require(url, ["alma.kz"])
        assert (refused.value.rule, refused.value.found) == ("foreign_host", host_of(url))


def test_a_cyrillic_twin_is_another_host():
    twin = destination_parse("https://аlma.kz/")  # the first letter is Cyrillic
    assert twin == "https://xn--lma-5cd.kz/"
    with pytest.raises(DestinationError):
        host_require(twin, ["alma.kz"])


@pytest.mark.parametrize("text", ["", "kz", "a b.kz", "alma_kz.kz", "1.2.3.4", "http://alma.kz"])
def test_what_is_no_host(text):
    with pytest.raises(DestinationError):
        host_parse(text)


def test_a_host_is_cleaned():
    assert host_parse(" Wildberries.KZ. ") == "wildberries.kz"
