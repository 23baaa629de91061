"""Sources: how each is doing in plain words, connecting, secrets shown once, the event log."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attribution.models import Connection, InboundEvent, PollCursor
from attribution.selectors.connections import connection_secrets
from core.audit.models import AuditEntry
from core.tenancy.context import acting_as
from sandbox.wildberries.token import ANALYTICS, FINANCE, READ_ONLY, RETURNS, mint
from tests.attribution.shop import order_body, signed
from tests.doors.conftest import NOW, count, event_make, marketplace_id, shop_id, the, written
from tests.sandbox.process import sandbox, sandbox_process

__all__ = ["sandbox", "sandbox_process"]
NBSP = "\u00a0"
SELLER_2 = "22222222-2222-3333-4444-555555555555"


def change(pk: int, **changes) -> None:
    with acting_as(system="test data"):
        Connection.objects.filter(pk=pk).update(**changes)


def card_of(workplace, name: str):
    return next(card for card in workplace.page("integrations").cards if card.name == name)


# --- The cards ------------------------------------------------------------------------------


def test_a_shop_that_sends_is_healthy(workplace):
    card = card_of(workplace, "Shop")
    assert (card.status, card.today, card.last_event_at) == ("healthy", 8, NOW)
    assert card.cause == "Every event of today has been read."
    assert card.key_text == "signed webhook"
    assert (card.action_url, card.behind) == ("", "")


def test_a_source_that_has_not_begun_says_what_comes(workplace):
    card = card_of(workplace, "WB")
    assert (card.status, card.last_event_at, card.hours) == ("waiting", None, [])
    assert card.cause == "Connected. We read the source for the first time within minutes."
    assert card.key_text == f"token until May{NBSP}20, 2027"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("credentials_refused (401): {}", "Wildberries refuses the token (401): it has expired"),
        ("payment_required (402): {}", "Wildberries wants a payment from its seller"),
        ("access_denied (403): {}", "the token may not read this (403)"),
        ("request_refused (404): {}", "Wildberries refuses our question."),
        ("POST https://x: no answer in 10 s", "Next try at 14:30."),
        ("", "does not answer as it should"),
    ],
)
def test_a_failure_is_told_in_plain_words_with_the_way_out(workplace, error, said):
    last = NOW - timedelta(hours=19, minutes=5)
    change(workplace.marketplace, state="failing", error=error, last_event_at=last)
    with acting_as(system="test data"):
        PollCursor.objects.update(next_at=NOW + timedelta(minutes=30))
    card = card_of(workplace, "WB")
    status = "revoked" if error.startswith("credentials") else "failing"
    assert (card.status, card.behind) == (status, f"19{NBSP}h{NBSP}5{NBSP}min")
    assert said in card.cause
    assert card.action_url == workplace.url("connection_token", marketplace_id(workplace))
    assert workplace.get("integrations").context["side"].connections_failing == 1
    assert workplace.page("integrations").failing == 1


def test_who_only_reads_gets_no_button(workplace):
    change(workplace.marketplace, state="failing", error="credentials_refused (401): x")
    page = workplace.page("integrations", who="analyst")
    assert (page.may_edit, [card.action_url for card in page.cards]) == (False, ["", ""])
    shop = workplace.page("connection", shop_id(workplace), who="analyst")
    assert (shop.pause_url, shop.rotate_url, shop.token_url, shop.test_url) == ("", "", "", "")


def test_an_event_that_waits_makes_its_source_late(workplace):
    event = event_make(workplace, state="received")
    with acting_as(system="test data"):
        InboundEvent.objects.filter(pk=event).update(received_at=NOW - timedelta(minutes=35))
    card = card_of(workplace, "Shop")
    assert (card.status, card.behind) == ("late", f"35{NBSP}min")


def test_events_that_could_not_be_read_are_said(workplace):
    event_make(workplace)
    card = card_of(workplace, "Shop")
    assert card.cause == "1 event of the last day could not be read: see the log."


def test_a_silent_source_says_for_how_long_and_what_to_do(workplace):
    change(workplace.shop.connection, silent_since=NOW - timedelta(days=3))
    card = card_of(workplace, "Shop")
    assert (card.status, card.is_slow, card.is_broken) == ("silent", True, False)
    assert card.cause == (
        f"No event for 3{NBSP}days: this source was never quiet for so long. Place a test order."
        " If it does not come, look whether both webhooks are on."
    )


def test_a_token_whose_time_is_over_can_be_replaced_from_the_card(workplace):
    ended = (NOW - timedelta(days=1)).isoformat()
    change(workplace.marketplace, state="ok", settings={"token_expires_at": ended})
    card = card_of(workplace, "WB")
    assert (card.status, card.is_broken) == ("expired", True)
    assert card.cause.startswith(f"The token for Wildberries ended on November{NBSP}20, 2026.")
    assert card.action_url == workplace.url("connection_token", marketplace_id(workplace))


def test_a_source_that_asked_us_to_wait_says_until_when(workplace):
    change(workplace.marketplace, state="ok")
    with acting_as(system="test data"):
        PollCursor.objects.update(limited_until=NOW + timedelta(hours=1))
    card = card_of(workplace, "WB")
    assert card.status == "limited"
    assert card.cause == "Wildberries asked us to wait until 15:00. We go on by ourselves."


def test_a_paused_source_says_what_it_means(workplace):
    change(workplace.shop.connection, state="off")
    card = card_of(workplace, "Shop")
    assert card.status == "paused"
    assert card.cause == "Reading is switched off. What comes meanwhile is not stored."


def test_bars_count_half_hours_and_mark_what_was_not_read(workplace):
    for minutes, state in ((10, "done"), (40, "dead"), (41, "done")):
        event = event_make(workplace, state=state, key=f"{minutes}:x")
        with acting_as(system="test data"):
            InboundEvent.objects.filter(pk=event).update(
                received_at=NOW - timedelta(minutes=minutes)
            )
    hours = card_of(workplace, "Shop").hours
    assert (len(hours), hours[0]) == (48, (0, "wait"))
    assert hours[-2:] == [(2, "bad"), (1, "paid")]


def test_the_cards_ask_the_same_number_of_questions_for_more_sources(workplace):
    owner, url = workplace.client("owner"), workplace.url("integrations")

    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert owner.get(url).status_code == 200
        return len(asked.captured_queries)

    few = questions()
    for name in ("Second", "Third", "Fourth"):
        workplace.post("connection_new", "woocommerce", name=name)
    assert len(workplace.page("integrations").cards) == 5
    assert questions() == few


# --- Connecting -----------------------------------------------------------------------------


def test_a_shop_gets_an_address_and_a_secret_that_is_shown_once(workplace):
    owner = workplace.client("owner")
    answer = owner.post(workplace.url("connection_new", "woocommerce"), {"name": "TY shop"})
    made = the(Connection, name="TY shop")
    assert answer.url == workplace.url("connection", made.public_id)
    endpoint = f"{settings.BASE_URL}/hooks/woocommerce/{made.endpoint_token}"
    (secret,) = connection_secrets(made)

    shown = owner.get(answer.url)
    assert [(each.label, each.value) for each in shown.context["page"].secrets] == [
        ("Address for the shop", endpoint),
        ("Secret", secret),
    ]
    assert secret in shown.content.decode()
    again = owner.get(answer.url)
    assert again.context["page"].secrets == []
    assert secret not in again.content.decode()
    assert endpoint in again.content.decode()
    assert "Add two webhooks" in again.content.decode()


def test_the_secret_works_and_is_not_for_another_page(workplace):
    owner = workplace.client("owner")
    owner.post(workplace.url("connection_new", "woocommerce"), {"name": "TY shop"})
    made = the(Connection, name="TY shop")
    other = owner.get(workplace.url("connection", shop_id(workplace)))
    assert other.context["page"].secrets == []
    body = order_body(77, coupons=("AQTAS",), placed=NOW)
    (secret,) = connection_secrets(made)
    path = f"/hooks/woocommerce/{made.endpoint_token}"
    assert owner.post(path, body, **signed(body, secret)).status_code == 200
    assert owner.post(path, body, **signed(body, "wrong")).status_code == 401
    facts = {fact.label: fact.value for fact in workplace.page("connection", made.public_id).facts}
    assert facts["Calls with a wrong signature"] == "1"


def test_a_new_secret_is_shown_once_and_the_one_before_works_on(workplace):
    owner, shop = workplace.client("owner"), shop_id(workplace)
    (before,) = connection_secrets(the(Connection, public_id=shop))
    owner.post(workplace.url("connection_secret", shop))
    new, old = connection_secrets(the(Connection, public_id=shop))
    assert old == before
    page = owner.get(workplace.url("connection", shop)).context["page"]
    assert page.secrets[1].value == new
    assert owner.get(workplace.url("connection", shop)).context["page"].secrets == []


def test_no_secret_in_the_session_or_in_the_audit(workplace):
    owner = workplace.client("owner")
    owner.post(workplace.url("connection_new", "woocommerce"), {"name": "TY shop"})
    (secret,) = connection_secrets(the(Connection, name="TY shop"))
    assert secret not in str(dict(owner.session))
    with acting_as(ops=workplace.cast.checker):
        assert not any(secret in str(row.after) for row in AuditEntry.objects.all())


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"name": ""}, "name", "required"),
        ({"name": "x" * 81}, "name", "80"),
        ({"name": "  "}, "name", "required"),
    ],
)
def test_a_shop_without_a_name_is_refused(workplace, given, field, said):
    before = written(workplace)
    answer = workplace.post("connection_new", "woocommerce", **given)
    assert answer.status_code == 422
    assert said in " ".join(answer.context["form"].errors[field])
    assert written(workplace) == before


def test_a_marketplace_is_connected_by_its_token(workplace):
    token = mint(now=NOW, seller_id=SELLER_2)
    answer = workplace.post("connection_new", "wildberries", name="WB 2", token=f" {token}\n")
    made = the(Connection, name="WB 2")
    assert answer.url == workplace.url("connection", made.public_id)
    assert made.token == token
    assert count(PollCursor, connection=made) == 6
    page = workplace.page("connection", made.public_id)
    assert page.note == ""
    assert page.secrets == []
    facts = {fact.label: fact.value for fact in page.facts}
    assert (facts["Seller"], facts["Token until"]) == (SELLER_2, f"May{NBSP}20, 2027")
    assert token not in workplace.get("connection", made.public_id).content.decode()


def test_the_page_of_a_marketplace_says_which_lists_its_token_leaves_out(workplace):
    token = mint(now=NOW, seller_id=SELLER_2, bits=(ANALYTICS, FINANCE, RETURNS, READ_ONLY))
    workplace.post("connection_new", "wildberries", name="WB 2", token=token)
    made = the(Connection, name="WB 2")
    assert count(PollCursor, connection=made) == 3
    note = workplace.page("connection", made.public_id).note
    assert "«Statistics»" in note
    assert "«Buyer returns»" not in note
    assert note.split(":")[0] in workplace.get("connection", made.public_id).content.decode()


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("nonsense", "not a whole token"),
        ("", "required"),
        (mint(now=NOW, kind="personal"), "This is a personal token"),
        (mint(now=NOW, kind="test"), "test environment"),
        (mint(now=NOW, days=-1), "has expired"),
        (mint(now=NOW, bits=(ANALYTICS, READ_ONLY)), "lacks the category «Finance»"),
        (mint(now=NOW, bits=(2, 13)), "may change things"),
        ("x" * 5000, "4096"),
    ],
)
def test_a_token_that_we_may_not_use_is_refused_with_the_reason(workplace, token, said):
    before = (count(Connection), written(workplace))
    answer = workplace.post("connection_new", "wildberries", name="WB 2", token=token)
    assert answer.status_code == 422
    assert said in " ".join(answer.context["form"].errors["token"])
    assert (count(Connection), written(workplace)) == before


def test_the_same_seller_twice_is_refused(workplace):
    answer = workplace.post("connection_new", "wildberries", name="again", token=mint(now=NOW))
    assert answer.status_code == 422
    assert "This seller is connected already" in answer.content.decode()
    assert count(Connection) == 2


def test_a_new_token_makes_a_failing_source_begin_again(workplace):
    change(workplace.marketplace, state="failing", error="credentials_refused (401): x")
    address = marketplace_id(workplace)
    page = workplace.page("connection_token", address)
    assert (page.is_new, page.back_url) == (False, workplace.url("connection", address))
    token = mint(now=NOW, days=90)
    answer = workplace.post("connection_token", address, token=token)
    assert answer.url == workplace.url("connection", address)
    found = the(Connection, pk=workplace.marketplace)
    assert (found.state, found.error, found.token) == ("new", "", token)
    refused = workplace.post("connection_token", address, token=mint(now=NOW, seller_id=SELLER_2))
    assert refused.status_code == 422
    said = refused.context["form"].errors["token"]
    assert said == ["This is another seller's token. Connect it as a new source."]


def test_a_shop_that_calls_us_may_give_a_key_later(workplace):
    shop = shop_id(workplace)
    page = workplace.page("connection", shop)
    assert page.token_url == workplace.url("connection_token", shop)
    assert page.token_text == "Let us read the shop"
    fields = workplace.get("connection_token", shop).context["form"].fields
    assert list(fields) == ["address", "consumer_key", "consumer_secret"]
    answer = workplace.post("connection_token", shop, address="https://127.0.0.1")
    assert answer.status_code == 422
    assert "address" in answer.context["form"].errors


def test_a_source_that_nobody_wrote_does_not_exist(workplace):
    assert workplace.get("connection_new", "amazon").status_code == 404
    assert workplace.post("connection_new", "amazon", name="x").status_code == 404


# --- Ozon: is asked, and rings ---------------------------------------------------------------

OZON = {"name": "Ozon KZ", "client_id": "2150417", "token": "sandbox-ozon-key"}


@pytest.fixture
def ozon(workplace, sandbox, settings):
    """Ozon's stand-in, with an account that the clock of these tests finds alive."""
    settings.SANDBOX_URL = sandbox.url
    sandbox.control("ozon/account", {"days": 0})
    return workplace


