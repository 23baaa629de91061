"""Each way in which a lock can be wrong, planted into a sound one."""

import copy
import json
import subprocess

import pytest

from tools import node
from tools.gates import locks

PYPI = "https://files.pythonhosted.org/packages/x.whl"
LOCK = {
    "package": [
        {"name": "six", "wheels": [{"url": PYPI, "hash": "sha256:1"}]},
        {
            "name": "birge",
            "metadata": {
                "requires-dist": [
                    {"name": "six", "specifier": ">=1"},
                    {"name": "django-allauth", "extras": ["mfa"], "specifier": ">=65,<66"},
                ],
                "requires-dev": {"dev": [{"name": "mypy"}]},
            },
        },
    ]
}
PROJECT = {
    "project": {"name": "birge", "dependencies": ["six>=1", "Django_Allauth[mfa]<66,>=65"]},
    "dependency-groups": {"dev": ["mypy"]},
}


def test_this_projects_locks_pass():
    assert locks.check(locks.ROOT) == []


@pytest.mark.parametrize(
    "address",
    [
        "https://mirror.example/simple/x.whl",
        "http://pypi.org/simple",
        "file:///root/wheels/x.whl",
        "https://files.pythonhosted.org.example/x.whl",
        "https://me@pypi.org.example/simple",
    ],
)
def test_another_address_in_uv_lock_is_found(address):
    assert len(list(locks.uv_hosts(f'url = "{address}"'))) == 1
    assert list(locks.uv_hosts(f'registry = "https://pypi.org/simple"\nurl = "{PYPI}"')) == []


def test_a_file_without_its_hash_is_found():
    lock = copy.deepcopy(LOCK)
    assert list(locks.uv_hashes(lock)) == []
    del lock["package"][0]["wheels"][0]["hash"]
    assert list(locks.uv_hashes(lock)) == ["uv.lock has no hash for a file of six"]


@pytest.mark.parametrize(
    ("group", "line"),
    [("project", "requests"), ("dev", "ruff"), ("docs", "sphinx")],
)
def test_a_lock_that_was_not_renewed_is_found(group, line):
    project = copy.deepcopy(PROJECT)
    assert list(locks.uv_in_step(LOCK, project)) == []
    if group == "project":
        project["project"]["dependencies"].append(line)
    else:
        project["dependency-groups"].setdefault(group, []).append(line)
    (finding,) = locks.uv_in_step(LOCK, project)
    assert f"{line}[]" in finding
    assert "make lock" in finding


def test_a_loosened_version_is_found():
    project = copy.deepcopy(PROJECT)
    project["project"]["dependencies"][0] = "six>=2"
    assert len(list(locks.uv_in_step(LOCK, project))) == 1


@pytest.mark.parametrize("version", ["^4.3.3", "~1.0.0", "latest", "*", "1.2", "file:../x"])
def test_an_npm_version_that_is_not_exact_is_found(version):
    assert list(locks.npm_exact({"dependencies": {"x": "1.2.3"}})) == []
    assert len(list(locks.npm_exact({"devDependencies": {"x": version}}))) == 1


@pytest.mark.parametrize(
    ("_case", "change"),
    [
        ("an address", {"resolved": "https://registry.example/x.tgz"}),
        ("no hash", {"integrity": None}),
        ("no version", {"version": None}),
    ],
)
def test_an_unsound_npm_entry_is_found(_case, change):
    sound = {"version": "1.0.0", "integrity": "sha512-x"}
    changed = {key: value for key, value in (sound | change).items() if value}
    assert list(locks.npm_whole({"packages": {"": {}, "node_modules/x": sound}})) == []
    assert len(list(locks.npm_whole({"packages": {"": {}, "node_modules/x": changed}}))) == 1


def test_a_package_json_that_the_lock_does_not_fit_is_refused(tmp_path):
    for name in ("package.json", "package-lock.json", ".npmrc"):
        (tmp_path / name).write_text((locks.ROOT / name).read_text())
    assert list(locks.npm_in_step(tmp_path)) == []
    package = json.loads((tmp_path / "package.json").read_text())
    package["dependencies"]["chart.js"] = "4.5.1"
    (tmp_path / "package.json").write_text(json.dumps(package))
    (finding,) = locks.npm_in_step(tmp_path)
    assert "npm ci refuses" in finding


def test_an_old_node_is_not_used(tmp_path, monkeypatch):
    for name, says in (("node", "v18.19.0"), ("npm", "9")):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\necho {says}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    node.system_node.cache_clear()
    assert node.system_node() is None
    program = tmp_path / "node"
    program.write_text("#!/bin/sh\necho v22.1.0\n")
    node.system_node.cache_clear()
    assert node.system_node() == program
    assert subprocess.run([program], capture_output=True, check=True).stdout == b"v22.1.0\n"
    node.system_node.cache_clear()
