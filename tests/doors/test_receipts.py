"""Receipts at their doors: the follower's page, the influencer's link, the brand's desk."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from attribution.domain.receipts import Refusal
from attribution.models import CashRegister, Connection, ReceiptClaim
from attribution.selectors.receipts import limits_of
from attribution.services.receipt_confirm import receipts_advance
from campaigns.models import TrackingLink
from core.accounts.models import User
from core.tenancy.context import acting_as
from exchange.web.public.receipts import COOKIE
from exchange.web.receipt_words import REFUSALS
from tests.attribution.receipts import ABAI, SIGN, claim, registers_open
from tests.attribution.test_sale import work
from tests.doors.conftest import NOW, count, public_id, the

LOCAL = (NOW - timedelta(hours=5)).strftime("%Y%m%dT%H%M%S")  # 10 hours ago in Almaty
QR = f"https://consumer.oofd.kz/?i={SIGN}&f={ABAI}&s=12300.00&t={LOCAL}"
PAPER = {
    "register": "0101 0123 4567",
    "sign": SIGN,
    "total": "12 300,00",
    "local_time": (NOW - timedelta(hours=5)).strftime("%Y-%m-%dT%H:%M"),
}


@pytest.fixture
def chain(workplace):
    return registers_open(workplace.cast.tulpar)


def page(chain, language: str = "en") -> str:
    with override(language):
        return reverse("receipt", args=[chain.token])


def send(chain, *, client: Client | None = None, **given):
    return (client or Client()).post(page(chain), {"consent": "on", **given})


def refusal(answer) -> int:
    assert answer.status_code == 422
    return answer.context["page"].refused.number


def text(answer) -> str:
    return answer.content.decode()


# --- The follower ---------------------------------------------------------------------------


def test_an_address_without_a_language_is_answered_in_kazakh_first(chain):
    answer = Client().get(f"/r/{chain.token}/")
    assert (answer.status_code, answer.url) == (302, f"/kk/r/{chain.token}/")
    shown = Client().get(page(chain))
    assert shown.status_code == 200
    assert "Abai 10" in text(shown)
    assert "Aliya" in text(shown)
    assert COOKIE not in shown.cookies  # only who claims is told from others


@pytest.mark.parametrize("given", [{"qr": QR}, PAPER])
def test_a_receipt_is_claimed_by_its_code_or_by_hand_and_its_state_is_shown(chain, given):
    answer = send(chain, **given)
    kept = the(ReceiptClaim)
    assert answer.url.endswith(f"/r/{chain.token}/{kept.public_id}/")
    cookie = answer.cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    shown = Client().get(answer.url)
    assert "the receipt is taken" in text(shown)
    assert "12\u00a0300" in text(shown)
    assert (kept.sign, kept.total_minor) == (SIGN, 1_230_000)
    assert kept.network_index


@pytest.mark.parametrize(
    ("given", "number"),
    [
        ({}, 102),
        ({"qr": "javascript:alert(1)"}, 102),
        ({"qr": "x" * 10_000}, 101),
        ({"qr": "https://receipt.kaspi.kz/web?extTranId=QR1"}, 104),
        ({"qr": QR.replace("12300.00", "1e30")}, 107),
        ({"qr": QR.replace(ABAI, "999999999999")}, 203),
        (PAPER | {"sign": "٠١٢٣٤٥٦٧٨٩"}, 105),
        (PAPER | {"local_time": "yesterday"}, 108),
        ({"qr": QR, "consent": ""}, None),
    ],
)
def test_a_refusal_has_its_number_and_keeps_what_was_typed(chain, given, number):
    if number is None:
        assert refusal(Client().post(page(chain), {"qr": QR})) == Refusal.NO_CONSENT
    else:
        answer = send(chain, **given)
        assert refusal(answer) == number
        assert f"Reason {number}" in text(answer)
    assert count(ReceiptClaim) == 0


def test_every_refusal_has_words():
    assert set(REFUSALS) == set(Refusal)


def test_a_second_press_is_told_that_it_counted_and_the_limit_is_by_the_cookie(chain):
    client = Client()
    send(chain, client=client, qr=QR)
    assert refusal(send(chain, client=client, qr=QR)) == Refusal.CLAIMED_HERE
    for number in (1, 2):
        assert (
            send(chain, client=client, qr=QR.replace(SIGN, f"100000000{number}")).status_code == 302
        )
    assert refusal(send(chain, client=client, qr=QR.replace(SIGN, "1000000003"))) == (
        Refusal.TOO_MANY_OF_PERSON
    )


def test_a_page_that_is_over_or_never_was_says_so(workplace, chain):
    assert Client().get("/en/r/nosuchtoken/").status_code == 404
    assert Client().post("/en/r/nosuchtoken/", {"qr": QR}).status_code == 404
    kept = claim(chain.token)
    other = workplace.cast.sauran.token
    assert Client().get(f"/en/r/{other}/{kept.public_id}/").status_code == 404
    with acting_as(system="test data"):
        Connection.objects.filter(pk=chain.connection).update(state="off")
    answer = Client().get(page(chain))
    assert (answer.status_code, "takes no receipts now" in text(answer)) == (404, True)


# --- The influencer -------------------------------------------------------------------------


def test_the_influencer_finds_the_page_on_their_link_and_why_a_receipt_is_theirs(workplace, chain):
    claim(chain.token)
    work()
    aliya = Client()
    aliya.force_login(User.objects.get(pk=workplace.cast.tulpar.person))
    with override("en"):
        from_link = aliya.get(reverse("portal:link", args=[public_id_of_link(workplace)])).context[
            "page"
        ]
        earnings = aliya.get(reverse("portal:earnings")).context["page"]
    assert from_link.receipts.url.endswith(f"/r/{chain.token}/")
    assert from_link.receipts.counts == [("waiting", 1)]
    row = next(row for row in earnings.rows if row.title == "Abai 10")
    assert "A follower claimed this receipt" in row.hint
    sheet = aliya.get(row.url)
    (traced,) = sheet.context["page"].trace.rows
    assert (traced.grade, traced.verdict) == ("D", "decided")
    assert traced.title == f"Receipt {SIGN}, claimed by a follower"


def public_id_of_link(workplace):
    return public_id(TrackingLink, pk=workplace.cast.tulpar.link)


def test_a_brand_without_registers_has_no_such_page(workplace):
    aliya = Client()
    aliya.force_login(User.objects.get(pk=workplace.cast.tulpar.person))
    with override("en"):
        answer = aliya.get(reverse("portal:link", args=[public_id_of_link(workplace)]))
    assert answer.context["page"].receipts is None


# --- The brand ------------------------------------------------------------------------------


class ReceiptList(io.BytesIO):
    name = "receipts.csv"


def till(chain):
    return public_id(Connection, pk=chain.connection)


def put(workplace, chain, *lines: str):
    raw = "\n".join(["РНМ;ФП;Сумма;Операция", *lines]).encode()
    return workplace.post("receipts_file", till(chain), file=ReceiptList(raw))


def facts(answer) -> dict[str, str]:
    return {fact.label: fact.value for fact in answer.context["page"].facts}


def test_a_source_of_receipts_is_connected_and_given_its_registers(workplace):
    answer = workplace.post("connection_new", "receipt", name="Our shops")
    made = the(Connection, name="Our shops")
    assert answer.url == workplace.url("connection", made.public_id)
    card = workplace.page("connection", made.public_id)
    assert card.receipts_url == workplace.url("receipts", made.public_id)
    assert (card.card.key_text, card.token_url, card.rotate_url) == ("claimed by buyers", "", "")
    assert "No cash registers yet" in text(workplace.get("receipts", made.public_id))
    workplace.post("registers", made.public_id, registers=f"{ABAI} Abai 10")
    assert workplace.page("registers", made.public_id).rows[0].shop == "Abai 10"
    wrong = workplace.post("registers", made.public_id, registers="12 Abai")
    assert wrong.status_code == 422
    assert "Line 1 is not a register" in text(wrong)
    workplace.post("register_remove", made.public_id, number=ABAI)
    assert count(CashRegister) == 0


def test_the_list_of_the_shop_confirms_and_its_differences_wait_for_a_word(workplace, chain):
    claim(chain.token)
    work()
    row = f"{ABAI};{SIGN};11 300,00;Продажа"
    answer = put(workplace, chain, row, f"{ABAI};x;1;Продажа", f"{ABAI};1000000009;5;")
    assert answer.status_code == 200
    assert facts(answer)["With another sum"] == "1"
    assert (facts(answer)["Claimed by nobody"], facts(answer)["Rows that say nothing"]) == (
        "1",
        "1",
    )
    assert "status=differs" in answer.context["page"].differ_url
    (shown,) = workplace.page("receipts", till(chain), status="differs").rows
    assert (shown.minor, shown.file_minor) == (1_230_000, 1_130_000)
    workplace.client("owner").post(shown.accept_url)
    work()
    receipts_advance()
    assert the(ReceiptClaim).state == "confirmed"
    (shown,) = workplace.page("receipts", till(chain), q="Abai").rows
    assert (shown.status, shown.accept_url) == ("confirmed", "")
    assert workplace.page("receipts", till(chain), q="Dostyk").rows == []


def test_a_refusal_needs_a_reason_which_the_influencer_reads(workplace, chain):
    kept = claim(chain.token)
    work()
    address = (till(chain), kept.public_id)
    assert workplace.post("receipt_refuse", *address, note=" ").status_code == 409
    workplace.post("receipt_refuse", *address, note="Staff purchase")
    work()
    assert workplace.post("receipt_accept", *address).status_code == 409
    assert workplace.page("receipts", till(chain)).rows[0].note == "Staff purchase"


def test_a_file_that_is_none_is_refused_at_its_field(workplace, chain):
    for raw in (b"%PDF-1.7", "Дата;Сумма\n1;2".encode(), b""):
        answer = workplace.post("receipts_file", till(chain), file=ReceiptList(raw))
        assert (answer.status_code, "file" in answer.context["form"].errors) == (422, True)


def test_limits_are_the_brands_and_wrong_ones_come_back(workplace, chain):
    given = {
        "total_min": "500",
        "total_max": "20 000,50",
        "person_max": "5",
        "influencer_max": "100",
        "confirm_days": "7",
        "order_days": "5",
    }
    assert workplace.post("receipt_limits", till(chain), **given).status_code == 302
    kept = limits_of(the(Connection, pk=chain.connection).settings)
    assert (kept.total_min_minor, kept.total_max_minor, kept.confirm_days) == (50_000, 2_000_050, 7)
    assert kept.order_days == 5
    for wrong in (
        {"total_max": "1"},
        {"confirm_days": "90"},
        {"order_days": "31"},
        {"person_max": "-1"},
        {"total_min": ""},
    ):
        answer = workplace.post("receipt_limits", till(chain), **given | wrong)
        assert (answer.status_code, bool(answer.context["limits_form"].errors)) == (422, True)


def test_the_list_is_taken_away_as_csv_in_which_numbers_stay_numbers(workplace, chain):
    claim(chain.token)
    answer = workplace.get("receipts_csv", till(chain), status="waiting")
    header, row = b"".join(answer.streaming_content).decode("utf-8-sig").strip().splitlines()
    assert header.startswith('"Sold";"Shop";"Register (РНМ)"')
    assert f'"{ABAI}";"{SIGN}";"12300,00";""' in row


def test_another_source_has_no_receipts(workplace):
    assert (
        workplace.get("receipts", public_id(Connection, pk=workplace.marketplace)).status_code
        == 404
    )
