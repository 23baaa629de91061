"""A bank statement as top-ups: to their brands, into the queue, or refused as a whole."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction
from django.test import override_settings

from brands.domain.payment_reference import payment_reference
from brands.models import Deposit, UnclaimedTransfer
from brands.services import BrandConflict, deposit_book
from core.audit.models import AuditEntry
from core.errors import Forbidden, Invalid
from core.tenancy.context import acting_as
from ledger.checks import ledger_findings
from ledger.domain import accounts
from ledger.models import Journal
from ledger.selectors import balance_minor
from payouts.models import BankStatement, StatementRow
from payouts.services.statement_reading import StatementRefused, StatementUnreadable
from payouts.services.statements import (
    StatementApplied,
    statement_apply,
    statement_columns_set,
    statement_import,
    statement_keep,
    statement_preview,
)
from payouts.services.unclaimed import (
    TransferDecided,
    transfer_confirm,
    transfer_propose,
    transfer_refuse,
)
from tests.cast import BINS
from tests.clocks import clock_at

NOON = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
OURS = "KZ31601A000000000001"
TULPAR_IBAN, STRANGER_IBAN = "KZ41722C000000000001", "KZ92551A000000000001"
STRANGER = "901231400013"


_noon = clock_at(NOON)


def doc(
    number, tenge, *, bin="", iban=TULPAR_IBAN, purpose="", day="20.11.2026", keys="kz", **more
):
    """One incoming document, in Kazakhstan's keys or in Russia's."""
    way = more.pop("way", "Приход")
    if keys == "ru":
        values = {
            "Номер": number, "Дата": day, "Сумма": tenge, "Плательщик": "Payer",
            "ПлательщикСчет": iban, "ПлательщикИНН": bin, "ПолучательСчет": OURS,
        }  # fmt: skip
    else:
        other = "Плательщик" if way == "Приход" else "Получатель"
        values = {
            "НомерДокумента": number, "ДатаДокумента": day, f"Сумма{way}": tenge,
            f"{other}Наименование": "Payer", f"{other}БИН_ИИН": bin, f"{other}ИИК": iban,
        }  # fmt: skip
    values |= {"НазначениеПлатежа": purpose, **more}
    lines = "".join(f"{key}={value}\r\n" for key, value in values.items() if value)
    return f"СекцияДокумент=ПлатежноеПоручение\r\n{lines}КонецДокумента\r\n"


def form(*documents, account=OURS, codec="utf-8", balances=None, end="КонецФайла\r\n"):
    section = ""
    if balances:
        opening, closing = balances
        section = (
            f"СекцияРасчСчет\r\nДатаНачала=20.11.2026\r\nДатаКонца=20.11.2026\r\n"
            f"РасчСчет={account}\r\nНачальныйОстаток={opening}\r\nКонечныйОстаток={closing}\r\n"
            "КонецРасчСчет\r\n"
        )
    head = f"1CClientBankExchange\r\nВерсияФормата=2.00\r\nРасчСчет={account}\r\n"
    return (head + section + "".join(documents) + end).encode(codec)


def put(cast, *documents, **options):
    return statement_import(
        content=form(*documents, **options), name="bank.txt", uploader_id=cast.maker
    )


def free(party):
    with acting_as(system="test looks"):
        return balance_minor(accounts.brand_free(party.brand))


def platform():
    """(bank, suspense)"""
    with acting_as(system="test looks"):
        return balance_minor(accounts.bank()), balance_minor(accounts.suspense())


def kept(model):
    with acting_as(system="test looks"):
        return list(model.objects.order_by("pk"))


def outcomes():
    return [(row.outcome, row.note) for row in kept(StatementRow)]


def nothing_written():
    return platform() == (0, 0) and not (kept(Deposit) or kept(StatementRow) or kept(BankStatement))


# --- To their brands ------------------------------------------------------------------------


@pytest.mark.parametrize("codec", ["utf-8", "cp1251", "utf-16"])
@pytest.mark.parametrize("keys", ["kz", "ru"])
def test_by_bin_and_by_reference_in_both_dialects(cast, codec, keys):
    ours = payment_reference(cast.sauran.brand)
    done = put(
        cast,
        doc("17", "150000.00", bin=BINS["tulpar"], purpose="Пополнение", keys=keys),
        doc("18", "200.50", iban=STRANGER_IBAN, purpose=f"Пополнение {ours}", keys=keys),
        codec=codec,
    )
    assert (free(cast.tulpar), free(cast.sauran)) == (15_000_000, 20_050)
    assert platform() == (-15_020_050, 0)
    assert outcomes() == [("deposit", "bin"), ("deposit", "reference")]
    assert (done.state, done.row_count, done.ledger_minor) == ("applied", 2, 15_020_050)
    assert [(each.bank_reference, each.received_on) for each in kept(Deposit)] == [
        ("17", date(2026, 11, 20)),
        ("18", date(2026, 11, 20)),
    ]
    with acting_as(system="test looks"):
        assert Journal.objects.filter(business_key="bank-stmt:2026-11-20:17").count() == 1
    assert ledger_findings() == []


def test_looking_moves_nothing_and_applying_twice_moves_once(cast):
    content = form(doc("17", "100.00", bin=BINS["tulpar"]))
    looked = statement_keep(content=content, name="a.txt", uploader_id=cast.maker)
    with acting_as(ops=cast.maker):
        assert [each.outcome for each in statement_preview(looked)] == ["deposit"]
    assert (looked.state, free(cast.tulpar), kept(StatementRow)) == ("checked", 0, [])
    for _again in range(2):
        statement_apply(statement_id=looked.pk, person_id=cast.checker)
    again = statement_keep(content=content, name="b.txt", uploader_id=cast.checker)
    assert (again.pk, again.state) == (looked.pk, "applied")
    assert free(cast.tulpar) == 10_000


def test_overlapping_statements_book_a_row_once(cast):
    first = doc("17", "100.00", bin=BINS["tulpar"])
    put(cast, first)
    put(cast, first, doc("19", "5.00", bin=BINS["tulpar"]), codec="cp1251")
    assert free(cast.tulpar) == 10_500
    assert [outcome for outcome, _note in outcomes()] == ["deposit", "repeated", "deposit"]


def test_two_payers_with_one_number_are_two_top_ups(cast):
    put(
        cast,
        doc("1", "100.00", bin=BINS["tulpar"]),
        doc("1", "100.00", bin=BINS["sauran"], iban=STRANGER_IBAN),
    )
    assert (free(cast.tulpar), free(cast.sauran)) == (10_000, 10_000)
    assert [each.bank_reference for each in kept(Deposit)] == ["1", "1/2"]


# --- By hand before -------------------------------------------------------------------------


def by_hand(cast, minor=10_000, party="tulpar", reference="17"):
    with acting_as(ops=cast.maker):
        return deposit_book(
            brand_id=getattr(cast, party).brand,
            amount_minor=minor,
            bank_reference=reference,
            received_on=date(2026, 11, 20),
            booked_by_id=cast.maker,
        )


def test_a_row_booked_by_hand_is_known_to_the_statement(cast):
    by_hand(cast)
    put(cast, doc("17", "100.00", bin=BINS["tulpar"]))
    assert free(cast.tulpar) == 10_000
    assert outcomes() == [("repeated", "booked_by_hand")]


@pytest.mark.parametrize(("minor", "party"), [(10_001, "tulpar"), (10_000, "sauran")])
def test_one_booked_otherwise_is_for_a_person(cast, minor, party):
    by_hand(cast, minor, party)
    put(cast, doc("17", "100.00", bin=BINS["tulpar"]))
    assert platform() == (-minor, 0)
    assert outcomes() == [("mismatch", "booked_otherwise")]


def test_what_waits_unmatched_is_not_booked_by_hand_beside_it(cast):
    put(cast, doc("17", "100.00", bin=STRANGER))
    with pytest.raises(BrandConflict, match="unmatched"):
        by_hand(cast)
    assert (free(cast.tulpar), platform()) == (0, (-10_000, 10_000))


# --- The queue ------------------------------------------------------------------------------


@pytest.fixture
def waiting(cast):
    """100,00 of a stranger with Sauran's reference."""
    purpose = f"за Sauran {payment_reference(cast.sauran.brand)}"
    put(cast, doc("17", "100.00", bin=STRANGER, iban=STRANGER_IBAN, purpose=purpose))
    [transfer] = kept(UnclaimedTransfer)
    return transfer


