"""What brands paste is harmless HTML, and the script they load is small."""

import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from attribution.domain.snippet import page_snippet, purchase_snippet, tag_template
from attribution.views import SCRIPT

SITE = "0192f3b4c5d67e8fa0b1c2d3e4f50617"
TEMPLATE = Path(__file__).parents[3] / "exchange/web/assets/snippet/birge.tpl"


def test_the_snippet_names_the_script_and_the_shop():
    assert page_snippet("https://birge.kz", SITE, days=30).endswith(
        f'<script async src="https://birge.kz/js/birge.js" data-site="{SITE}"'
        ' data-days="30"></script>'
    )
    assert f'src="https://birge.kz/t/{SITE}.gif?order=' in purchase_snippet(
        "https://birge.kz", SITE
    )


def test_what_is_put_into_it_cannot_leave_its_attribute():
    hostile = 'x"></script><script>alert(1)</script>'
    assert "alert(1)</script>" not in page_snippet("https://birge.kz", hostile)
    assert "<script>alert" not in purchase_snippet("https://birge.kz", hostile)


@pytest.mark.skipif(finders.find(SCRIPT) is None, reason="no built script: make assets")
def test_the_script_is_smaller_than_three_kilobytes():
    script = Path(finders.find(SCRIPT)).read_bytes()
    assert 1_000 < len(script) < 3_000
    assert b"cpa_click" in script


SECTIONS = [
    "INFO", "TEMPLATE_PARAMETERS", "SANDBOXED_JS_FOR_WEB_TEMPLATE", "WEB_PERMISSIONS", "TESTS",
    "NOTES",
]  # fmt: skip


def sections(text: str) -> dict[str, str]:
    parts = re.split(r"^___([A-Z_]+)___$", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_the_tag_managers_template_has_its_sections_and_leads_to_us():
    found = sections(tag_template(TEMPLATE.read_text(), "https://birge.kz", SITE))
    assert list(found) == SECTIONS
    assert json.loads(found["INFO"])["type"] == "TAG"
    names = [each["name"] for each in json.loads(found["TEMPLATE_PARAMETERS"])]
    assert set(
        re.findall(r"\bdata\.(?!gtmOn)(\w+)", found["SANDBOXED_JS_FOR_WEB_TEMPLATE"])
    ) == set(names)
    shop = json.loads(found["TEMPLATE_PARAMETERS"])[1]
    assert (shop["name"], shop["defaultValue"]) == ("siteId", SITE)
    assert "birge.example" not in "".join(found.values())


def test_the_template_asks_leave_for_just_what_its_code_requires():
    found = sections(TEMPLATE.read_text())
    required = set(re.findall(r"require\('(\w+)'\)", found["SANDBOXED_JS_FOR_WEB_TEMPLATE"]))
    granted = {each["instance"]["key"]["publicId"] for each in json.loads(found["WEB_PERMISSIONS"])}
    needs = {
        "injectScript": "inject_script",
        "callInWindow": "access_globals",
        "copyFromDataLayer": "read_data_layer",
    }
    assert required == {*needs, "encodeUriComponent"}  # that one needs no leave
    assert granted == set(needs.values())