def test_ozon_is_offered_once_and_says_what_it_cannot(workplace):
    offered = workplace.page("integrations").sources
    assert [choice.source for choice in offered].count("ozon") == 1
    form = workplace.get("connection_new", "ozon").content.decode()
    assert "Ozon knows no click of ours" in form
    assert "Client-Id" in form
    assert "a voucher of their own" in form


def test_ozon_is_connected_by_its_key_and_shows_where_the_push_goes(ozon):
    answer = ozon.post("connection_new", "ozon", **OZON)
    made = the(Connection, name="Ozon KZ")
    assert answer.url == ozon.url("connection", made.public_id)
    assert made.token == "sandbox-ozon-key"
    page = ozon.page("connection", made.public_id)
    facts = {fact.label: fact.value for fact in page.facts}
    assert facts["Trust"] == "read at the source"
    assert facts["Seller"] == "2150417"
    address = f"{settings.BASE_URL}/hooks/ozon/{made.endpoint_token}"
    assert facts["Address for notifications"] == address
    assert facts["Refused calls"] == "0"
    assert "Settings, Notifications, Push" in page.steps[0]
    assert (page.secrets, page.rotate_url) == ([], "")
    assert "Ozon KZ" not in [site.name for site in ozon.page("integrations").sites]
    assert page.token_url == ozon.url("connection_token", made.public_id)
    shown = ozon.get("connection", made.public_id).content.decode()
    assert "sandbox-ozon-key" not in shown
    assert card_of(ozon, "Ozon KZ").cause == (
        "Connected. We read the source for the first time within minutes."
    )


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"client_id": "12a"}, "client_id", "The Client-Id is a number"),
        ({"client_id": ""}, "client_id", "required"),
        ({"client_id": "9" * 19}, "client_id", "18"),
        ({"token": "wrong"}, "token", "Ozon refuses this key"),
        ({"client_id": "7"}, "token", "Ozon refuses this key"),
        ({"token": ""}, "token", "required"),
        ({"name": ""}, "name", "required"),
    ],
)
def test_an_account_of_ozon_that_does_not_work_is_refused_with_the_reason(
    ozon, changes, field, said
):
    answer = ozon.post("connection_new", "ozon", **(OZON | changes))
    assert answer.status_code == 422
    assert said in " ".join(answer.context["form"].errors[field])
    assert count(Connection, source="ozon") == 0


