"""The browser's check of a proof: the built script, fed with every kind of alteration."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.ledger.domain.test_proofs import ALTERED, KEY, OTHER_KEY, world

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "static/build/proof.js"
NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(
    NODE is None or not SCRIPT.exists(), reason="no node, or the assets are not built: make assets"
)


def shown(folder: Path, cases: list[str], days: list, keys: str = KEY) -> list[dict[str, str]]:
    roots = "".join(f"{day.line}\n" for day in days)
    (folder / "cases.json").write_text(json.dumps({"roots": roots, "keys": keys, "cases": cases}))
    command = [
        str(NODE),
        str(Path(__file__).with_name("proof_page.mjs")),
        str(SCRIPT),
        "cases.json",
    ]
    done = subprocess.run(  # noqa: S603 our own script
        command, cwd=folder, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def test_a_proof_holds_and_every_altered_one_is_refused(tmp_path):
    proof, days = world()
    altered = [json.dumps(alter(json.loads(proof.as_json()), days)) for alter in ALTERED.values()]
    first, *others = shown(tmp_path, [proof.as_json(), *altered], days)
    assert first == {"holds": "signed"}
    accepted = [kind for kind, it in zip(ALTERED, others, strict=True) if "holds" in it]
    assert accepted == []


def test_a_broken_list_and_a_foreign_key_are_named(tmp_path):
    proof, days = world()
    text = proof.as_json()
    assert shown(tmp_path, [text], days[1:]) == [{"fails": "chain"}]
    assert shown(tmp_path, [text], days[:2]) == [{"fails": "published"}]
    assert shown(tmp_path, [text], days, OTHER_KEY) == [{"fails": "signature"}]
    assert shown(tmp_path, ["{}", "", "null"], days) == [{"fails": "shape"}] * 3
