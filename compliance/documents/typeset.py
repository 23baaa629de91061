"""From a template and plain data to a PDF, by typst.

A template (`templates/NAME.typ`) knows where things stand, and no language: every word and every
formatted sum comes to it in its data. The same data gives the same bytes, so a document that is
drawn again next year is the one that was sent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import as_file, files
from typing import Any

import typst

PAPER = ("kk", "ru", "en")  # the languages that papers are written in


def render(template: str, data: Mapping[str, Any], language: str) -> bytes:
    """A PDF of `data` (anything that JSON can say) as `templates/{template}.typ` draws it.

    The template reads it as `data`, see base.typ. `language` (kk, ru, en) is for hyphenation and
    for whoever has the page read aloud: translate before.

    Raises:
        FileNotFoundError: no such template.
        typst.TypstError: the template asks for what is not in the data.
    """
    assert language in PAPER, language
    inputs = {"data": json.dumps(data, ensure_ascii=False), "language": language}
    with as_file(files(__package__) / "templates") as folder:
        source = folder / f"{template}.typ"
        if not source.is_file():
            raise FileNotFoundError(source)
        compiler = typst.Compiler(source, root=folder, font_paths=_fonts(), sys_inputs=inputs)
        pdf = compiler.compile(format="pdf", timestamp=0)
    assert isinstance(pdf, bytes)
    return pdf


@cache
def _fonts() -> typst.Fonts:
    """Those that typst brings with it, so that a paper looks the same on every machine."""
    return typst.Fonts(include_system_fonts=False)