def test_a_new_key_of_ozon_is_taken_after_it_has_been_tried(ozon, sandbox):
    ozon.post("connection_new", "ozon", **OZON)
    made = the(Connection, name="Ozon KZ")
    refused = ozon.post("connection_token", made.public_id, token="second")
    assert refused.status_code == 422
    sandbox.control("ozon/account", {"key": "second", "days": 0})
    ozon.post("connection_token", made.public_id, token="second")
    assert the(Connection, pk=made.pk).token == "second"


def test_a_key_that_may_not_read_is_explained_in_ozons_terms(ozon):
    ozon.post("connection_new", "ozon", **OZON)
    made = the(Connection, name="Ozon KZ")
    change(made.pk, state="failing", error="access_denied (403): missing role")
    assert "may read postings and returns" in card_of(ozon, "Ozon KZ").cause


def test_the_log_of_ozon_names_lists_and_notifications_and_hides_people(ozon):
    ozon.post("connection_new", "ozon", **OZON)
    made = the(Connection, name="Ozon KZ")
    body = {
        "read_at": "2026-11-21T09:00:00+00:00",
        "scheme": "fbs",
        "posting": {
            "posting_number": "48120033-0017-1",
            "status": "delivered",
            "products": [{"sku": 7, "name": "Сыворотка", "price": {"amount": "4990"}}],
            "addressee": {"name": "Айгерим", "phone": "+77010000001"},
            "customer": {"name": "Айгерим"},
        },
    }
    with acting_as(system="test data"):
        pulled, rung = (
            InboundEvent.objects.create(
                connection=made, brand_id=made.brand_id, source="ozon", endpoint=endpoint,
                event_key=key, trust=trust, body=json.dumps(body).encode(), body_sha256="0" * 64,
            )
            for endpoint, key, trust in (
                ("fbs_postings", "ozon:fbs:48120033-0017-1:abc", "pulled"),
                ("webhook", "push:0123", "hint"),
            )
        )  # fmt: skip
    texts = {event.text for event in ozon.page("connection", made.public_id).events}
    assert texts == {"Notification", "FBS posting, 48120033-0017-1"}
    shown = ozon.page("connection_event", made.public_id, pulled.pk).event.body
    assert '"amount": "4990"' in shown
    assert "Сыворотка" in shown
    assert "Айгерим" not in shown
    assert "7701" not in shown
    assert rung.trust == "hint"


