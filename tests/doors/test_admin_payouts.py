"""Payouts in the admin, through its own door: two people, one file, one statement."""

import time
from datetime import UTC, datetime

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.accounts.models import User
from core.tenancy.context import acting_as
from exchange.ops_roles import permissions_of
from influencers.models import Influencer
from payouts.forms import STATEMENT_BYTES_MAX
from payouts.models import BankFile, BankStatement, Payout, PayoutBatch, StatementRow
from payouts.services.batches import batch_approve, batch_create, batch_hand_out
from payouts.services.statements import statement_import
from tests.cast import user_make
from tests.clocks import clock_at
from tests.payouts.test_batches import (
    GROSS,
    IBANS,
    IINS,
    payable,
    payee_make,
    payees_make,
    rewards_earned,
)
from tests.payouts.test_batches import row as file_row
from tests.payouts.test_batches import statement as file_of

ORDERED = datetime(2026, 10, 20, 9, 0, tzinfo=UTC)
APPROVED = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
LANGUAGES = ("kk", "ru", "en")


_noon = clock_at(APPROVED)


@pytest.fixture
def earned(cast, client):
    return rewards_earned(cast, client)


@pytest.fixture
def both(earned):
    return payees_make(earned)


def desk(user_id: int, language: str = "en") -> Client:
    """The browser of somebody of ops who has just used their second factor."""
    User.objects.filter(pk=user_id).update(language=language)
    client = Client()
    client.force_login(User.objects.get(pk=user_id))
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "at": time.time()}]
    session[f"{AUTHENTICATION_METHODS_SESSION_KEY}_user"] = str(user_id)
    session.save()
    return client


def colleague(group: str) -> int:
    """Somebody with exactly the rights of a group of exchange/ops_roles.py."""
    user = user_make(f"{group}@ops.example", is_staff=True, name=group.title())
    rights = [each.pk for each in permissions_of(group)]
    with acting_as(ops=user):
        User.objects.get(pk=user).user_permissions.set(rights)
    return user


def at(name: str, *args) -> str:
    return reverse(f"admin:payouts_{name}", args=args)


def batch() -> PayoutBatch:
    with acting_as(system="test"):
        return PayoutBatch.objects.get()


def payouts() -> list[Payout]:
    with acting_as(system="test"):
        return list(Payout.objects.order_by("pk"))


def states() -> set[str]:
    return {payout.state for payout in payouts()}


def counts(*models) -> list[int]:
    with acting_as(system="test"):
        return [model.objects.count() for model in models]


def made(cast) -> PayoutBatch:
    return batch_create(maker_id=cast.maker)


def sent(cast) -> PayoutBatch:
    done = made(cast)
    batch_approve(batch_id=done.pk, checker_id=cast.checker)
    batch_hand_out(batch_id=done.pk, person_id=cast.maker)
    return done


def text_of(answer) -> str:
    return answer.content.decode().replace("\N{NO-BREAK SPACE}", " ")


def applied(finance: Client, content: bytes):
    """The page of a statement that was uploaded, looked at and applied."""
    looked = finance.post(at("bankstatement_upload"), statement_file(content), follow=True)
    return finance.post(looked.redirect_chain[-1][0], follow=True)


def statement_file(content: bytes, name: str = "bank.txt") -> dict:
    return {"file": SimpleUploadedFile(name, content, content_type="text/plain")}


# --- A batch --------------------------------------------------------------------------------


def test_the_preview_shows_the_arithmetic_and_who_waits_and_makes_nothing(earned):
    payee_make(earned, "sauran", "individual_gph")
    page = text_of(desk(earned.maker).get(at("payoutbatch_make")))
    # Dana's hundred thousand: 10 000 pension, 4 500 social, 2 000 medical, 8 350 income tax
    for word in ("100 000,00 ₸", "10 000,00 ₸", "4 500,00 ₸", "2 000,00 ₸", "8 350,00 ₸"):
        assert word in page
    assert "75 150,00 ₸" in page
    assert "The payee has not given an IIN." in page
    assert counts(PayoutBatch, Payout) == [0, 0]


def test_one_person_makes_a_batch_and_another_approves_it(both):
    maker, checker = desk(both.maker), desk(both.checker)

    answer = maker.post(at("payoutbatch_make"), follow=True)
    assert answer.redirect_chain == [(at("payoutbatch_change", batch().pk), 302)]
    assert "The batch is made: 2 payouts, 175 150,00 ₸." in text_of(answer)
    assert (batch().state, batch().created_by_id) == ("submitted", both.maker)

    answer = checker.post(at("payoutbatch_approve", batch().pk), follow=True)
    assert answer.redirect_chain == [(at("payoutbatch_change", batch().pk), 302)]
    assert (batch().state, batch().decided_by_id) == ("approved", both.checker)
    page = text_of(answer)
    assert page.index("Maker") < page.index("Checker")


