"""Codes that look leaked: what each side sees, says and decides."""

import io
from datetime import UTC, datetime

import pytest

from attribution.models import (
    CodeFinding,
    Conversion,
    CouponSite,
    Rejection,
    RejectionFile,
)
from attribution.services.leak_guard import leaks_find
from campaigns.models import Campaign, PromoCode
from core.accounts.models import User
from core.tenancy.context import acting_as
from tests.attribution.shop import click_make, order_body, shop_open
from tests.attribution.test_leak_guard import finding_make
from tests.attribution.test_sale import deliver, the
from tests.clocks import clock_at
from tests.doors.test_admin import logged_in, staff_make, url

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
FIGURES = {"cold": 24, "uses": 30, "usual_cold": 3, "usual_uses": 40, "hours": 6}
SENTENCE = (
    "Orders with the code when nobody had opened the link in the 6 hours before: 24 of 30."
    " Earlier: 3 of 40."
)


_noon = clock_at(NOW)


@pytest.fixture
def finding(cast):
    return finding_make(cast.tulpar, figures=FIGURES)


@pytest.fixture
def brand(client, cast):
    client.force_login(user(cast.tulpar.owner))
    return client


def user(pk):
    return User.objects.get(pk=pk)


def text(answer):
    return answer.content.decode()


LIST = "/en/brand/tulpar/codes/leaked/"


def test_both_sides_read_the_same_words(client, cast, finding):
    client.force_login(user(cast.tulpar.owner))
    for path in (LIST, f"{LIST}{finding.public_id}/"):
        assert SENTENCE in text(client.get(path))
    client.force_login(user(cast.tulpar.person))
    for path in ("/en/portal/codes/", f"/en/portal/codes/{finding.public_id}/"):
        assert SENTENCE in text(client.get(path))


def test_nobody_reads_anothers(client, cast, finding):
    client.force_login(user(cast.sauran.owner))
    assert client.get(f"/en/brand/sauran/codes/leaked/{finding.public_id}/").status_code == 404
    client.force_login(user(cast.sauran.person))
    assert client.get(f"/en/portal/codes/{finding.public_id}/").status_code == 404
    reply = client.post(f"/en/portal/codes/{finding.public_id}/reply/", {"text": "x"})
    assert reply.status_code == 404


@pytest.mark.parametrize(
    ("query", "is_found"),
    [("?status=open", True), ("?status=cleared", False), ("?q=aqt", True), ("?q=zzz", False)],
)
def test_the_list_is_filtered_by_state_and_words(brand, finding, query, is_found):
    assert (SENTENCE in text(brand.get(LIST + query))) == is_found


def test_the_list_goes_away_as_a_table(brand, finding):
    answer = brand.get(f"{LIST}csv/?status=open")
    rows = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert rows[1].startswith('"AQTAS";"Aliya";"tulpar sale";"Orders without clicks"')
    assert len(rows) == 2


def test_the_brand_chooses_what_a_leak_does(brand, cast, finding):
    with acting_as(system="test"):
        campaign = Campaign.objects.get(pk=cast.tulpar.campaign)
    answer = brand.post(
        f"/en/brand/tulpar/campaigns/{campaign.public_id}/codes/leaked/", {"mode": "enforce"}
    )
    assert answer["Location"] == f"{LIST}?campaign={campaign.public_id}"
    assert the(Campaign, pk=cast.tulpar.campaign).leak_mode == "enforce"
    assert "wait for the brand&#x27;s decision" in text(brand.get(f"{LIST}{finding.public_id}/"))


def test_what_waits_is_shown_with_its_sum(client, cast):
    shop = shop_open(cast.tulpar)
    deliver(client, shop, order_body(1, status="completed", coupons=("AQTAS",), total="10000.00"))
    leaks_find()
    finding = finding_make(cast.tulpar, figures=FIGURES)
    client.force_login(user(cast.tulpar.owner))
    page = client.get(f"{LIST}{finding.public_id}/").context["page"]
    assert (page.held_count, page.held_minor) == (1, 1_000_00)  # 10 % of 10 000
    assert [use.number for use in page.uses] == ["1"]


def test_a_decision_is_noted_for_both_sides_and_made_once(brand, finding):
    path = f"{LIST}{finding.public_id}/"
    brand.post(f"{path}clear/", {"note": "A podcast"})
    row = the(CodeFinding)
    assert (row.state, row.note, row.closed_at) == ("cleared", "A podcast", NOW)
    assert row.closed_by_id is not None
    answer = brand.post(f"{path}clear/", follow=True)
    assert "Somebody has decided about this already." in text(answer)


def test_a_new_code_comes_of_one_press(brand, finding):
    brand.post(f"{LIST}{finding.public_id}/replace/")
    with acting_as(system="test"):
        states = list(PromoCode.objects.filter(brand_id=finding.brand_id).order_by("pk"))
    assert [code.state for code in states] == ["replaced", "active"]


def test_a_brand_that_has_proof_rejects_what_waits(client, cast):
    shop = shop_open(cast.tulpar)
    deliver(client, shop, order_body(1, status="completed", coupons=("AQTAS",), total="10000.00"))
    leaks_find()
    finding = finding_make(cast.tulpar, figures=FIGURES)
    client.force_login(user(cast.tulpar.owner))
    path = f"{LIST}{finding.public_id}/"
    assert "reason 19" in text(client.get(path))
    answer = client.post(f"{path}reject/", {"note": "pepper.ru/kupon"}, follow=True)
    assert "1 sale is rejected." in text(answer)
    assert (the(Conversion).status, the(Conversion).reason_code) == ("rejected", 19)
    client.force_login(user(cast.tulpar.analyst))
    assert client.post(f"{path}reject/", {"note": "x"}).status_code == 403


