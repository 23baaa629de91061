"""A brand takes its own records away, one by one and a day at a time, and checks them alone."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attribution.models import Conversion, Order
from attribution.services.proofs import proofs_publish
from core.accounts.models import User
from core.tenancy.context import acting_as
from ledger.domain.proofs import line_read, proof_check, proof_read
from ledger.proofs import keys_ours, leaves_of_brand, proof_of, proofs_of_day
from tests.attribution.proof_days import DAY_1, DAY_2, DAY_3, days_sold
from tests.attribution.test_sale import the


@pytest.fixture
def sold(client, cast):
    with days_sold(client, cast):
        proofs_publish()
        yield cast


def owner(cast, name: str = "tulpar") -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=vars(cast)[name].owner))
    return client


def address(name: str, *args: object, slug: str = "tulpar") -> str:
    return reverse(f"brand:{name}", args=[slug, *args])


def proof_url(number: str, version: int, slug: str = "tulpar") -> str:
    sale = the(Conversion, order_number=number)
    return address("sale_proof", sale.public_id, version, slug=slug)


def unpacked(answer, folder: Path) -> list[Path]:
    assert answer["Content-Type"] == "application/zip"
    with ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as box:
        box.extractall(folder)
    return sorted((folder / "proofs").iterdir())


def verified(folder: Path, proof: Path) -> subprocess.CompletedProcess[str]:
    """By the script in the file, and nothing else of ours."""
    return subprocess.run(  # noqa: S603 our own interpreter and the file of the test
        [sys.executable, "-I", "verify_proof.py", str(proof.relative_to(folder)), "roots.txt"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_brand_downloads_the_proof_of_each_state_of_its_sale(sold):
    answer = owner(sold).get(proof_url("2", 2))
    assert answer["Content-Disposition"] == 'attachment; filename="birge-proof-2-2.json"'
    roots = Client().get("/proofs/roots.txt").content.decode()
    days = [line_read(line) for line in roots.splitlines()]
    record = proof_check(proof_read(answer.content.decode()), days, keys_ours())
    assert (record["order"], record["status"]) == ("2", "rejected")


def test_a_day_is_one_file_that_checks_itself(sold, tmp_path):
    answer = owner(sold).get(address("proofs_day", DAY_1))
    name = f"birge-proofs-tulpar-{DAY_1}.zip"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    proofs = unpacked(answer, tmp_path)
    # order 1 placed; order 2 placed, then cancelled; Sauran's order 3 is not among them
    assert [(path.name[0], path.stem[-1]) for path in proofs] == [
        ("1", "1"), ("2", "1"), ("2", "2"),
    ]  # fmt: skip
    for path in proofs:
        run = verified(tmp_path, path)
        assert (run.returncode, run.stderr) == (0, "")
        assert run.stdout.startswith(f"PUBLISHED on {DAY_1}")
    assert "verify_proof.py" in (tmp_path / "README.txt").read_text()


def test_a_file_of_the_day_that_somebody_changed_is_found_by_the_script(sold, tmp_path):
    (path,) = unpacked(owner(sold).get(address("proofs_day", DAY_3)), tmp_path)
    path.write_text(path.read_text().replace("255000", "155000"))
    run = verified(tmp_path, path)
    assert run.returncode == 1
    assert "NOT PUBLISHED" in run.stderr


def test_nobody_elses_records_are_given_out(sold):
    tulpar, sauran = owner(sold), owner(sold, "sauran")
    assert tulpar.get(proof_url("3", 1)).status_code == 404
    assert sauran.get(proof_url("1", 1)).status_code == 404  # it is not theirs
    assert sauran.get(proof_url("1", 1, slug="sauran")).status_code == 404
    assert tulpar.get(proof_url("1", 9)).status_code == 404
    assert Client().get(proof_url("1", 1)).status_code == 302
    for day in (DAY_2, "2026-11-30", "2026-11-99", "x"):
        assert tulpar.get(address("proofs_day", day)).status_code == 404, day
    assert sauran.get(address("proofs_day", DAY_3, slug="sauran")).status_code == 404


def test_the_page_lists_days_with_records_and_their_number(sold, monkeypatch):
    page = owner(sold).get(address("proofs")).context["page"]
    assert [(row.on, row.records) for row in page.rows] == [(DAY_3, 1), (DAY_1, 3)]
    monkeypatch.setattr("exchange.web.brand.builders.proofs.PAGE_ROWS", 1)
    first = owner(sold).get(address("proofs")).context["page"]
    assert first.pager.next_url == f"?after={DAY_3}"
    second = owner(sold).get(address("proofs"), {"after": str(DAY_3)}).context["page"]
    assert [row.on for row in second.rows] == [DAY_1]
    assert owner(sold).get(address("proofs"), {"after": "x"}).context["page"].rows == first.rows
    other = owner(sold, "sauran").get(address("proofs", slug="sauran")).context["page"]
    assert [(row.on, row.records) for row in other.rows] == [(DAY_1, 1)]


def test_the_page_of_an_order_leads_to_its_proofs(sold):
    order = the(Order, number="1").public_id
    answer = owner(sold).get(address("order", order))
    proofs = answer.context["page"].proofs
    assert [(row.on, row.status, row.minor) for row in proofs] == [
        (DAY_3, "on_hold", 255_000),
        (DAY_1, "pending", 255_000),
    ]
    assert proofs[0].url == proof_url("1", 2)
    for url in (proofs[0].url, proofs[0].day_url):
        assert url in answer.content.decode()


def test_before_the_first_day_there_is_nothing_to_take(client, cast):
    with days_sold(client, cast):
        answer = owner(cast).get(address("proofs"))
        assert "The first list comes in the night" in answer.content.decode()
        order = the(Order, number="1").public_id
        assert owner(cast).get(address("order", order)).context["page"].proofs == []
        assert owner(cast).get(proof_url("1", 1)).status_code == 404


def test_a_day_has_a_most_of_records_for_one_file(sold, monkeypatch):
    monkeypatch.setattr("exchange.web.brand.views.proofs.FILE_RECORDS_MAX", 2)
    assert owner(sold).get(address("proofs_day", DAY_1)).status_code == 422
    answer = owner(sold).get(address("proofs_day", DAY_3))
    assert b"".join(answer.streaming_content)


def test_proofs_of_a_day_are_those_of_each_record_for_the_queries_of_one(sold):
    with acting_as(brand=sold.tulpar.brand):
        leaves = list(leaves_of_brand(sold.tulpar.brand, DAY_1))
        with CaptureQueriesContext(connection) as queries:
            together = [proof.as_json() for proof in proofs_of_day(DAY_1, leaves)]
        assert sum("ledger_proof" in query["sql"] for query in queries) == 3
        assert together == [proof_of(leaf).as_json() for leaf in leaves]
