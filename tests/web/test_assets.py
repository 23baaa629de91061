"""What the pages load exists: icons in Lucide, names in the templates."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

WEB = Path(__file__).resolve().parents[2] / "exchange" / "web"
LUCIDE = WEB.parents[1] / "node_modules" / "lucide-static" / "icons"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
OURS = [path for path in TEMPLATES if not {"admin", "unfold"} & set(path.parts)]


@pytest.mark.skipif(not LUCIDE.is_dir(), reason="node modules are not installed: make assets")
def test_every_icon_that_code_chooses_is_in_lucide():
    lines = (WEB / "assets" / "icons.txt").read_text().splitlines()
    names = [line for line in lines if line and not line.startswith("#")]
    assert [name for name in names if not (LUCIDE / f"{name}.svg").exists()] == []


def test_icons_of_tasks_and_empty_states_are_listed():
    """Templates hand these names on to {% icon icon %}, where the build cannot see them."""
    listed = set((WEB / "assets" / "icons.txt").read_text().split())
    handed_on = {
        name for path in OURS for name in re.findall(r'icon="([a-z0-9-]+)"', path.read_text())
    }
    assert handed_on <= listed


def test_templates_hold_no_inline_style_and_no_handler():
    bad = [
        f"{path.name}: {match[0]}"
        for path in OURS
        for match in re.finditer(r'\sstyle="|\son[a-z]+="|javascript:', path.read_text())
    ]
    assert bad == []


COMMENTS = re.compile(r"\{%\s*comment.*?endcomment\s*%\}|\{#.*?#\}", re.DOTALL)
TRANSLATED = re.compile(r"\{%\s*blocktrans.*?endblocktrans\s*%\}", re.DOTALL)
CLASSES = re.compile(r"\{% block (?:width|room|header_class|body_class) %\}.*?\{% endblock %\}")
MARKS = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
SAID = re.compile(r">([^<>]*[A-Za-zА-Яа-яІі]{2,}[^<>]*)<")
# Names, and the invented example of the landing, are the same in every language
NAMES = {
    "PDF",
    "XML",
    "Birge",
    "Telegram",
    "WhatsApp",
    "CSV",
    "XLSX",
    "ZIP",
    "SVG",
    "PNG",
    "IBAN",
    "WB",
    "Ozon",
    "Тоқыма Үйі",
    "ТҮ",
    "birge.example/a7k2",
}


@pytest.mark.parametrize(
    "path", [path for path in OURS if path.name != "gallery.html"], ids=lambda path: path.name
)
def test_what_a_template_says_is_translated(path):
    text = path.read_text()
    for left_out in (COMMENTS, TRANSLATED, CLASSES, MARKS):
        text = left_out.sub("", text)
    said = {one.replace("&nbsp;", "").strip(" ·,.:\n") for one in SAID.findall(text)}
    assert said - NAMES - {""} == set()