def test_an_analyst_only_reads(client, cast, finding):
    client.force_login(user(cast.tulpar.analyst))
    path = f"{LIST}{finding.public_id}/"
    assert client.post(f"{path}clear/").status_code == 403
    page = client.get(path).context["page"]
    assert (page.clear_url, page.rotate_url) == ("", "")


def test_the_influencer_answers_and_the_brand_reads_it(client, cast, finding):
    client.force_login(user(cast.tulpar.person))
    path = f"/en/portal/codes/{finding.public_id}/"
    client.post(f"{path}reply/", {"text": "I said it in a podcast"})
    assert the(CodeFinding).reply == "I said it in a podcast"
    empty = client.post(f"{path}reply/", {"text": "  "}, follow=True)
    assert "Write where you told of the code." in text(empty)
    client.force_login(user(cast.tulpar.owner))
    assert "I said it in a podcast" in text(client.get(f"{LIST}{finding.public_id}/"))


# --- Ops ------------------------------------------------------------------------------------


@pytest.fixture
def ops(cast):
    return logged_in(cast.maker)


def test_ops_decide_about_a_code(ops, finding):
    assert ops.get(url(CodeFinding)).status_code == 200
    path = url(CodeFinding, "clear", finding.pk)
    assert "AQTAS" in text(ops.get(path))
    assert ops.post(path, {"note": "Looked at it"}).status_code == 302
    assert the(CodeFinding).state == "cleared"
    again = ops.post(path, {"note": "Looked at it"})
    assert again.context["form"].non_field_errors()


def test_ops_replace_a_code(ops, finding):
    assert ops.post(url(CodeFinding, "rotate", finding.pk)).status_code == 302
    assert the(PromoCode, pk=finding.code_id).state == "replaced"


def ops_sale(client, cast, number: int = 1):
    """A sale by a code that looks leaked, and its finding."""
    shop = shop_open(cast.tulpar)
    body = order_body(number, status="completed", coupons=("AQTAS",), total="10000.00")
    deliver(client, shop, body)
    leaks_find()
    return finding_make(cast.tulpar, figures=FIGURES)


def test_ops_read_which_sales_a_finding_is_about_and_reject_them_with_what_proves_it(
    client, ops, cast
):
    finding = ops_sale(client, cast)
    sale = the(Conversion)
    page = text(ops.get(url(CodeFinding, "change", finding.pk)))
    assert url(Conversion, "change", sale.pk) in page
    path = url(CodeFinding, "reject", finding.pk)
    assert "1\N{NO-BREAK SPACE}000,00" in text(ops.get(path))
    empty = ops.post(path, {"note": " "})
    assert (empty.status_code, "note" in empty.context["form"].errors) == (200, True)
    assert the(Conversion).status == "on_hold"
    assert ops.post(path, {"note": "pepper.ru/kupon"}).status_code == 302
    row, said = the(Conversion), the(Rejection)
    assert (row.status, row.reason_code, row.reason_note) == ("rejected", 19, "pepper.ru/kupon")
    assert (said.door, said.rejected_by_id) == ("ops", cast.maker)
    assert the(CodeFinding).state == "leaked"


def test_ops_reject_one_sale_with_a_picture_of_where_its_code_stands(client, ops, cast):
    ops_sale(client, cast)
    sale = the(Conversion)
    path = url(Conversion, "leaked", sale.pk)
    assert "AQTAS" not in text(ops.get(path))
    bare = ops.post(path, {"note": ""})
    assert bare.context["form"].errors["note"]
    picture = io.BytesIO(b"\x89PNG\r\n\x1a\n" + b"0" * 20)
    picture.name = "seen.png"
    assert ops.post(path, {"note": "", "file": picture}).status_code == 302
    assert (the(Conversion).status, the(Conversion).reason_code) == ("rejected", 19)
    assert the(RejectionFile).name == "seen.png"
    again = ops.post(path, {"note": "x"})
    assert again.context["form"].non_field_errors()  # it is rejected already


def test_a_sale_that_no_code_decided_is_not_rejected_for_a_leak(client, ops, cast):
    shop = shop_open(cast.tulpar)
    click = click_make(cast.tulpar, at=datetime(2026, 11, 20, 7, 0, tzinfo=UTC))
    deliver(client, shop, order_body(1, click_id=click.click_id.hex))
    answer = ops.post(url(Conversion, "leaked", the(Conversion).pk), {"note": "x"})
    assert answer.context["form"].non_field_errors()
    assert the(Conversion).status == "pending"


def test_only_who_may_decide_about_sales_has_the_button(client, cast):
    ops_sale(client, cast)
    for group, status in (("reviewer", 200), ("support", 403), ("auditor", 403)):
        client = logged_in(staff_make(group))
        assert client.get(url(Conversion, "leaked", the(Conversion).pk)).status_code == status


SITE = {"host": "www.Kupon.example", "name": "Kupon", "is_active": "on", "note": ""}


def test_ops_keep_the_list_of_coupon_sites(ops, cast):
    assert ops.post(url(CouponSite, "enter"), SITE).status_code == 302
    site = the(CouponSite, host="kupon.example")
    assert (site.confidence, site.changed_by_id) == ("unconfirmed", cast.maker)
    path = url(CouponSite, "edit", site.pk)
    assert ops.post(path, {**SITE, "host": "kupon.example", "is_active": ""}).status_code == 302
    assert the(CouponSite, host="kupon.example").is_active is False
    refused = ops.post(url(CouponSite, "enter"), {**SITE, "host": "not a host"})
    assert list(refused.context["form"].errors) == ["host"]
