"""Fee invoices at the doors: the brand's list and papers, an invoice on request, ops' buttons."""

from __future__ import annotations

import csv
import io
import re

import pytest
from openpyxl import load_workbook

from campaigns.services.invoices import brand_invoice
from compliance.models import BillingTerms, EInvoice, Invoice
from core.tenancy.context import acting_as
from exchange.papers.invoice import invoice_pdf, invoice_xlsx
from ledger.domain.journals import refund_created
from ledger.services import journals_post
from tests.compliance.signing import signed
from tests.doors.conftest import NOW, count, the
from tests.doors.test_admin import logged_in, url

# The workplace's one final order: 1 000 000,00, of it 10 % reward, 15 % fee on that, 16 % VAT
FEE, VAT = 15_000_00, 2_400_00
BUTTONS = {"export", "sign", "sign-by-node", "sign-all", "confirm", "put-back", "sent"}


@pytest.fixture
def invoice(workplace) -> Invoice:
    (made,) = brand_invoice(brand_id=workplace.cast.tulpar.brand)
    return made


def test_what_waits_is_shown_and_invoiced_on_request(workplace):
    page = workplace.page("invoices")
    assert (page.open_fee_minor, page.open_vat_minor, page.rows) == (FEE, VAT, [])
    assert workplace.page("invoices", who="manager").make_url == ""
    answer = workplace.client("finance").post(workplace.url("invoice_make"), follow=True)
    assert "1 document issued" in answer.text
    (row,) = workplace.page("invoices").rows
    assert (row.number, row.status, row.net_minor, row.vat_minor) == (
        "F-2026-000001",
        "issued",
        FEE,
        VAT,
    )
    assert workplace.page("invoices").open_fee_minor == 0
    again = workplace.client("finance").post(workplace.url("invoice_make"), follow=True)
    assert "Nothing to invoice" in again.text


def test_what_lacks_its_vat_is_told_with_the_sum(workplace):
    """As a principal: 16 % of 115 000,00 is 18 400,00. 2 400,00 are set aside; the free balance
    is emptied."""
    cast = workplace.cast
    with acting_as(ops=cast.maker):
        BillingTerms.objects.create(
            brand_id=cast.tulpar.brand,
            valid_from="2026-01-01",
            dealing="principal",
            entered_by_id=cast.maker,
        )
    free = workplace.page("money").free_minor
    taken = refund_created(refund_id=1, brand_id=cast.tulpar.brand, amount_minor=free - 15_000_00)
    with acting_as(system="test"):
        journals_post([taken], occurred_at=NOW)
    workplace.post("invoice_make")
    page = workplace.page("invoices")
    assert page.missing_minor == 1_000_00
    assert [(row.number, row.status) for row in page.rows] == [("", "draft")]
    waiting = the(Invoice)
    assert workplace.page("invoice", waiting.public_id).missing_minor == 1_000_00
    assert workplace.get("invoice_pdf", waiting.public_id, "kk").status_code == 404


def test_what_adds_to_an_invoice_is_no_credit_note(workplace, invoice):
    with acting_as(system="test"):
        added = Invoice.objects.create(
            brand_id=invoice.brand_id, kind="credit_note", state="issued", dealing="agent",
            segment_on=invoice.issued_on, period_from=invoice.issued_on,
            period_to=invoice.issued_on, turnover_on=invoice.issued_on, issued_on=invoice.issued_on,
            series="C", year=2026, sequence=1, credits=invoice, lines=invoice.lines,
            seller=invoice.seller, customer=invoice.customer, net_minor=FEE, vat_minor=VAT,
        )  # fmt: skip
    page = workplace.page("invoices", status="note")
    assert [(row.number, row.status) for row in page.rows] == [("C-2026-000001", "additional")]
    assert workplace.page("invoice", added.public_id).hint.startswith("A return was undone")
    content = b"".join(workplace.get("invoices_csv", status="note").streaming_content)
    _header, row = csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")
    assert row[1:3] == ["additional invoice", "Additional invoice"]
    sheet = load_workbook(io.BytesIO(invoice_xlsx(added, "en"))).active
    assert sheet["B1"].value == "Additional invoice C-2026-000001"


