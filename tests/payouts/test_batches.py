"""From an approved reward to a paid payout: two people, a bank file, and the bank's statement."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from django.db import IntegrityError, ProgrammingError, transaction

from attribution.models import Conversion
from attribution.services.lifecycle import conversions_advance
from compliance.models import RegisterCheck
from compliance.services import tax_rules_load
from core.errors import Forbidden
from core.notify.models import Message
from core.tenancy.context import acting_as
from influencers.models import Payee, PayoutAccount, TaxProfile
from ledger.domain import accounts
from ledger.selectors import account_total, balance_minor
from payouts.models import BankStatement, Payout, PayoutBatch, StatementRow
from payouts.selectors import payees_sort
from payouts.services.batches import (
    BatchDecided,
    NobodyToPay,
    batch_approve,
    batch_cancel,
    batch_create,
    batch_hand_out,
)
from payouts.services.statement_reading import StatementUnreadable
from payouts.services.statements import statement_import
from tests.attribution.shop import order_body, shop_open, signed
from tests.attribution.test_sale import work
from tests.clocks import clock_at

ORDERED = datetime(2026, 10, 20, 9, 0, tzinfo=UTC)
APPROVED = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
IBANS = {"tulpar": "KZ41722C000000000001", "sauran": "KZ31601A000000000001"}
IINS = {"tulpar": "010203500018", "sauran": "901231400013"}
# An order of 1 000 000,00 at 10 % earns 100 000,00: the worked example of the law
GROSS = 10_000_000
RULES = Path("compliance/data/rules_2026.toml").read_text()


_noon = clock_at(APPROVED)


def rewards_earned(cast, client):
    """100 000,00 approved for Aliya (by Tulpar) and for Dana (by Sauran), rules in force."""
    tax_rules_load(text=RULES, maker_id=cast.maker, checker_id=cast.checker)
    for party, code in ((cast.tulpar, "AQTAS"), (cast.sauran, "DANAH")):
        shop = shop_open(party)
        body = order_body(total="1000000.00", coupons=(code,), status="completed", placed=ORDERED)
        assert client.post(shop.path, body, **signed(body)).status_code == 200
    work()
    assert conversions_advance() == 2
    return cast


def payee_make(cast, name, status, *, register=None, holder="Test Person"):
    party = vars(cast)[name]
    with acting_as(system="test data"):
        Payee.objects.create(
            influencer_id=party.influencer,
            full_name="Test Person",
            iin=IINS[name],
            iin_index=name,
            iin_last4="0018",
            email=f"{name}@money.example",
        )
        TaxProfile.objects.create(
            influencer_id=party.influencer, status=status, valid_from=ORDERED.date()
        )
        PayoutAccount.objects.create(
            influencer_id=party.influencer,
            holder_name=holder,
            iban=IBANS[name],
            iban_last4="0001",
            bank_bic="CASPKZKA" if name == "tulpar" else "HSBKKZKX",
            usable_from=APPROVED,
        )
        if register:
            RegisterCheck.objects.create(
                influencer_id=party.influencer,
                register="kgd",
                question="entrepreneur",
                answer=register,
                raw="{}",
            )


def payees_make(cast):
    """Aliya is an entrepreneur whom the register knows, Dana works by a civil-law contract."""
    payee_make(cast, "tulpar", "ip_simplified", register="yes")
    payee_make(cast, "sauran", "individual_gph")
    return cast


@pytest.fixture
def earned(cast, client):
    return rewards_earned(cast, client)


@pytest.fixture
def both(earned):
    return payees_make(earned)


def payout_of(party) -> Payout:
    with acting_as(system="test"):
        return Payout.objects.get(influencer_id=party.influencer)


def taxes(payout) -> dict[str, int]:
    with acting_as(system="test"):
        return dict(payout.tax_lines.values_list("kind", "amount_minor"))


def payable(party) -> int:
    with acting_as(system="test"):
        return balance_minor(accounts.influencer_payable(party.influencer))


def sent(cast) -> bytes:
    batch = batch_create(maker_id=cast.maker)
    batch_approve(batch_id=batch.pk, checker_id=cast.checker)
    return batch_hand_out(batch_id=batch.pk, person_id=cast.maker)[1]


def statement(*rows: str) -> bytes:
    head = "1CClientBankExchange\r\nВерсияФормата=2.00\r\nКодировка=UTF8\r\n"
    account = "РасчСчет=KZ31601A000000000001\r\n"
    return (head + account + "".join(rows) + "КонецФайла\r\n").encode()


def row(payout: Payout, *, way: str = "Расход", minor: int | None = None) -> str:
    amount = payout.net_minor if minor is None else minor
    us, them = ("Плательщик", "Получатель") if way == "Расход" else ("Получатель", "Плательщик")
    return (
        "СекцияДокумент=ПлатежноеПоручение\r\n"
        f"НомерДокумента={payout.rail_key}\r\nДатаДокумента=21.11.2026\r\n"
        f"Сумма{way}={amount // 100}.{amount % 100:02}\r\nВалюта=KZT\r\n"
        f"{us}ИИК=KZ31601A000000000001\r\n{them}ИИК={payout.iban}\r\n"
        f"{them}Наименование=X\r\nДатаОперации=21.11.2026\r\nКонецДокумента\r\n"
    )


def test_an_entrepreneur_gets_all_and_a_civil_law_payee_the_net(both):
    batch = batch_create(maker_id=both.maker)

    aliya, dana = payout_of(both.tulpar), payout_of(both.sauran)
    assert (aliya.gross_minor, aliya.net_minor, taxes(aliya)) == (GROSS, GROSS, {})
    assert taxes(dana) == {"opv": 1_000_000, "so": 450_000, "vosms": 200_000, "ipn": 835_000}
    assert dana.net_minor == 7_515_000
    assert (batch.payout_count, batch.net_minor) == (2, GROSS + 7_515_000)
    assert payable(both.tulpar) == payable(both.sauran) == 0
    with acting_as(system="test"):
        assert balance_minor(accounts.tax_withheld("ipn")) == 835_000
        assert balance_minor(accounts.payout_in_flight(dana.influencer_id, dana.pk)) == 7_515_000


def test_the_maker_may_not_decide_and_neither_may_the_database_be_talked_into_it(both):
    batch = batch_create(maker_id=both.maker)
    with pytest.raises(Forbidden):
        batch_approve(batch_id=batch.pk, checker_id=both.maker)
    with (
        acting_as(ops=both.maker),
        pytest.raises(IntegrityError, match="batch_maker_is_not_checker"),
        transaction.atomic(),
    ):
        PayoutBatch.objects.filter(pk=batch.pk).update(decided_by_id=both.maker)


def test_frozen_amounts_and_accounts_stay(both):
    batch_create(maker_id=both.maker)
    for change in ({"net_minor": 1}, {"iban": "KZ91856200000000000"}, {"rail_key": "x"}):
        with (
            acting_as(system="test"),
            pytest.raises(IntegrityError, match=r"frozen|payout_gross"),
            transaction.atomic(),
        ):
            Payout.objects.filter(influencer_id=both.tulpar.influencer).update(**change)


def test_the_file_has_both_and_the_statement_pays_them(both):
    content = sent(both)
    aliya, dana = payout_of(both.tulpar), payout_of(both.sauran)
    text = content.decode()
    assert "Сумма=100000.00" in text
    assert "Сумма=75150.00" in text
    assert aliya.state == dana.state == "sending"

    done = statement_import(
        content=statement(row(aliya), row(dana)), name="bank.txt", uploader_id=both.maker
    )

    assert (done.row_count, done.matched_count) == (2, 2)
    assert payout_of(both.tulpar).state == payout_of(both.sauran).state == "paid"
    with acting_as(system="test"):
        assert PayoutBatch.objects.get().state == "settled"
        assert set(Conversion.objects.values_list("status", "paid_minor")) == {("paid", GROSS)}
        assert account_total("in_flight") == 0
        told = set(Message.objects.filter(kind="payout_paid").values_list("dedupe_key", flat=True))
    assert told == {f"payout_paid:{aliya.pk}", f"payout_paid:{dana.pk}"}


def test_the_same_statement_twice_pays_once(both):
    sent(both)
    content = statement(row(payout_of(both.tulpar)))
    first = statement_import(content=content, name="a", uploader_id=both.maker)
    again = statement_import(content=content, name="b", uploader_id=both.maker)
    other = statement_import(content=content + b"\r\n", name="c", uploader_id=both.maker)
    assert again.pk == first.pk
    with acting_as(system="test"):
        assert other.rows.get().outcome == "repeated"
        assert balance_minor(accounts.bank()) == -2 * 10**9 + GROSS


def test_another_sum_is_a_mismatch_for_a_person(both):
    sent(both)
    wrong = statement(row(payout_of(both.tulpar), minor=GROSS - 1))
    statement_import(content=wrong, name="a", uploader_id=both.maker)
    with acting_as(system="test"):
        assert StatementRow.objects.get().outcome == "mismatch"
    assert payout_of(both.tulpar).state == "sending"


def test_what_the_bank_sends_back_is_payable_again_without_its_tax(both):
    sent(both)
    dana = payout_of(both.sauran)
    statement_import(content=statement(row(dana)), name="a", uploader_id=both.maker)
    statement_import(content=statement(row(dana, way="Приход")), name="b", uploader_id=both.maker)

    assert payout_of(both.sauran).state == "returned"
    assert payable(both.sauran) == GROSS
    with acting_as(system="test"):
        assert balance_minor(accounts.tax_withheld("ipn")) == 0
        conversion = Conversion.objects.get(influencer_id=both.sauran.influencer)
        assert (conversion.status, conversion.paid_minor) == ("approved", 0)
        assert Message.objects.filter(kind="payout_returned").count() == 1


def test_a_checkers_no_makes_everything_payable_again(both):
    batch = batch_create(maker_id=both.maker)
    batch_cancel(batch_id=batch.pk, checker_id=both.checker)
    assert payable(both.tulpar) == payable(both.sauran) == GROSS
    assert payout_of(both.tulpar).state == "cancelled"
    with pytest.raises(BatchDecided):
        batch_approve(batch_id=batch.pk, checker_id=both.checker)
    assert batch_create(maker_id=both.maker).payout_count == 2


def test_a_file_that_left_cannot_be_cancelled(both):
    sent(both)
    with acting_as(system="test"):
        batch_id = PayoutBatch.objects.get().pk
    with pytest.raises(BatchDecided):
        batch_cancel(batch_id=batch_id, checker_id=both.checker)


def test_who_has_an_open_payout_is_not_in_the_next_batch(both):
    batch_create(maker_id=both.maker)
    with pytest.raises(NobodyToPay):
        batch_create(maker_id=both.maker)


def held(cast) -> dict[int, str]:
    with acting_as(system="test"):
        _ready, held = payees_sort(APPROVED.date())
    return {each.case.influencer_id: each.reason for each in held}


def test_nobody_is_guessed(earned):
    assert set(held(earned).values()) == {"no_payee"}
    with pytest.raises(NobodyToPay):
        batch_create(maker_id=earned.maker)


@pytest.mark.parametrize(
    ("_case", "status", "register", "reason"),
    [
        ("unknown to us", "unknown", None, "status_unknown"),
        ("never asked", "ip_simplified", None, "register_unknown"),
        ("the register says no", "ip_simplified", "no", "register_says_no"),
        ("not confirmed by law", "self_employed", None, "self_employed_not_confirmed"),
    ],
)
def test_a_status_that_is_not_sure_holds_the_payout(earned, _case, status, register, reason):
    payee_make(earned, "tulpar", status, register=register)
    assert held(earned)[earned.tulpar.influencer] == reason


def test_somebody_elses_account_holds_the_payout(earned):
    payee_make(earned, "tulpar", "individual_gph", holder="Another Person")
    assert held(earned)[earned.tulpar.influencer] == "holder_is_another"


def test_an_answer_of_the_register_that_is_too_old_holds_the_payout(both):
    later = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    with time_machine.travel(later, tick=False), acting_as(system="test"):
        _ready, held_later = payees_sort(later.date())
    assert [each.reason for each in held_later] == ["register_check_expired"]


def test_a_missing_rule_holds_the_payout_with_the_reason(both):
    with acting_as(system="test"):
        _ready, held_then = payees_sort(datetime(2027, 1, 5, tzinfo=UTC).date())
    reasons = {each.case.influencer_id: each.reason for each in held_then}
    assert reasons[both.sauran.influencer] == "rule_missing"


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"1CClientBankExchange\r\nX", b"\x00" * 99])
def test_what_is_no_statement_is_refused_and_not_kept(both, content):
    with pytest.raises(StatementUnreadable):
        statement_import(content=content, name="x", uploader_id=both.maker)
    with acting_as(system="test"):
        assert not BankStatement.objects.exists()


def test_an_influencer_reads_their_own_payout_and_no_other(both):
    batch_create(maker_id=both.maker)
    with acting_as(influencer=both.tulpar.influencer):
        assert Payout.objects.get().net_minor == GROSS
        assert Payout.objects.get().lines.get().amount_minor == GROSS
    with (
        acting_as(brand=both.sauran.brand),
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
    ):
        Payout.objects.count()
