"""Compile the translation catalogues (.po) to what Django reads (.mo). Needs no gettext."""

from __future__ import annotations

import sys
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent


def compile_all(locale: Path) -> int:
    """Compile every catalogue that is newer than its .mo; return how many were compiled."""
    compiled = 0
    for po in sorted(locale.rglob("*.po")):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime:
            continue
        unfinished = mo.with_suffix(".mo.unfinished")
        polib.pofile(str(po)).save_as_mofile(str(unfinished))
        unfinished.replace(mo)  # at once: a running process may read it now
        compiled += 1
    return compiled


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "locale"
    print(f"{compile_all(folder)} catalogues compiled")