def test_the_list_is_filtered_and_taken_away(workplace, invoice):
    assert [row.number for row in workplace.page("invoices", status="issued").rows] == [
        "F-2026-000001"
    ]
    none = workplace.page("invoices", status="draft")
    assert (none.rows, none.is_filtered) == ([], True)
    content = b"".join(workplace.get("invoices_csv").streaming_content)
    header, row = csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")
    assert dict(zip(header, row, strict=True))["With VAT, ₸"] == "17400,00"


def test_anothers_invoice_is_missing(workplace, invoice):
    url_of_tulpar = workplace.url("invoice", invoice.public_id)
    foreign = url_of_tulpar.replace("tulpar", "sauran")
    assert workplace.client("stranger").get(foreign).status_code == 404


def test_papers_are_files_of_the_asked_language(workplace, invoice):
    pdf = workplace.get("invoice_pdf", invoice.public_id, "kk")
    assert pdf["Content-Disposition"] == 'attachment; filename="F-2026-000001.pdf"'
    assert pdf.content.startswith(b"%PDF-")
    assert workplace.get("invoice_pdf", invoice.public_id, "de").status_code == 404


def test_the_same_invoice_is_the_same_file(invoice):
    assert invoice_pdf(invoice, "kk") == invoice_pdf(invoice, "kk")
    assert invoice_pdf(invoice, "kk") != invoice_pdf(invoice, "en")


def test_the_sheet_has_amounts_as_numbers(invoice):
    sheet = load_workbook(io.BytesIO(invoice_xlsx(invoice, "en"))).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert ["", "Invoice F-2026-000001", *[None] * 4] in [[a or "", *rest] for a, *rest in rows]
    line = next(row for row in rows if row[0] == 1)
    assert line == [1, "Birge's fee, campaign “tulpar sale”", 15_000, 0.16, 2_400, 17_400]
    total = next(row for row in rows if row[1] == "Total")
    assert total[2:] == [15_000, None, 2_400, 17_400]


def test_ops_issue_for_a_brand_and_two_of_them_credit(workplace):
    cast = workplace.cast
    maker, checker = logged_in(cast.maker), logged_in(cast.checker)
    issue = url(Invoice, "issue")
    assert maker.post(issue, {"brand": cast.tulpar.brand}).status_code == 302
    again = maker.post(issue, {"brand": cast.tulpar.brand})
    assert len(again.context["form"].non_field_errors()) == 1  # nothing to invoice
    made = the(Invoice)
    base = f"/admin/compliance/invoice/{made.pk}"
    assert maker.get(f"{base}/pdf/").content.startswith(b"%PDF-")
    assert maker.post(f"{base}/credit-ask/", {"reason": "Wrong address"}).status_code == 302
    alone = maker.post(f"{base}/credit-agree/")
    assert len(alone.context["form"].non_field_errors()) == 1  # another person has to agree
    assert checker.post(f"{base}/credit-agree/").status_code == 302
    assert the(Invoice, pk=made.pk).state == "credited"
    assert the(Invoice, kind="credit_note").number == "C-2026-000001"
    page = workplace.page("invoice", made.public_id)
    assert [each.text for each in page.related] == ["Credit note C-2026-000001"]


