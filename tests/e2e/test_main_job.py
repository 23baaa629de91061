"""The whole job of Birge, by hand in a browser over the real processes: from an empty database to
a payout that the influencer sees as paid. Money is checked to the tiyn on the pages themselves.

Two brands' worth of people: Aru (brand, Russian), Aigerim (entrepreneur, Kazakh), Daniyar (works
by a contract, Russian), Dinara and Marat (ops).
"""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.people import (
    PASSWORD,
    Person,
    Sandbox,
    logs_in_with_code,
    manage,
    person,
    wait_until,
)

# Not the demo's: the test also runs beside its world.
BIN, WRONG_BIN = "240542000057", "240542000058"
IIN = {"aigerim": "901231400403", "daniyar": "000229500018"}
IBAN = {"aigerim": "KZ72722S000000000001", "daniyar": "KZ918562000000000001"}
FULL_NAME = {"aigerim": "Сәбитова Айгерім", "daniyar": "Оспанов Данияр"}
ARTICLE = "310200777"
SHOP = "e2e"
DEPOSIT, BUDGET = 3_000_000, 1_000_000  # tenge; with 15 % fee and 16 % VAT on it: 1 174 000
FREE_AFTER = 1_826_000
NBSP = "\u00a0"
# Rewards at 10 %, in tenge. Aigerim: 25 500 by click, 51 000 of which half comes back, 6 930 at
# Wildberries. Daniyar: 25 500 less the code's 10 %. Each tax of his is rounded to a tenge:
# pension 229,5 -> 230; social 103,25 -> 103; medical 45,9 -> 46; income 191,6 -> 192.
AIGERIM_GROSS, DANIYAR_GROSS = "5793,00", "2295,00"
DANIYAR_TAXES = ("230,00", "103,00", "46,00", "192,00")
DANIYAR_NET = "1724,00"


def tenge(amount: str) -> str:
    """How pages write an amount: 2 550,00 with no-break spaces."""
    whole, _, fraction = amount.partition(",")
    grouped = f"{int(whole):,}".replace(",", NBSP)
    return f"{grouped},{fraction}" if fraction else grouped


@pytest.fixture
def sandbox(sandbox_url):
    with httpx.Client(timeout=20) as client:
        yield Sandbox(sandbox_url, client)


@pytest.fixture
def cast(browser: Browser, base_url, sandbox):
    """Everybody with a browser of their own."""

    def make(name: str, language: str) -> Person:
        return person(browser, base_url, sandbox, name, language)

    return {
        "aru": make("aru", "ru"),
        "aigerim": make("aigerim", "kk"),
        "daniyar": make("daniyar", "ru"),
        "dinara": make("dinara", "ru"),
        "marat": make("marat", "en"),
    }


def test_a_sale_travels_from_a_click_to_a_paid_payout(cast, sandbox):
    aru, aigerim, daniyar = cast["aru"], cast["aigerim"], cast["daniyar"]
    dinara, marat = cast["dinara"], cast["marat"]
    ops_come_in(dinara, marat)
    brand_is_made(aru)
    brand_is_verified(marat)
    deposit_is_booked(dinara)
    campaign_is_published(aru, sandbox)
    tools = {name: influencer_joins(cast[name]) for name in ("aigerim", "daniyar")}
    webhook = shop_is_connected(aru, sandbox, tools)
    wildberries_is_connected(aru, sandbox)

    click_id = visitor_comes(tools["aigerim"]["url"])
    orders = orders_arrive(sandbox, click_id, tools)
    noise_changes_nothing(sandbox, orders, webhook)
    goods_are_received(sandbox, orders)
    manage("demo_advance", "4d")
    wildberries_names_the_influencer(aru)
    held_is_shown(aigerim)

    manage("demo_advance", "22d")
    payee_gives_details(aigerim, "aigerim", sandbox, status="ip_simplified")
    payee_gives_details(daniyar, "daniyar", sandbox, status="individual_gph")
    payouts_are_made(dinara, marat, sandbox)
    paid_is_shown(aigerim, AIGERIM_GROSS)
    paid_is_shown(daniyar, DANIYAR_NET, *DANIYAR_TAXES)
    everybody_sees_their_own(aru, aigerim)
    manage("selfcheck")


# --- 1: the brand, and ops ------------------------------------------------------------------