def test_the_maker_finds_an_explanation_and_no_buttons(both):
    made(both)
    page = text_of(desk(both.maker).get(at("payoutbatch_change", batch().pk)))
    assert "You made this batch, so another person decides" in page
    assert at("payoutbatch_approve", batch().pk) not in page
    page = text_of(desk(both.checker).get(at("payoutbatch_change", batch().pk)))
    assert "You made this batch" not in page
    for button in ("approve", "refuse"):
        assert at(f"payoutbatch_{button}", batch().pk) in page


@pytest.mark.parametrize("button", ["approve", "refuse"])
def test_the_maker_who_goes_there_anyway_is_refused(both, button):
    made(both)
    answer = desk(both.maker).post(at(f"payoutbatch_{button}", batch().pk))
    assert "A batch needs two people: you made it, another person decides." in text_of(answer)
    assert (batch().state, batch().decided_by_id) == ("submitted", None)
    assert counts(BankFile) == [0]
    assert states() == {"created"}


def test_a_refused_batch_gives_the_money_back(both):
    made(both)
    desk(both.checker).post(at("payoutbatch_refuse", batch().pk))
    assert batch().state == "cancelled"
    assert states() == {"cancelled"}
    assert payable(both.tulpar) == payable(both.sauran) == GROSS


def test_pressing_a_button_twice_does_it_once(both):
    made(both)
    checker = desk(both.checker)
    checker.post(at("payoutbatch_approve", batch().pk))
    answer = checker.post(at("payoutbatch_approve", batch().pk))
    assert "This batch is already in another state: approved." in text_of(answer)
    assert counts(BankFile) == [1]
    answer = desk(both.maker).post(at("payoutbatch_make"))
    assert "Nobody can be paid today." in text_of(answer)
    assert counts(PayoutBatch) == [1]


def test_looking_at_a_button_does_nothing(both):
    made(both)
    checker = desk(both.checker)
    for button in ("approve", "refuse", "download"):
        assert checker.get(at(f"payoutbatch_{button}", batch().pk)).status_code == 200
    assert batch().state == "submitted"


def test_a_batch_shows_every_payout_with_its_taxes_and_its_total(both):
    made(both)
    page = text_of(desk(both.checker).get(at("payoutbatch_change", batch().pk)))
    for payout in payouts():
        assert payout.rail_key in page
    for word in ("200 000,00 ₸", "24 850,00 ₸", "175 150,00 ₸", "8 350,00 ₸", "•••• 0001"):
        assert word in page
    assert "Entrepreneur, simplified declaration" in page
    assert "Test P." in page


# --- The payment file -----------------------------------------------------------------------


def test_the_file_is_the_stored_one_and_comes_again_the_same(both):
    made(both)
    batch_approve(batch_id=batch().pk, checker_id=both.checker)
    with acting_as(system="test"):
        stored = bytes(BankFile.objects.get().content)
    assert states() == {"created"}

    first = desk(both.maker).post(at("payoutbatch_download", batch().pk))
    assert states() == {"sending"}
    again = desk(both.checker).post(at("payoutbatch_download", batch().pk))

    assert first.getvalue() == again.getvalue() == stored
    assert first["Content-Disposition"] == (
        f'attachment; filename="birge-20261121-{batch().pk:05d}.txt"'
    )
    assert first["Content-Type"] == "application/octet-stream"
    assert "no-store" in first["Cache-Control"]
    assert batch().state == "sent"


def test_what_was_sent_cannot_be_refused(both):
    sent(both)
    checker = desk(both.checker)
    page = text_of(checker.get(at("payoutbatch_change", batch().pk)))
    assert at("payoutbatch_refuse", batch().pk) not in page
    checker.post(at("payoutbatch_refuse", batch().pk))
    assert batch().state == "sent"
    assert states() == {"sending"}


def test_a_batch_that_nobody_approved_has_no_file(both):
    made(both)
    answer = desk(both.maker).post(at("payoutbatch_download", batch().pk), follow=True)
    assert "This batch is not approved: it has no payment file." in text_of(answer)
    assert states() == {"created"}


# --- The statement --------------------------------------------------------------------------