def test_ops_take_an_einvoice_all_the_way_and_the_brand_sees_it(workplace, invoice):
    finance = logged_in(workplace.cast.maker)
    base = f"/admin/compliance/einvoice/{the(EInvoice).pk}"
    assert workplace.page("invoice", invoice.public_id).einvoice.status == "ready"
    assert workplace.get("invoice_xml", invoice.public_id).status_code == 404
    out = finance.post(f"{base}/export/")
    assert out["Content-Disposition"] == 'attachment; filename="F-2026-000001.xml"'
    other = io.BytesIO(signed(out.text.replace("F-2026-000001", "F-2026-000007")))
    refused = finance.post(f"{base}/sign/", {"file": other})
    assert [*refused.context["form"].errors] == ["file"]
    file = io.BytesIO(signed(out.text))
    assert finance.post(f"{base}/sign/", {"file": file}).status_code == 302
    assert workplace.page("invoice", invoice.public_id).einvoice.status == "checking"
    alone = finance.post(f"{base}/confirm/")
    assert len(alone.context["form"].non_field_errors()) == 1  # another person has to
    checker = logged_in(workplace.cast.checker)
    assert b"SignatureValue" in checker.get(f"{base}/signed-file/").content
    assert checker.post(f"{base}/confirm/").status_code == 302
    late = finance.post(f"{base}/export/")
    assert len(late.context["form"].non_field_errors()) == 1  # it is signed already
    assert finance.post(f"{base}/sent/").status_code == 302
    said = {"word": "DELIVERED", "registration_number": "ESF-77"}
    assert finance.post(f"{base}/answer/", said).status_code == 302
    page = workplace.page("invoice", invoice.public_id).einvoice
    assert (page.status, [str(fact.value) for fact in page.facts][-1]) == ("accepted", "ESF-77")
    assert b"SignatureValue" in workplace.get("invoice_xml", invoice.public_id).content


def test_a_page_says_when_nobody_verifies_the_signature_itself(workplace, invoice, settings):
    finance = logged_in(workplace.cast.maker)
    base = f"/admin/compliance/einvoice/{the(EInvoice).pk}"
    settings.NCANODE_URL = ""
    assert "the signature itself is not verified" in finance.get(f"{base}/sign/").content.decode()
    settings.NCANODE_URL = "http://ncanode:14579"
    assert "then NCANode checks the signature" in finance.get(f"{base}/sign/").content.decode()


def test_ops_let_ncanode_sign_all_drop_one_and_are_offered_only_what_can_be_done(
    workplace, invoice, settings, tmp_path
):
    finance = logged_in(workplace.cast.maker)
    base = f"/admin/compliance/einvoice/{the(EInvoice).pk}"
    sign_all = url(EInvoice, "sign_all")

    def offered(path: str) -> set[str]:
        return set(re.findall(r"/([a-z-]+)/\"", finance.get(path).content.decode())) & BUTTONS

    assert offered(f"{base}/change/") == {"export"}
    assert offered(url(EInvoice)) == set()
    assert len(finance.post(sign_all).context["form"].non_field_errors()) == 1  # not set up
    settings.NCANODE_URL = "http://127.0.0.1:1"
    settings.NCANODE_KEY_PATH = settings.NCANODE_PASSWORD_PATH = str(tmp_path / "none")
    assert offered(f"{base}/change/") == {"export", "sign-by-node"}
    assert offered(url(EInvoice)) == {"sign-all"}
    assert finance.post(sign_all).status_code == 302
    assert the(EInvoice).state == "signing"
    assert offered(f"{base}/change/") == {"put-back"}
    again = finance.post(f"{base}/sign-by-node/")
    assert len(again.context["form"].non_field_errors()) == 1
    assert finance.post(f"{base}/put-back/").status_code == 302
    assert (the(EInvoice).state, finance.get(f"{base}/signed-file/").status_code) == (
        "exported",
        302,
    )
    assert finance.post(f"{base}/sign-by-node/").status_code == 302
    assert the(EInvoice).state == "signing"


def test_ops_enter_terms_of_invoicing_once_a_day(workplace):
    cast = workplace.cast
    maker = logged_in(cast.maker)
    given = {
        "brand": cast.tulpar.brand,
        "valid_from": "2026-12-01",
        "dealing": "agent",
        "contract_number": "K-12",
        "address": "Almaty",
    }
    enter = url(BillingTerms, "enter")
    refused = maker.post(enter, given)
    assert [*refused.context["form"].errors] == ["contract_on"]
    assert maker.post(enter, given | {"contract_on": "2026-11-01"}).status_code == 302
    twice = maker.post(enter, given | {"contract_on": "2026-11-01"})
    assert "valid_from" in twice.context["form"].errors
    assert count(BillingTerms) == 1
