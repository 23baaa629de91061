"""People in front of a browser, and what they find in their mailbox."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
from playwright.sync_api import Browser, Page, expect

from exchange.demo.codes import totp_now

PASSWORD = "correct horse 9 battery"
WAIT_SECONDS = 60
expect.set_options(timeout=20_000)  # a machine of two cores runs ten processes and a browser
STEP_SECONDS = 0.25


def wait_until(check: Callable[[], Any], what: str, seconds: float = WAIT_SECONDS) -> Any:
    """What `check` gives as soon as it is true; no step of the job may take longer."""
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at:
        found = check()
        if found:
            return found
        time.sleep(STEP_SECONDS)
    raise AssertionError(f"not within {seconds} s: {what}")


def manage(*arguments: str, password: str = "") -> str:
    """manage.py beside the running processes; what it printed."""
    env = {"DJANGO_SUPERUSER_PASSWORD": password} if password else {}
    done = subprocess.run(  # noqa: S603 (our own program)
        [sys.executable, "manage.py", *arguments],
        env=os.environ | env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@dataclass
class Sandbox:
    """The outside world, by its control."""

    url: str
    client: httpx.Client

    def post(self, path: str, body: Any = None) -> Any:
        answer = self.client.post(f"{self.url}/_control/{path}", json=body or {})
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def mail_to(self, email: str) -> list[dict[str, Any]]:
        """Newest first."""
        answer = self.client.get(f"{self.url}/mail.json", params={"to": email})
        mails: list[dict[str, Any]] = answer.json()
        return mails


@dataclass
class Person:
    """Somebody with a browser of their own, who reads one language."""

    name: str
    email: str
    language: str
    page: Page
    sandbox: Sandbox

    def goes(self, path: str) -> None:
        answer = self.page.goto(f"/{self.language}/{path}")
        assert answer is not None
        assert answer.status < 400, (path, answer.status)

    def signs_up(self) -> None:
        """E-mail and password, then the link in the mail."""
        self.goes("accounts/signup/")
        self.page.fill("input[name=email]", self.email)
        self.page.fill("input[name=password1]", PASSWORD)
        self.page.press("input[name=password1]", "Enter")
        self.page.wait_for_url("**/confirm-email/**")
        self.confirms_email()

    def confirms_email(self) -> None:
        def link() -> str:
            for mail in self.sandbox.mail_to(self.email):
                if found := re.search(r"https?://\S+/confirm-email/\S+", mail["text"]):
                    return found[0]
            return ""

        self.page.goto(wait_until(link, f"a mail to {self.email}"))
        self.page.locator("form[action*=confirm-email] button.btn-primary").click()
        self.page.wait_for_load_state()

    def logs_in(self) -> None:
        self.goes("accounts/login/")
        self.page.fill("input[name=login]", self.email)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.press("input[name=password]", "Enter")
        self.page.wait_for_load_state()

    def submits(self, **fields: str) -> None:
        """Fill the fields of the page's form and press Enter in the last one."""
        for name, value in fields.items():
            self.page.fill(f"[name={name}]", value)
        self.page.press(f"[name={list(fields)[-1]}]", "Enter")
        self.page.wait_for_load_state()

    def sees(self, text: str) -> None:
        expect(self.page.locator("body")).to_contain_text(text)

    def sets_up_second_factor(self) -> str:
        """With an authenticator, as staff is asked to; its secret."""
        self.goes("accounts/2fa/totp/activate/")
        if "reauthenticate" in self.page.url:
            self.page.fill("input[name=password]", PASSWORD)
            self.page.press("input[name=password]", "Enter")
            self.page.wait_for_url("**/totp/activate/")
        body = self.page.content()
        found = re.search(r"\b([A-Z2-7]{32})\b", body)
        assert found, "the page shows the secret to type by hand"
        self.page.fill("input[name=code]", totp_now(found[1]))
        self.page.press("input[name=code]", "Enter")
        self.page.wait_for_load_state()
        return found[1]


def person(browser: Browser, base_url: str, sandbox: Sandbox, name: str, language: str) -> Person:
    context = browser.new_context(
        base_url=base_url, locale="ru-RU", viewport={"width": 1280, "height": 900}
    )
    context.set_default_timeout(20_000)
    return Person(name, f"{name}@e2e.example", language, context.new_page(), sandbox)


def logs_in_with_code(someone: Person, secret: str) -> None:
    """A new session by password and the code of the authenticator; a code works once."""
    someone.page.context.clear_cookies()
    someone.logs_in()
    used = ""

    def is_in() -> bool:
        nonlocal used
        code = totp_now(secret)
        if code == used:
            return False
        used = code
        someone.page.fill("input[name=code]", code)
        someone.page.press("input[name=code]", "Enter")
        someone.page.wait_for_load_state()
        return "2fa" not in someone.page.url

    wait_until(is_in, "a code that was not used before", seconds=70)
