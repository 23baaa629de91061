"""A campaign's reward: how a brand writes it, what is refused, and where it is shown."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.translation import override

from attribution.models import Conversion
from campaigns.models import Campaign, Participation, Terms
from core import clock
from core.accounts.models import User
from core.tenancy.context import acting_as
from tests.attribution.shop import order_body
from tests.doors.conftest import deliver, the
from tests.doors.test_brand_permissions import CAMPAIGN_FORM

NBSP = "\u00a0"
TABLE = [{"sku": "TY-1", "bps": 500}, {"sku": "TY-2", "minor": 300_00}, {"sku": "TY-3"}]
TEXT = "TY-1; 5\nTY-2; 300 ₸\nTY-3; 0"
FIXED = {"reward_kind": "fixed", "fixed_reward": "2 000", "commission_percent": ""}


def save(workplace, **given):
    return workplace.post("campaign_new", action="next", **{**CAMPAIGN_FORM, **given})


def file(body: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("rewards.csv", body)


@pytest.mark.parametrize(
    ("given", "bps", "fixed", "cap", "rows"),
    [
        ({"order_cap": "5 000,50"}, 750, 0, 5_000_50, []),
        (FIXED, 0, 2_000_00, None, []),
        (FIXED | {"commission_percent": "7"}, 0, 2_000_00, None, []),  # the other kind's
        ({"sku_table": TEXT}, 750, 0, None, TABLE),
        ({"sku_table": TEXT, "commission_percent": ""}, 0, 0, None, TABLE),
        ({"commission_percent": "", "sku_file": b"TY-1;5\nTY-2;300KZT\nTY-3;0"}, 0, 0, None, TABLE),
        ({"sku_table": "OLD; 5", "sku_file": b"TY-1,5%\nTY-2,300KZT\nTY-3,0"}, 750, 0, None, TABLE),
    ],
)
def test_each_kind_of_reward_is_saved_and_shown_in_its_form_again(
    workplace, given, bps, fixed, cap, rows
):
    if "sku_file" in given:
        given = given | {"sku_file": file(given["sku_file"])}
    assert save(workplace, **given).status_code == 302
    with acting_as(system="test"):
        terms = Terms.objects.latest("pk")
        campaign = terms.campaign
    assert (terms.commission_bps, terms.fixed_minor, terms.cap_minor) == (bps, fixed, cap)
    assert terms.sku_rates == rows
    form = workplace.get("campaign_edit", campaign.public_id).context["form"]
    again = {name: form[name].field.prepare_value(form[name].value()) or "" for name in form.fields}
    again = {name: value for name, value in again.items() if value != ""}
    assert workplace.post("campaign_edit", campaign.public_id, **again).status_code == 302
    with acting_as(system="test"):
        after = Terms.objects.get(pk=terms.pk)
    assert after.commission == terms.commission


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"commission_percent": ""}, "commission_percent", "required"),
        ({"commission_percent": "90,01"}, "commission_percent", "at most 90 percent"),
        ({"commission_percent": "0"}, "commission_percent", "more than 0"),
        (
            {"commission_percent": "0", "sku_table": "A; 0"},
            "commission_percent",
            "more than 0",
        ),
        (FIXED | {"fixed_reward": ""}, "fixed_reward", "How much does an order earn?"),
        (FIXED | {"fixed_reward": "16 111"}, "fixed_reward", "90 percent of a typical order"),
        (FIXED | {"order_cap": "1 999,99"}, "order_cap", "lower than the fixed sum"),
        ({"order_cap": "0"}, "order_cap", "more than zero"),
        ({"sku_table": "A; 5\n\nB; 91"}, "sku_table", "Row 3 (B; 91): more than 90 percent."),
        ({"sku_table": "A; 5\na ; 6"}, "sku_table", "Row 2 (a ; 6): this article was already"),
        ({"sku_table": "A 5"}, "sku_table", "Row 1 (A 5): there is no reward"),
        ({"sku_file": b"sku;reward\n\n"}, "sku_file", "The table has no rows."),
        ({"sku_file": b"A;five"}, "sku_file", "Row 1 (A;five): write the reward in percent"),
        ({"sku_file": b"A;5\n" * 30_000}, "sku_file", "too large"),
    ],
)
def test_a_reward_that_contradicts_itself_is_refused_with_its_reason(workplace, given, field, said):
    files = {name: file(value) for name, value in given.items() if isinstance(value, bytes)}
    answer = save(workplace, **(given | files))
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert list(errors) == [field]
    assert said in " ".join(errors[field])
    assert f'id="id_{field}_error"' in answer.content.decode()


def reward_set(workplace, **reward) -> None:
    party = workplace.cast.tulpar
    with acting_as(system="test"):
        terms = Terms.objects.create(
            campaign_id=party.campaign,
            brand_id=party.brand,
            version=2,
            published_at=clock.now(),
            **reward,
        )
        Participation.objects.filter(pk=party.participation).update(terms=terms)


def test_both_sides_read_the_arithmetic_of_each_line(workplace):
    reward_set(workplace, fixed_minor=2_000_00, cap_minor=2_500_00, sku_rates=TABLE)
    order = json.loads(order_body(77, coupons=("AQTAS",)))
    one = order["line_items"][0]
    order["line_items"] = [
        one | {"id": n, "sku": sku, "name": sku, "total": total, "quantity": quantity}
        for n, (sku, total, quantity) in enumerate(
            (("CHAIR", "30000.00", 1), ("BED", "10000.00", 1), ("TY-2", "9000.00", 4)), 1
        )
    ]
    deliver(workplace, json.dumps(order).encode())

    page = workplace.page("order", workplace.order("77"))
    rows = [(row.label, row.minor, row.note.replace(NBSP, " ")) for row in page.sums[1:5]]
    # 1 500, 500 and 1 200 are 3 200; of 2 500 they have 1171.875, 390.625 and 937.50
    own = "Its part of the order's reward: 2 000 ₸ × {} ₸ / 40 000 ₸ = {} ₸; "
    cap = "Its part of the most for one order: 2 500 ₸ × {} ₸ / 3 200 ₸ = {} ₸"
    assert rows == [
        ("CHAIR", 1_171_88, own.format("30 000", "1 500") + cap.format("1 500", "1 171,88")),
        ("BED", 390_62, own.format("10 000", "500") + cap.format("500", "390,62")),
        (
            "TY-2",
            937_50,
            "For the pieces of this product: 4 × 300 ₸ = 1 200 ₸; " + cap.format("1 200", "937,50"),
        ),
        ("Reward", 2_500_00, ""),
    ]

    chair = the(Conversion, product_name="CHAIR")
    with override("en"):
        url = reverse("portal:earning", args=[chair.public_id])
    client = workplace.client("nobody")
    client.force_login(User.objects.get(pk=workplace.cast.tulpar.person))
    page = client.get(url).context["page"]
    assert [(row.label, row.minor) for row in page.sums] == [
        ("Goods", 30_000_00),
        ("Its part of the order's reward", 1_500_00),
        ("Its part of the most for one order", 1_171_88),
        ("Reward", 1_171_88),
    ]


def test_cards_and_lists_say_the_reward_of_a_typical_order(workplace):
    reward_set(workplace, fixed_minor=2_000_00, cap_minor=2_500_00, sku_rates=TABLE)
    rows = {row.title: row.rate_text for row in workplace.page("campaigns").rows}
    assert rows["tulpar sale"] == f"2{NBSP}000{NBSP}₸"
    found = the(Campaign, pk=workplace.cast.tulpar.campaign)
    facts = {each.label: each.value for each in workplace.page("campaign", found.public_id).facts}
    assert facts["Most for one order"] == f"2{NBSP}500{NBSP}₸"
    own = facts["Products with a reward of their own"].replace(NBSP, " ")
    assert own == "TY-1: 5%; TY-2: 300 ₸ for a piece; TY-3: 0%"
    client = workplace.client("nobody")
    client.force_login(User.objects.get(pk=workplace.cast.tulpar.person))
    with override("en"):
        url = reverse("portal:campaigns")
    cards = {card.title: card for card in client.get(url, {"sort": "reward"}).context["page"].cards}
    assert cards["tulpar sale"].per_sale_minor == 2_000_00


KINDS = {
    "returning_kind": "percent",
    "returning_percent": "3",
    "unknown_buyer": "returning",
    "vat_kind": "without",
    "base_as_paid": "on",
    "day_cap": "20 000",
    "influencer_cap": "90 000",
    "total_cap": "95 000,50",
    "tiers": "10; 9 %\n50\t12,5",
    "tier_kind": "retroactive",
    "bonuses": "20; 5 000",
    "places": ["instagram", "tiktok"],
}


def test_every_kind_of_terms_is_saved_told_and_shown_in_its_form_again(workplace):
    assert save(workplace, **KINDS).status_code == 302
    with acting_as(system="test"):
        terms = Terms.objects.latest("pk")
        campaign = terms.campaign
    assert (terms.returning_bps, terms.returning_minor, terms.unknown_buyer) == (
        300,
        None,
        "returning",
    )
    assert (terms.base_includes_vat, terms.base_as_paid) == (False, True)
    assert (terms.cap_day_minor, terms.cap_influencer_minor) == (20_000_00, 90_000_00)
    assert terms.cap_total_minor == 95_000_50
    assert terms.tiers == [{"orders": 10, "bps": 900}, {"orders": 50, "bps": 1_250}]
    assert (terms.tier_kind, terms.bonuses) == ("retroactive", [{"orders": 20, "minor": 5_000_00}])
    assert terms.places == ["instagram", "tiktok"]
    page = workplace.get("campaign_edit", campaign.public_id)
    assert set(page.context["page"].open_folds) == {"buyers", "month", "caps", "base", "places"}
    form = page.context["form"]
    again = {name: form[name].field.prepare_value(form[name].value()) or "" for name in form.fields}
    again = {name: value for name, value in again.items() if value != ""}
    assert workplace.post("campaign_edit", campaign.public_id, **again).status_code == 302
    with acting_as(system="test"):
        after = Terms.objects.get(pk=terms.pk)
    assert after.commission == terms.commission
    text = workplace.get("campaign", campaign.public_id).content.decode().replace(NBSP, " ")
    for said in (
        "An order of a buyer who has bought from the brand before: 3%.",
        "A buyer whose phone and e-mail are not known does not count as new.",
        "A percent is taken from the price without VAT.",
        "once so many of them are approved: 10 – 9%, 50 – 12.5%.",
        "are approved: 20 – 5 000 ₸. The highest counts.",
        "The most for one influencer&#x27;s orders of a day: 20 000 ₸.",
        "The most for all influencers together: 95 000,50 ₸.",
        "Recommend it only here: Instagram, TikTok.",
    ):
        assert said in text, said


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"returning_kind": "percent"}, "returning_percent", "How much does such an order earn?"),
        ({"returning_kind": "fixed"}, "returning_fixed", "How much does such an order earn?"),
        (
            {"returning_kind": "fixed", "returning_fixed": "16 111"},
            "returning_kind",
            "90 percent of a typical",
        ),
        ({"order_cap": "500", "day_cap": "499,99"}, "day_cap", "lower than what one order"),
        ({"day_cap": "500", "influencer_cap": "499"}, "influencer_cap", "lower than what a day"),
        (
            {"influencer_cap": "500", "total_cap": "499"},
            "total_cap",
            "lower than what an influencer",
        ),
        (FIXED | {"day_cap": "1 999"}, "day_cap", "lower than what one order"),
        (
            FIXED | {"tiers": "5; 3 000 ₸", "order_cap": "2 999"},
            "order_cap",
            "lower than the fixed sum",
        ),
        (
            {"tiers": "10; 9 %\n10; 12 %"},
            "tiers",
            "Row 2 (10; 12 %): both the orders and the reward",
        ),
        ({"tiers": "10; 9 %\n20; 8 %"}, "tiers", "Row 2 (20; 8 %): both the orders and the reward"),
        ({"tiers": "0; 9 %"}, "tiers", "Row 1 (0; 9 %): begin with a number of orders"),
        ({"tiers": "10"}, "tiers", "Row 1 (10): there is no reward"),
        ({"tiers": "10; 91"}, "tiers", "Row 1 (10; 91): more than 90 percent"),
        ({"tiers": "10; nine"}, "tiers", "Row 1 (10; nine): write the reward"),
        ({"tiers": "10; 7 %"}, "tiers", "more than the reward without tiers"),
        ({"tiers": "10; 900 ₸"}, "tiers", "Write tiers as the reward itself"),
        (
            {"tiers": "\n".join(f"{n}; {n / 10 + 8}" for n in range(1, 12))},
            "tiers",
            "at most 10 rows",
        ),
        ({"bonuses": "5; 10 %"}, "bonuses", "Row 1 (5; 10 %): write the reward"),
        ({"bonuses": "5; 100\n6; 90"}, "bonuses", "Row 2 (6; 90): both"),
        ({"bonuses": "5; 100 001"}, "bonuses", "more than the whole budget"),
        ({"bonuses": "5; 900", "influencer_cap": "899"}, "bonuses", "more than the most"),
        ({"places": "billboard"}, "places", "not one of the available choices"),
        ({"window_days": "0"}, "window_days", "1 to 90 days"),
    ],
)
def test_terms_that_contradict_themselves_are_refused_at_their_field(workplace, given, field, said):
    answer = save(workplace, **given)
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert list(errors) == [field]
    assert said in " ".join(errors[field])


def test_the_terms_of_a_running_campaign_change_on_their_own_page(workplace):
    campaign = workplace.cast.tulpar.campaign
    with acting_as(system="test"):
        public_id = Campaign.objects.get(pk=campaign).public_id
    page = workplace.get("campaign_terms", public_id)
    form = page.context["form"]
    assert "title" not in form.fields
    given = {name: form[name].field.prepare_value(form[name].value()) or "" for name in form.fields}
    given = {name: value for name, value in given.items() if value != ""}
    same = workplace.post("campaign_terms", public_id, **given)
    assert same.status_code == 422
    assert "nothing would change" in same.content.decode()
    cut = workplace.post("campaign_terms", public_id, **given | {"commission_percent": "5"})
    assert cut.status_code == 302
    shown = workplace.get("campaign", public_id)
    assert shown.context["page"].coming.people == 1
    text = shown.content.decode()
    assert "For 1 influencer who takes part already." in text
