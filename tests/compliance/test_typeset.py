"""Papers can be drawn: every letter that we write is in the fonts, and the bytes are stable."""

from __future__ import annotations

from pathlib import Path

import pytest
import typst

from compliance.documents import typeset

TEMPLATES = Path(typeset.__file__).parent / "templates"
LETTERS = "ӘәҒғҚқҢңӨөҰұҮүҺһІі" + "ЁёЙйЩщЪъЫыЭэ" + "₸№«»–—%·…" + "\N{NO-BREAK SPACE}"
UNKNOWN = "漢"  # in none of the fonts


def drawn(letter: str, weight: str) -> bytes:
    source = f"""
        #import "base.typ": fonts
        #set page(width: 20pt, height: 20pt, margin: 2pt)
        #set text(font: fonts, fallback: false, weight: "{weight}")
        #"{letter}"
    """
    compiler = typst.Compiler(
        source.encode(),
        root=TEMPLATES,
        font_paths=typeset._fonts(),
        sys_inputs={"data": "{}", "language": "kk"},
    )
    picture = compiler.compile(format="png")
    assert isinstance(picture, bytes)
    return picture


@pytest.mark.parametrize("weight", ["regular", "semibold", "bold"])
def test_every_letter_of_our_languages_is_drawn(weight: str) -> None:
    box = drawn(UNKNOWN, weight)
    assert drawn("あ", weight) == box  # the control: what is missing looks so
    assert [letter for letter in LETTERS if drawn(letter, weight) == box] == []


def test_a_template_that_is_not_there_is_named() -> None:
    with pytest.raises(FileNotFoundError, match=r"nothing\.typ"):
        typeset.render("nothing", {}, "kk")
