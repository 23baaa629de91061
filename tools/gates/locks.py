"""The locks install from the public registries only, whole, and say what the project asks for."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.gates import report
from tools.node import NodeMissingError, npm

ROOT = Path(__file__).resolve().parents[2]
PYTHON_HOSTS = {"pypi.org", "files.pythonhosted.org"}
ADDRESS = re.compile(r"""["']((?:[a-z+]+:)?//[^"']+)["']""")
EXACT = re.compile(r"\d+\.\d+\.\d+")


def check(root: Path) -> list[str]:
    lock = tomllib.loads((root / "uv.lock").read_text())
    project = tomllib.loads((root / "pyproject.toml").read_text())
    package = json.loads((root / "package.json").read_text())
    package_lock = json.loads((root / "package-lock.json").read_text())
    return [
        *uv_hosts((root / "uv.lock").read_text()),
        *uv_hashes(lock),
        *uv_in_step(lock, project),
        *npm_exact(package),
        *npm_whole(package_lock),
        *npm_in_step(root),
    ]


def uv_hosts(text: str) -> Iterator[str]:
    """uv.lock names https addresses of PyPI and nothing else."""
    for address in ADDRESS.findall(text):
        parts = urlsplit(address)
        if parts.scheme != "https" or parts.hostname not in PYTHON_HOSTS:
            yield f"uv.lock names {parts.scheme}://{parts.hostname}; renew it with `make lock`"


def uv_hashes(lock: dict[str, Any]) -> Iterator[str]:
    """Every file in uv.lock has its hash."""
    for package in lock["package"]:
        files = [*package.get("wheels", []), *filter(None, [package.get("sdist")])]
        if any(not file.get("hash", "").startswith("sha256:") for file in files):
            yield f"uv.lock has no hash for a file of {package['name']}"


def uv_in_step(lock: dict[str, Any], project: dict[str, Any]) -> Iterator[str]:
    """uv.lock was made from this pyproject.toml."""
    name = canonicalize_name(project["project"]["name"])
    metadata = next(each for each in lock["package"] if each["name"] == name)["metadata"]
    asked = {"": project["project"]["dependencies"], **project.get("dependency-groups", {})}
    locked = {"": metadata["requires-dist"], **metadata.get("requires-dev", {})}
    for group in asked.keys() | locked.keys():
        wanted = {_asked_text(line) for line in asked.get(group, []) if isinstance(line, str)}
        held = {_locked_text(each) for each in locked.get(group, [])}
        if wanted != held:
            differing = ", ".join(sorted(wanted ^ held))
            yield f"uv.lock is not in step with pyproject.toml ({differing}); run `make lock`"


def _asked_text(line: str) -> str:
    requirement = Requirement(line)
    return _text(requirement.name, sorted(requirement.extras), str(requirement.specifier))


def _locked_text(entry: dict[str, Any]) -> str:
    return _text(entry["name"], sorted(entry.get("extras", [])), entry.get("specifier", ""))


def _text(name: str, extras: list[str], specifier: str) -> str:
    ordered = ",".join(sorted(specifier.split(",")))
    return f"{canonicalize_name(name)}[{','.join(extras)}]{ordered}"


def npm_exact(package: dict[str, Any]) -> Iterator[str]:
    """package.json pins exact versions."""
    for group in ("dependencies", "devDependencies"):
        for name, version in package.get(group, {}).items():
            if not EXACT.fullmatch(version):
                yield f"package.json: {name} is {version!r}, not an exact version"


def npm_whole(lock: dict[str, Any]) -> Iterator[str]:
    """package-lock.json names no host, and has version and hash of each package."""
    for path, package in lock["packages"].items():
        if not path:
            continue
        if "resolved" in package:
            yield f"package-lock.json: {path} names an address; see .npmrc"
        if "version" not in package or not ("integrity" in package or package.get("inBundle")):
            yield f"package-lock.json: {path} lacks its version or its hash"


def npm_in_step(root: Path) -> Iterator[str]:
    """`npm ci` would take the lock: it refuses one that does not fit package.json."""
    try:
        command = [*npm(), "ci", "--dry-run", "--ignore-scripts", "--loglevel=error"]
    except NodeMissingError as error:
        yield str(error)
        return
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        yield f"npm ci refuses package-lock.json: {done.stderr.strip()}"


if __name__ == "__main__":
    sys.exit(report("locks", check(ROOT)))
