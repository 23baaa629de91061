"""Wrong by hand, put right by two people; every figure below is worked out by hand."""

import pytest
from django.db import IntegrityError
from django.urls import reverse

from core.errors import Forbidden, Invalid, NotFound
from core.tenancy.context import acting_as
from ledger.checks import ledger_findings
from ledger.corrections import (
    CorrectionDecided,
    correction_ask,
    correction_post,
    correction_refuse,
)
from ledger.domain import accounts, journals
from ledger.domain.corrections import LegUnreadable, account_of, legs_read, legs_text
from ledger.domain.drafts import Leg
from ledger.models import Correction
from ledger.selectors import balances, trial_balance
from ledger.services import InsufficientFunds
from tests.ledger.domain.test_accounts import ONE_OF_EACH
from tests.ledger.test_admin import ops  # noqa: F401 a fixture
from tests.ledger.worlds import SAURAN, TULPAR, post, two_sales

pytestmark = pytest.mark.django_db
MAKER, CHECKER = 3, 4
WHY = "Booked for Tulpar; the payer is Sauran."
TO_SAURAN = "bank||||KZT; -50000\nbrand_free|2|||KZT; 50000"


@pytest.fixture
def wrong() -> int:
    """500 tenge of Sauran's, booked for Tulpar."""
    (journal_id,) = post(journals.deposit(statement_row="x", brand_id=TULPAR, amount_minor=50_000))
    return journal_id


def ask(journal_id, *, legs=TO_SAURAN, reason=WHY):
    return correction_ask(
        journal_id=journal_id, reason=reason, replacement_legs=legs, maker_id=MAKER
    )


def free():
    with acting_as(system="test"):
        return list(balances([accounts.brand_free(TULPAR), accounts.brand_free(SAURAN)]).values())


def test_a_deposit_goes_to_the_right_brand_once_two_people_agree(wrong):
    correction = ask(wrong)
    assert free() == [50_000, 0], "asking moves nothing"
    correction_post(correction_id=correction.pk, checker_id=CHECKER)
    assert free() == [0, 50_000]
    assert ledger_findings() == []


def test_nothing_may_come_in_its_place(wrong):
    correction_post(correction_id=ask(wrong, legs="").pk, checker_id=CHECKER)
    assert free() == [0, 0]


def test_who_asked_cannot_post_not_even_past_the_service(wrong):
    correction = ask(wrong)
    with pytest.raises(Forbidden):
        correction_post(correction_id=correction.pk, checker_id=MAKER)
    with pytest.raises(IntegrityError, match="maker_is_not_checker"), acting_as(system="test"):
        Correction.objects.filter(pk=correction.pk).update(state="posted", checker_id=MAKER)
    assert free() == [50_000, 0]


def test_one_decision_and_one_correction(wrong):
    correction = ask(wrong)
    with pytest.raises(CorrectionDecided):
        ask(wrong)
    correction_post(correction_id=correction.pk, checker_id=CHECKER)
    for decide in (correction_post, correction_refuse):
        with pytest.raises(CorrectionDecided):
            decide(correction_id=correction.pk, checker_id=CHECKER)
    with pytest.raises(CorrectionDecided):
        ask(wrong)
    assert free() == [0, 50_000]


def test_a_refused_one_moves_nothing_and_may_be_asked_for_again(wrong):
    correction_refuse(correction_id=ask(wrong).pk, checker_id=MAKER)
    assert free() == [50_000, 0]
    assert ask(wrong).state == "asked"


def test_money_that_was_spent_meanwhile_is_not_taken_back(wrong):
    correction = ask(wrong)
    post(journals.refund_created(refund_id=1, brand_id=TULPAR, amount_minor=1))
    with pytest.raises(InsufficientFunds) as refused:
        correction_post(correction_id=correction.pk, checker_id=CHECKER)
    assert refused.value.missing_minor == 1
    with acting_as(system="test"):
        assert Correction.objects.get().state == "asked", "it still waits for a decision"