def ops_come_in(*staff: Person) -> None:
    """The first two people of ops: made on the server, each with a second factor of their own."""
    for one in staff:
        manage("createsuperuser", "--noinput", "--email", one.email, password=PASSWORD)
        one.logs_in()
        one.confirms_email()
        logs_in_with_code(one, one.sets_up_second_factor())
        one.page.goto("/admin/")
        expect(one.page).to_have_url(re.compile(r"/admin/$"))
    manage("tax_rules_load", "--maker", staff[0].email, "--checker", staff[1].email)


def brand_is_made(aru: Person) -> None:
    aru.signs_up()
    aru.goes("onboarding/brand/")
    aru.submits(name="Ұлы Дала", legal_name="ТОО «Ұлы Дала»", bin=WRONG_BIN)
    expect(aru.page.locator("[name=bin]")).to_have_attribute("aria-invalid", "true")
    aru.submits(bin=BIN)
    aru.page.wait_for_url("**/brand/*/")


def brand_is_verified(marat: Person) -> None:
    ops_opens_brand(marat)
    ops_does(marat, "verify")


def deposit_is_booked(dinara: Person) -> None:
    ops_opens_brand(dinara)
    dinara.page.locator('a[href*="/book-deposit"]').first.click()
    dinara.submits(amount=str(DEPOSIT), bank_reference="E2E-1")
    dinara.page.goto("/admin/brands/deposit/")
    dinara.sees("E2E-1")


def ops_opens_brand(ops: Person) -> None:
    ops.page.goto(f"/admin/brands/brand/?q={BIN}")
    ops.page.get_by_role("link", name="Ұлы Дала").first.click()
    ops.page.wait_for_load_state()


def ops_does(ops: Person, action: str) -> None:
    """Press an action of the admin, and confirm it on the page that asks."""
    ops.page.locator(f'a[href*="/{action}"]').first.click()
    ops.page.wait_for_load_state()
    ops.page.locator("form.ops-form button[type=submit], form.ops-form [type=submit]").click()
    ops.page.wait_for_load_state()


# --- 2, 3: the campaign and its influencers -------------------------------------------------


def campaign_is_published(aru: Person, sandbox: Sandbox) -> None:
    """Not enough money is said with the missing sum; the second try reserves budget, fee, VAT."""
    sandbox.post("shop/shops", {"slug": SHOP, "title": "E2E"})
    brand_goes(aru, "campaigns/new/")
    aru.submits(
        title="Жылы қыс",
        description="Жүн көрпе",
        destination_url=f"{sandbox.url}/shop/{SHOP}/product/serum",
        commission_percent="10",
        typical_basket="25500",
        budget=str(BUDGET),
    )
    publish = aru.page.locator('form[action$="/publish/"] button')
    publish.click()
    aru.page.wait_for_load_state()
    brand_goes(aru, "money/")
    aru.sees(tenge(str(FREE_AFTER)))


def brand_goes(aru: Person, path: str) -> None:
    aru.goes(f"brand/uly-dala/{path}")


def influencer_joins(one: Person) -> dict[str, str]:
    """Signs up, finds the campaign, and has a link and a code at once."""
    one.signs_up()
    one.goes("onboarding/")
    one.page.select_option("[name=city]", "almaty")
    one.page.select_option("[name=network]", "instagram")
    one.submits(name=FULL_NAME[one.name].split()[1], page=f"@{one.name}", followers="9700")
    one.page.wait_for_url("**/portal/campaigns/")
    one.page.get_by_role("link", name="Жылы қыс").first.click()
    one.page.locator('form[action$="/join/"] button:visible').first.click()
    one.page.wait_for_url("**/new/")
    url = one.page.locator("[data-copy*='/c/']").first.get_attribute("data-copy")
    code = one.page.locator("button.btn-square[data-copy]").first.get_attribute("data-copy")
    assert url
    assert code
    expect(one.page.locator(".qr svg").first).to_be_visible()
    return {"url": url, "code": code}


# --- 4, 5: a click, and orders --------------------------------------------------------------


def shop_is_connected(aru: Person, sandbox: Sandbox, tools: dict[str, dict[str, str]]) -> str:
    """The brand gives its shop our address and the secret that is shown once."""
    brand_goes(aru, "integrations/new/woocommerce/")
    aru.submits(name="e2e.example")
    values = [
        value
        for value in aru.page.locator("[data-copy]").evaluate_all(
            "them => them.map(it => it.dataset.copy)"
        )
        if value
    ]
    webhook = next(value for value in values if "/hooks/woocommerce/" in value)
    secret = next(value for value in values if "/" not in value and len(value) > 30)
    sandbox.post(
        "shop/shops",
        {
            "slug": SHOP,
            "products": [{"slug": "blanket", "name": "Жүн көрпе", "sku": "B", "price": "25500.00"}],
            "coupons": {tools["daniyar"]["code"]: 10},
            "accepts_any_code": False,
            "webhook_url": webhook,
            "secret": secret,
        },
    )
    return webhook


