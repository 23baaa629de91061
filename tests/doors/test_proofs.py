"""Published days for everybody, and proofs for those whose they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from attribution.models import Conversion
from attribution.services.proofs import proofs_publish
from core.accounts.models import User
from core.tenancy.context import acting_as
from exchange.queues import proofs_health
from ledger.domain.proofs import line_read, proof_check, proof_read
from ledger.proofs import keys_ours
from tests.attribution.proof_days import DAY_1, DAY_3, days_sold
from tests.attribution.test_sale import the


@pytest.fixture
def sold(client, cast):
    with days_sold(client, cast):
        yield cast


def client_of(user_id: int) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=user_id))
    return client


def proof_url(number: str, version: int) -> str:
    sale = the(Conversion, order_number=number)
    return reverse("portal:earning_proof", args=[sale.public_id, version])


def test_everybody_reads_the_published_days(sold):
    proofs_publish()
    for language in ("kk", "ru", "en"):
        with override(language):
            page = Client().get(reverse("proofs"))
        assert page.status_code == 200
        assert [row.day for row in page.context["page"].rows][::2] == [DAY_3, DAY_1]
        assert keys_ours()[0] in page.content.decode()


def test_before_the_first_day_the_page_says_so(db):
    page = Client().get(reverse("proofs"))
    assert "Nothing is published yet" in page.content.decode()
    assert Client().get(reverse("proof_roots")).content == b""


def test_the_file_and_the_key_are_the_same_in_every_language(sold):
    proofs_publish()
    assert reverse("proof_roots") == "/proofs/roots.txt"
    answer = Client().get("/proofs/roots.txt")
    days = [line_read(line) for line in answer.content.decode().splitlines()]
    assert [day.statement.leaves for day in days] == [6, 0, 2]
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    pem = Client().get("/proofs/key.pem").content
    key = load_pem_public_key(pem)
    assert key.public_bytes_raw().hex() == days[0].key
    key.verify(bytes.fromhex(days[2].signature), days[2].statement.text.encode())


def test_an_influencer_downloads_the_proof_of_a_sale_and_of_a_day(sold):
    proofs_publish()
    aliya = client_of(sold.tulpar.person)
    answer = aliya.get(proof_url("2", 2))
    assert answer["Content-Disposition"] == 'attachment; filename="birge-proof-2-2.json"'
    roots = Client().get("/proofs/roots.txt").content.decode()
    days = [line_read(line) for line in roots.splitlines()]
    record = proof_check(proof_read(answer.content.decode()), days, keys_ours())
    assert (record["order"], record["status"]) == ("2", "rejected")
    day = aliya.get(reverse("portal:earning_day_proof", args=[DAY_1]))
    summary = proof_check(proof_read(day.content.decode()), days, keys_ours())
    assert (summary["kind"], summary["records"]) == ("summary", 3)


def test_nobody_else_and_nothing_unpublished_is_given_out(sold):
    aliya, dana = client_of(sold.tulpar.person), client_of(sold.sauran.person)
    assert aliya.get(proof_url("1", 1)).status_code == 404  # not published yet
    proofs_publish()
    assert aliya.get(proof_url("1", 1)).status_code == 200
    assert dana.get(proof_url("1", 1)).status_code == 404
    assert aliya.get(proof_url("3", 1)).status_code == 404
    assert aliya.get(proof_url("1", 9)).status_code == 404
    assert Client().get(proof_url("1", 1)).status_code == 302
    assert client_of(sold.tulpar.owner).get(proof_url("1", 1)).status_code == 302  # no influencer
    for day in ("2026-11-19", "2026-11-99", "x"):
        url = reverse("portal:earning_day_proof", args=[day])
        assert aliya.get(url).status_code == 404, day


def test_the_page_of_a_sale_says_what_is_published(sold):
    sale = the(Conversion, order_number="1")
    url = reverse("portal:earning", args=[sale.public_id])
    aliya = client_of(sold.tulpar.person)
    waiting = aliya.get(url).context["page"].proof
    assert (waiting.rows, waiting.next_on.isoformat()) == ([], "2026-11-21")
    proofs_publish()
    answer = aliya.get(url)
    proof = answer.context["page"].proof
    assert [(row.on, row.status, row.minor) for row in proof.rows] == [
        (DAY_3, "on_hold", 255_000),
        (DAY_1, "pending", 255_000),
    ]
    assert proof.next_on is None
    assert proof.rows[0].url == proof_url("1", 2)
    assert proof.rows[0].url in answer.content.decode()


def test_the_script_of_the_page_is_the_one_of_the_docs():
    script = Path(settings.BASE_DIR) / "exchange/web/static/web/verify_proof.py"
    docs = (Path(settings.BASE_DIR) / "docs/proofs.md").read_text()
    assert f"```python\n{script.read_text()}```" in docs


def test_a_missing_day_rings_at_the_home_of_ops(sold):
    with acting_as(ops=sold.maker):
        health = proofs_health()
    assert (health.tone, len(health.late), health.last_on) == ("bad", 2, None)
    proofs_publish()
    with acting_as(ops=sold.maker):
        health = proofs_health()
    assert (health.tone, health.late, health.last_on) == ("paid", [], DAY_3)


def test_a_proof_is_json_that_reads_well(sold):
    proofs_publish()
    body = json.loads(client_of(sold.tulpar.person).get(proof_url("1", 1)).content)
    assert list(body) == ["format", "record", "nonce", "path", "published"]
