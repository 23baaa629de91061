"""What leaves as a table: the rows of the filter, nobody else's, and no cell that runs."""

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.translation import override

from attribution.models import Conversion, Order, OrderLine
from core.accounts.models import User
from core.tenancy.context import acting_as
from tests.doors.test_portal import NOW, _noon, aliya, world  # noqa: F401 fixtures

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1")


def table(answer):
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def download(client, **query):
    with override("en"):
        answer = client.get(reverse("portal:earnings_csv"), query)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    return table(answer)


def test_every_order_is_a_row(aliya):  # noqa: F811
    header, *rows = download(aliya)
    assert header[0] == "Date"
    assert [row[1] for row in rows] == ["3", "2", "1"]
    assert rows[2][5:8] == ["Approved", "1000000,00", "100000,00"]
    assert rows[0][5] == "Rejected"
    assert rows[0][8].startswith("15, ")


@pytest.mark.parametrize(
    ("status", "numbers"), [("on_hold", ["2"]), ("lost", ["3"]), ("nonsense", ["3", "2", "1"])]
)
def test_the_filter_of_the_page_is_kept(aliya, status, numbers):  # noqa: F811
    assert [row[1] for row in download(aliya, status=status)[1:]] == numbers


def test_no_cell_is_a_formula(aliya, world):  # noqa: F811
    with acting_as(system="test data"):
        row = Conversion.objects.get(order_number="2")
        for number, formula in enumerate(FORMULAS):
            row.pk, row.status, row.reason_code = None, "rejected", 23
            row.public_id = f"00000000-0000-7000-8000-00000000000{number}"
            row.order_number, row.product_name = formula, formula
            row.ordered_at = NOW + timedelta(minutes=number)
            row.save()
    rows = download(aliya)[1:]
    assert len(rows) == 3 + len(FORMULAS)
    for cells in rows:
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)
    assert {cells[2] for cells in rows} >= {f"'{formula}" for formula in FORMULAS}


def test_danas_file_has_nothing_of_aliyas(client, world):  # noqa: F811
    client.force_login(User.objects.get(pk=world.sauran.person))
    assert len(download(client)) == 1
    with acting_as(system="test looks"):
        assert Order.objects.exists()
        assert OrderLine.objects.exists()
