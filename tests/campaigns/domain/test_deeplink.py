from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.domain.deeplink import (
    DESTINATION_CHARS_MAX,
    DestinationError,
    DestinationRule,
    append_click,
    click_parts,
    destination_check,
    host_normalise,
)

R = DestinationRule
HOSTS = ["shop.kz", "*.alma.kz", "дүкен.қаз"]
ID = "019de0c5b0007abc8000000000000001"


@pytest.mark.parametrize(
    ("_case", "url", "stored"),
    [
        ("a bare shop", "https://shop.kz", "https://shop.kz"),
        ("path, query, fragment", "https://shop.kz/a?b=1#f", "https://shop.kz/a?b=1#f"),
        ("capitals and the port of https", "HTTPS://Shop.KZ:443/A", "https://shop.kz/A"),
        ("blanks around", "  https://shop.kz/  ", "https://shop.kz/"),
        ("a name below a wildcard", "https://m.alma.kz/p", "https://m.alma.kz/p"),
        ("two below a wildcard", "https://a.b.alma.kz/", "https://a.b.alma.kz/"),
        ("a Kazakh name", "https://дүкен.қаз/", "https://xn--d1acon18c.xn--80ao21a/"),
        ("the same in ASCII", "https://xn--d1acon18c.xn--80ao21a", "https://xn--d1acon18c.xn--80ao21a"),
        ("an ideographic full stop", "https://shop。kz/", "https://shop.kz/"),
        ("encoded stays byte for byte", "https://shop.kz/%d0%bF%2F?q=%20+%zz", "https://shop.kz/%d0%bF%2F?q=%20+%zz"),
        ("Cyrillic is encoded", "https://shop.kz/Қалта?түс=ақ", "https://shop.kz/%D2%9A%D0%B0%D0%BB%D1%82%D0%B0?%D1%82%D2%AF%D1%81=%D0%B0%D2%9B"),
        ("what no address may hold is encoded", 'https://shop.kz/?a=b|c{d}"<e>', "https://shop.kz/?a=b%7Cc%7Bd%7D%22%3Ce%3E"),
        ("a host's name in a query is just text", "https://shop.kz/?u=https://evil.com", "https://shop.kz/?u=https://evil.com"),
        ("an at sign in the path", "https://shop.kz/@aliya", "https://shop.kz/@aliya"),
        ("another parameter that begins so", "https://shop.kz/?cpa_clicks=1", "https://shop.kz/?cpa_clicks=1"),
    ],
)  # fmt: skip
def test_an_address_of_the_campaigns_shop_is_stored(_case, url, stored):
    assert destination_check(url, HOSTS) == stored