def test_what_follows_from_a_sale_is_not_corrected_by_hand():
    two_sales()
    with acting_as(system="test"):
        approval = post(journals.deposit(statement_row="y", brand_id=1, amount_minor=1))[0] - 2
    with pytest.raises(Invalid, match="sale or a payout"):
        ask(approval)
    with pytest.raises(NotFound):
        ask(10**9)


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ({"legs": "bank||||KZT; -5"}, "off by -5"),
        ({"legs": "bank||||KZT -5"}, "Line 1"),
        ({"legs": "bank||||KZT; -5\nsafe||||KZT; 5"}, "Line 2"),
        ({"legs": "bank||||KZT; 0"}, "Line 1"),
        ({"legs": "bank||||KZT; -5\nbrand_free|1|||USD; 5"}, "Line 2 is in USD"),
        ({"legs": "bank||||USD; -5\nbrand_free|1|||USD; 5"}, "Line 1 is in USD"),
        ({"legs": "bank||||KZT; -5\nbrand_free||7||KZT; 5"}, "Line 2"),
        ({"legs": "bank||||KZT; -5\nbrand_free|1||7|KZT; 5"}, "Line 2"),
        ({"legs": "bank||||KZT; 1e30\nbrand_free|1|||KZT; -1e30"}, "Line 1"),
        ({"legs": f"bank||||KZT; {10**30}"}, "Line 1"),
        ({"legs": "brand_free||||KZT; 5"}, "Line 1"),
        ({"reason": "oops"}, "auditor"),
    ],
)
def test_what_cannot_be_booked_is_refused_by_line(wrong, given, match):
    with pytest.raises(Invalid, match=match):
        ask(wrong, **given)
    with acting_as(system="test"):
        assert not Correction.objects.exists()


def test_every_account_reads_back_from_its_code():
    assert {account_of(ref.code) for ref in ONE_OF_EACH} == set(ONE_OF_EACH)
    legs = tuple(Leg(ref, number) for number, ref in enumerate(list(ONE_OF_EACH)[:9], 1))
    assert legs_read(legs_text(legs)) == legs
    with pytest.raises(LegUnreadable):
        legs_read("\n".join(["bank||||KZT; 1"] * 21))


# --- What ops see ---------------------------------------------------------------------------


def test_ops_ask_look_and_post(ops, wrong):  # noqa: F811 the fixture
    page = reverse("admin:ledger_journal_correct", args=[wrong])
    assert "brand_free|1|||KZT; 50000" in ops.get(page).content.decode()
    said = ops.post(page, {"reason": WHY, "replacement_legs": "bank||||KZT; 1"}).content.decode()
    assert "off by 1" in said
    ops.post(page, {"reason": WHY, "replacement_legs": TO_SAURAN})
    with acting_as(system="test"):
        correction = Correction.objects.get()
    decide = reverse("admin:ledger_correction_post_it", args=[correction.pk])
    shown = ops.get(decide).content.decode()
    assert "brand_free|2|||KZT" in shown
    assert "Another person must post it" in ops.post(decide).content.decode()


def test_the_trial_balance_is_equal_on_both_sides_at_any_moment(ops):  # noqa: F811
    two_sales()
    with acting_as(system="test"):
        rows = trial_balance()
    by_kind = {row.kind: (row.accounts, row.owed_minor, row.owing_minor) for row in rows}
    assert by_kind["bank"] == (1, 0, 200_000_000)
    assert by_kind["brand_free"] == (2, 82_600_000, 0)
    assert sum(row.owed_minor for row in rows) == 200_000_000
    page = reverse("admin:ledger_account_trial")
    shown = ops.get(page).content.decode()
    assert "2 000 000,00" in shown.replace("\N{NO-BREAK SPACE}", " ")
    assert "not equal" not in shown
    assert "No money had moved by then" in ops.get(page, {"on": "2026-11-20"}).content.decode()
    assert "2 000 000,00" in ops.get(page, {"on": "9999-12-31"}).text.replace(
        "\N{NO-BREAK SPACE}", " "
    )