def wildberries_is_connected(aru: Person, sandbox: Sandbox) -> None:
    token = sandbox.post("wildberries/token", {"kind": "service"})["token"]
    brand_goes(aru, "integrations/new/wildberries/")
    aru.page.fill("[name=token]", token)
    aru.page.locator("main form.panel button.btn-primary").click()
    aru.page.wait_for_load_state()
    brand_goes(aru, "campaigns/")
    aru.page.get_by_role("link", name="Жылы қыс").first.click()
    aru.page.wait_for_load_state()
    row = aru.page.locator("li, tr", has_text=FULL_NAME["aigerim"].split()[1]).last
    row.locator("summary").first.click()  # more
    row.locator("details:has(> form[action$='/article/']) > summary").click()
    field = aru.page.locator("form[action$='/article/'] [name=value]:visible").first
    field.fill(ARTICLE)
    field.press("Enter")
    aru.page.wait_for_load_state()
    aru.sees(ARTICLE)


def visitor_comes(url: str) -> str:
    """302 to the product with our click id."""
    answer = httpx.get(url, headers={"User-Agent": "Mozilla/5.0 (iPhone)"})
    assert answer.status_code == 302
    found = re.search(
        r"/shop/e2e/product/serum\?cpa_click=([0-9a-f]{32})$", answer.headers["location"]
    )
    assert found, answer.headers["location"]
    return found[1]


def orders_arrive(
    sandbox: Sandbox, click_id: str, tools: dict[str, dict[str, str]]
) -> dict[str, str]:
    """By click, by code only, one that comes back in part, nobody's, and one at Wildberries."""

    def buy(**cart: object) -> str:
        order = sandbox.post(f"shop/{SHOP}/orders", {"items": [["blanket", 1]], **cart})["order"]
        return str(order["id"])

    wildberries = sandbox.post(
        "wildberries/orders",
        {"price": "6930.00", "article_substitution": ARTICLE, "report_delay_days": 3},
    )
    return {
        "click": buy(click_id=click_id),
        "half": buy(click_id=click_id, items=[["blanket", 2]]),
        "code": buy(promo_code=tools["daniyar"]["code"]),
        "nobody": buy(),
        "wildberries": wildberries["srid"],
    }


def noise_changes_nothing(sandbox: Sandbox, orders: dict[str, str], webhook: str) -> None:
    """A delivery that comes twice, one with a wrong signature, a stranger, an endless body."""
    path = f"shop/{SHOP}/orders/{orders['click']}"
    assert sandbox.post(path, {"resend": True})["delivery"]["status"] == 200
    assert sandbox.post(path, {"resend": True, "is_forged": True})["delivery"]["status"] == 401
    assert httpx.post(f"{webhook}x", content=b"{}").status_code == 404
    assert httpx.post(webhook, content=b" " * 1_048_577).status_code == 413


# --- 6: received, returned in part, approved by silence -------------------------------------


def goods_are_received(sandbox: Sandbox, orders: dict[str, str]) -> None:
    for name in ("click", "half", "code", "nobody"):
        sandbox.post(f"shop/{SHOP}/orders/{orders[name]}", {"status": "completed"})
    sandbox.post(f"shop/{SHOP}/orders/{orders['half']}", {"refund": "25500.00"})
    sandbox.post(f"wildberries/orders/{orders['wildberries']}/status", {"status": "buyout"})


def wildberries_names_the_influencer(aru: Person) -> None:
    """The finance row with the substitute article comes days after the order."""

    def is_there() -> bool:
        brand_goes(aru, "orders/")
        return "693,00" in aru.page.inner_text("body")

    wait_until(is_there, "the finance row of Wildberries", seconds=90)


def held_is_shown(aigerim: Person) -> None:
    aigerim.goes("portal/")
    aigerim.sees(tenge(AIGERIM_GROSS))
    aigerim.goes("portal/earnings/")
    rows = aigerim.page.locator("main li a[href*='/portal/earnings/']")
    expect(rows).to_have_count(3)
    rows.first.click()
    expect(aigerim.page.locator("#sheet-title").first).to_be_visible()


