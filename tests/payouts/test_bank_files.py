"""What keeps a payment file from being made: told in words, and the batch stays as it was."""

from dataclasses import replace

import pytest
from django.utils.translation import override

from compliance.models import TaxRule
from compliance.selectors import rules_in_force
from core.tenancy.context import acting_as
from payouts.models import BankFile, PayoutBatch
from payouts.services import bank_files
from payouts.services.bank_files import BankFileRefused
from payouts.services.batches import batch_approve, batch_create, batch_hand_out
from tests.payouts.test_batches import _noon, both, earned  # noqa: F401  # fixtures


@pytest.fixture
def batch(both):  # noqa: F811
    return batch_create(maker_id=both.maker)


def refusal(batch, checker: int) -> str:
    with override("en"), pytest.raises(BankFileRefused) as refused:
        batch_approve(batch_id=batch.pk, checker_id=checker)
    with acting_as(system="test"):
        assert PayoutBatch.objects.get().state == "submitted"
        assert not BankFile.objects.exists()
    return str(refused.value)


def without(key: str):
    """The law in force, less one row."""

    def rules(day):
        law = rules_in_force(day)
        return replace(law, by_key={each: row for each, row in law.by_key.items() if each != key})

    return rules


@pytest.mark.parametrize("key", ["knp_ip", "knp_individual_gph", "kbe_person"])
def test_a_code_that_the_law_does_not_give_refuses_the_file(batch, both, monkeypatch, key):  # noqa: F811
    monkeypatch.setattr(bank_files, "rules_in_force", without(key))
    assert refusal(batch, both.checker) == (
        f"No row of the law gives {key} on Nov. 21, 2026. Add it to the tax rules; the batch"
        " waits meanwhile."
    )


def test_once_the_code_is_there_the_batch_is_approved(batch, both, monkeypatch):  # noqa: F811
    with monkeypatch.context() as law:
        law.setattr(bank_files, "rules_in_force", without("knp_ip"))
        refusal(batch, both.checker)
    batch_approve(batch_id=batch.pk, checker_id=both.checker)
    _name, content = batch_hand_out(batch_id=batch.pk, person_id=both.maker)
    assert "КодНазначенияПлатежа=859" in content.decode()


def test_a_field_that_no_bank_takes_is_named_with_the_rule(batch, both, settings):  # noqa: F811
    settings.PLATFORM_BIN = "1"
    assert refusal(batch, both.checker) == (
        f"Document PO{batch.pk:05d}-1, field ПлательщикБИН_ИИН cannot be written for the bank:"
        " it has another form."
    )


def test_without_an_account_of_ours_nothing_is_written(batch, both, settings):  # noqa: F811
    settings.PLATFORM_IBAN = ""
    assert refusal(batch, both.checker).startswith("Our own account is not set")


def test_the_rules_of_the_codes_are_in_the_book(both):  # noqa: F811
    """Counter-test: the keys that are taken away above are rows of the law loaded."""
    with acting_as(system="test"):
        assert TaxRule.objects.filter(key__in=["knp_ip", "kbe_person"], state="active").count() == 2
