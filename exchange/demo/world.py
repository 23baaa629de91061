"""The demo world: made once, then only its outside world is set up again at each start."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.urls import reverse

from attribution.connectors.postback.presets import PRESETS
from attribution.models import Connection
from attribution.selectors.connections import connection_secrets
from attribution.services.connections import connection_create
from attribution.services.late_returns import late_returns_apply
from attribution.services.leak_guard import leaks_find
from attribution.services.lifecycle import conversions_advance
from brands.models import Brand
from brands.services import brand_create, brand_verify, deposit_book, member_add
from campaigns.domain.offer import Offer
from campaigns.models import Campaign, PromoCode, TrackingLink
from campaigns.services.lifecycle import campaign_publish
from campaigns.services.offers import campaign_create
from campaigns.services.participations import campaign_join
from compliance.services import tax_rules_load
from core import clock
from core.accounts.models import User
from core.demo_clock import demo_clock_publish, offset_read
from core.tenancy.context import acting_as
from exchange.demo import stage
from exchange.demo.audience import ranges_load
from exchange.demo.bank import statement_tell
from exchange.demo.codes import totp_now
from exchange.demo.crm import WORKSHOP_SINCE, workshop_open
from exchange.demo.deals import deals_make
from exchange.demo.debts import FIRST_PAID_DAYS_AGO, debt_told
from exchange.demo.elsewhere import elsewhere_make
from exchange.demo.groups import best_paid
from exchange.demo.guarantees import guarantees_tell
from exchange.demo.history import DAYS, Past, Product, Sale, sales_imagine
from exchange.demo.invoices import invoice_wait, invoices_tell
from exchange.demo.joins import joins_make
from exchange.demo.leaks import held_told, leaked_told
from exchange.demo.market import market_open
from exchange.demo.payouts import Ops, paid_told, payee_make
from exchange.demo.people import (
    AIGERIM,
    AIGERIM_IBAN,
    AIGERIM_IIN,
    ANALYST,
    CHECKER,
    DALA_BIN,
    DALA_OWNER,
    DANIYAR,
    FINANCE,
    NUR_BIN,
    NUR_OWNER,
    OWNER,
    PASSWORD,
    PEOPLE,
    SAMAL,
    TOQYMA_BIN,
    Person,
)
from exchange.demo.receipts import receipts_tell, shops_connect
from exchange.demo.reruns import between_told, rule_changed
from exchange.demo.shops import (
    article_give,
    own_shops_connect,
    ozon_connect,
    shop_connect,
    shop_read,
)
from exchange.demo.signatures import signing_key_make
from exchange.demo.tables import fair_sell
from exchange.demo.telling import nightly, once, stories_tell
from exchange.demo.tracker import calls_tell
from exchange.demo.wall import wall_open
from influencers.models import Influencer
from influencers.services import influencer_create
from ledger.models import ProofDay

PRODUCTS = [
    Product(product["name"], int(product["price"].replace(".", ""))) for product in stage.PRODUCTS
]
TAX_FILES = ("rules_2025.toml", "rules_2026.toml", "privacy.toml")
PAYOUT_DAYS_AGO = 6
TENGE = 100


def demo_seed() -> bool:
    """Make the demo world if it is not there; whether it was made now.

    The outside world (shop, register) and the clocks are set up at every start: their addresses
    and what Redis knew may have changed.
    """
    is_new = not _has_owner()
    stage.register_fill()
    if is_new:
        _world_make(clock.now())
    _outside_prepare()
    return is_new


def is_half_made() -> bool:
    """Somebody is there, but none of the past's days was published, with which a making ends."""
    with acting_as(system="demo"):
        return _has_owner() and not ProofDay.objects.exists()


def _has_owner() -> bool:
    return User.objects.filter(email=OWNER.email).exists()


def _outside_prepare() -> None:
    offset = offset_read()
    demo_clock_publish(offset)
    stage.clock_set(offset)
    with acting_as(system="demo"):
        shop = Connection.objects.filter(source="woocommerce").order_by("pk").first()
        ozon = Connection.objects.filter(source="ozon").order_by("pk").first()
        insales = Connection.objects.filter(source="insales").order_by("pk").first()
        taplink = Connection.objects.filter(source="taplink").order_by("pk").first()
        tilda = Connection.objects.filter(source="tilda").order_by("pk").first()
        amocrm = Connection.objects.filter(source="amocrm").order_by("pk").first()
        crm = Connection.objects.filter(source="postback").order_by("pk").first()
    if shop is not None:
        stage.shop_open(_hook_url(shop), connection_secrets(shop)[0], shop.public_id.hex)
        market_open(shop.brand_id)
    if ozon is not None:
        stage.ozon_account()
        stage.ozon_push_to(_hook_url(ozon))
    if insales is not None:
        stage.insales_ring_at(_hook_url(insales))
    if crm is not None:
        stage.tracker_tell(_postback_url(crm), connection_secrets(crm)[0])
    if tilda is not None:
        stage.tilda_post_to(_hook_url(tilda))
    if amocrm is not None:
        stage.amocrm_ring_at(_hook_url(amocrm))
    if taplink is not None:
        stage.taplink_tell(_hook_url(taplink), connection_secrets(taplink)[0])


