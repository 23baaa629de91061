import pytest

from tools.services import URL_NAMES


@pytest.fixture(autouse=True)
def no_servers_given(monkeypatch):
    """The tests around us may run on given servers; the tools under test must not see them."""
    for name in (*URL_NAMES, "PG_BIN", "PORT"):
        monkeypatch.delenv(name, raising=False)
