"""Decisions by a file: nothing half-imported, each wrong row named."""

import csv
import io

from attribution.models import Conversion, Rejection
from tests.doors.conftest import count, public_id, the


def upload(workplace, *rows: str, who: str = "owner"):
    file = io.BytesIO("\n".join(["Conversion id;Order;Decision;Reason;Note", *rows]).encode())
    file.name = "decisions.csv"
    return workplace.client(who).post(workplace.url("review_file"), {"file": file})


def status(number: str) -> str:
    return the(Conversion, order_number=number).status


def test_a_file_is_checked_then_applied(workplace):
    id = public_id(Conversion, order_number="2")
    answer = upload(workplace, f"{id};;approve;;", ";4;reject;19;Купон сайты", ";6;;;")
    page = answer.context["page"]
    assert (page.approve, page.reject, page.faults_count, page.is_ready) == (1, 1, 0, True)
    assert (status("2"), status("4")) == ("on_hold", "pending")  # nothing is done yet
    done = workplace.post("review_file_apply", payload=page.payload)
    assert done.url == workplace.url("review")
    assert (status("2"), status("4"), status("6")) == ("approved", "rejected", "on_hold")
    assert the(Rejection).door == "file"
    again = workplace.post("review_file_apply", payload=page.payload)  # twice does nothing twice
    assert (again.status_code, count(Rejection)) == (302, 1)


def test_one_wrong_row_keeps_the_whole_file_out(workplace):
    answer = upload(
        workplace, ";2;approve;;", ";1;reject;19;x", ";999;approve;;", ";4;reject;18;x",
        ";6;maybe;;",
    )  # fmt: skip
    page = answer.context["page"]
    assert (page.is_ready, [(each.row, each.found) for each in page.faults]) == (
        False,
        [(3, "1"), (4, "999"), (5, "4"), (6, "maybe")],
    )
    file = workplace.post("review_file_faults", payload=page.payload)
    text = b"".join(file.streaming_content).decode("utf-8-sig")
    assert [row[0] for row in csv.reader(io.StringIO(text), delimiter=";")] == [
        "Row", "3", "4", "5", "6",
    ]  # fmt: skip
    workplace.post("review_file_apply", payload=page.payload)
    assert status("2") == "on_hold"


def test_what_was_not_checked_by_this_person_is_not_applied(workplace):
    page = upload(workplace, ";2;approve;;").context["page"]
    for who, payload in (("manager", page.payload), ("owner", page.payload + "x"), ("owner", "")):
        answer = workplace.post("review_file_apply", who=who, payload=payload)
        assert answer.status_code == 422
    assert status("2") == "on_hold"


def test_a_file_of_something_else_comes_back(workplace):
    file = io.BytesIO(b"a;b\n1;2\n")
    file.name = "x.csv"
    answer = workplace.client("owner").post(workplace.url("review_file"), {"file": file})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["file"])