def _hook_url(connection: Connection) -> str:
    path = reverse("hook", args=[connection.source, connection.endpoint_token])
    return f"{settings.BASE_URL}{path}"


def _postback_url(connection: Connection) -> str:
    path = reverse("postback", args=[connection.endpoint_token])
    return f"{settings.BASE_URL}{path}?{PRESETS[connection.settings['preset']].query()}"


def _world_make(now: datetime) -> None:
    with clock.telling(now - timedelta(days=DAYS + 4)):
        users = {each.email: _user_make(each) for each in (*PEOPLE, NUR_OWNER, DALA_OWNER)}
    ops = Ops(users[FINANCE.email].pk, users[CHECKER.email].pk)
    _law_load(ops)
    with clock.telling(now - timedelta(days=DAYS + 3)):
        toqyma = _brand_make(OWNER, users, ops, "Тоқыма Үйі", "ТОО «Тоқыма Үйі»", TOQYMA_BIN)
        member_add(brand=toqyma, email=ANALYST.email, role="analyst")
        nur = _brand_make(NUR_OWNER, users, ops, "Nur Skin", "ТОО «Nur Skin»", NUR_BIN)
    _brand_in_review(users)
    with clock.telling(now - timedelta(days=DAYS + 2)):
        home = _campaign_make(toqyma, _home_offer())
        skin = _campaign_make(nur, _skin_offer())
        people = _people_join(home, users)
        samal = _influencer_make(SAMAL, users)
        shop = shop_connect(toqyma)
        connection_create(
            brand=toqyma,
            source="wildberries",
            name="Wildberries",
            token=stage.wildberries_token(),
        )
        stage.kaspi_sell()
        connection_create(brand=toqyma, source="kaspi", name="Kaspi", token=stage.kaspi_token())
        article_give(home, people[0])
        ozon_connect(toqyma, home, people[0])
        own_shops_connect(nur)
        crm, crm_secret = connection_create(
            brand=toqyma, source="postback", name="CRM", preset="native", currency="KZT"
        )
        tills = shops_connect(toqyma)
    ranges_load()
    signing_key_make()
    link, code = _tools_of(home, people[0])
    past = Past(shop, _sales_of_weeks(home, people, now))
    owner, paid_at = users[OWNER.email].pk, now - timedelta(days=PAYOUT_DAYS_AGO)
    stories_tell(
        [
            nightly(now - timedelta(days=DAYS), now, _night),
            past.story(now),
            debt_told(home, shop, samal, now),
            held_told(toqyma, shop, people[1], PRODUCTS[-1], now),
            between_told(toqyma, shop, link, PRODUCTS[1], now),
            best_paid(home, _home_offer(), people[1], now),
            elsewhere_make(toqyma, nur, people, now),
            joins_make(toqyma, nur, people, now),
            paid_told(ops, now, days_ago=FIRST_PAID_DAYS_AGO),
            once(paid_at, lambda: payee_make(people[0], AIGERIM, AIGERIM_IIN, AIGERIM_IBAN)),
            paid_told(ops, now, days_ago=PAYOUT_DAYS_AGO),
            calls_tell(crm, crm_secret, code.code, now),
            receipts_tell(tills, [_tools_of(home, person)[0] for person in people], now),
            wall_open(toqyma, home, link, now),
            deals_make(toqyma, home, people, now),
            fair_sell(toqyma, code.code, owner, now),
            workshop_open(toqyma, code.code, past.click_before(now - WORKSHOP_SINCE), now),
            guarantees_tell(toqyma, home, shop, people, now),
            invoices_tell(toqyma, paid_at, ops.finance, ops.checker),
            invoice_wait(nur, skin, people[1], ops.finance, now),
            once(
                clock.day_start(clock.day_of(now - timedelta(days=2))),
                lambda: statement_tell(toqyma, owner_id=owner, ops_id=ops.finance),
            ),
            once(now, lambda: rule_changed(toqyma, home)),
            once(now, leaks_find),
            once(now, lambda: shop_read(shop)),
        ]
    )


def _night() -> None:
    """Holds that are over, and goods that came back late."""
    conversions_advance()
    late_returns_apply()


