"""Groups at the doors: the brand's list and forms, and what each influencer reads of them."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from campaigns.domain.offer import Offer
from campaigns.models import Campaign, ParticipantGroup, Participation
from campaigns.services import campaign_join, group_create, group_move
from core.accounts.models import User
from core.tenancy.context import acting_as
from influencers.models import Influencer, SocialProfile
from tests.cast import user_make
from tests.doors.conftest import count, public_id, the
from tests.doors.test_brand_permissions import CAMPAIGN_FORM

GROUP_FORM = {**CAMPAIGN_FORM, "name": "Top bloggers", "commission_percent": "15"}


@pytest.fixture
def top(workplace):
    """A group of 15 % where everybody has 10 %, nobody in it."""
    with acting_as(brand=workplace.cast.tulpar.brand, user_id=workplace.cast.tulpar.owner):
        return group_create(
            campaign_id=workplace.cast.tulpar.campaign,
            name="Top bloggers",
            offer=Offer(
                title="-", destination_url="-", budget_minor=10**8,
                typical_basket_minor=2_000_000, commission_bps=1_500,
            ),
        )  # fmt: skip


@pytest.fixture
def aliya(workplace):
    return public_id(Participation, pk=workplace.cast.tulpar.participation)


def as_influencer(workplace, person):
    client = workplace.client("nobody")
    client.force_login(User.objects.get(pk=person))
    return client


def press(workplace, name, *args, **given):
    """What the owner is told after it."""
    answer = workplace.client("owner").post(workplace.url(name, *args), given, follow=True)
    return [str(each) for each in answer.context["messages"]]


def move(workplace, group, *people):
    return press(
        workplace,
        "people_move",
        workplace.live,
        group=str(group.public_id) if group else "",
        people=[str(each) for each in people],
    )


def test_a_group_is_made_filled_and_emptied_on_the_list_of_people(workplace, aliya):
    assert workplace.page("people", workplace.live).groups.rows == []
    answer = workplace.post("group_new", workplace.live, **GROUP_FORM)
    assert answer.url == workplace.url("people", workplace.live)
    page = workplace.page("people", workplace.live)
    (row,) = page.groups.rows
    # 15 % of 20 000 ₸ is 3 000; 15 % of it our fee, 450; 16 % VAT on that, 72
    assert (row.name, row.rate_text, row.people, row.cost_minor) == (
        "Top bloggers", "15%", 0, 3_522_00,
    )  # fmt: skip
    group = the(ParticipantGroup)
    assert move(workplace, group, aliya) == ["Moved: 1 influencer."]
    page = workplace.page("people", workplace.live, group=str(group.public_id))
    assert [(row.name, row.group) for row in page.rows] == [("Aliya", "Top bloggers")]
    assert [(choice.label, choice.count) for choice in page.group_choices] == [
        ("All groups", None), ("Top bloggers", 1),
    ]  # fmt: skip
    text = b"".join(
        workplace.get("people_csv", workplace.live, group=str(group.public_id)).streaming_content
    ).decode("utf-8-sig")
    header, *rows = csv.reader(io.StringIO(text), delimiter=";")
    assert [(row[0], row[header.index("Group")]) for row in rows] == [("Aliya", "Top bloggers")]

    assert page.rows[0].group_out_url == workplace.url("participation_group_out", aliya)
    (told,) = press(workplace, "participation_group_out", aliya)
    assert told.endswith("earns less by it does so from December\xa021, 2026: they got a letter.")
    assert the(Participation, public_id=aliya).group_id is None


def test_terms_of_a_group_change_and_it_ends(workplace, aliya, top):
    move(workplace, top, aliya)
    form = workplace.get("group_edit", top.public_id).context["form"]
    assert (form["name"].value(), form["commission_percent"].value()) == ("Top bloggers", "15")
    same = workplace.post("group_edit", top.public_id, **GROUP_FORM)
    assert same.status_code == 422
    cut = {**GROUP_FORM, "commission_percent": "12", "name": "Best"}
    assert workplace.post("group_edit", top.public_id, **cut).status_code == 302
    (row,) = workplace.page("people", workplace.live).groups.rows
    assert (row.name, row.rate_text, row.coming) == (
        "Best", "12%", "1 influencer has these terms only from December\xa021, 2026.",
    )  # fmt: skip
    assert "Best 12%" in workplace.get("campaign", workplace.live).content.decode()
    workplace.post("group_end", top.public_id)
    assert workplace.page("people", workplace.live).groups.rows == []
    assert workplace.get("group_edit", top.public_id).status_code == 404


def test_what_cannot_be_moved_is_said(workplace, aliya, top):
    assert move(workplace, top) == ["Tick the influencers first."]
    applied = public_id(Participation, pk=workplace.applied)
    assert move(workplace, top, applied, aliya) == [
        "Moved: 1 influencer.",
        "Not changed: 1. Only who takes part is put into a group: accept them first.",
    ]
    assert move(workplace, top, aliya) == ["They are there already."]
    with acting_as(system="test"):
        other = ParticipantGroup.objects.create(
            campaign_id=workplace.cast.sauran.campaign,
            brand_id=workplace.cast.sauran.brand,
            name="Theirs",
        )
    given = {"group": str(other.public_id), "people": [str(aliya)]}
    assert workplace.post("people_move", workplace.live, **given).status_code == 404
    bad = workplace.post("group_new", workplace.live, **GROUP_FORM)
    assert bad.status_code == 422
    assert list(bad.context["form"].errors) == ["name"]


def test_each_influencer_reads_their_own_rate_everywhere(workplace, aliya, top):
    dana = workplace.cast.sauran
    campaign_join(campaign_id=workplace.cast.tulpar.campaign, influencer_id=dana.influencer)
    with acting_as(system="test"):
        Participation.objects.filter(pk=workplace.applied).update(state="approved")
    group_move(
        campaign_id=workplace.cast.tulpar.campaign,
        participation_ids=[workplace.cast.tulpar.participation],
        group_id=top.pk,
    )
    mine = as_influencer(workplace, workplace.cast.tulpar.person)
    theirs = as_influencer(workplace, dana.person)
    url = reverse("portal:campaign", args=[workplace.live])
    for client, rate in ((mine, "15%"), (theirs, "10%")):
        page = client.get(url).context["page"]
        assert (page.card.rate_text, page.coming) == (rate, None)
        (card,) = [
            card for card in client.get(reverse("portal:campaigns")).context["page"].cards
            if card.title == "tulpar sale"
        ]  # fmt: skip
        assert card.rate_text == rate
        text = client.get(url).content.decode()
        assert "Top bloggers" not in text
        assert ("15%" in text) == (rate == "15%")
    (link,) = mine.get(reverse("portal:links")).context["page"].cards
    shown = mine.get(link.detail_url).context["page"]
    assert (link.rate_text, shown.per_sale_minor) == ("15%", 3_000_00)


def test_the_links_say_what_holds_now_and_what_comes(workplace, top):
    cast = workplace.cast
    ids = [cast.tulpar.participation]
    move_to = {"campaign_id": cast.tulpar.campaign, "participation_ids": ids}
    group_move(**move_to, group_id=top.pk)
    group_move(**move_to, group_id=None)
    client = as_influencer(workplace, cast.tulpar.person)
    (card,) = client.get(reverse("portal:links")).context["page"].cards
    assert (card.rate_text, card.coming_text) == ("15%", "from December\xa021, 2026: 10%")
    page = client.get(card.detail_url).context["page"]
    assert (page.per_sale_minor, page.coming.since.isoformat()) == (3_000_00, "2026-12-21")
    assert "From December\xa021" in client.get(card.detail_url).content.decode()


def test_who_is_invited_to_a_group_reads_its_rate_and_gets_it(workplace, top):
    user_id = user_make("erlan@people.example")
    with acting_as(system="test data"):
        Campaign.objects.filter(pk=workplace.cast.tulpar.campaign).update(access="private")
        erlan = Influencer.objects.create(user_id=user_id, name="Erlan")
        SocialProfile.objects.create(influencer=erlan, network="tiktok", handle="erlan",
                                     followers=9_000)  # fmt: skip
    workplace.post(
        "invites", workplace.live, what="person",
        **{"person-page": "@erlan", "person-days": "14", "person-group": str(top.public_id)},
    )  # fmt: skip
    workplace.post(
        "invites", workplace.live, what="link",
        **{"link-uses_max": "1", "link-days": "7", "link-group": str(top.public_id)},
    )  # fmt: skip
    rows = workplace.page("invites", workplace.live).rows
    assert [row.group for row in rows] == ["Top bloggers", "Top bloggers"]
    client = as_influencer(workplace, user_id)
    (one,) = client.get(reverse("portal:campaigns")).context["page"].invited
    assert one.rate_text == "15%"
    assert client.get(one.url).context["page"].card.rate_text == "15%"
    path = "/" + rows[0].link.partition("://")[2].partition("/")[2]
    by_link = client.get(client.get(path).url).context["page"]
    assert (by_link.card.rate_text, by_link.is_invited) == ("15%", True)
    client.post(one.accept_url)
    assert count(Participation, influencer=erlan, group=top, state="approved") == 1


def test_without_groups_nothing_asks_for_one(workplace):
    answer = workplace.get("invites", workplace.live)
    assert "person-group" not in answer.content.decode()
    page = workplace.page("people", workplace.live)
    assert (page.move, page.group_choices) == (None, [])
    assert workplace.get("people", workplace.live, who="analyst").context["page"].groups is None


# --- By a file --------------------------------------------------------------------------------


def upload(workplace, text, name="groups.csv"):
    file = SimpleUploadedFile(name, text.encode("utf-8-sig"))
    return workplace.post("group_file", workplace.live, file=file)


def test_the_downloaded_list_comes_back_with_groups_filled_in(workplace, aliya, top):
    sent = b"".join(workplace.get("people_csv", workplace.live).streaming_content)
    header, *rows = csv.reader(io.StringIO(sent.decode("utf-8-sig")), delimiter=";")
    for row in rows:  # Dana has only applied: her cell stays empty
        row[header.index("Group")] = "top BLOGGERS" if row[0] == "Aliya" else ""
    page = upload(workplace, "\n".join(";".join(row) for row in (header, *rows))).context["page"]
    assert (page.moves, page.faults, page.is_ready) == ([("Top bloggers", 1)], [], True)
    assert count(Participation, group=top) == 0  # nothing before the press
    told = press(workplace, "group_file_apply", workplace.live, payload=page.payload)
    assert told == ["Moved: 1 influencer."]
    again = upload(workplace, "Promo code;Group\naqtas;Top bloggers").context["page"]
    assert (again.moves, again.is_ready) == ([], False)
    out = upload(workplace, "Promo code;Group\nAQTAS;").context["page"]
    assert out.moves == [("out of every group", 1)]
    press(workplace, "group_file_apply", workplace.live, payload=out.payload)
    assert count(Participation, group=top) == 0


def test_a_file_with_a_wrong_row_moves_nobody_and_names_it(workplace, aliya, top):
    applied = public_id(Participation, pk=workplace.applied)
    text = "\n".join(
        [
            "Participation id;Promo code;Group",
            f"{aliya};;Top bloggers",
            f"{aliya};;",
            ";NOBODY;Top bloggers",
            ";AQTAS;Best",
            f"{applied};;Top bloggers",
            "7;;Top bloggers",
        ]
    )
    page = upload(workplace, text).context["page"]
    assert [(fault.row, fault.found, fault.text) for fault in page.faults] == [
        (3, str(aliya), "stands in two groups"),
        (4, "NOBODY", "is nobody's in this campaign"),
        (5, "Best", "is the name of no group"),
        (6, str(applied), "does not take part: accept them first"),
        (7, "7", "is no participation id"),
    ]
    taken = workplace.post("group_file_faults", workplace.live, payload=page.payload)
    assert b"NOBODY" in b"".join(taken.streaming_content)
    workplace.post("group_file_apply", workplace.live, payload=page.payload)
    assert count(Participation, group=top) == 0


def test_a_file_of_something_else_is_refused(workplace, top):
    answer = upload(workplace, "a;b\n1;2")
    assert answer.status_code == 422
    assert "needs a column “Group”" in str(answer.context["form"].errors)
