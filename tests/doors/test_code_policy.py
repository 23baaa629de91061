"""The rule between two campaigns, on a page of the brand."""

from __future__ import annotations

from brands.models import Brand
from tests.doors.conftest import the


def test_a_writer_changes_the_rule_and_an_analyst_only_reads_it(workplace):
    assert "the promo code wins" in workplace.page("campaigns").policy_text
    page = workplace.page("code_policy")
    assert [(each.value, each.is_current) for each in page.choices] == [
        ("code_wins", True),
        ("click_wins", False),
    ]
    assert workplace.post("code_policy", policy="click_wins").status_code == 302
    assert the(Brand, pk=workplace.cast.tulpar.brand).code_policy == "click_wins"
    workplace.post("code_policy", policy="code_only")
    assert the(Brand, pk=workplace.cast.tulpar.brand).code_policy == "click_wins"
    assert "the link wins" in workplace.page("campaigns").policy_text
    assert workplace.page("code_policy", who="analyst").action_url == ""
    assert workplace.post("code_policy", who="analyst", policy="code_wins").status_code == 403
