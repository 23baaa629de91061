"""The team: who is in it, who may change it, and that a brand keeps an owner."""

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test.utils import CaptureQueriesContext

from brands.models import Brand, Member
from core.tenancy.context import acting_as
from tests.cast import user_make
from tests.doors.conftest import count, the, written


def test_everybody_is_shown_with_role_and_second_step(workplace):
    Authenticator.objects.create(
        user_id=workplace.people["finance"], type=Authenticator.Type.TOTP, data={}
    )
    Authenticator.objects.create(
        user_id=workplace.people["manager"], type=Authenticator.Type.RECOVERY_CODES, data={}
    )
    page = workplace.page("team")
    assert [(row.email, row.role, row.has_second_factor, row.is_you) for row in page.rows] == [
        ("owner@tulpar.example", "owner", False, True),
        ("analyst@tulpar.example", "analyst", False, False),
        ("manager@tulpar.example", "manager", False, False),
        ("finance@tulpar.example", "finance", True, False),
    ]
    assert page.may_invite
    assert [role for role, _word in page.roles] == ["owner", "manager", "finance", "analyst"]


@pytest.mark.parametrize("who", ["analyst", "manager", "finance"])
def test_only_an_owner_has_the_buttons(workplace, who):
    page = workplace.page("team", who=who)
    assert not page.may_invite
    assert {(row.role_url, row.remove_url) for row in page.rows} == {("", "")}


def test_a_person_of_birge_is_added_by_their_address(workplace):
    answer = workplace.post("team", email="DANA@people.example", role="analyst")
    assert answer.url == workplace.url("team")
    added = the(Member, user_id=workplace.cast.sauran.person)
    assert (added.brand_id, added.role, added.name) == (
        workplace.cast.tulpar.brand, "analyst", "Dana",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"email": "nobody@people.example"}, "email", "Nobody with this address is at Birge"),
        ({"email": "owner@tulpar.example"}, "email", "in the team already"),
        ({"email": "x"}, "email", "valid email"),
        ({"role": "king"}, "role", "not one of the available"),
    ],
)
def test_a_wrong_invitation_says_what_is_wrong(workplace, given, field, said):
    before = (count(Member), written(workplace))
    answer = workplace.post("team", **{"email": "dana@people.example", "role": "analyst"} | given)
    assert answer.status_code == 422
    assert said in " ".join(answer.context["form"].errors[field])
    assert (count(Member), written(workplace)) == before


def test_before_the_check_nobody_can_be_added(workplace):
    with acting_as(system="test data"):
        Brand.objects.filter(pk=workplace.cast.tulpar.brand).update(state="in_review")
    page = workplace.page("team")
    assert not page.may_invite
    assert page.closed_reason == "The team can grow once the company is verified."
    answer = workplace.post("team", email="dana@people.example", role="analyst")
    assert answer.status_code == 422
    assert count(Member, brand_id=workplace.cast.tulpar.brand) == 4


def test_a_role_is_changed(workplace):
    workplace.post("team_role", email="analyst@tulpar.example", role="manager")
    assert the(Member, user_id=workplace.people["analyst"]).role == "manager"
    assert workplace.post(
        "team_role", email="analyst@tulpar.example", role="king"
    ).status_code == 422  # fmt: skip


def test_a_person_is_removed_and_loses_the_pages_at_once(workplace):
    workplace.post("team_remove", email="manager@tulpar.example")
    assert count(Member, user_id=workplace.people["manager"]) == 0
    assert workplace.get("overview", who="manager").status_code == 404


@pytest.mark.parametrize(
    ("name", "given"), [("team_remove", {}), ("team_role", {"role": "analyst"})]
)
def test_a_brand_keeps_an_owner(workplace, name, given):
    answer = workplace.post(name, email="owner@tulpar.example", **given)
    assert answer.status_code == 409
    assert "A brand needs an owner" in answer.content.decode()
    assert the(Member, user_id=workplace.people["owner"]).role == "owner"


def test_an_owner_may_leave_when_another_stays(workplace):
    workplace.post("team_role", email="manager@tulpar.example", role="owner")
    answer = workplace.post("team_remove", email="owner@tulpar.example")
    assert answer.url == "/en/home/"
    assert workplace.get("overview").status_code == 404


@pytest.mark.parametrize("name", ["team_remove", "team_role"])
def test_somebody_of_another_brand_is_not_found(workplace, name):
    answer = workplace.post(name, email="m@x.example", role="analyst")
    assert answer.status_code == 404
    assert count(Member, brand_id=workplace.cast.sauran.brand) == 2


def test_the_page_asks_the_same_number_of_questions_for_more_people(workplace):
    owner, url = workplace.client("owner"), workplace.url("team")

    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert owner.get(url).status_code == 200
        return len(asked.captured_queries)

    few = questions()
    for n in range(4):
        user_make(f"t{n}@people.example", name=f"T {n}")
        workplace.post("team", email=f"t{n}@people.example", role="analyst")
    assert len(workplace.page("team").rows) == 8
    assert questions() == few
