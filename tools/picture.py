"""make picture: the README's picture, taken from the running demo.

The influencer's first page on a phone in Kazakh, and the brand's orders with the sheet of one of
them on a desktop in Russian, side by side on paper.
"""

from __future__ import annotations

import base64
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tools.browser import LAUNCH_ARGUMENTS, chromium
from tools.errors import StackError
from tools.product import ROOT, demo_env

PICTURE = ROOT / "docs" / "pictures" / "birge.png"
PASSWORD = "birge-demo-2026"  # noqa: S105 (of the demo world)
PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 844}
STAGE = """
<body style="margin:0;background:#ece9e2;font:16px sans-serif">
<div id="stage" style="display:flex;gap:32px;padding:40px;width:max-content;align-items:flex-start">
<img src="data:image/png;base64,{phone}" style="width:390px;border-radius:24px">
<img src="data:image/png;base64,{desktop}" style="width:1280px;border-radius:12px">
</div></body>
"""


def main() -> int:
    base = demo_env()["BASE_URL"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(chromium()), args=list(LAUNCH_ARGUMENTS)
        )
        phone = _shot(_logged_in(browser, base, "aigerim@people.example", "kk", PHONE))
        desk = _logged_in(browser, base, "aru@toqyma.example", "ru", DESKTOP)
        desk.get_by_role("link", name="Заказы").first.click()
        desk.locator("main table a, main li a[href*='/orders/']").first.click()
        desk.wait_for_timeout(800)
        _together(browser, phone, _shot(desk), PICTURE)
        browser.close()
    print(PICTURE.relative_to(ROOT))
    return 0


def _logged_in(browser: Browser, base: str, email: str, language: str, size: ViewportSize) -> Page:
    page = browser.new_context(viewport=size).new_page()
    page.goto(f"{base}/{language}/accounts/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "login" not in url)
    page.wait_for_timeout(500)
    return page


def _shot(page: Page) -> str:
    return base64.b64encode(page.screenshot()).decode()


def _together(browser: Browser, phone: str, desktop: str, to: Path) -> None:
    page = browser.new_page(viewport={"width": 1800, "height": 960})
    page.set_content(STAGE.format(phone=phone, desktop=desktop))
    to.parent.mkdir(parents=True, exist_ok=True)
    page.locator("#stage").screenshot(path=str(to))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except StackError as error:
        sys.exit(str(error))
