"""Days from sales to a published, checkable proof: real orders, real tables, nothing mocked."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import IntegrityError, ProgrammingError

from attribution.models import Conversion, ConversionVersion
from attribution.selectors.proofs import days_due, days_late, records_of
from attribution.services.proofs import (
    PublishedDayChanged,
    day_publish,
    proof_findings,
    proofs_publish,
)
from brands.models import Brand
from campaigns.models import Campaign
from core.errors import Invalid
from core.tenancy.context import acting_as
from influencers.models import Influencer
from ledger import proofs
from ledger.domain.proofs import NO_DAY, canonical, proof_check, proof_read
from ledger.models import ProofDay, ProofLeaf
from tests.attribution.proof_days import DAY_1, DAY_2, DAY_3, PLACED, days_sold
from tests.attribution.test_sale import the

SCRIPT = Path(settings.BASE_DIR) / "exchange/web/static/web/verify_proof.py"


@pytest.fixture
def sold(client, cast):
    with days_sold(client, cast):
        yield cast


def records(**filters) -> list[dict]:
    with acting_as(system="test"):
        leaves = ProofLeaf.objects.filter(**filters).order_by("day_on", "position")
        return [json.loads(leaf.record) for leaf in leaves]


def days() -> list[ProofDay]:
    with acting_as(system="test"):
        return list(ProofDay.objects.order_by("day_on"))


def proof_text(number: str, version: int) -> str:
    """What its influencer downloads."""
    conversion = the(Conversion, order_number=number)
    with acting_as(influencer=conversion.influencer_id):
        (leaf,) = [each.leaf for each in records_of(conversion) if each.version.number == version]
        return proofs.proof_of(leaf).as_json()


def roots_text() -> str:
    with acting_as(public="test"):
        return "".join(f"{day.line}\n" for day in proofs.days_published())


# --- Publishing -----------------------------------------------------------------------------


def test_every_day_that_is_over_is_published_with_every_version_and_a_summary(sold):
    assert proofs_publish() == [DAY_1, DAY_2, DAY_3]
    assert [(day.day_on, day.leaves) for day in days()] == [(DAY_1, 6), (DAY_2, 0), (DAY_3, 2)]
    said = [(it["kind"], it.get("order"), it.get("version"), it.get("status")) for it in records()]
    assert said == [
        ("conversion", "1", 1, "pending"),
        ("conversion", "2", 1, "pending"),
        ("conversion", "3", 1, "pending"),
        ("conversion", "2", 2, "rejected"),  # also what was rejected
        ("summary", None, None, None),
        ("summary", None, None, None),
        ("conversion", "1", 2, "on_hold"),
        ("summary", None, None, None),
    ]


def test_a_record_says_whose_what_and_why(sold):
    proofs_publish()
    conversion = the(Conversion, order_number="2")
    assert records(kind="conversion")[3] == {
        "kind": "conversion",
        "day": "2026-11-18",
        "conversion": str(conversion.public_id),
        "version": 2,
        "brand": str(the(Brand, pk=sold.tulpar.brand).public_id),
        "campaign": str(the(Campaign, pk=sold.tulpar.campaign).public_id),
        "influencer": str(the(Influencer, pk=sold.tulpar.influencer).public_id),
        "source": "woocommerce",
        "order": "2",
        "status": "rejected",
        "cause": "cancelled",
        "base_minor": 0,
        "commission_minor": 0,
        "at": "2026-11-18T09:05:00.000000Z",
    }


def test_a_summary_counts_an_influencers_records_and_binds_them(sold):
    proofs_publish()
    summary = records(kind="summary", influencer_id=sold.tulpar.influencer)[0]
    with acting_as(influencer=sold.tulpar.influencer):
        mine = ProofLeaf.objects.filter(kind="conversion", day_on=DAY_1).order_by("position")
        leaves = b"".join(
            hashlib.sha256(b"\x00" + bytes.fromhex(it.nonce) + it.record.encode()).digest()
            for it in mine
        )
    assert summary == {
        "kind": "summary",
        "day": "2026-11-18",
        "influencer": records()[0]["influencer"],
        "records": 3,
        "conversions": 2,
        "change_minor": 255_000,  # two rewards, one of them taken back
        "leaves_sha256": hashlib.sha256(leaves).hexdigest(),
    }


def test_a_second_run_changes_nothing(sold, capsys):
    call_command("proof_publish")
    before, lines = days(), capsys.readouterr().out.splitlines()
    assert lines == ["published 2026-11-18", "published 2026-11-19", "published 2026-11-20"]
    call_command("proof_publish")
    call_command("proof_publish", "--day", "2026-11-18")
    assert (
        capsys.readouterr().out.splitlines()
        == ["nothing to publish: what is over is published already"] * 2
    )
    assert [vars(day) | {"_state": 0} for day in days()] == [
        vars(day) | {"_state": 0} for day in before
    ]


def test_days_are_chained_and_no_nonce_is_used_twice(sold):
    proofs_publish()
    first, second, third = days()
    assert first.previous == NO_DAY
    for before, after in ((first, second), (second, third)):
        text = proofs.published_of(before).statement.text
        assert after.previous == hashlib.sha256(text.encode()).hexdigest()
    with acting_as(system="test"):
        nonces = list(ProofLeaf.objects.values_list("nonce", flat=True))
    assert len(set(nonces)) == len(nonces) == 8


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("2026-11-17", "not over, or nothing was sold"),
        ("2026-11-19", "2026-11-18 comes first"),
        ("2026-11-21", "not over, or nothing was sold"),
        ("2027-11-21", "not over, or nothing was sold"),
    ],
)
def test_a_day_out_of_turn_is_refused(sold, day, reason):
    with pytest.raises(CommandError, match=reason):
        call_command("proof_publish", "--day", day)
    assert days() == []


def test_a_day_rests_an_hour_after_midnight_and_rings_after_three(sold):
    with acting_as(system="test"):
        for minutes, due, late in ((59, 2, 2), (60, 3, 2), (179, 3, 2), (180, 3, 3)):
            midnight = datetime(2026, 11, 20, 19, 0, tzinfo=UTC)
            with time_machine.travel(midnight + timedelta(minutes=minutes), tick=False):
                assert (len(days_due()), len(days_late())) == (due, late), minutes


def test_before_the_first_sale_there_is_nothing_to_publish(db):
    assert (proofs_publish(), proof_findings()) == ([], [])


def test_a_version_that_was_seen_late_goes_into_the_next_day(sold):
    with time_machine.travel(datetime(2026, 11, 18, 21, 0, tzinfo=UTC), tick=False):
        assert proofs_publish() == [DAY_1]
    with acting_as(system="test"):
        seen = the(ConversionVersion, conversion__order_number="1", number=1)
        late = ConversionVersion.objects.create(
            conversion_id=seen.conversion_id, brand_id=seen.brand_id, number=9, status="pending",
            influencer_id=seen.influencer_id, base_minor=1, commission_minor=1, cause="amended",
            at=PLACED + timedelta(hours=9),
        )  # fmt: skip
    assert proofs_publish() == [DAY_2, DAY_3]
    (found,) = records(subject_id=late.pk, kind="conversion")
    assert (found["day"], found["at"]) == ("2026-11-19", "2026-11-18T18:00:00.000000Z")
    assert proof_findings() == []


# --- What was published holds, or it is told ------------------------------------------------


def test_untouched_days_hold(sold, capsys):
    proofs_publish()
    assert proof_findings() == []
    call_command("proof_verify")
    said = f"OK: 3 published days hold; signed with {proofs.keys_ours()[0]}"
    assert capsys.readouterr().out.strip() == said


def test_a_missing_day_is_told(sold):
    days_late = ("2026-11-18", "2026-11-19")
    assert proof_findings() == [f"{day} is over and not published" for day in days_late]


def test_a_day_whose_conversions_changed_is_told_and_not_published_again(sold):
    """Triggers refuse to change a version, so its conversion is given away, as an owner could."""
    proofs_publish()
    with acting_as(system="test"):
        Conversion.objects.filter(order_number="1").update(order_number="1-b")
        conversion = Conversion.objects.get(order_number="1-b")
    told = f"2026-11-18: conversion {conversion.public_id} version 1 is not what was published"
    assert told in proof_findings()
    with pytest.raises(PublishedDayChanged, match="version 1 is not what was published"):
        day_publish(DAY_1)
    with pytest.raises(CommandError, match="version 1 is not what was published"):
        call_command("proof_publish", "--day", "2026-11-18")
    with pytest.raises(CommandError, match="do not hold"):
        call_command("proof_verify")


def test_a_version_that_no_day_has_is_told(sold):
    proofs_publish()
    with acting_as(system="test"):
        seen = the(ConversionVersion, conversion__order_number="1", number=1)
        ConversionVersion.objects.create(
            conversion_id=seen.conversion_id, brand_id=seen.brand_id, number=9, status="pending",
            influencer_id=seen.influencer_id, base_minor=1, commission_minor=1, cause="amended",
            at=PLACED,
        )  # fmt: skip
    (told,) = proof_findings()
    assert told.endswith("version 9 is in no published day")
    assert proof_findings(newest=2) == [told]


def test_a_day_signed_by_a_key_that_is_not_ours_is_told(sold, settings):
    proofs_publish()
    old = proofs.keys_ours()[0]
    settings.PROOF_KEY = bytes(32)
    assert len(proof_findings()) == 3
    settings.PROOF_KEYS_BEFORE = [old]
    assert proof_findings() == []


@pytest.mark.parametrize("table", ["proofday", "proofleaf", "proofblock"])
@pytest.mark.parametrize("verb", ["update", "delete"])
def test_nobody_may_touch_what_was_published(sold, table, verb):
    proofs_publish()
    rows = apps.get_model("ledger", table).objects
    with pytest.raises(ProgrammingError, match="permission denied"), acting_as(system="test"):
        rows.update(day_on=DAY_1) if verb == "update" else rows.all()._raw_delete("default")


def test_a_conversions_version_is_in_one_day_only(sold):
    proofs_publish()
    leaf = proofs.Leaf("conversion", 1, 1, canonical({"day": "x"}), brand_id=1)
    with acting_as(system="test"):
        version = ProofLeaf.objects.filter(kind="conversion").first().subject_id
    twice = proofs.Leaf("conversion", version, 1, leaf.record, brand_id=1)
    with pytest.raises(IntegrityError), acting_as(system="test"):
        proofs.day_add(date(2026, 11, 21), [twice])


# --- Whose proof ----------------------------------------------------------------------------


def test_an_influencer_and_a_brand_read_their_own_records_alone(sold):
    proofs_publish()
    with acting_as(influencer=sold.sauran.influencer):
        assert [it.kind for it in ProofLeaf.objects.order_by("pk")] == ["conversion", "summary"]
    with acting_as(brand=sold.sauran.brand):
        assert [it.kind for it in ProofLeaf.objects.all()] == ["conversion"]
    with acting_as(public="test"):
        assert ProofDay.objects.count() == 3


def test_a_downloaded_proof_holds_against_the_published_days(sold):
    proofs_publish()
    for number, version in (("1", 1), ("2", 2), ("3", 1), ("1", 2)):
        proof = proof_read(proof_text(number, version))
        with acting_as(public="test"):
            published = proofs.days_published()
        record = proof_check(proof, published, proofs.keys_ours())
        assert (record["order"], record["version"]) == (number, version)


def test_a_summary_can_be_proven_too(sold):
    proofs_publish()
    with acting_as(influencer=sold.tulpar.influencer):
        leaf = proofs.summary_of(sold.tulpar.influencer, DAY_3)
        assert proofs.summary_of(sold.tulpar.influencer, DAY_2) is None
        proof = proofs.proof_of(leaf)
        record = proof_check(proof, proofs.days_published(), proofs.keys_ours())
    assert (record["kind"], record["records"], record["change_minor"]) == ("summary", 1, 0)


def test_proofs_come_from_every_block(sold, monkeypatch):
    monkeypatch.setattr("ledger.proofs.BLOCK", 2)
    proofs_publish()
    assert proof_findings() == []
    with acting_as(system="test"):
        leaves = list(ProofLeaf.objects.filter(day_on=DAY_1))
        published = proofs.days_published()
        for leaf in leaves:
            assert proof_check(proofs.proof_of(leaf), published, proofs.keys_ours())
    assert len(leaves) == 6


# --- Alone, with the script -----------------------------------------------------------------


def script_run(folder: Path, proof: str, roots: str) -> subprocess.CompletedProcess[str]:
    (folder / "proof.json").write_text(proof, encoding="utf-8")
    (folder / "roots.txt").write_text(roots, encoding="utf-8")
    command = [sys.executable, "-I", "-S", str(SCRIPT), "proof.json", "roots.txt"]
    return subprocess.run(  # noqa: S603 our own script
        command, cwd=folder, capture_output=True, text=True, check=False
    )


def test_the_script_is_short_and_stands_alone():
    lines = SCRIPT.read_text().splitlines()
    assert len(lines) < 30
    imports = {line.split()[1] for line in lines if line.startswith(("import ", "from "))}
    assert imports <= set(sys.stdlib_module_names)


def test_the_script_confirms_a_proof_and_refuses_altered_ones(sold, tmp_path):
    proofs_publish()
    proof, roots = proof_text("2", 2), roots_text()
    fine = script_run(tmp_path, proof, roots)
    assert (fine.returncode, fine.stderr) == (0, "")
    assert fine.stdout.startswith("PUBLISHED on 2026-11-18, exactly as it stands here: {")
    lines = roots.splitlines(keepends=True)
    for altered, file, says in (
        (proof.replace("rejected", "approved"), roots, "NOT PUBLISHED"),
        (proof.replace('"left"', '"right"'), roots, "NOT PUBLISHED"),
        (proof, "".join(lines[1:]), "BROKEN CHAIN: 2026-11-19"),
        (proof, lines[0].replace(" 6 ", " 7 ") + "".join(lines[1:]), "BROKEN CHAIN: 2026-11-19"),
        (proof, "", "NOT PUBLISHED"),
    ):
        refused = script_run(tmp_path, altered, file)
        assert (refused.returncode, says in refused.stderr) == (1, True), refused


def test_a_day_that_was_not_asked_for_in_order_is_a_domain_error(sold):
    with pytest.raises(Invalid):
        day_publish(DAY_2)
