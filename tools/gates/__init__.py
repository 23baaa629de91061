"""Gates of `make lint`. Each returns its findings, one line each; a planted bug proves each."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def report(name: str, findings: Sequence[str]) -> int:
    """Print the findings and return the exit code."""
    for finding in findings:
        print(f"{name}: {finding}", file=sys.stderr)
    return 1 if findings else 0