# --- Admitad: is asked, and hints ------------------------------------------------------------

ADMITAD = {"name": "Our AliExpress", "token": "sandbox-admitad-token"}


@pytest.fixture
def admitad(workplace, sandbox, settings):
    """Admitad's stand-in, with a token that the clock of these tests finds alive."""
    settings.SANDBOX_URL = sandbox.url
    sandbox.control("admitad/token", {"days": 3_000})
    return workplace


def test_admitad_is_offered_once_and_says_what_it_cannot(workplace):
    offered = workplace.page("integrations").sources
    assert [choice.source for choice in offered].count("admitad") == 1
    form = workplace.get("connection_new", "admitad").content.decode()
    assert "Admitad tells which click led to an order and what it pays you for it." in form
    assert "It tells neither the goods nor the buyer" in form
    assert "do not use subid yourself" in form


def test_admitad_is_connected_by_its_token_and_shows_the_address_with_its_macros(admitad):
    answer = admitad.post("connection_new", "admitad", **ADMITAD)
    made = the(Connection, name="Our AliExpress")
    assert answer.url == admitad.url("connection", made.public_id)
    page = admitad.page("connection", made.public_id)
    facts = {fact.label: fact.value for fact in page.facts}
    assert facts["Trust"] == "read at the source"
    address = f"{settings.BASE_URL}/hooks/admitad/{made.endpoint_token}?"
    assert facts["Address for notifications"].startswith(
        address + "admitad_id=[[[admitad_id]]]&action_id=[[[action_id]]]&subid=[[[subid]]]&"
    )
    assert "postback settings" in page.steps[0]
    assert (page.secrets, page.rotate_url) == ([], "")
    assert "Our AliExpress" not in [site.name for site in admitad.page("integrations").sites]
    shown = admitad.get("connection", made.public_id).content.decode()
    assert "sandbox-admitad-token" not in shown


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"token": "wrong"}, "token", "Admitad does not take this token"),
        ({"token": "two words"}, "token", "not a whole token"),
        ({"token": ""}, "token", "required"),
        ({"name": ""}, "name", "required"),
    ],
)
def test_a_token_of_admitad_that_does_not_work_is_refused_with_the_reason(
    admitad, changes, field, said
):
    answer = admitad.post("connection_new", "admitad", **(ADMITAD | changes))
    assert answer.status_code == 422
    assert said in " ".join(answer.context["form"].errors[field])
    assert count(Connection, source="admitad") == 0


