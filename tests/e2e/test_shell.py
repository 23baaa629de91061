"""What pages do beyond HTML, in a real browser under the strict CSP, on the gallery's pages."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect


@pytest.fixture
def looking(browser: Browser, base_url):
    """A person with a phone who reads English."""
    context = browser.new_context(
        base_url=base_url,
        viewport={"width": 390, "height": 844},
        permissions=["clipboard-read", "clipboard-write"],
    )
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"script: {error}"))
    yield page
    context.close()


def test_a_link_is_copied_and_says_so(looking: Page):
    looking.goto("/en/_ui/link/")
    button = looking.locator("button[data-copy]", has_text="Copy link")
    button.click()
    expect(looking.locator("button[data-copy]", has_text="Copied").first).to_be_visible()
    expect(looking.locator("#said")).to_have_text("Copied")
    assert looking.evaluate("navigator.clipboard.readText()") == "https://birge.example/c/a7k2"


def test_a_ready_text_changes_its_language(looking: Page):
    looking.goto("/en/_ui/link/")
    expect(looking.locator("p[lang=kk]")).to_be_visible()
    looking.get_by_role("button", name="Рус").click()
    expect(looking.locator("p[lang=kk]")).to_be_hidden()
    expect(looking.locator("p[lang=ru]")).to_be_visible()


def test_an_action_that_cannot_be_taken_back_is_asked_about(looking: Page):
    looking.goto("/en/_ui/brand-campaign/")
    looking.get_by_role("button", name="Close campaign").click()
    expect(looking.locator("#ask")).to_contain_text("Close the campaign for good?")
    looking.locator("#ask [data-close]").click()
    expect(looking.locator("#ask")).to_be_hidden()
    assert looking.url.endswith("/en/_ui/brand-campaign/")


def test_the_cost_of_a_sale_counts_along(looking: Page):
    looking.goto("/en/_ui/brand-campaign-form/")
    total = looking.locator("section[aria-live]")
    expect(total).to_contain_text("1\u00a0471,02")
    looking.fill("[name=commission_percent]", "12,5")
    expect(total).to_contain_text("2\u00a0626,83")  # 2 237,50 + 335,63 + 53,70


def test_the_policy_is_told_again_when_the_rule_changes(looking: Page):
    looking.goto("/en/_ui/brand-campaign-form/")
    looking.check("input[name=code_policy][value=code_only]")
    expect(looking.locator("#policy")).to_contain_text("Links are not counted.")


def test_a_badge_says_why_on_a_press(looking: Page):
    looking.goto("/en/_ui/")
    looking.locator(".st", has_text="Queued").first.hover()
    expect(looking.locator("#tip")).to_contain_text("The budget was empty")


def test_a_chart_is_drawn_and_a_table_stands_behind_it(looking: Page):
    looking.goto("/en/_ui/home/")
    expect(looking.locator("canvas[data-drawn]")).to_be_visible()
    looking.locator("summary", has_text="Show as a table").click()
    expect(looking.locator("details table")).to_be_visible()


def test_the_language_switch_keeps_the_page(looking: Page):
    looking.goto("/en/_ui/home/")
    looking.locator("header summary").click()
    looking.get_by_role("button", name="Русский").click()
    looking.wait_for_url("**/ru/_ui/home/")
    looking.goto("/start/")
    assert looking.url.endswith("/ru/start/")


def test_everything_is_there_without_scripts(browser: Browser, base_url):
    context = browser.new_context(base_url=base_url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/en/_ui/link/")
    expect(page.locator("p[lang=kk]")).to_be_visible()
    expect(page.locator("button[data-copy]").first).to_be_hidden()
    page.goto("/en/_ui/brand-orders/")
    expect(page.get_by_role("link", name="TY-48213").first).to_have_attribute("href", "#")
    context.close()