# --- 7: who gets the money ------------------------------------------------------------------


def payee_gives_details(one: Person, name: str, sandbox: Sandbox, *, status: str) -> None:
    """IIN, tax status, the register's word where it matters, account."""
    if status == "ip_simplified":
        sandbox.post("kgd/taxpayers", {"code": IIN[name], "full_name": FULL_NAME[name].upper()})
    wait_until(lambda: _setup_offered(one), "approved money that asks for details")
    one.goes("portal/setup/")
    one.submits(full_name=FULL_NAME[name], iin=IIN[name][:-1] + "9")
    expect(one.page.locator("[name=iin]")).to_have_attribute("aria-invalid", "true")
    one.submits(iin=IIN[name])
    one.page.locator(f"[name=status][value={status}]").check(force=True)
    one.page.locator("main form button.btn-primary").click()

    def is_asked_for_account() -> bool:
        one.goes("portal/setup/")
        return one.page.locator("[name=iban]").count() > 0

    wait_until(is_asked_for_account, "the register's answer")
    one.submits(iban=IBAN[name], holder_name=FULL_NAME[name])
    one.goes("portal/payouts/")


def _setup_offered(one: Person) -> bool:
    one.goes("portal/")
    return one.page.locator("a[href$='/portal/setup/']").count() > 0


# --- 8: two people of ops, the bank's file and its statement --------------------------------


def payouts_are_made(dinara: Person, marat: Person, sandbox: Sandbox) -> None:
    dinara.page.goto("/admin/payouts/payoutbatch/make")
    dinara.sees(tenge(DANIYAR_NET))
    dinara.page.locator("main form [type=submit], #content form [type=submit]").last.click()
    dinara.page.wait_for_url("**/change/")
    batch_url = dinara.page.url
    expect(dinara.page.locator('a[href*="/approve"]')).to_have_count(0)  # not one's own
    marat.page.goto(batch_url)
    ops_does(marat, "approve")
    dinara.page.goto(batch_url)
    dinara.page.locator('a[href*="/download"]').first.click()
    dinara.page.wait_for_load_state()
    with dinara.page.expect_download() as handed_out:
        dinara.page.locator("form.ops-form [type=submit]").click()
    payment_file = handed_out.value.path().read_bytes()
    assert payment_file.startswith(b"1CClientBankExchange\r\n")
    statement = bank_executes(sandbox, payment_file)
    dinara.page.goto("/admin/payouts/bankstatement/upload")
    dinara.page.set_input_files(
        "[name=file]", {"name": "s.txt", "mimeType": "text/plain", "buffer": statement}
    )
    dinara.page.locator("main form [type=submit], #content form [type=submit]").last.click()
    dinara.page.wait_for_url("**/look/")  # what every row would do
    dinara.page.locator("form.ops-form [type=submit]").click()
    dinara.page.wait_for_url("**/change/")


def bank_executes(sandbox: Sandbox, payment_file: bytes) -> bytes:
    base = f"{sandbox.url}/_control/bank/files"
    taken = sandbox.client.post(base, content=payment_file).json()
    assert len(taken["documents"]) >= 2
    return sandbox.client.get(f"{base}/{taken['id']}/statement").content


# --- 9: everybody sees their own ------------------------------------------------------------


def paid_is_shown(one: Person, *amounts: str) -> None:
    """On the payout's page with every line, and in the mail."""
    one.goes("portal/payouts/")
    one.page.locator("section[aria-labelledby=history] li a").first.click()
    one.page.wait_for_load_state()
    for amount in amounts:
        one.sees(tenge(amount))
    wait_until(
        lambda: any("portal/payouts/" in mail["text"] for mail in one.sandbox.mail_to(one.email)),
        "the notice of the payout",
    )


def everybody_sees_their_own(aru: Person, aigerim: Person) -> None:
    """The same pages in three languages, and a stranger finds nothing."""
    for language in ("kk", "ru", "en"):
        aru.language = aigerim.language = language
        for path in ("", "campaigns/", "orders/", "money/", "integrations/", "team/"):
            brand_goes(aru, path)
        for path in ("", "campaigns/", "links/", "earnings/", "payouts/", "profile/"):
            aigerim.goes(f"portal/{path}")
    answer = aigerim.page.goto(f"/{aigerim.language}/brand/uly-dala/")
    assert answer is not None
    assert answer.status == 404