def _sales_of_weeks(campaign: Campaign, people: list[Influencer], now: datetime) -> list[Sale]:
    """By links and codes, and with a code that looks leaked."""
    sales: list[Sale] = []
    for person, count, first_number in zip(people, (34, 15), (48_100, 48_400), strict=True):
        link, code = _tools_of(campaign, person)
        sales += sales_imagine(
            link=link,
            code=code,
            products=PRODUCTS,
            count=count,
            first_number=first_number,
            now=now,
        )
    return sales + leaked_told(*_tools_of(campaign, people[0]), PRODUCTS[0], now)


def _law_load(ops: Ops) -> None:
    for name in TAX_FILES:
        text = (files("compliance.data") / name).read_text(encoding="utf-8")
        tax_rules_load(text=text, maker_id=ops.finance, checker_id=ops.checker)


def _user_make(person: Person) -> User:
    user = User.objects.create_user(
        person.email,
        PASSWORD,
        name=person.name,
        language=person.language,
        is_staff=bool(person.totp_secret),
        is_superuser=bool(person.totp_secret),
    )
    EmailAddress.objects.create(user=user, email=person.email, verified=True, primary=True)
    if person.totp_secret:
        TOTP.activate(user, person.totp_secret)
    return user


def _brand_make(
    owner: Person, users: dict[str, User], ops: Ops, name: str, legal_name: str, number: str
) -> Brand:
    """A verified brand with a deposit."""
    brand = brand_create(
        user_id=users[owner.email].pk,
        person_name=owner.name,
        email=owner.email,
        name=name,
        legal_name=legal_name,
        bin_text=number,
    )
    with acting_as(ops=ops.checker):
        brand = brand_verify(brand_id=brand.pk)
    with acting_as(ops=ops.finance):
        deposit_book(
            brand_id=brand.pk,
            amount_minor=2_500_000 * TENGE,
            bank_reference=f"{number[-6:]}-1",
            received_on=clock.today(),
            booked_by_id=ops.finance,
        )
    return brand


def _brand_in_review(users: dict[str, User]) -> None:
    """Something for ops to do."""
    brand_create(
        user_id=users[DALA_OWNER.email].pk,
        person_name=DALA_OWNER.name,
        email=DALA_OWNER.email,
        name="Dala Qahva",
        legal_name="ТОО «Dala Qahva»",
        bin_text=DALA_BIN,
    )


def _campaign_make(brand: Brand, offer: Offer) -> Campaign:
    campaign = campaign_create(brand=brand, offer=offer)
    campaign_publish(campaign_id=campaign.pk)
    return campaign


def _home_offer() -> Offer:
    return Offer(
        title="Жылы үй",
        about="Жүн көрпе, төсек жиыны, сүлгі. Алматыда тігіледі, бүкіл елге жеткізіледі.",
        destination_url=stage.product_url("blanket"),
        commission_bps=700,
        clawback_days=30,
        budget_minor=800_000 * TENGE,
        typical_basket_minor=17_900 * TENGE,
    )


def _skin_offer() -> Offer:
    return Offer(
        title="Қысқы күтім",
        about="Сарысу, крем және маска. Қысқы теріге арналған.",
        destination_url=stage.product_url("towels"),
        commission_bps=1200,
        budget_minor=400_000 * TENGE,
        typical_basket_minor=8_900 * TENGE,
        code_policy="click_wins",
    )


def _influencer_make(person: Person, users: dict[str, User]) -> Influencer:
    return influencer_create(
        user_id=users[person.email].pk,
        name=person.name,
        city="almaty",
        language=person.language,
        network="instagram",
        page=person.email.partition("@")[0],
        followers=18_400 if person is AIGERIM else 9_700,
    )


def _people_join(campaign: Campaign, users: dict[str, User]) -> list[Influencer]:
    people = [_influencer_make(person, users) for person in (AIGERIM, DANIYAR)]
    for person in people:
        campaign_join(campaign_id=campaign.pk, influencer_id=person.pk)
    return people


def _tools_of(campaign: Campaign, influencer: Influencer) -> tuple[TrackingLink, PromoCode]:
    mine: dict[str, Any] = {"campaign": campaign, "influencer": influencer}
    with acting_as(system="demo"):
        return TrackingLink.objects.get(**mine), PromoCode.objects.get(**mine)


def logins() -> list[str]:
    """What `make demo` prints: who may come in, as what, and the second factor of ops."""
    width = max(len(person.email) for person in PEOPLE)
    lines = [f"Logins, each with the password {PASSWORD}"]
    for person in PEOPLE:
        code = f", code now {totp_now(person.totp_secret)}" if person.totp_secret else ""
        lines.append(f"  {person.email:<{width}}  {person.name}: {person.role}{code}")
    return lines