def test_a_strangers_money_waits_in_suspense_with_a_suggestion(cast, waiting):
    assert platform() == (-10_000, 10_000)
    assert (waiting.ground, waiting.suggested_id) == ("paid_by_another", cast.sauran.brand)
    assert (waiting.payer_tax_id, waiting.payer_iban) == (STRANGER, STRANGER_IBAN)
    assert outcomes() == [("unclaimed", "paid_by_another")]
    with acting_as(brand=cast.sauran.brand):
        assert balance_minor(accounts.brand_free(cast.sauran.brand)) == 0


def test_two_people_give_it_to_a_brand(cast, waiting):
    transfer_propose(
        transfer_id=waiting.pk, brand_id=cast.sauran.brand, reason="A letter", person_id=cast.maker
    )
    with pytest.raises(Forbidden):
        transfer_confirm(transfer_id=waiting.pk, person_id=cast.maker)
    with acting_as(system="test"), pytest.raises(IntegrityError), transaction.atomic():
        UnclaimedTransfer.objects.update(decided_by_id=cast.maker)  # nor past the service
    done = transfer_confirm(transfer_id=waiting.pk, person_id=cast.checker)
    assert (done.state, free(cast.sauran), platform()) == ("assigned", 10_000, (-10_000, 0))
    [deposit] = kept(Deposit)
    assert (deposit.brand_id, deposit.bank_reference) == (cast.sauran.brand, "17")
    with acting_as(system="test looks"):
        assert Journal.objects.filter(business_key="bank-stmt:2026-11-20:17:match").exists()
    with acting_as(ops=cast.maker):
        actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"transfer unclaimed", "transfer proposed", "transfer assigned"} <= actions
    with pytest.raises(TransferDecided):
        transfer_confirm(transfer_id=waiting.pk, person_id=cast.checker)
    assert ledger_findings() == []