def test_a_statement_pays_and_shows_what_each_row_was(both):
    sent(both)
    aliya, dana = payouts()
    content = file_of(file_row(aliya), file_row(dana, minor=dana.net_minor - 1))

    looked = desk(both.maker).post(at("bankstatement_upload"), statement_file(content), follow=True)
    assert "Nothing has moved yet." in text_of(looked)
    assert "does not fit" in text_of(looked)
    assert states() == {"sending"}

    answer = applied(desk(both.maker), content)

    assert "Payouts that it settled: 1." in text_of(answer)
    assert [payout.state for payout in payouts()] == ["paid", "sending"]
    page = text_of(answer)
    assert page.index("does not fit") < page.index("payout paid")
    assert "another sum" in page
    assert "−75 149,99 ₸" in page
    [kept] = statements()
    assert (kept.name, kept.uploaded_by_id, bytes(kept.content)) == (
        "bank.txt", both.maker, content,
    )  # fmt: skip


def statements() -> list[BankStatement]:
    with acting_as(system="test"):
        return list(BankStatement.objects.all())


def test_rows_can_be_read_by_outcome(both):
    sent(both)
    aliya, dana = payouts()
    content = file_of(file_row(aliya), file_row(dana, minor=1))
    done = statement_import(content=content, name="bank.txt", uploader_id=both.maker)
    finance = desk(both.maker)
    only = text_of(finance.get(at("bankstatement_change", done.pk) + "?outcome=mismatch"))
    assert dana.rail_key in only
    assert aliya.rail_key not in only
    everywhere = text_of(finance.get(at("statementrow_changelist")))
    assert everywhere.index(dana.rail_key) < everywhere.index(aliya.rail_key)


def test_the_same_file_again_leads_to_the_known_statement(both):
    sent(both)
    content = file_of(*map(file_row, payouts()))
    finance = desk(both.maker)
    first = finance.post(at("bankstatement_upload"), statement_file(content), follow=True)
    again = finance.post(
        at("bankstatement_upload"), statement_file(content, "other.txt"), follow=True
    )
    assert again.redirect_chain == first.redirect_chain
    assert "This file is known already: nothing was done again." in text_of(again)
    assert counts(BankStatement, StatementRow) == [1, 0]
    applied(finance, content)
    assert counts(BankStatement, StatementRow) == [1, 2]
    last = finance.post(at("bankstatement_upload"), statement_file(content), follow=True)
    assert last.redirect_chain[-1][0] == at("bankstatement_change", statements()[0].pk)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            b"%PDF-1.7",
            "Line 1 of the file cannot be read: neither a statement in the form of 1C nor",
        ),
        (
            file_of("СекцияДокумент=X\r\nСуммаРасход=1,2,3\r\nКонецДокумента\r\n"),
            "Line 6 of the file cannot be read: not a sum. Found: 1,2,3",
        ),
        (b"", "The submitted file is empty."),
        (b"x" * (STATEMENT_BYTES_MAX + 1), "The file is larger than 1 MB."),
    ],
    ids=["no statement", "a sum", "empty", "too large"],
)
def test_a_file_that_cannot_be_read_is_refused_with_line_and_reason(both, content, said):
    sent(both)
    answer = desk(both.maker).post(at("bankstatement_upload"), statement_file(content))
    assert said in text_of(answer)
    assert counts(BankStatement, StatementRow) == [0, 0]
    assert states() == {"sending"}


def test_a_refused_line_does_not_show_the_account_in_it(both):
    content = file_of("СекцияДокумент=X\r\n", f"ПолучательИИК={IBANS['tulpar']}\r\n",
                      f"ПолучательИИК={IBANS['sauran']}\r\n")  # fmt: skip
    page = text_of(desk(both.maker).post(at("bankstatement_upload"), statement_file(content)))
    assert "one key with two values" in page
    assert "••••0001" in page
    assert not [iban for iban in IBANS.values() if iban.casefold() in page.casefold()]


def test_without_a_file_the_form_asks_for_it(both):
    assert "Choose a file." not in text_of(desk(both.maker).get(at("bankstatement_upload")))
    page = text_of(desk(both.maker).post(at("bankstatement_upload")))
    assert "Choose a file." in page


# --- One payout -----------------------------------------------------------------------------


def test_a_payout_that_the_bank_refused_is_payable_again(both):
    sent(both)
    aliya, dana = payouts()
    finance = desk(both.maker)
    finance.post(at("payout_refused", dana.pk), {"reason": "Account closed"})
    aliya, dana = payouts()
    assert (aliya.state, dana.state, dana.failure) == ("sending", "failed", "Account closed")
    assert payable(both.sauran) == GROSS
    assert batch().state == "sent"
    finance.post(at("payout_refused", aliya.pk), {"reason": "Account closed"})
    assert batch().state == "settled"


