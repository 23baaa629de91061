"""Campaigns: the form with what is wrong at each field, money before it moves, life, people."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from brands.models import Brand, BrandContract
from campaigns.models import (
    Campaign,
    ExternalCode,
    Participation,
    PromoCode,
    Terms,
    TrackingLink,
)
from compliance.models import TaxRule
from core.notify.models import Message
from core.tenancy.context import acting_as
from influencers.models import Influencer
from ledger.domain import accounts
from ledger.models import Journal
from ledger.selectors import balance_minor
from tests.cast import user_make
from tests.doors.conftest import count, public_id, the, written
from tests.doors.test_brand_permissions import CAMPAIGN_FORM

NBSP = "\u00a0"
FREE = 10**9 - 58_700_000


def draft_id(workplace):
    return public_id(Campaign, pk=workplace.draft)


def free_minor(workplace) -> int:
    with acting_as(system="test"):
        return balance_minor(accounts.brand_free(workplace.cast.tulpar.brand))


def status(workplace, pk=None) -> str:
    return the(Campaign, pk=pk or workplace.cast.tulpar.campaign).status


# --- The list -------------------------------------------------------------------------------


def test_the_list_shows_what_each_campaign_has_brought(workplace):
    page = workplace.page("campaigns")
    draft, live = page.rows
    assert (draft.title, draft.status, draft.rate_text) == ("Жаңа жыл", "draft", "12.5%")
    assert (draft.influencers, draft.orders, draft.reward_minor, draft.spent_minor) == (0, 0, 0, 0)
    # orders 1, 2, 4 and 6 are not lost; their rewards come out of the budget
    assert (live.influencers, live.orders, live.reward_minor) == (1, 4, 10_663_000)
    assert (live.budget_minor, live.spent_minor, live.spent_percent) == (50_000_000, 10_663_000, 21)
    assert {choice.label: choice.count for choice in page.choices} == {
        "All": 2, "Draft": 1, "Live": 1, "Paused": 0, "Closed": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "titles"),
    [
        ("draft", ["Жаңа жыл"]),
        ("live", ["tulpar sale"]),
        ("closed", []),
        ("nonsense", ["Жаңа жыл", "tulpar sale"]),
    ],
)
def test_a_status_shows_its_part(workplace, asked, titles):
    page = workplace.page("campaigns", status=asked)
    assert [row.title for row in page.rows] == titles
    assert page.is_filtered == (asked != "nonsense")


def test_the_list_asks_the_same_number_of_questions_for_more_campaigns(workplace):
    owner, url = workplace.client("owner"), workplace.url("campaigns")

    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert owner.get(url).status_code == 200
        return len(asked.captured_queries)

    few = questions()
    for _n in range(4):
        workplace.post("campaign_new", **CAMPAIGN_FORM)
    assert len(workplace.page("campaigns").rows) == 6
    assert questions() == few


# --- The form -------------------------------------------------------------------------------


def test_a_new_form_has_the_usual_terms_and_the_rates_of_today(workplace):
    answer = workplace.get("campaign_new")
    page, form = answer.context["page"], answer.context["form"]
    assert (page.fee_bps, page.vat_bps, page.rates_missing, page.is_new) == (1500, 1600, "", True)
    assert (page.policy.window_days, page.policy.hold_days) == (30, 21)
    assert form["hold_days"].value() == 21
    html = answer.content.decode()
    assert 'name="fee_bps" value="1500"' in html
    assert 'name="vat_bps" value="1600"' in html


@pytest.mark.parametrize(("action", "place"), [("next", "campaign"), ("save", "campaigns")])
def test_a_draft_is_saved_as_it_was_written(workplace, action, place):
    answer = workplace.post("campaign_new", action=action, **CAMPAIGN_FORM)
    campaign = the(Campaign, budget_minor=10_000_000, typical_basket_minor=1_790_000)
    assert answer.status_code == 302
    where = workplace.url(place, *([campaign.public_id] if place == "campaign" else []))
    assert answer.url == where
    assert (campaign.status, campaign.title) == ("draft", "Жаңа жыл")
    terms = the(Terms, campaign=campaign)
    assert (terms.commission_bps, terms.window_days, terms.hold_days) == (750, 30, 21)
    assert count(Journal, kind="reserve", refs__campaign=campaign.pk) == 0


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("title", "", "required"),
        ("commission_percent", "0", "more than 0 and at most 90 percent"),
        ("commission_percent", "7,5,5", "Write the percent in digits"),
        ("commission_percent", "1e1", "Write the percent in digits"),
        ("window_days", "91", "1 to 90 days"),
        ("window_days", "x", "whole number"),
        ("hold_days", "13", "14 to 120 days"),
        ("budget", "0", "more than zero"),
        ("budget", "-5", "Write the sum in digits"),
        ("budget", "NaN", "Write the sum in digits"),
        ("budget", "9" * 16, "Write the sum in digits"),
        ("typical_basket", "0", "more than zero"),
        ("destination_url", "http://tulpar.example/", "must begin with https"),
        ("destination_url", "https://tulpar.example@evil.example/", "@ before the host"),
        ("destination_url", "javascript:alert(1)", "https"),
        ("fallback_url", "https://127.0.0.1/", "not the address of a site"),
        ("allowed_hosts", "wildberries.kz\nlocal host", "not the address of a site"),
        ("code_policy", "nobody_wins", "not one of the available"),
        ("access", "", "required"),
        ("ends_on", "2026-11-20", "This day has passed"),
    ],
)
def test_a_wrong_field_says_what_is_wrong_beside_it(workplace, field, value, said):
    before = (count(Campaign), written(workplace))
    answer = workplace.post("campaign_new", **{**CAMPAIGN_FORM, field: value})
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert list(errors) == [field]
    assert said in " ".join(errors[field])
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert (count(Campaign), written(workplace)) == before


@pytest.mark.parametrize(
    ("destination", "typed", "hosts"),
    [
        (
            "https://www.ozon.kz/product/1234567/?at=1",
            "",
            ["www.ozon.kz", "www.ozon.ru", "www.ozon.by"],
        ),
        (
            "https://tulpar.example/p/2",
            "ozon.by",
            ["tulpar.example", "ozon.by", "www.ozon.ru", "www.ozon.kz", "www.ozon.by"],
        ),
        ("https://tulpar.example/p/2", "", ["tulpar.example"]),
    ],
)
def test_one_tick_allows_every_site_of_a_marketplace(workplace, destination, typed, hosts):
    given = {"destination_url": destination, "allowed_hosts": typed, "marketplace_hosts": "on"}
    answer = workplace.post("campaign_new", action="next", **{**CAMPAIGN_FORM, **given})
    assert answer.status_code == 302
    campaign = the(Campaign, budget_minor=10_000_000, typical_basket_minor=1_790_000)
    assert campaign.allowed_hosts == hosts
    assert "at=1" not in campaign.destination_url


def test_a_broken_address_with_the_tick_is_said_and_not_a_fault(workplace):
    given = {"destination_url": "https://[::1", "marketplace_hosts": "on"}
    answer = workplace.post("campaign_new", **{**CAMPAIGN_FORM, **given})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["destination_url"]


def test_a_refused_form_keeps_what_was_typed(workplace):
    answer = workplace.post("campaign_new", **{**CAMPAIGN_FORM, "hold_days": "13", "budget": "1,5"})
    html = answer.content.decode()
    assert 'value="1,5"' in html
    assert 'value="17 900"' in html
    assert answer.context["page"].policy.hold_days == 13


def test_a_draft_is_changed_and_a_published_one_is_not(workplace):
    draft = draft_id(workplace)
    form = workplace.get("campaign_edit", draft).context["form"]
    assert form["commission_percent"].value() == "12,5"
    assert form["allowed_hosts"].value() == "wildberries.kz"
    assert str(form["ends_on"].value()) == "2026-12-31"
    workplace.post("campaign_edit", draft, **CAMPAIGN_FORM)
    assert the(Campaign, pk=workplace.draft).destination_url == "https://tulpar.example/p/2"

    live = workplace.live
    assert workplace.get("campaign_edit", live).url == workplace.url("campaign", live)
    refused = workplace.post("campaign_edit", live, **CAMPAIGN_FORM)
    assert refused.status_code == 422
    assert "its terms do not change any more" in refused.content.decode()
    assert the(Campaign, pk=workplace.cast.tulpar.campaign).title == "tulpar sale"


def test_without_a_vat_rate_the_form_says_so_and_counts_nothing(workplace):
    with acting_as(ops=workplace.cast.maker):
        TaxRule.objects.filter(key="vat_rate").update(state="draft")
    page = workplace.page("campaign_new")
    assert (page.fee_bps, page.vat_bps) == (0, 0)
    assert page.rates_missing == "The VAT rate for 2026-11-21 is not confirmed yet. We are on it."
    draft = workplace.page("campaign", draft_id(workplace))
    assert draft.blocked_reason == page.rates_missing
    assert [(row.label, row.minor) for row in draft.reserve] == [("Budget for rewards", 10_000_000)]
    assert workplace.post("campaign_new", **CAMPAIGN_FORM).status_code == 302


# --- Money before it moves ------------------------------------------------------------------


def test_a_draft_says_what_moves_into_reserve(workplace):
    page = workplace.page("campaign", draft_id(workplace))
    assert [(row.label, row.minor, row.note) for row in page.reserve] == [
        ("Budget for rewards", 10_000_000, ""),
        ("Birge fee", 1_500_000, "15%"),
        ("VAT", 240_000, "16%"),
        ("Total", 11_740_000, ""),
    ]
    assert (page.missing_minor, page.blocked_reason) == (0, "")
    assert page.publish_url == workplace.url("campaign_publish", draft_id(workplace))


def test_publishing_moves_exactly_that(workplace):
    answer = workplace.post("campaign_publish", draft_id(workplace))
    assert answer.url == workplace.url("campaign", draft_id(workplace))
    assert status(workplace, workplace.draft) == "live"
    assert free_minor(workplace) == FREE - 11_740_000
    page = workplace.page("campaign", draft_id(workplace))
    assert [row.minor for row in page.reserve] == [10_000_000, 1_500_000, 240_000, 11_740_000]
    assert (page.publish_url, page.edit_url, page.pause_url != "") == ("", "", True)


def test_too_little_money_says_how_much_is_missing_and_moves_nothing(workplace):
    with acting_as(system="test data"):
        Campaign.objects.filter(pk=workplace.draft).update(budget_minor=10**9)
    page = workplace.page("campaign", draft_id(workplace))
    missing = 10**9 + 150_000_000 + 24_000_000 - FREE
    assert page.missing_minor == missing
    assert page.top_up_url == f"{workplace.url('money')}#top-up"
    html = workplace.get("campaign", draft_id(workplace)).content.decode()
    assert "is missing. Top up the balance" in html
    assert "Reserve and publish" not in html

    before = written(workplace)
    answer = workplace.post("campaign_publish", draft_id(workplace))
    assert answer.status_code == 409
    whole, tiyn = divmod(missing, 100)
    shown = f"{whole:,}".replace(",", NBSP) + (f",{tiyn:02}" if tiyn else "")
    assert f"Missing: {shown}{NBSP}₸." in answer.content.decode()
    assert (status(workplace, workplace.draft), free_minor(workplace)) == ("draft", FREE)
    assert written(workplace) == before


@pytest.mark.parametrize(
    ("state", "said"),
    [("in_review", "not verified yet"), ("suspended", "The brand is suspended")],
)
def test_a_brand_that_is_not_verified_prepares_and_does_not_publish(workplace, state, said):
    with acting_as(system="test data"):
        Brand.objects.filter(pk=workplace.cast.tulpar.brand).update(state=state)
    page = workplace.page("campaign", draft_id(workplace))
    assert said in page.blocked_reason
    assert page.publish_url == ""
    assert workplace.post("campaign_publish", draft_id(workplace)).status_code == 409
    assert free_minor(workplace) == FREE
    assert workplace.post("campaign_new", **CAMPAIGN_FORM).status_code == 302


def test_who_does_not_move_money_reads_who_does(workplace):
    page = workplace.page("campaign", draft_id(workplace), who="manager")
    assert page.blocked_reason == "Publishing moves money: an owner or finance does it."
    assert (page.publish_url, page.edit_url != "") == ("", True)


def test_the_fee_is_the_contracts(workplace):
    with acting_as(system="test data"):
        BrandContract.objects.create(
            brand_id=workplace.cast.tulpar.brand, valid_from="2026-11-01", platform_fee_bps=1000
        )
    page = workplace.page("campaign", draft_id(workplace))
    assert [(row.minor, row.note) for row in page.reserve[1:3]] == [
        (1_000_000, "10%"),
        (160_000, "16%"),
    ]


# --- Its life -------------------------------------------------------------------------------


def test_pause_resume_close(workplace):
    live = workplace.live
    workplace.post("campaign_pause", live)
    page = workplace.page("campaign", live)
    assert (page.status, page.pause_url, page.resume_url != "") == ("paused", "", True)
    workplace.post("campaign_resume", live)
    assert status(workplace) == "live"
    workplace.post("campaign_close", live)
    page = workplace.page("campaign", live)
    assert page.status == "closed"
    assert (page.pause_url, page.resume_url, page.close_url, page.add_budget) == ("", "", "", None)
    # orders are still open: the reserve stays
    assert free_minor(workplace) == FREE


def test_closing_asks_before(workplace):
    html = workplace.get("campaign", workplace.live).content.decode()
    assert 'data-ask="Close the campaign for good?"' in html
    assert 'data-ask="Pause the campaign?"' in html


def test_more_budget_is_reserved_with_its_fee_and_vat(workplace):
    workplace.post("campaign_top_up", workplace.live, amount="1 000,50")
    assert the(Campaign, pk=workplace.cast.tulpar.campaign).budget_minor == 50_100_050
    assert free_minor(workplace) == FREE - 100_050 - 15_008 - 2_401


@pytest.mark.parametrize(
    ("amount", "said"),
    [("", "required"), ("x", "in digits"), ("0", "more than zero"), ("99000000", "Missing: ")],
)
def test_a_wrong_amount_leaves_the_page_with_what_was_typed(workplace, amount, said):
    before = written(workplace)
    answer = workplace.post("campaign_top_up", workplace.live, amount=amount)
    assert answer.status_code == 422
    small = answer.context["page"].add_budget
    assert small.value == amount
    assert said in small.error
    assert (free_minor(workplace), written(workplace)) == (FREE, before)


def test_what_nobody_has_earned_can_be_taken_back(workplace):
    workplace.post("campaign_shrink", workplace.live, amount="1 000")
    assert the(Campaign, pk=workplace.cast.tulpar.campaign).budget_minor == 49_900_000
    assert free_minor(workplace) == FREE + 100_000 + 15_000 + 2_400

    answer = workplace.post("campaign_shrink", workplace.live, amount="499 000")
    assert answer.status_code == 422
    page = answer.context["page"]
    assert page.less_budget.value == "499 000"
    assert "the rest is earned by influencers" in page.less_budget.error
    assert page.less_hint.replace("\N{NO-BREAK SPACE}", " ").startswith("At most 392 370 ₸")


# --- Its people -----------------------------------------------------------------------------


def test_people_are_shown_with_what_they_brought(workplace):
    dana, aliya = workplace.page("campaign", workplace.live).participants
    assert (dana.name, dana.status, dana.orders, dana.code) == ("Dana", "applied", 0, "")
    assert (aliya.name, aliya.status, aliya.code) == ("Aliya", "approved", "AQTAS")
    assert (aliya.clicks, aliya.orders, aliya.minor) == (20, 4, 10_663_000)
    assert dana.approve_url
    assert dana.reject
    assert (dana.remove, dana.add_article) == (None, None)
    assert aliya.remove
    assert aliya.add_article
    assert [(row.has_more, row.is_more_open) for row in (dana, aliya)] == [
        (False, False),  # two buttons, both in sight
        (True, False),
    ]
    assert (aliya.approve_url, aliya.reject) == ("", None)


def test_an_analyst_sees_people_and_no_buttons(workplace):
    answer = workplace.get("campaign", workplace.live, who="analyst")
    assert not any(row.has_actions for row in answer.context["page"].participants)
    html = answer.content.decode()
    for word in ("Accept", "Reject", "Add WB article", "Pause campaign", "Close campaign"):
        assert f">{word}<" not in html, word


def test_accepting_gives_link_and_code_and_a_letter(workplace):
    row = public_id(Participation, pk=workplace.applied)
    answer = workplace.post("participation_approve", row, who="manager")
    assert answer.url == workplace.url("campaign", workplace.live)
    assert the(Participation, pk=workplace.applied).state == "approved"
    assert count(TrackingLink, participation_id=workplace.applied) == 1
    assert count(PromoCode, participation_id=workplace.applied) == 1
    assert the(Message, kind="participation_approved").email == "dana@people.example"
    assert workplace.post("participation_approve", row).status_code == 409


def test_refusing_needs_a_reason_which_the_influencer_reads(workplace):
    row = public_id(Participation, pk=workplace.applied)
    wrong = (
        ({"reason_code": ""}, "Choose a reason"),
        ({"reason_code": "breach"}, "breach"),  # a reason for the end of a participation
        ({"reason_code": "other", "reason": "   "}, "in your own words"),
        ({"reason_code": "topic", "reason": "x" * 501}, "500"),
        ({"reason_code": "topic", "again_on": "2026-11-21"}, "from tomorrow on"),
        ({"reason_code": "topic", "again_on": "2027-11-22"}, "within a year"),
    )
    for given, said in wrong:
        before = written(workplace)
        answer = workplace.post("participation_reject", row, **given)
        assert answer.status_code == 422
        dana = answer.context["page"].participants[0]
        assert said in " ".join(dana.reject.errors)
        assert dana.reject.code == given["reason_code"]
        assert written(workplace) == before
    assert the(Participation, pk=workplace.applied).state == "applied"
    workplace.post("participation_reject", row, reason_code="other", reason="Басқа қала")
    assert the(Participation, pk=workplace.applied).state == "rejected"
    assert "Басқа қала" in the(Message, kind="participation_rejected").body


def test_ending_a_participation_stops_its_link_and_code(workplace):
    mine = workplace.cast.tulpar
    row = public_id(Participation, pk=mine.participation)
    workplace.post("participation_remove", row, reason_code="breach")
    assert the(Participation, pk=mine.participation).state == "removed"
    assert the(TrackingLink, pk=mine.link).state == "disabled"
    assert the(PromoCode, pk=mine.code).state == "void"


def test_a_substitute_article_is_added_to_its_influencer(workplace):
    row = public_id(Participation, pk=workplace.cast.tulpar.participation)
    workplace.post("participation_article", row, value=" 310200411 ")
    assert workplace.page("campaign", workplace.live).participants[1].articles == ("310200411",)
    answer = workplace.post("participation_article", row, value="KZ-1")
    assert answer.status_code == 422
    row_shown = answer.context["page"].participants[1]
    assert row_shown.is_more_open, "what was refused is not folded away"
    refused = row_shown.add_article
    assert (refused.value, refused.error) == ("KZ-1", "A Wildberries article is a number.")
    assert count(ExternalCode) == 1


def test_a_voucher_of_ozon_is_added_by_its_title_and_is_no_article(workplace):
    row = public_id(Participation, pk=workplace.cast.tulpar.participation)
    workplace.post("participation_voucher", row, value=" Birge a7xk3m9q ")
    mine = workplace.page("campaign", workplace.live).participants[1]
    assert (mine.articles, mine.vouchers) == ((), ("Birge a7xk3m9q",))
    assert "Ozon Birge a7xk3m9q" in workplace.get("campaign", workplace.live).content.decode()
    answer = workplace.post("participation_voucher", row, value="x" * 65)
    assert answer.status_code == 422
    assert "64" in answer.context["page"].participants[1].add_voucher.error
    assert count(ExternalCode, kind="ozon_voucher") == 1


def test_the_page_asks_the_same_number_of_questions_for_more_people(workplace):
    owner, url = workplace.client("owner"), workplace.url("campaign", workplace.live)

    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert owner.get(url).status_code == 200
        return len(asked.captured_queries)

    few = questions()
    people = [user_make(f"p{n}@people.example") for n in range(5)]
    with acting_as(system="test data"):
        for person in people:
            influencer = Influencer.objects.create(user_id=person, name=f"Person {person}")
            Participation.objects.create(
                campaign_id=workplace.cast.tulpar.campaign,
                brand_id=workplace.cast.tulpar.brand,
                influencer=influencer,
                terms_id=workplace.cast.tulpar.terms,
                state="approved",
            )
    assert len(workplace.page("campaign", workplace.live).participants) == 7
    assert questions() == few
