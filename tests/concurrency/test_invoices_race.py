"""Many invoices at once: numbers without gaps, and one document per fee."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier

import pytest
import time_machine
from django.db import IntegrityError

from campaigns.services.invoices import brand_invoice
from compliance.models import Invoice
from compliance.services import invoices
from core.tenancy.context import acting_as
from tests.compliance.fees import fee_final, reserve_put
from tests.concurrency.test_ledger_race import closing
from tests.world import law_load

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
UNTIL = date(2026, 11, 30)
ASKED = 4  # times at once, of each of the two brands


@pytest.fixture
def parties(committed_cast):
    with time_machine.travel(NOW, tick=True):
        law_load(committed_cast)
        parties = (committed_cast.tulpar, committed_cast.sauran)
        for party in parties:
            reserve_put(party, NOW)
            fee_final(party, party.brand, NOW)
        yield parties


def numbers() -> list[int]:
    with acting_as(system="test"):
        return [*Invoice.objects.order_by("sequence").values_list("sequence", flat=True)]


def ask_at_once(brand_ids: list[int]) -> list[BaseException | None]:
    together = Barrier(len(brand_ids), timeout=20)

    def ask(brand_id: int) -> None:
        together.wait()
        brand_invoice(brand_id=brand_id, until=UNTIL)

    with ThreadPoolExecutor(len(brand_ids)) as pool:
        asked = [pool.submit(closing(lambda id=id: ask(id))) for id in brand_ids]
        return [each.exception() for each in asked]


def test_invoices_at_once_are_numbered_without_gaps_and_made_once(parties):
    tulpar, sauran = parties
    assert ask_at_once([tulpar.brand, sauran.brand] * ASKED) == [None] * 2 * ASKED
    assert numbers() == [1, 2]


def test_without_the_lock_the_race_is_real(parties, monkeypatch):
    """The control: both read the same last number, and the database refuses the second."""
    tulpar, sauran = parties
    brand_invoice(brand_id=tulpar.brand, until=UNTIL)  # opens the account that both will touch
    fee_final(tulpar, 99, NOW)
    both_read = Barrier(2, timeout=20)
    seller_words = invoices.seller_words

    def after_the_number_is_read() -> dict[str, str]:
        both_read.wait()
        return seller_words()

    monkeypatch.setattr(invoices, "lock_for_transaction", lambda name: None)
    monkeypatch.setattr(invoices, "seller_words", after_the_number_is_read)
    errors = ask_at_once([tulpar.brand, sauran.brand])
    assert [type(error) for error in errors if error] == [IntegrityError]
    assert numbers() == [1, 2]
