"""Exclusive articles at their doors: the brand gives and takes back, the influencer sees theirs."""

import pytest

from campaigns.models import ExternalCode, Participation
from tests.doors.conftest import count, public_id, the
from tests.doors.test_traffic import portal_get


@pytest.fixture
def row(workplace):
    return public_id(Participation, pk=workplace.cast.tulpar.participation)


def test_an_article_is_given_shown_to_both_and_taken_back(workplace, row):
    answer = workplace.post("participation_skus", row, sku=" tu-set-1 ", last_on="2026-12-01")
    assert answer.status_code == 302
    (shown,) = workplace.page("participation_skus", row).rows
    assert (shown.sku, shown.is_over) == ("TU-SET-1", False)
    assert shown.when == "November\xa021, 2026 – December\xa01, 2026"
    assert workplace.page("campaign", workplace.live).participants[-1].skus == ("TU-SET-1",)
    own = portal_get(workplace, "campaign", args=[workplace.live]).context["page"].facts
    assert f"TU-SET-1 ({shown.when})" in [fact.value for fact in own]
    assert workplace.post("sku_end", row, code=shown.code).status_code == 302
    (over,) = workplace.page("participation_skus", row).rows
    assert (over.is_over, over.end_url) == (True, "")
    assert workplace.page("campaign", workplace.live).participants[-1].skus == ()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"sku": ""}, "required"),
        ({"sku": "TU", "last_on": "2026-11-01"}, "This day is over."),
        ({"sku": "TU", "first_on": "32.13.2026"}, "valid date"),
    ],
)
def test_a_refusal_says_what_is_wrong_and_keeps_what_was_typed(workplace, row, given, said):
    answer = workplace.post("participation_skus", row, **given)
    assert answer.status_code == 422
    assert said in str(answer.context["form"].errors)
    assert count(ExternalCode) == 0


def test_an_article_of_another_participation_is_not_found(workplace, row):
    workplace.post("participation_skus", row, sku="TU-SET-1")
    code = the(ExternalCode)
    other = public_id(Participation, pk=workplace.applied)
    assert workplace.post("sku_end", other, code=code.pk).status_code == 404
    assert workplace.post("sku_end", row, code="x").status_code == 404
    assert the(ExternalCode).valid_until is None
