"""What brands paste is harmless HTML, and the script they load is small."""

from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from attribution.domain.snippet import page_snippet, purchase_snippet
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


SECTIONS = (
    "___TERMS_OF_SERVICE___", "___INFO___", "___TEMPLATE_PARAMETERS___",
    "___SANDBOXED_JS_FOR_WEB_TEMPLATE___", "___WEB_PERMISSIONS___", "___TESTS___", "___NOTES___",
)  # fmt: skip
