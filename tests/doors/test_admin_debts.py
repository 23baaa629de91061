"""Debts of influencers in the admin: a list, and a write-off by two people."""

from attribution.models import Conversion
from core.tenancy.context import acting_as
from payouts.models import DebtWriteOff
from tests.doors.test_admin_payouts import desk as browser
from tests.payouts.test_netting import DEBT, _noon, desk

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