def test_a_token_that_may_not_read_is_explained_in_admitads_terms(admitad):
    admitad.post("connection_new", "admitad", **ADMITAD)
    made = the(Connection, name="Our AliExpress")
    change(made.pk, state="failing", error="access_denied (403): no scope")
    assert "may not read the statistics" in card_of(admitad, "Our AliExpress").cause


def test_the_log_of_admitad_names_actions_and_postbacks(admitad):
    admitad.post("connection_new", "admitad", **ADMITAD)
    made = the(Connection, name="Our AliExpress")
    action = {"action_id": 771200345, "status": "pending", "cart": "12.40", "comment": "Айгерим"}
    said = b"admitad_id=771200345&payment_status=approved&order_sum=12.40&comment=%D0%90"
    with acting_as(system="test data"):
        pulled, hinted = (
            InboundEvent.objects.create(
                connection=made, brand_id=made.brand_id, source="admitad", endpoint=endpoint,
                event_key=key, trust=trust, body=body, body_sha256="0" * 64,
            )
            for endpoint, key, trust, body in (
                ("actions", "admitad:771200345:created:abc:0", "pulled",
                 json.dumps({"action": action}).encode()),
                ("webhook", "postback:0123", "hint", said),
            )
        )  # fmt: skip
    texts = {event.text for event in admitad.page("connection", made.public_id).events}
    assert texts == {"Notification", "Action, 771200345"}
    shown = admitad.page("connection_event", made.public_id, pulled.pk).event.body
    assert '"cart": "12.40"' in shown
    assert "Айгерим" not in shown
    shown = admitad.page("connection_event", made.public_id, hinted.pk).event.body
    assert '"payment_status": "approved"' in shown
    assert '"order_sum": "12.40"' in shown
    assert "А" not in shown


