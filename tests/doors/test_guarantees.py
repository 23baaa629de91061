"""Guarantees of months at their doors: the brand promises, the influencer reads the same words."""

import pytest

from campaigns.models import Guarantee, Participation
from core.notify.models import Message
from tests.doors.conftest import count, public_id, the
from tests.doors.test_traffic import portal_get

NBSP = "\u00a0"
SENTENCE = f"Orders of November{NBSP}2026 bring at least 10{NBSP}000{NBSP}₸."


@pytest.fixture
def typed(workplace):
    row = public_id(Participation, pk=workplace.cast.tulpar.participation)
    return {"participation": str(row), "month": "2026-11-01", "amount": "10 000"}


def promise(workplace, typed, **changes):
    return workplace.post("guarantees", workplace.live, **typed | {"action": "promise"} | changes)


def test_a_brand_reads_what_it_costs_at_most_before_it_promises(workplace, typed):
    answer = workplace.post("guarantees", workplace.live, **typed)
    page = answer.context["page"]
    assert (answer.status_code, page.sentence, count(Guarantee)) == (200, SENTENCE, 0)
    assert [row.minor for row in page.cost] == [1_000_000, 150_000, 24_000, 1_174_000]
    assert page.missing_minor == 0
    free = page.free_minor

    assert promise(workplace, typed).status_code == 302
    page = workplace.page("guarantees", workplace.live)
    (row,) = page.rows
    assert (row.promised_minor, row.cost_minor, row.status) == (1_000_000, 1_174_000, "running")
    assert page.free_minor == free - 1_174_000
    assert "Guarantees" in [
        each.label for each in workplace.page("campaign", workplace.live).reserve
    ]
    assert the(Message, kind="guarantee_promised").body.count(f"10{NBSP}000") == 1


def test_both_sides_read_the_same_promise_and_how_far_it_is(workplace, typed):
    promise(workplace, typed)
    own = portal_get(workplace, "campaign", args=[workplace.live]).context["page"]
    (card,) = own.guarantees
    assert (card.title, card.url) == (SENTENCE, "")
    brands = workplace.page("guarantees", workplace.live)
    assert card.conditions == brands.conditions
    assert card.note == brands.rows[0].note
    assert card.note.startswith("earned so far: ")
    (listed,) = portal_get(workplace, "earnings").context["page"].guarantees
    assert (listed.title, listed.url != "") == (SENTENCE, True)
    leaving = portal_get(workplace, "campaign_leave", args=[workplace.live]).context["page"]
    assert leaving.lost == [SENTENCE]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": "1e30"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": ""}, "amount"),
        ({"month": "2026-10-01"}, "month"),
        ({"month": "2026-11-02"}, "month"),
        ({"month": "x"}, "month"),
        ({"participation": "x"}, "participation"),
        ({"amount": "900 000 000"}, "__all__"),
    ],
)
@pytest.mark.parametrize("action", ["check", "promise"])
def test_a_refusal_names_the_field_and_promises_nothing(workplace, typed, changes, field, action):
    answer = promise(workplace, typed, **changes | {"action": action})
    if field == "__all__" and action == "check":
        assert answer.context["page"].missing_minor > 0
    else:
        assert (answer.status_code, set(answer.context["form"].errors)) == (422, {field})
    assert count(Guarantee) == 0


def test_who_does_not_take_part_or_is_anothers_is_not_on_the_list(workplace, typed):
    others = (workplace.applied, workplace.cast.sauran.participation)
    for pk in others:
        answer = promise(workplace, typed, participation=str(public_id(Participation, pk=pk)))
        assert answer.status_code == 422
    assert count(Guarantee) == 0


def test_two_for_one_month_are_refused_with_the_way_out(workplace, typed):
    promise(workplace, typed)
    answer = promise(workplace, typed)
    assert "Raise it instead" in str(answer.context["form"].errors["month"])


def test_a_raise_and_a_refused_one(workplace, typed):
    promise(workplace, typed)
    guarantee = the(Guarantee)
    assert (
        workplace.post("guarantee_raise", guarantee.public_id, amount="12 000").status_code == 302
    )
    answer = workplace.post("guarantee_raise", guarantee.public_id, amount="11 000")
    (row,) = answer.context["page"].rows
    assert (answer.status_code, row.promised_minor) == (422, 1_200_000)
    assert (row.more.value, "only be raised" in row.more.error) == ("11 000", True)
    assert workplace.post("guarantee_raise", guarantee.public_id, amount="1e30").status_code == 422


def test_only_what_has_not_begun_can_be_taken_back(workplace, typed):
    promise(workplace, typed)
    promise(workplace, typed, month="2026-12-01")
    later, running = workplace.page("guarantees", workplace.live).rows
    assert (bool(later.cancel_url), running.cancel_url) == (True, "")
    assert workplace.page("campaign", workplace.live).close_note
    client = workplace.client("owner")
    assert client.post(later.cancel_url).status_code == 302
    workplace.post("guarantee_cancel", the(Guarantee, state="promised").public_id)
    assert (count(Guarantee, state="promised"), count(Guarantee, state="released")) == (1, 1)
    page = workplace.page("guarantees", workplace.live, status="released")
    assert [row.note for row in page.rows] == ["The brand called it off before the month began."]
    assert [choice.count for choice in page.choices] == [2, 1, 1]
    assert workplace.page("guarantees", workplace.live, status="bogus").is_filtered is False


def test_the_list_as_a_file(workplace, typed):
    promise(workplace, typed)
    answer = workplace.get("guarantees_csv", workplace.live)
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0].startswith('"Influencer";"Month"')
    assert lines[1].split(";")[1:5] == ['"2026-11"', '"Running"', '"10000,00"', '"11740,00"']


def test_another_brands_guarantee_is_not_found(workplace, typed):
    promise(workplace, typed)
    guarantee = the(Guarantee)
    for name in ("guarantee_raise", "guarantee_cancel"):
        assert workplace.post(name, guarantee.public_id, who="stranger").status_code == 404