def test_a_proposal_needs_a_reason_and_may_be_dropped(cast, waiting):
    brand = cast.sauran.brand
    with pytest.raises(Invalid):
        transfer_propose(transfer_id=waiting.pk, brand_id=brand, reason=" ", person_id=cast.maker)
    transfer_propose(transfer_id=waiting.pk, brand_id=brand, reason="?", person_id=cast.maker)
    dropped = transfer_refuse(transfer_id=waiting.pk, person_id=cast.checker)
    assert (dropped.state, dropped.brand_id, dropped.reason) == ("waiting", None, "")
    assert platform() == (-10_000, 10_000)


def test_the_same_statement_does_not_fill_the_queue_again(cast, waiting):
    purpose = f"за Sauran {payment_reference(cast.sauran.brand)}"
    row = doc("17", "100.00", bin=STRANGER, iban=STRANGER_IBAN, purpose=purpose)
    put(cast, row, doc("18", "1.00", bin=BINS["tulpar"]))
    assert len(kept(UnclaimedTransfer)) == 1
    assert platform() == (-10_100, 10_000)


# --- Refused, with nothing written ------------------------------------------------------------

GOOD = {"number": "17", "tenge": "100.00", "bin": BINS["tulpar"]}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (form(doc(**GOOD), account=TULPAR_IBAN), "another account, ending in 0001"),
        (form(doc(**GOOD), account=""), "of which account"),
        (form(doc(**GOOD, ПолучательИИК=STRANGER_IBAN)), "Line 4 is of another company"),
        (form(doc(**GOOD, ПолучательБИН_ИИН=BINS["sauran"])), "Line 4 is of another company"),
        (form(doc(**GOOD, Валюта="USD")), "Line 4 is in USD"),
        (form(doc(**GOOD | {"day": "22.11.2026"})), "has not come"),
        (form(doc(**GOOD), end=""), "cut off"),
        (form(doc(**GOOD), balances=("0.00", "99.99")), "differ by 0,01"),
        (form(doc(**GOOD), doc(**GOOD | {"tenge": "1.00"})), "Line 12 repeats line 4"),
    ],
    ids=["account", "no account", "payee", "company", "currency", "future", "cut", "balance",
         "twice"],
)  # fmt: skip
def test_a_statement_that_is_not_ours_or_not_whole(cast, content, said):
    with pytest.raises(StatementRefused) as refused:
        statement_keep(content=content, name="a.txt", uploader_id=cast.maker)
    assert said in str(refused.value).replace("\N{NO-BREAK SPACE}", " ")
    assert nothing_written()