def test_pause_and_resume(workplace):
    shop = shop_id(workplace)
    workplace.post("connection_pause", shop)
    page = workplace.page("connection", shop)
    assert (page.card.status, page.pause_url, page.resume_url != "") == ("paused", "", True)
    workplace.post("connection_resume", shop)
    assert the(Connection, public_id=shop).state == "new"


# --- Events ---------------------------------------------------------------------------------


def test_the_log_shows_each_event_with_what_became_of_it(workplace):
    event_make(workplace)
    page = workplace.page("connection", shop_id(workplace))
    assert len(page.events) == 9
    newest = page.events[0]
    assert (newest.text, newest.status, newest.attempts, newest.trust) == (
        "order.updated 9", "dead", 1, "signed",
    )  # fmt: skip
    assert {row.status for row in page.events} == {"dead", "done"}
    errors = workplace.page("connection", shop_id(workplace), show="errors")
    assert [row.text for row in errors.events] == ["order.updated 9"]
    assert [choice.is_current for choice in errors.choices] == [False, True]


def test_an_event_that_is_tried_again_says_so(workplace):
    event_make(workplace, state="received")
    assert workplace.page("connection", shop_id(workplace)).events[0].status == "failed"


def test_a_polled_event_is_named_by_its_list(workplace):
    with acting_as(system="test data"):
        InboundEvent.objects.create(
            connection_id=workplace.marketplace, brand_id=workplace.cast.tulpar.brand,
            source="wildberries", endpoint="order_feed", trust="pulled", body=b"{}",
            event_key="wb:feed:eb.r9d3c1f0a7e5b4d6c8f2a.0.0:buyout:2026-11-20T10:00:00+03:00",
            body_sha256="0" * 64, state="done",
        )  # fmt: skip
    page = workplace.page("connection", marketplace_id(workplace))
    assert [(row.text, row.trust) for row in page.events] == [
        ("Order feed, eb.r9d3…2a.0.0", "read at the source")
    ]


