"""Remove the demo world: .dev/demo, and nothing else. Needs no virtual environment."""

from __future__ import annotations

import fcntl
import shutil
import sys
from pathlib import Path

DEMO = Path(__file__).resolve().parent.parent / ".dev" / "demo"


def demo_reset(folder: Path = DEMO) -> int:
    """Return the exit code: 1 when a demo is running on the folder."""
    lock = folder / "services" / "lock"
    if lock.exists():
        with lock.open("w") as held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                print("The demo is running. Stop it (Ctrl-C), then reset.", file=sys.stderr)
                return 1
    shutil.rmtree(folder, ignore_errors=True)
    print("The demo world is gone. `make demo` makes a new one.")
    return 0


if __name__ == "__main__":
    sys.exit(demo_reset())