@pytest.mark.parametrize("tenge", ["0.00", "-5.00", "1e30", "99999999999999.00", "NaN", "1,005"])
def test_a_sum_that_cannot_be(cast, tenge):
    with pytest.raises(StatementUnreadable, match="Line"):
        statement_keep(
            content=form(doc("17", tenge, bin=BINS["tulpar"])), name="a", uploader_id=cast.maker
        )
    assert nothing_written()


@override_settings(PLATFORM_IBAN="")
def test_without_our_own_account_no_statement_is_ours(cast):
    with pytest.raises(StatementRefused, match="PLATFORM_IBAN"):
        statement_keep(content=form(doc(**GOOD)), name="a", uploader_id=cast.maker)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"tenge": "1000.00"}, "Line 11 was changed. Document 17"),
        ({"iban": STRANGER_IBAN}, "Line 11 was changed. Document 17"),
        ({"number": "71"}, "Document 17 of Nov. 20, 2026 for 100,00 ₸ is missing"),
    ],
)
def test_a_duplicate_with_one_line_changed_is_refused_with_the_line(cast, change, said):
    closing = "1000.00" if "tenge" in change else "100.00"
    put(cast, doc(**GOOD), balances=("0.00", "100.00"))
    with pytest.raises(StatementRefused) as refused:
        put(cast, doc(**GOOD | change), balances=("0.00", closing))
    assert said in str(refused.value).replace("\N{NO-BREAK SPACE}", " ")
    assert (free(cast.tulpar), platform()) == (10_000, (-10_000, 0))
    assert len(kept(BankStatement)) == 1


def test_two_looked_at_and_then_applied_cannot_contradict_each_other(cast):
    looked = [
        statement_keep(content=form(doc("17", tenge, bin=BINS["tulpar"])), name="a", uploader_id=1)
        for tenge in ("100.00", "1000.00")
    ]
    statement_apply(statement_id=looked[0].pk, person_id=cast.maker)
    with pytest.raises(StatementRefused, match="was changed"):
        statement_apply(statement_id=looked[1].pk, person_id=cast.maker)
    assert free(cast.tulpar) == 10_000


# --- A table --------------------------------------------------------------------------------

TABLE = "a;b;c;d\n20.11.2026;17;100,00;{ref}\n"


def test_a_tables_columns_are_named_once_and_remembered(cast):
    columns = {"day": "a", "number": "b", "credit": "c", "purpose": "d"}
    body = TABLE.format(ref=payment_reference(cast.tulpar.brand)).encode()
    first = statement_keep(content=body, name="a.csv", uploader_id=cast.maker)
    assert first.state == "columns"
    with pytest.raises(StatementRefused, match="column"):
        statement_apply(statement_id=first.pk, person_id=cast.maker)
    named = statement_columns_set(statement_id=first.pk, columns=columns, person_id=cast.maker)
    assert (named.state, named.row_count, free(cast.tulpar)) == ("checked", 1, 0)
    statement_apply(statement_id=first.pk, person_id=cast.maker)
    assert free(cast.tulpar) == 10_000
    with pytest.raises(StatementApplied):
        statement_columns_set(statement_id=first.pk, columns=columns, person_id=cast.maker)

    second = statement_keep(
        content=body + b"20.11.2026;18;1,00;x\n", name="b.csv", uploader_id=cast.maker
    )
    assert (second.state, second.columns) == ("checked", columns)
    statement_apply(statement_id=second.pk, person_id=cast.maker)
    assert (free(cast.tulpar), platform()) == (10_000, (-10_100, 100))