def test_a_body_is_shown_without_its_buyer(workplace):
    with acting_as(system="test"):
        event = InboundEvent.objects.filter(event_key__startswith="5:").get().pk
    answer = workplace.get("connection_event", shop_id(workplace), event)
    body = answer.context["page"].event.body
    assert '"number": "5"' in body
    assert '"code": "SALE20"' in body
    html = answer.content.decode()
    for personal in ("701 000", "buyer@example.org", "+7"):
        assert personal not in body, personal
        assert personal not in html, personal
    assert answer.context["page"].event.retry_url == ""  # it was read


def test_a_body_that_is_no_json_is_only_counted(workplace):
    event = event_make(workplace, body=b"\xff\xfe\x00")
    page = workplace.page("connection_event", shop_id(workplace), event)
    assert page.event.body == "3 bytes that are no JSON."


def test_a_dead_event_is_read_again(workplace):
    shop, event = shop_id(workplace), event_make(workplace)
    page = workplace.page("connection_event", shop, event)
    assert page.event.retry_url == workplace.url("connection_event_replay", shop, event)
    assert workplace.page("connection_event", shop, event, who="analyst").event.retry_url == ""
    workplace.post("connection_event_replay", shop, event, who="manager")
    assert the(InboundEvent, pk=event).state == "received"
    assert workplace.post("connection_event_replay", shop, event).status_code == 409


def test_an_event_of_another_source_is_not_found(workplace):
    event = event_make(workplace)
    other = marketplace_id(workplace)
    assert workplace.get("connection_event", other, event).status_code == 404
    assert workplace.post("connection_event_replay", other, event).status_code == 404
    assert workplace.get("connection_event", shop_id(workplace), uuid4()).status_code == 404
    assert the(InboundEvent, pk=event).state == "dead"


def test_naughty_text_in_an_event_is_text_on_the_page(workplace):
    naughty = "<script>alert(1)</script>\"'&"
    event = event_make(workplace, key=f"{naughty}:x", body=b'{"number": "<script>x</script>"}')
    html = workplace.get("connection_event", shop_id(workplace), event).content.decode()
    assert "<script>alert" not in html
    assert "<script>x" not in html
    assert "&lt;script&gt;" in html


# --- Reading several again ------------------------------------------------------------------


def dead_make(workplace, key: str, error: str):
    event = event_make(workplace, key=key)
    with acting_as(system="test data"):
        InboundEvent.objects.filter(pk=event).update(error=error, received_at=NOW)
    return event


def test_dead_events_are_counted_with_their_reasons_before_they_are_read_again(workplace):
    dead_make(workplace, "1:x", "UnknownPayload: line_items[0].total")
    event = dead_make(workplace, "2:x", "KeyError: +7 701 000 00 01")
    address = shop_id(workplace)
    log = workplace.page("connection", address)
    assert log.replay_url == workplace.url("connection_replay", address)
    page = workplace.page("connection_replay", address)
    assert (page.count, page.submit) == (2, "Read 2 events again")
    assert dict(page.reasons) == {
        "Not the documented shape: line_items[0].total": 1,
        "An error of ours (KeyError). We look into it.": 1,
    }
    assert "701" not in workplace.page("connection_event", address, event).event.reason
    client = workplace.client("owner")
    days = {"first_on": "2026-11-21", "last_on": "2026-11-21"}
    assert client.post(log.replay_url, days).status_code == 302
    assert the(InboundEvent, pk=event).state == "received"
    assert workplace.page("connection", address).replay_url == ""
    assert workplace.page("connection_replay", address).count == 0


def test_days_that_are_no_days_are_said_at_their_field(workplace):
    url = workplace.url("connection_replay", shop_id(workplace))
    response = workplace.client("owner").get(url, {"first_on": "x"})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["first_on"]


def test_an_erased_body_is_said_in_words(workplace):
    event = event_make(workplace)
    with acting_as(system="test data"):
        InboundEvent.objects.filter(pk=event).update(body=b"", body_purged_at=NOW)
    shown = workplace.page("connection_event", shop_id(workplace), event).event
    assert shown.body.startswith("What came was erased after 90 days")
    assert shown.retry_url == ""
