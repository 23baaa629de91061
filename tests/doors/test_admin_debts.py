"""Debts of influencers in the admin: a list, and a write-off by two people."""

import csv
import io
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attribution.models import Conversion
from attribution.services.late_returns import late_returns_apply
from core.tenancy.context import acting_as
from ledger.domain import journals
from ledger.services import journal_post
from payouts.models import DebtWriteOff
from tests.doors.test_admin import logged_in, staff_make
from tests.doors.test_admin_payouts import desk as browser
from tests.payouts.test_batches import APPROVED
from tests.payouts.test_deposits import NOON, STRANGER, doc, put
from tests.payouts.test_netting import DEBT, _noon, desk
from tests.world import law_load

__all__ = ["_noon", "desk"]
LIST = "/admin/payouts/debt/"


def test_two_people_write_a_debt_off_in_the_admin(desk):
    with acting_as(system="test"):
        debt = Conversion.objects.get(order_number="100")
    maker, checker = browser(desk.cast.maker), browser(desk.cast.checker)
    assert "60\u00a0000" in maker.get(LIST).content.decode()
    asked = maker.post(f"{LIST}{debt.pk}/write-off/", {"reason": "Жауап бермейді"})
    assert asked.status_code == 302
    with acting_as(system="test"):
        row = DebtWriteOff.objects.get()
    assert (row.amount_minor, row.reason, row.state) == (DEBT, "Жауап бермейді", "asked")
    page = f"/admin/payouts/debtwriteoff/{row.pk}/"
    assert maker.post(f"{page}agree/").status_code in (403, 200)  # it says that two are needed
    with acting_as(system="test"):
        assert DebtWriteOff.objects.get().state == "asked"
    assert checker.post(f"{page}agree/").status_code == 302
    with acting_as(system="test"):
        assert DebtWriteOff.objects.get().state == "done"
        assert Conversion.objects.get(pk=debt.pk).forgiven_minor == DEBT
    assert "60\u00a0000" not in maker.get(LIST).content.decode()


def csv_of(answer) -> list[list[str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


@pytest.mark.parametrize(("days", "place"), [(0, 0), (30, 0), (31, 1), (61, 2), (91, 3)])
def test_debts_are_aged_by_influencer_since_the_last_return(desk, days, place):
    with time_machine.travel(APPROVED + timedelta(days=days), tick=False):
        maker = browser(desk.cast.maker)
        answer = maker.get(f"{LIST}aged/")
        header, *lines = csv_of(maker.get(f"{LIST}aged/", {"csv": "1"}))
    ((row, _note, url, cells, total),) = answer.context["rows"]
    assert (row.name, row.since_on, row.minors[place]) == ("Aliya", APPROVED.date(), DEBT)
    assert [bool(cell) for cell in cells] == [n == place for n in range(4)]
    assert total == "60\u00a0000,00\u00a0₸"
    assert answer.context["is_right"]  # the ledger says the same
    assert maker.get(url).content.decode().count("/admin/payouts/debt/") >= 1
    assert len(header) == 7
    amounts = ["60000,00" if n == place else "" for n in range(4)]
    assert lines == [["Aliya", APPROVED.date().isoformat(), *amounts, "60000,00"]]


def test_the_list_of_an_influencers_debts_leads_to_the_write_off(desk):
    maker = browser(desk.cast.maker)
    url = maker.get(f"{LIST}aged/").context["rows"][0][2]
    with acting_as(system="test"):
        debt = Conversion.objects.get(order_number="100")
    assert url == f"{LIST}?influencer__id__exact={desk.mine.influencer}"
    assert f"{LIST}{debt.pk}/change/" in maker.get(url).content.decode()
    foreign = f"{LIST}?influencer__id__exact={desk.cast.sauran.influencer}"
    assert f"{LIST}{debt.pk}/change/" not in maker.get(foreign).content.decode()


def test_a_file_that_disagrees_with_the_ledger_says_so(desk):
    with acting_as(system="test"):
        journal_post(
            journals.debt_written_off(
                write_off_id=99,
                brand_id=desk.mine.brand,
                campaign_id=desk.mine.campaign,
                influencer_id=desk.mine.influencer,
                amount_minor=1,
            ),
            occurred_at=APPROVED,
        )
    answer = browser(desk.cast.maker).get(f"{LIST}aged/")
    assert not answer.context["is_right"]
    assert "ledger_check" in answer.content.decode()


def test_suspense_is_aged_by_transfer(cast):
    law_load(cast)
    put(cast, doc("17", "100.00", bin=STRANGER))
    path = "/admin/brands/unclaimedtransfer/aged/"
    with time_machine.travel(NOON + timedelta(days=45), tick=False):
        ops = browser(cast.maker)
        answer = ops.get(path)
        _header, line = csv_of(ops.get(path, {"csv": "1"}))
    ((row, note, url, _cells, _total),) = answer.context["rows"]
    assert (row.minors, answer.context["is_right"]) == ((0, 10_000, 0, 0), True)
    assert ops.get(url).status_code == 200
    assert line[1] == note
    assert line[3:] == ["", "100,00", "", "", "100,00"]


def test_nothing_that_waits_is_said_in_words(cast):
    ops = browser(cast.maker)
    for path in (f"{LIST}aged/", "/admin/brands/unclaimedtransfer/aged/"):
        answer = ops.get(path)
        assert answer.context["rows"] == []
        assert answer.context["empty"] in answer.content.decode()


def test_the_trial_balance_of_a_day_is_a_file(desk):
    ops = browser(desk.cast.maker)
    path = "/admin/ledger/account/trial-balance"
    header, *lines = csv_of(ops.get(f"{path}-csv/"))
    assert len(header) == 5
    held = {line[0]: line[2:] for line in lines}
    assert held["influencer_debt"] == ["1", "0,00", "60000,00"]
    owed, owing = (sum(int(line[place].replace(",", "")) for line in lines) for place in (3, 4))
    assert owed == owing > 0
    assert len(csv_of(ops.get(f"{path}-csv/", {"on": "2020-01-01"}))) == 1
    day = (APPROVED + timedelta(days=1)).date().isoformat()
    assert f"trial-balance-csv/?on={day}" in ops.get(f"{path}/", {"on": day}).content.decode()


def test_a_page_by_age_asks_the_same_number_of_questions_for_more_debts(desk):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert browser(desk.cast.maker).get(f"{LIST}aged/").status_code == 200
        return len(queries)

    before = cost()
    desk.earn()
    desk.pay()
    desk.tell(101, "800000.00", minutes=60, refunded="200000.00")
    assert late_returns_apply() == 1
    assert cost() == before


@pytest.mark.parametrize("path", [f"{LIST}aged/", "/admin/brands/unclaimedtransfer/aged/"])
def test_only_who_may_see_money_sees_its_age(cast, path):
    assert logged_in(staff_make("support")).get(path).status_code == 403
    assert logged_in(cast.maker, second_factor=False).get(path).status_code == 302
