"""Posts at a fixed fee at the doors of both sides, and the brand's figures with them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from campaigns.models import Deal, Participation, TaskPost
from core.accounts.models import User
from tests.campaigns.deals_world import LABELLED, PNG, running, send, states, tasks
from tests.doors.conftest import count, public_id, the

LINK = "https://www.instagram.com/p/AB1/"
COST = "3522010"  # deals_world: three posts of 10 000,03


def deal_form(workplace, **changes):
    typed = {
        "participation": str(public_id(Participation, pk=workplace.cast.tulpar.participation)),
        "place": "instagram",
        "post_count": "3",
        "post_minor": "10 000,03",
        "brief": "Show the blanket",
        "due_on": "2026-11-30",
        "answer_days": "5",
        "review_days": "3",
        "agreed": COST,
        "offer": "1",
    }
    return typed | changes


@pytest.fixture
def aliya(workplace):
    client = workplace.client("nobody")
    client.force_login(User.objects.get(pk=workplace.cast.tulpar.person))
    return client


def portal(name, *args):
    return reverse(f"portal:{name}", args=args)


def test_a_deal_goes_the_whole_way_from_page_to_page(workplace, aliya):
    form = deal_form(workplace)
    asked = workplace.post("deal_new", workplace.live, **{**form, "offer": "", "agreed": ""})
    # an empty "offer" is still one, but nothing was agreed to
    assert (asked.status_code, count(Deal)) == (200, 0)
    page = asked.context["page"]
    assert [row.minor for row in page.sums] == [3_000_009, 450_001, 72_000, 3_522_010]
    assert (page.agreed, page.missing_minor) == (int(COST), 0)

    answer = workplace.post("deal_new", workplace.live, **form)
    deal = the(Deal)
    assert answer.url == workplace.url("deal", deal.public_id)
    waiting = aliya.get(portal("campaigns")).context["page"].deals
    assert waiting.title == "1 offer of posts at a fixed fee"
    assert aliya.get(portal("home")).context["page"].task == waiting
    assert aliya.get(portal("deals")).context["page"].rows[0].status == "offered"
    shown = aliya.get(portal("deal", deal.public_id)).context["page"]
    assert shown.posts == []
    assert aliya.post(shown.accept_url).url == portal("deal", deal.public_id)

    post = aliya.get(portal("deal", deal.public_id)).context["page"].posts[0]
    sent = aliya.post(post.send_url, {"p1-url": LINK, "p1-text": LABELLED})
    assert sent.url == portal("deal", deal.public_id)
    overview = workplace.page("overview")
    assert overview.posts.url == workplace.url("deal", deal.public_id)
    (row,) = workplace.page("deals", workplace.live).rows
    assert (row.to_do, row.accepted, row.status) == ("1 post to check", 0, "running")

    first = workplace.page("deal", deal.public_id).posts[0]
    assert (first.label, first.url) == ("жарнама", LINK)
    assert workplace.client("manager").post(first.accept_url).status_code == 302
    fees = aliya.get(portal("earnings")).context["page"].fees
    assert [(fee.minor, fee.status) for fee in fees] == [(1_000_003, "accepted")]
    line = aliya.get(portal("statement")).context["page"].rows[0]
    assert (line.note, line.url) == ("tulpar sale · Tulpar", portal("deal", deal.public_id))
    assert line.sums[0].label == "Post 1, Instagram · Nov\xa021"
    assert workplace.page("overview").posts is None


def test_what_is_offered_is_what_was_agreed_to(workplace):
    changed = deal_form(workplace, post_count="4")
    answer = workplace.post("deal_new", workplace.live, **changed)
    assert (answer.status_code, count(Deal)) == (200, 0)
    assert answer.context["page"].agreed == 4_696_014  # 4 000 012 + 600 002 + 96 000


def test_a_deal_that_the_balance_cannot_carry_names_the_missing_sum(workplace):
    form = deal_form(workplace, post_count="30", post_minor="10 000 000", agreed="")
    page = workplace.post("deal_new", workplace.live, **form).context["page"]
    free = page.free_minor
    assert page.missing_minor == 30_000_000_000 + 4_500_000_000 + 720_000_000 - free
    form["agreed"] = str(page.agreed)
    answer = workplace.post("deal_new", workplace.live, **form)
    assert (answer.status_code, count(Deal)) == (422, 0)
    assert "Missing" in answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"participation": "x"}, "participation"),
        ({"post_count": "31", "agreed": "36394109"}, "post_count"),
        ({"post_minor": "abc"}, "post_minor"),
        ({"due_on": "2026-11-20"}, "due_on"),
        ({"brief": ""}, "brief"),
    ],
)
def test_a_refused_offer_says_so_at_its_field(workplace, changes, field):
    form = deal_form(workplace, **changes)
    answer = workplace.post("deal_new", workplace.live, **form)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert count(Deal) == 0


def test_a_text_without_a_label_comes_back_with_what_was_typed(workplace, aliya):
    deal = running(workplace.cast)
    url = portal("post_send", tasks(deal)[0].public_id)
    answer = aliya.post(url, {"p1-url": LINK, "p1-text": "Сәлем #жарнама"})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "does not start with an ad label" in text
    assert "Сәлем #жарнама" in text
    assert count(TaskPost) == 0
    picture = SimpleUploadedFile("story.png", PNG)
    answer = aliya.post(url, {"p1-url": LINK, "p1-text": "Сәлем", "p1-picture": picture})
    assert answer.status_code == 302
    post = the(TaskPost)
    shown = workplace.page("deal", deal.public_id).posts[0]
    assert shown.is_for_a_person
    got = workplace.client("owner").get(shown.file.url)
    assert (got.content, got["Content-Type"]) == (PNG, "image/png")
    assert got["Content-Disposition"] == 'attachment; filename="story.png"'
    assert aliya.get(portal("deal_picture", post.public_id)).content == PNG


@pytest.mark.parametrize(
    ("text", "tone"),
    [("Жарнама: көрпе", "paid"), ("Көрпе. Жарнама", "hold"), ("Көрпе", "hold"), ("", "")],
)
def test_the_label_is_checked_while_the_text_is_typed(aliya, text, tone):
    answer = aliya.post(portal("deal_label"), {"p1-text": text})
    assert answer.context["label"].tone == tone


def test_a_post_is_sent_back_with_its_reason_and_read_by_both(workplace, aliya):
    deal = running(workplace.cast)
    send(workplace.cast, tasks(deal)[0])
    shown = workplace.page("deal", deal.public_id).posts[0]
    refused = workplace.client("owner").post(shown.return_url, {"p1-code": "22", "p1-note": ""})
    assert refused.status_code == 422
    assert "note" in refused.context["page"].posts[0].form.errors
    given = {"p1-code": "22", "p1-note": "spam chat"}
    assert workplace.client("owner").post(shown.return_url, given).status_code == 302
    for page in (
        workplace.page("deal", deal.public_id),
        aliya.get(portal("deal", deal.public_id)).context["page"],
    ):
        assert page.posts[0].verdict.text.startswith(
            "The link or code was in a forbidden place: spam chat."
        )


def test_nobody_sees_or_sends_a_foreign_deal(workplace):
    deal = running(workplace.cast)
    task = tasks(deal)[0]
    post = send(workplace.cast, task, picture=None)
    dana = workplace.client("nobody")
    dana.force_login(User.objects.get(pk=workplace.cast.sauran.person))
    assert dana.get(portal("deal", deal.public_id)).status_code == 404
    for name in ("deal_accept", "deal_decline"):
        assert dana.post(portal(name, deal.public_id)).status_code == 404
    assert dana.post(portal("post_send", task.public_id), {}).status_code == 404
    assert dana.get(portal("deal_picture", post.public_id)).status_code == 404
    assert dana.get(portal("deals")).context["page"].rows == []


def test_declining_and_withdrawing_say_what_they_did(workplace, aliya):
    deal = running(workplace.cast)
    page = workplace.page("deal", deal.public_id)
    assert "35\xa0220,10\xa0₸" in page.cancel_text
    assert workplace.client("finance").post(page.cancel_url).status_code == 302
    assert states(deal)[0] == "cancelled"
    answer = aliya.post(portal("deal_accept", deal.public_id), follow=True)
    assert "does not wait for an answer" in answer.content.decode()


def test_the_money_pages_count_what_posts_hold(workplace):
    before = workplace.page("money").reserved_minor
    running(workplace.cast)
    money = workplace.page("money")
    assert money.reserved_minor - before == int(COST)
    assert workplace.page("money", event="campaigns").rows[0].minor == -int(COST)
    assert workplace.page("overview").reserved_minor == money.reserved_minor
    sums = workplace.page("campaign", workplace.live).reserve
    assert sums[1].minor == 3_000_009
    assert sums[-1].minor == money.reserves[0].reward_minor + sum(
        (money.reserves[0].fee_minor, money.reserves[0].vat_minor)
    )
    assert money.rows[0].text == "Reserved for posts at a fixed fee"
    assert money.rows[0].note == "tulpar sale"


def test_the_list_can_be_taken_away(workplace):
    deal = running(workplace.cast)
    send(workplace.cast, tasks(deal)[0])
    answer = workplace.get("deals_csv", workplace.live)
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 4
    assert "Aliya" in lines[1]
    assert "жарнама" in lines[1]
    assert tasks(deal)[0].link_key in lines[1]
    assert workplace.page("deals", workplace.live, status="offered").rows == []


def test_a_long_list_has_pages_and_people_lead_to_a_new_deal(workplace, monkeypatch):
    monkeypatch.setattr("campaigns.selectors.deals.PAGE_ROWS", 1)
    first, second = running(workplace.cast), running(workplace.cast)
    page = workplace.page("deals", workplace.live)
    assert [row.url for row in page.rows] == [workplace.url("deal", second.public_id)]
    after = page.pager.next_url.partition("after=")[2]
    page = workplace.page("deals", workplace.live, after=after)
    assert [row.url for row in page.rows] == [workplace.url("deal", first.public_id)]
    assert page.pager.next_url == ""
    assert workplace.page("deals", workplace.live, after="x").rows[0].status == "running"

    rows = workplace.page("people", workplace.live).rows
    (url,) = [row.deal_url for row in rows if row.name == "Aliya"]
    form = workplace.client("owner").get(url).context["form"]
    assert form["participation"].value() == deal_form(workplace)["participation"]
    assert not any(
        row.deal_url for row in workplace.page("people", workplace.live, who="manager").rows
    )
