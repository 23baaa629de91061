"""Processes that may be killed, on a Valkey of their own and the tests' PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.attribution.clickpath.conftest import Valkey, process_env
from tools.processes import Children
from tools.services import valkey_start


@dataclass(frozen=True)
class Ground:
    """What every suite stands on: `env` leads its processes to this Valkey and PostgreSQL."""

    valkey: Valkey
    children: Children
    env: dict[str, str]


@pytest.fixture
def children(tmp_path) -> Iterator[Children]:
    started = Children(tmp_path / "logs")
    yield started
    started.stop()


@pytest.fixture
def ground(committed_cast, children, tmp_path) -> Ground:
    folder = tmp_path / "valkey"
    folder.mkdir()
    url = valkey_start(folder, children, "secret", keep=False)
    return Ground(Valkey(url, folder, children, children.all[-1]), children, process_env(url))