def test_a_refused_payout_that_the_statement_calls_paid_is_for_a_person(both):
    sent(both)
    aliya, _dana = payouts()
    desk(both.maker).post(at("payout_refused", aliya.pk), {"reason": "Account closed"})
    done = statement_import(
        content=file_of(file_row(aliya)), name="bank.txt", uploader_id=both.maker
    )
    with acting_as(system="test"):
        assert done.rows.get().outcome == "mismatch"
    assert payouts()[0].state == "failed"


@pytest.mark.parametrize("state", ["created", "paid"])
def test_only_what_is_at_the_bank_can_be_refused_by_it(both, state):
    if state == "created":
        made(both)
    else:
        sent(both)
        statement_import(
            content=file_of(*map(file_row, payouts())), name="a", uploader_id=both.maker
        )
    finance, payout = desk(both.maker), payouts()[0]
    assert at("payout_refused", payout.pk) not in text_of(
        finance.get(at("payout_change", payout.pk))
    )
    answer = finance.post(at("payout_refused", payout.pk), {"reason": "x"})
    assert "This payout is not at the bank." in text_of(answer)
    assert states() == {state}


def test_why_the_bank_refused_has_to_be_said(both):
    sent(both)
    payout = payouts()[0]
    answer = desk(both.maker).post(at("payout_refused", payout.pk), {"reason": " "})
    assert "This field is required." in text_of(answer)
    assert states() == {"sending"}


def test_a_payout_shows_rewards_taxes_and_the_bank_s_word(both):
    sent(both)
    statement_import(
        content=file_of(*map(file_row, payouts())), name="bank.txt", uploader_id=both.maker
    )
    dana = payouts()[1]
    page = text_of(desk(both.checker).get(at("payout_change", dana.pk)))
    for word in ("Pension contribution", "10%", "10 000,00 ₸", "Sauran", "9001", "bank.txt"):
        assert word in page
    assert "−75 150,00 ₸" in page


def test_payouts_are_found_by_document_number_and_by_state(both):
    sent(both)
    aliya, dana = payouts()
    finance = desk(both.maker)
    page = text_of(finance.get(at("payout_changelist"), {"q": aliya.rail_key}))
    assert aliya.rail_key in page
    assert dana.rail_key not in page
    page = text_of(finance.get(at("payout_changelist"), {"state__exact": "paid"}))
    assert aliya.rail_key not in page


# --- Who may --------------------------------------------------------------------------------

LOOKS = ["payoutbatch_changelist", "payout_changelist", "bankstatement_changelist",
         "statementrow_changelist"]  # fmt: skip


def changes(cast) -> list[tuple[str, dict]]:
    """Every way to change something, on a batch that waits and on one that was sent."""
    document = payouts()[0]
    return [
        (at("payoutbatch_make"), {}),
        (at("payoutbatch_approve", document.batch_id), {}),
        (at("payoutbatch_refuse", document.batch_id), {}),
        (at("payoutbatch_download", document.batch_id), {}),
        (at("payout_refused", document.pk), {"reason": "x"}),
        (at("bankstatement_upload"), statement_file(file_of(file_row(document)))),
    ]


@pytest.mark.parametrize("group", ["reviewer", "support", "auditor"])
@pytest.mark.parametrize("stage", [made, sent])
def test_nobody_without_the_right_changes_anything(both, group, stage):
    stage(both)
    before = (batch().state, states(), counts(PayoutBatch, BankFile, BankStatement))
    visitor = desk(colleague(group))
    for url, body in changes(both):
        assert visitor.post(url, body).status_code == 403, url
        assert visitor.get(url).status_code == 403, url
    assert before == (batch().state, states(), counts(PayoutBatch, BankFile, BankStatement))


def test_who_sees_the_lists(both):
    made(both)
    sees = {}
    for group in ("finance", "auditor", "support", "reviewer"):
        visitor = desk(colleague(group))
        sees[group] = [visitor.get(at(name)).status_code for name in LOOKS]
    assert sees == {
        "finance": [200, 200, 200, 200],
        "auditor": [200, 200, 200, 200],
        "support": [403, 200, 403, 403],
        "reviewer": [403, 403, 403, 403],
    }


