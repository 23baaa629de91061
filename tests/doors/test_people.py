"""The list of a campaign's people: filters, decisions about many, download; and who may join."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.models import Campaign, Participation
from campaigns.services import campaign_join
from core.accounts.models import User
from core.notify.models import Message
from core.tenancy.context import acting_as
from influencers.models import Influencer, SocialProfile
from influencers.services import topic_save
from tests.cast import user_make
from tests.doors.conftest import count, public_id, the


@pytest.fixture
def applicants(workplace):
    """Two more who applied: Erlan of Almaty with 9 000 followers, and Mira of nowhere."""
    mine = workplace.cast.tulpar
    users = [user_make(f"{name}@people.example") for name in ("erlan", "mira")]
    with acting_as(system="test data"):
        Campaign.objects.filter(pk=mine.campaign).update(
            access="application", followers_min=5_000, cities=["almaty"]
        )
        erlan = Influencer.objects.create(user_id=users[0], name="Erlan", city="almaty")
        mira = Influencer.objects.create(user_id=users[1], name="=Mira")
        SocialProfile.objects.create(
            influencer=erlan, network="tiktok", handle="erlan", followers=9_000
        )
    return [
        campaign_join(campaign_id=mine.campaign, influencer_id=each.pk).public_id
        for each in (erlan, mira)
    ]


def names(page):
    return [row.name for row in page.rows]


def test_an_application_shows_what_is_met_and_what_is_not(workplace, applicants):
    rows = {row.name: row for row in workplace.page("people", workplace.live).rows}
    assert [(tick.text, tick.verdict) for tick in rows["Erlan"].ticks] == [
        ("Followers: at least 5\N{NO-BREAK SPACE}000", "met"),
        ("City: Almaty", "met"),
    ]
    assert [tick.verdict for tick in rows["=Mira"].ticks] == ["unknown", "unknown"]
    assert rows["Aliya"].ticks == []


def test_people_are_filtered_by_state_name_and_code(workplace, applicants):
    assert names(workplace.page("people", workplace.live)) == ["=Mira", "Erlan", "Dana", "Aliya"]
    assert names(workplace.page("people", workplace.live, status="approved")) == ["Aliya"]
    assert names(workplace.page("people", workplace.live, q="erl")) == ["Erlan"]
    assert names(workplace.page("people", workplace.live, q="aqt")) == ["Aliya"]
    nobody = workplace.page("people", workplace.live, q="erl", status="left")
    assert (nobody.rows, nobody.is_filtered, nobody.decide) == ([], True, None)
    odd = workplace.page("people", workplace.live, status="xx", after="zz")
    assert len(odd.rows) == 4


def test_the_ticked_are_accepted_together(workplace, applicants):
    before = count(Message, kind="participation_approved")
    answer = workplace.post(
        "people_decide", workplace.live, action="approve", people=[*map(str, applicants), "x"]
    )
    assert answer.url == workplace.url("people", workplace.live)
    assert count(Participation, public_id__in=applicants, state="approved") == 2
    assert count(Message, kind="participation_approved") == before + 2


def test_the_ticked_are_refused_for_a_reason(workplace, applicants):
    ids = [str(each) for each in applicants]
    answer = workplace.post("people_decide", workplace.live, action="reject", people=ids)
    assert answer.status_code == 422
    assert answer.context["page"].decide.errors == ["Choose a reason: the influencer reads it."]
    assert count(Participation, public_id__in=applicants, state="applied") == 2
    workplace.post(
        "people_decide", workplace.live, action="reject", people=ids, reason_code="topic"
    )
    assert count(Participation, public_id__in=applicants, state="rejected") == 2


def test_nobody_of_another_campaign_is_decided_about(workplace, applicants):
    foreign = public_id(Participation, pk=workplace.cast.sauran.participation)
    workplace.post("people_decide", workplace.live, action="reject", people=[str(foreign)])
    workplace.post("people_decide", workplace.live, action="approve", people=[])
    assert the(Participation, pk=workplace.cast.sauran.participation).state == "approved"


def test_a_no_is_taken_back_where_it_was_said(workplace):
    row = public_id(Participation, pk=workplace.applied)
    workplace.post("participation_reject", row, reason_code="topic", back="people")
    page = workplace.page("people", workplace.live, status="rejected")
    assert page.rows[0].reason == "your posts are about other things"
    answer = workplace.post("participation_restore", row, back="people")
    assert answer.url == workplace.url("people", workplace.live)
    assert the(Participation, pk=workplace.applied).state == "applied"
    assert workplace.post("participation_restore", row).status_code == 409


def test_the_list_is_taken_away_as_csv_without_formulas(workplace, applicants):
    answer = workplace.get("people_csv", workplace.live, status="applied")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    header, *rows = csv.reader(io.StringIO(text), delimiter=";")
    assert [row[:4] for row in rows] == [
        ["Dana", "", "0", "In review"],
        ["Erlan", "Almaty", "9000", "In review"],
        ["'=Mira", "", "0", "In review"],
    ]
    assert header[-1] == "Rewards, ₸"


def test_the_list_asks_the_same_number_of_questions_for_more_people(workplace, applicants):
    owner, url = workplace.client("owner"), workplace.url("people", workplace.live)

    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert owner.get(url).status_code == 200
        return len(asked.captured_queries)

    few = questions()
    user_id = user_make("more@people.example")
    with acting_as(system="test data"):
        more = Influencer.objects.create(user_id=user_id, name="More")
    campaign_join(campaign_id=workplace.cast.tulpar.campaign, influencer_id=more.pk)
    assert questions() == few


# --- Who may join ---------------------------------------------------------------------------


def test_requirements_of_a_running_campaign_are_changed_and_shown(workplace):
    with acting_as(ops=1):
        topic_save(
            slug="tea", name_kk="Шай", name_ru="Чай", name_en="Tea", position=1, is_active=True
        )
    answer = workplace.post(
        "campaign_rules",
        workplace.live,
        followers_min="5000",
        cities=["almaty", "astana"],
        topics=["tea"],
        participants_max="30",
    )
    assert answer.url == workplace.url("campaign", workplace.live)
    page = workplace.page("campaign", workplace.live)
    facts = {fact.label: fact.value for fact in page.facts}
    assert facts["City"] == "Almaty, Astana"
    assert facts["Topic"] == "Tea"
    assert facts["Followers"] == "at least 5\N{NO-BREAK SPACE}000"
    assert page.places == "Places taken: 2 of 30"  # Dana had waited, and nobody need decide


def test_requirements_that_contradict_themselves_come_back_with_why(workplace):
    answer = workplace.post(
        "campaign_rules", workplace.live, followers_min="10", followers_max="9", cities=["paris"]
    )
    assert answer.status_code == 422
    assert "cities" in answer.context["form"].errors
    assert the(Campaign, pk=workplace.cast.tulpar.campaign).followers_min is None


def test_a_new_campaign_keeps_its_requirements(workplace):
    form = {
        "title": "Жаңа жыл",
        "destination_url": "https://tulpar.example/p/2",
        "access": "application",
        "commission_percent": "7,5",
        "window_days": "30",
        "hold_days": "21",
        "code_policy": "code_wins",
        "typical_basket": "17 900",
        "budget": "100 000",
        "followers_min": "9",
        "followers_max": "5",
        "languages": ["kk"],
    }
    answer = workplace.post("campaign_new", **form)
    assert answer.status_code == 422
    assert "nobody could join" in str(answer.context["form"].errors["followers_max"])
    workplace.post("campaign_new", **{**form, "followers_max": "500"})
    made = the(Campaign, title="Жаңа жыл", followers_max=500)
    assert (made.followers_min, made.languages, made.cities) == (9, ["kk"], [])
    edit = workplace.get("campaign_edit", made.public_id).content.decode()
    assert 'value="500"' in edit


# --- The influencer's side ------------------------------------------------------------------


def test_the_influencer_sees_the_ticks_and_the_way_to_change_them(workplace):
    mine = workplace.cast.tulpar
    with acting_as(system="test data"):
        Participation.objects.filter(pk=workplace.applied).update(state="left")
        Campaign.objects.filter(pk=mine.campaign).update(
            access="public", followers_min=5_000, payee_types=["ip_general"]
        )
    dana = workplace.client("nobody")
    dana.force_login(User.objects.get(pk=workplace.cast.sauran.person))
    url = reverse("portal:campaign", args=[workplace.live])
    page = dana.get(url).context["page"]
    assert [(one.have, one.is_met, one.url) for one in page.requirements] == [
        ("You have not said it yet", False, reverse("portal:profile")),
        ("You have not said it yet", False, reverse("portal:setup")),
    ]
    assert not page.may_join
    assert dana.post(page.join_url).url == url
    assert the(Participation, pk=workplace.applied).state == "left"


def test_before_leaving_the_influencer_reads_what_stays_theirs(workplace):
    aliya = workplace.client("nobody")
    aliya.force_login(User.objects.get(pk=workplace.cast.tulpar.person))
    url = reverse("portal:campaign_leave", args=[workplace.live])
    page = aliya.get(url).context["page"]
    assert page.waiting_minor + page.approved_minor == 10_663_000
    assert the(Participation, pk=workplace.cast.tulpar.participation).state == "approved"
    assert aliya.post(url).url == reverse("portal:campaigns")
    assert the(Participation, pk=workplace.cast.tulpar.participation).state == "left"
    assert aliya.get(url).status_code == 302


def test_a_profile_keeps_language_and_at_most_five_topics(workplace):
    with acting_as(ops=1):
        for n in range(6):
            names = {f"name_{each}": f"T{n}" for each in ("kk", "ru", "en")}
            topic_save(slug=f"t{n}", position=n + 1, is_active=True, **names)
    dana = workplace.client("nobody")
    dana.force_login(User.objects.get(pk=workplace.cast.sauran.person))
    given = {
        "name": "Dana",
        "city": "almaty",
        "network": "tiktok",
        "page": "@dana",
        "followers": "4200",
        "language": "ru",
    }
    url = reverse("portal:profile")
    assert dana.post(url, {**given, "topics": [f"t{n}" for n in range(6)]}).status_code == 422
    assert dana.post(url, {**given, "topics": ["t9"]}).status_code == 422
    assert dana.post(url, {**given, "topics": ["t4", "t1"]}).status_code == 302
    kept = the(Influencer, pk=workplace.cast.sauran.influencer)
    assert (kept.language, kept.topics) == ("ru", ["t1", "t4"])
