"""Every page of the gallery in a real browser: nothing for axe, nothing beside the screen.

The gallery is open in the demo; its pages are the product's own templates with sample content.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
WAY_TO_NAMES = "a[href*='/_ui/']"
FOUND = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  const where = (nodes) => nodes.slice(0, 3).map((node) => node.target).join(" ");
  return violations.map(({ id, nodes }) => `${id}: ${where(nodes)}`);
}"""
BESIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def names(page: Page) -> list[str]:
    """The pages that the gallery lists; fragments alone are no documents."""
    page.goto("/kk/_ui/")
    links = page.eval_on_selector_all(WAY_TO_NAMES, "them => them.map((one) => one.pathname)")
    return [link for link in links if not link.rstrip("/").endswith("-sheet")]


@pytest.mark.parametrize(
    ("width", "theme", "language"),
    [(360, "light", "kk"), (1440, "dark", "ru")],
    ids=["phone, light, kk", "desk, dark, ru"],
)
def test_pages_are_accessible_and_fit(browser: Browser, base_url, width, theme, language):
    context = browser.new_context(
        base_url=base_url, viewport={"width": width, "height": 900}, color_scheme=theme
    )
    page = context.new_page()
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(f"script: {error}"))
    page.on(
        "console",
        lambda said: broken.append(f"console: {said.text}") if said.type == "error" else None,
    )
    faults: dict[str, list[str]] = {}
    shown = names(page)
    assert len(shown) > 40
    for path in shown:
        broken.clear()
        page.goto(path.replace("/kk/", f"/{language}/", 1))
        page.evaluate(AXE.read_text())
        found = [*page.evaluate(FOUND), *broken]
        if (beside := page.evaluate(BESIDE)) > 0:
            found.append(f"{beside} px beside the screen")
        if found:
            faults[path] = found
    context.close()
    assert faults == {}