def test_the_group_of_finance_has_the_rights_that_the_buttons_ask_for(both):
    made(both)
    finance = desk(colleague("finance"))
    assert finance.post(at("payoutbatch_approve", batch().pk)).status_code == 302
    assert finance.post(at("payoutbatch_download", batch().pk)).status_code == 200
    assert batch().state == "sent"


def test_without_a_second_factor_nobody_comes_in(both):
    made(both)
    client = Client()
    client.force_login(User.objects.get(pk=both.checker))
    assert client.post(at("payoutbatch_approve", batch().pk)).status_code == 302
    assert batch().state == "submitted"


@pytest.mark.parametrize("model", ["payoutbatch", "payout", "bankstatement", "statementrow"])
def test_rows_are_read_only_even_to_a_superuser(both, model):
    sent(both)
    statement_import(content=file_of(*map(file_row, payouts())), name="a", uploader_id=both.maker)
    with acting_as(system="test"):
        rows = {"payoutbatch": PayoutBatch, "payout": Payout, "bankstatement": BankStatement,
                "statementrow": StatementRow}  # fmt: skip
        pk = rows[model].objects.first().pk
    root = desk(both.checker)
    assert root.get(at(f"{model}_change", pk)).status_code == 200
    assert root.post(at(f"{model}_change", pk), {"state": "paid"}).status_code == 403
    assert root.get(at(f"{model}_add")).status_code == 403
    assert root.post(at(f"{model}_delete", pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("pk", ["999999", "x", "9" * 40])
def test_what_does_not_exist_is_not_found(both, pk):
    root = desk(both.checker)
    for name in ("payoutbatch_change", "payoutbatch_approve", "payoutbatch_download",
                 "payout_change", "payout_refused", "bankstatement_change"):  # fmt: skip
        assert root.get(at(name, pk)).status_code == 404, name


# --- What is never shown, and what it costs -------------------------------------------------


def pages(cast) -> list[str]:
    document = payouts()[0]
    [statement] = statements()
    return [
        *[at(name) for name in LOOKS],
        at("payoutbatch_make"),
        at("payoutbatch_change", document.batch_id),
        *[at(f"payoutbatch_{name}", document.batch_id) for name in ("approve", "refuse",
                                                                     "download")],
        *[at("payout_change", each.pk) for each in payouts()],
        at("payout_refused", document.pk),
        at("bankstatement_upload"),
        at("bankstatement_change", statement.pk),
    ]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_shows_a_whole_account_or_iin(both, language):
    sent(both)
    statement_import(
        content=file_of(file_row(payouts()[0])), name="bank.txt", uploader_id=both.maker
    )
    root = desk(both.checker, language)
    for url in pages(both):
        answer = root.get(url)
        assert answer.status_code == 200, url
        page = text_of(answer)
        assert f'lang="{language}"' in page, url
        for secret in (*IBANS.values(), *IINS.values(), "Test Person"):
            assert secret not in page, url


def test_lists_and_pages_cost_the_same_however_long_they_are(both):
    sent(both)
    statement_import(
        content=file_of(file_row(payouts()[0])), name="bank.txt", uploader_id=both.maker
    )
    root, urls = desk(both.checker), [url for url in pages(both) if "refused" not in url]
    few = [queries(root, url) for url in urls]
    more(both, 7)
    assert [queries(root, url) for url in urls] == few


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


def more(cast, count: int) -> None:
    """More batches, and more payouts, rows and people in those that are there."""
    template, first = payouts()[0], batch()
    [statement] = statements()
    people = [user_make(f"p{n}@people.example") for n in range(count)]
    with acting_as(system="test data"):
        for n, person in enumerate(people):
            influencer = Influencer.objects.create(user_id=person, name=f"P{n}")
            PayoutBatch.objects.create(
                rail=first.rail, state="sent", paid_on=first.paid_on, payout_count=1,
                gross_minor=1, tax_minor=0, net_minor=1, created_by_id=person,
                decided_by_id=cast.checker, decided_at=APPROVED,
            )  # fmt: skip
            template.pk, template._state.adding = None, True
            template.public_id = BankStatement().public_id
            template.influencer, template.rail_key = influencer, f"PO-{n}"
            template.save()
            StatementRow.objects.create(
                statement=statement, number=100 + n, document_number=template.rail_key,
                is_outgoing=True, amount_minor=1, booked_on=first.paid_on, payout=template,
                outcome="mismatch",
            )  # fmt: skip
            BankStatement.objects.create(
                name="x", sha256=str(n), content=b"", row_count=0, uploaded_by_id=person
            )
