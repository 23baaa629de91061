"""The brand's first page and its frame: money, from click to approval, and what waits."""

from datetime import timedelta

import pytest

from attribution.models import Conversion
from brands.models import Brand, Member
from campaigns.models import Participation
from core.tenancy.context import acting_as
from tests.doors.conftest import NOW

NBSP = "\u00a0"


def brand_state(workplace, state: str) -> None:
    with acting_as(system="test data"):
        Brand.objects.filter(pk=workplace.cast.tulpar.brand).update(state=state)


def test_the_funnel_goes_from_click_to_approval(workplace):
    page = workplace.page("overview", days="90")
    # 20 clicks; orders 1, 2, 3 (cancelled), 4, 6; received 1, 2, 6; approved 1
    assert [(step.label, step.count, step.share_bps) for step in page.funnel] == [
        ("Clicks", 20, None),
        ("Orders", 5, 2500),
        ("Received", 3, 6000),
        ("Approved", 1, 3333),
    ]


def test_figures_are_of_the_period(workplace):
    page = workplace.page("overview", days="7")
    # 25 500 + 25 500 + 15 300 of goods, 10 % of it; fee 15 % of that, VAT 16 % of the fee
    assert {stat.label: stat.value for stat in page.stats} == {
        "Sales": f"66{NBSP}300{NBSP}₸",
        "Rewards": f"6{NBSP}630{NBSP}₸",
        "Cost of sales": "11.74%",
        "Returns": "0%",
    }
    assert [choice.is_current for choice in page.periods] == [True, False, False]
    assert workplace.page("overview", days="x").periods[1].is_current


def test_money_that_is_free_and_that_is_reserved(workplace):
    page = workplace.page("overview")
    # deposited 10 000 000; reserved 500 000 with 15 % fee and 16 % VAT on it
    assert page.free_minor == 10**9 - 58_700_000
    # 106 630 of it went to rewards, and 15 % to fees; VAT of the approved order is booked
    held, final = 663_000, 10_000_000
    assert page.reserved_minor == 58_700_000 - (held + final) * 115 // 100 - 240_000


def test_what_approves_itself_is_said_with_its_first_day(workplace):
    page = workplace.page("overview")
    # orders 2 and 6, received three and four days ago; the hold is 21 days
    assert (page.checks, page.checks_due_at) == (2, NOW + timedelta(days=17))
    side = workplace.get("overview").context["side"]
    assert (side.orders_waiting, side.may_pay) == (2, True)


def test_the_runway_is_the_free_balance_at_the_pace_of_the_last_fortnight(workplace):
    """Cost of the last 14 days, since the first order of these: 5 days."""
    side = workplace.get("overview").context["side"]
    assert side.runway_days is None  # 9 413 000 at 1 557 a day lasts for years
    with acting_as(system="test data"):
        Conversion.objects.filter(order_number="2").update(commission_minor=100_000_000)
    daily = (100_000_000 + 38_250 + 6_120 + (153_000 + 255_000) * 11_740 // 10_000) // 5
    runway = workplace.get("overview").context["side"].runway_days
    assert runway == (10**9 - 58_700_000) // daily == 46


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("in_review", "publishing opens after the check"),
        ("suspended", "Campaigns stand still"),
        ("verified", None),
    ],
)
def test_the_state_of_the_company_is_said(workplace, state, said):
    brand_state(workplace, state)
    html = workplace.get("overview").content.decode()
    assert ("Company check" in html) == (said is not None)
    assert said is None or said in html


def test_applications_wait_as_a_task(workplace):
    task = workplace.page("overview").task
    assert (task.title, task.url) == ("1 application", workplace.url("campaigns"))
    with acting_as(system="test data"):
        Participation.objects.filter(pk=workplace.applied).update(state="rejected")
    assert workplace.page("overview").task is None


def test_an_analyst_has_no_button_that_changes_something(workplace):
    html = workplace.get("overview", who="analyst").content.decode()
    assert "New campaign" not in html
    assert "Top up balance" not in html


def test_a_person_of_two_brands_can_change_between_them(workplace):
    with acting_as(system="test data"):
        Member.objects.create(
            brand_id=workplace.cast.sauran.brand,
            user_id=workplace.people["owner"],
            name="both",
            email="both@x.example",
            role="analyst",
        )
    assert workplace.get("overview").context["side"].others == [("Sauran", "/en/brand/sauran/")]
    assert workplace.get("overview", who="manager").context["side"].others == []


def test_a_new_brand_opens_with_nothing_in_it_and_asks_for_its_orders(workplace):
    answer = workplace.client("stranger").get("/en/brand/sauran/")
    page = answer.context["page"]
    assert (page.free_minor, page.reserved_minor, page.checks) == (0, 0, 0)
    assert [step.count for step in page.funnel] == [0, 0, 0, 0]
    assert page.is_connected is False
    assert "Connect your orders" in answer.content.decode()


def test_orders_that_approve_themselves_lead_to_the_one_with_the_soonest_deadline(workplace):
    page = workplace.page("overview")
    assert page.orders_url == workplace.url("review") + "?status=on_hold"
    shown = workplace.client("owner").get(page.orders_url).context["page"]
    due = [row.term.due_at for row in shown.rows]
    assert (len(due), due) == (2, sorted(due))
