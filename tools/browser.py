"""The browser of the e2e tests: the system's Chromium, started so that it stays on this machine."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tools.errors import StackError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Everything that would call Google's hosts at start is off.
LAUNCH_ARGUMENTS = (
    "--no-sandbox",  # as root there is none; the pages are our own
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium() -> Path:
    """The browser's program: CHROMIUM, else the first known name on PATH.

    Raises: StackError that says how to get one
    """
    if given := os.environ.get("CHROMIUM"):
        if not Path(given).exists():
            raise StackError(f"CHROMIUM names {given}, which is not there.")
        return Path(given)
    for name in NAMES:
        if found := shutil.which(name):
            return Path(found)
    raise StackError(
        "The browser tests need Chromium, and none is on PATH. Install it (Debian and Ubuntu: "
        "apt install chromium; macOS: brew install chromium), or set CHROMIUM to its program. "
        "Nothing was started."
    )
