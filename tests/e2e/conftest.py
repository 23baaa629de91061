"""The browser, and where the processes that `make e2e` started are."""

import os
from pathlib import Path

import pytest

from tools.browser import LAUNCH_ARGUMENTS, chromium

HERE = Path(__file__).parent
# Our machines are on loopback here; pages that tests invent for the open web must reach them all
# the same, as they reach a public address.
LOOPBACK_FOR_ALL = "--disable-features=LocalNetworkAccessChecks"
# Playwright's synchronous calls run a loop of their own; Django would refuse its ORM beside it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker("e2e")
            if "BASE_URL" not in os.environ:
                item.add_marker(pytest.mark.skip(reason="needs the processes: make e2e"))


@pytest.fixture(scope="session")
def base_url():
    """The pages: `page.goto("/kk/")` goes there."""
    return os.environ["BASE_URL"]


@pytest.fixture(scope="session")
def click_base_url():
    return os.environ["CLICK_BASE_URL"]


@pytest.fixture(scope="session")
def sandbox_url():
    return os.environ["SANDBOX_URL"]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return {
        **browser_type_launch_args,
        "executable_path": str(chromium()),
        "args": [*LAUNCH_ARGUMENTS, LOOPBACK_FOR_ALL],
    }