@pytest.mark.parametrize(
    ("_case", "url", "rule"),
    [
        ("empty", "", R.LENGTH),
        ("blank", "   ", R.LENGTH),
        ("too long", "https://shop.kz/" + "a" * 500, R.LENGTH),
        ("too long once encoded", "https://shop.kz/" + "қ" * 200, R.LENGTH),
        ("not encrypted", "http://shop.kz/", R.SCHEME),
        ("no scheme", "shop.kz/a", R.SCHEME),
        ("the page's own scheme", "//evil.com", R.SCHEME),
        ("a script", "javascript:alert(1)//https://shop.kz", R.SCHEME),
        ("data", "data:text/html,hi", R.SCHEME),
        ("one slash", "https:/shop.kz", R.SCHEME),
        ("backslashes", "https:\\\\shop.kz", R.CHARACTERS),
        ("a backslash that browsers read as a slash", "https://evil.com\\@shop.kz", R.CHARACTERS),
        ("a line break", "https://shop.kz/\r\nSet-Cookie: a=b", R.CHARACTERS),
        ("a tab that browsers drop", "https://sho\tp.kz/", R.CHARACTERS),
        ("a NUL", "https://shop.kz/\x00", R.CHARACTERS),
        ("a blank inside", "https://shop.kz/a b", R.CHARACTERS),
        ("text that runs the other way", "https://shop.kz/\u202egpj", R.CHARACTERS),
        ("no width", "https://shop.kz/\u200b", R.CHARACTERS),
        ("half a character", "https://shop.kz/\ud800", R.CHARACTERS),
        ("a user that looks like the shop", "https://shop.kz@evil.com/", R.USERINFO),
        ("a user and a password", "https://a:b@shop.kz/", R.USERINFO),
        ("another port", "https://shop.kz:8443/", R.PORT),
        ("no port behind its colon", "https://shop.kz:/", R.PORT),
        ("the port of https, padded", "https://shop.kz:0443/", R.PORT),
        ("IPv6", "https://[::1]/", R.PORT),
        ("no host", "https:///shop.kz", R.HOST),
        ("a machine of the local net", "https://localhost/", R.HOST),
        ("an address by number", "https://127.0.0.1/", R.HOST),
        ("by one number", "https://2130706433/", R.HOST),
        ("by a hexadecimal one", "https://0x7f.0x1/", R.HOST),
        ("fullwidth digits", "https://１２７.0.0.1/", R.HOST),
        ("a dot at the end", "https://shop.kz./", R.HOST),
        ("two dots", "https://shop..kz/", R.HOST),
        ("an encoded host", "https://shop%2ekz/", R.HOST),
        ("an underscore", "https://sh_op.kz/", R.HOST),
        ("another shop", "https://evil.com/", R.HOST_NOT_ALLOWED),
        ("the shop's name at the end", "https://evilshop.kz/", R.HOST_NOT_ALLOWED),
        ("the shop's name at the start", "https://shop.kz.evil.com/", R.HOST_NOT_ALLOWED),
        ("below a name without wildcard", "https://m.shop.kz/", R.HOST_NOT_ALLOWED),
        ("a wildcard is not the name itself", "https://alma.kz/", R.HOST_NOT_ALLOWED),
        ("ends like a wildcard", "https://evilalma.kz/", R.HOST_NOT_ALLOWED),
        ("a Cyrillic twin", "https://ѕhop.kz/", R.HOST_NOT_ALLOWED),
        ("somebody's click id", "https://shop.kz/?a=1&cpa_click=x", R.CLICK_PARAMETER),
        ("the same, encoded", "https://shop.kz/?cpa%5Fclick", R.CLICK_PARAMETER),
    ],
)  # fmt: skip
def test_an_address_that_could_lead_elsewhere_says_which_rule_it_breaks(_case, url, rule):
    with pytest.raises(DestinationError) as refused:
        destination_check(url, HOSTS)
    assert refused.value.rule == rule


def test_without_allowed_hosts_nothing_is_allowed():
    with pytest.raises(DestinationError) as refused:
        destination_check("https://shop.kz/", [])
    assert (refused.value.rule, refused.value.found) == (
        DestinationRule.HOST_NOT_ALLOWED,
        "shop.kz",
    )


@given(st.text(max_size=60))
def test_whatever_is_typed_leads_to_an_allowed_host_or_nowhere(text):
    for url in (text, f"https://{text}", f"https://shop.kz{text}", f"https://shop.kz/{text}"):
        try:
            stored = destination_check(url, ["shop.kz"])
        except DestinationError:
            continue
        assert urlsplit(stored).netloc == "shop.kz"
        assert stored.isascii()
        assert stored.isprintable()
        assert len(stored) <= DESTINATION_CHARS_MAX
        assert destination_check(stored, ["shop.kz"]) == stored


@given(
    st.from_regex(r"(/[a-z%0-9]{0,6}){0,3}(\?[a-z=&%;+]{0,12})?(#[a-z?&=]{0,8})?", fullmatch=True)
)
def test_a_click_id_is_read_back_and_takes_nothing_away(tail):
    url = f"https://shop.kz{tail}"
    with_click = append_click(url, ID)
    assert dict(parse_qsl(urlsplit(with_click).query))["cpa_click"] == ID
    assert with_click.endswith(urlsplit(url).fragment)
    for joint in ("?", "&", ""):
        if with_click.replace(f"{joint}cpa_click={ID}", "") == url:
            return
    pytest.fail(with_click)


def test_the_click_process_joins_three_strings():
    before, after = click_parts("https://shop.kz/p?a=1#top")
    assert (before, after) == ("https://shop.kz/p?a=1&cpa_click=", "#top")


def test_hosts_are_compared_in_one_form():
    assert host_normalise("SHOP.kz") == "shop.kz"
    assert host_normalise("Дүкен.ҚАЗ") == "xn--d1acon18c.xn--80ao21a"
