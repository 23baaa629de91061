"""From an event to its legs: one function per row of design/domain.md section 6.

Amounts are tiyn. They are what the words say and positive, unless called a difference. Each
function names its event by the table's business key; the service posts a key once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ledger.domain import accounts
from ledger.domain.accounts import AccountRef
from ledger.domain.drafts import JournalDraft, JournalKind, draft
from ledger.domain.fees import Reserve

# --- Money comes in -------------------------------------------------------------------------


def deposit(*, statement_row: str, brand_id: int, amount_minor: int) -> JournalDraft:
    """A brand's transfer has arrived.

    `statement_row` is the bank's own reference of the row: a deposit that ops booked by hand and
    that comes again with the imported statement is the same event.
    """
    assert amount_minor > 0, amount_minor
    legs = {accounts.bank(): -amount_minor, accounts.brand_free(brand_id): amount_minor}
    return draft(JournalKind.DEPOSIT, f"bank-stmt:{statement_row}", legs)


def deposit_unmatched(*, statement_row: str, amount_minor: int) -> JournalDraft:
    """Money has arrived and we cannot tell whose it is."""
    assert amount_minor > 0, amount_minor
    legs = {accounts.bank(): -amount_minor, accounts.suspense(): amount_minor}
    return draft(JournalKind.DEPOSIT_UNMATCHED, f"bank-stmt:{statement_row}", legs)


def deposit_match(*, statement_row: str, brand_id: int, amount_minor: int) -> JournalDraft:
    """An unmatched transfer turns out to be a brand's."""
    assert amount_minor > 0, amount_minor
    legs = {accounts.suspense(): -amount_minor, accounts.brand_free(brand_id): amount_minor}
    return draft(JournalKind.DEPOSIT_MATCHED, f"bank-stmt:{statement_row}:match", legs)


def deposit_sent_back(*, refund_id: int, amount_minor: int) -> JournalDraft:
    """An unmatched transfer has left for its sender; by the refund, which may fail and be tried
    again as another one."""
    assert amount_minor > 0, amount_minor
    legs = {accounts.suspense(): -amount_minor, accounts.bank(): amount_minor}
    key = f"sent-back:{refund_id}"
    return draft(JournalKind.DEPOSIT_SENT_BACK, key, legs, refund=refund_id)


def deposit_came_again(*, refund_id: int, amount_minor: int) -> JournalDraft:
    """The bank could not deliver it: the opposite, it waits again."""
    assert amount_minor > 0, amount_minor
    legs = {accounts.bank(): -amount_minor, accounts.suspense(): amount_minor}
    key = f"came-again:{refund_id}"
    return draft(JournalKind.DEPOSIT_UNMATCHED, key, legs, refund=refund_id)


# --- A campaign's budget --------------------------------------------------------------------


def campaign_reserve(*, campaign_id: int, n: int, brand_id: int, reserve: Reserve) -> JournalDraft:
    """Budget, fee and VAT leave the free balance; `n` counts the campaign's reserve journals."""
    legs = _reserve_legs(brand_id, campaign_id, reserve, sign=1)
    return draft(JournalKind.RESERVE, f"reserve:{campaign_id}:{n}", legs, campaign=campaign_id)


def campaign_release(*, campaign_id: int, n: int, brand_id: int, reserve: Reserve) -> JournalDraft:
    """What is left of a closed campaign goes back. `n` goes on from the reserves."""
    legs = _reserve_legs(brand_id, campaign_id, reserve, sign=-1)
    return draft(JournalKind.RELEASE, f"reserve:{campaign_id}:{n}", legs, campaign=campaign_id)


def _reserve_legs(
    brand_id: int, campaign_id: int, reserve: Reserve, *, sign: int
) -> dict[AccountRef, int]:
    assert min(reserve.budget_minor, reserve.fee_minor, reserve.vat_minor) >= 0, reserve
    return {
        accounts.brand_free(brand_id): -sign * reserve.total_minor,
        accounts.budget(brand_id, campaign_id): sign * reserve.budget_minor,
        accounts.fee_reserve(brand_id, campaign_id): sign * reserve.fee_minor,
        accounts.vat_reserve(brand_id, campaign_id): sign * reserve.vat_minor,
    }


# --- A conversion's life --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ConversionRef:
    """A conversion, and whose money it moves."""

    conversion_id: int
    campaign_id: int
    brand_id: int
    influencer_id: int

    @property
    def refs(self) -> dict[str, int]:
        return {"campaign": self.campaign_id, "conversion": self.conversion_id}

    @property
    def campaign(self) -> tuple[int, int]:
        """What the campaign's accounts are named by."""
        return self.brand_id, self.campaign_id


def accrual(
    conversion: ConversionRef, *, version: int, commission_minor: int, fee_minor: int
) -> JournalDraft:
    """A version of a conversion that is not approved yet: the *differences* to the version before.

    Negative when goods come back or the brand rejects; the fee is `fee_due` of what is accrued.
    """
    legs = {
        accounts.budget(*conversion.campaign): -commission_minor,
        accounts.influencer_hold(conversion.influencer_id): commission_minor,
        accounts.fee_reserve(*conversion.campaign): -fee_minor,
        accounts.fee_hold(*conversion.campaign): fee_minor,
    }
    key = f"accr:{conversion.conversion_id}:{version}"
    return draft(JournalKind.ACCRUAL, key, legs, **conversion.refs)


def approval(
    conversion: ConversionRef, *, commission_minor: int, fee_minor: int, vat_minor: int
) -> JournalDraft:
    """The hold is over: the commission is the influencer's, the fee ours, its VAT waits for the
    invoice. Fee and VAT are `fee_due` of what is approved."""
    assert commission_minor >= 0, commission_minor
    legs = {
        accounts.influencer_hold(conversion.influencer_id): -commission_minor,
        accounts.influencer_payable(conversion.influencer_id): commission_minor,
        accounts.fee_hold(*conversion.campaign): -fee_minor,
        accounts.platform_fee(): fee_minor,
        accounts.vat_reserve(*conversion.campaign): -vat_minor,
        accounts.vat_funded(conversion.brand_id): vat_minor,
    }
    key = f"appr:{conversion.conversion_id}"
    return draft(JournalKind.APPROVAL, key, legs, **conversion.refs)


@dataclass(frozen=True, slots=True)
class FeeBack:
    """What goes back of our fee when an approved reward shrinks: as it was set aside, as we have
    earned it (rounded over the whole campaign, so they may differ by a tiyn), and its VAT."""

    reserved_minor: int
    earned_minor: int
    vat_minor: int


def clawback(
    conversion: ConversionRef,
    *,
    version: int,
    unpaid_minor: int,
    debt_minor: int,
    fee: FeeBack,
    is_vat_invoiced: bool,
) -> JournalDraft:
    """Goods came back after approval. What was not paid yet returns to the budget; what was paid is
    the influencer's debt, and the brand gets it as it is recovered. Negative: a return was undone.

    VAT that was invoiced comes back out of what we owe the state (the caller issues the credit
    note), other VAT out of what waits for an invoice.
    """
    brand_id = conversion.brand_id
    vat_from = accounts.vat_payable() if is_vat_invoiced else accounts.vat_funded(brand_id)
    legs = {
        accounts.influencer_payable(conversion.influencer_id): -unpaid_minor,
        accounts.budget(*conversion.campaign): unpaid_minor,
        accounts.influencer_debt(conversion.influencer_id): -debt_minor,
        accounts.clawback_pending(*conversion.campaign): debt_minor,
        accounts.platform_fee(): -fee.earned_minor,
        accounts.fee_hold(*conversion.campaign): fee.earned_minor - fee.reserved_minor,
        accounts.fee_reserve(*conversion.campaign): fee.reserved_minor,
        vat_from: -fee.vat_minor,
        accounts.vat_reserve(*conversion.campaign): fee.vat_minor,
    }
    key = f"claw:{conversion.conversion_id}:{version}"
    return draft(JournalKind.CLAWBACK, key, legs, **conversion.refs)


@dataclass(frozen=True, slots=True)
class PeriodRef:
    """A month's reward, and whose money it moves. `kind` is tier or bonus, `month` "2026-11"."""

    reward_id: int
    kind: str
    participation_id: int
    month: str
    campaign_id: int
    brand_id: int
    influencer_id: int


def period_reward(
    period: PeriodRef,
    *,
    amount_minor: int,
    fee_held_minor: int,
    fee_minor: int,
    vat_minor: int,
) -> JournalDraft:
    """A tier's top-up or a bonus: final at once, out of the budget.

    `fee_held_minor` is `fee_due` of what is accrued, `fee_minor` of what is final: the one leaves
    the reserve, the other is ours, and their difference of rounding stays on hold.
    """
    assert amount_minor > 0, amount_minor
    campaign = (period.brand_id, period.campaign_id)
    legs = {
        accounts.budget(*campaign): -amount_minor,
        accounts.influencer_payable(period.influencer_id): amount_minor,
        accounts.fee_reserve(*campaign): -fee_held_minor,
        accounts.fee_hold(*campaign): fee_held_minor - fee_minor,
        accounts.platform_fee(): fee_minor,
        accounts.vat_reserve(*campaign): -vat_minor,
        accounts.vat_funded(period.brand_id): vat_minor,
    }
    key = f"{period.kind}:{period.participation_id}:{period.month}"
    refs = {"campaign": period.campaign_id, "period_reward": period.reward_id}
    return draft(JournalKind.PERIOD_REWARD, key, legs, **refs)


def fee_invoice(*, invoice_id: int, brand_id: int, vat_minor: int) -> JournalDraft:
    """The e-invoice for our fee is issued: its VAT is owed to the state from now on."""
    assert vat_minor > 0, vat_minor
    legs = {accounts.vat_funded(brand_id): -vat_minor, accounts.vat_payable(): vat_minor}
    return draft(JournalKind.FEE_INVOICE, f"inv:{invoice_id}", legs, invoice=invoice_id)


def vat_funding(*, invoice_id: int, brand_id: int, difference_minor: int) -> JournalDraft:
    """What an invoice's VAT needs beside what its campaigns set aside, out of the free balance:
    the law's rate rose after they were published. Negative: it fell, and the rest goes back."""
    legs = {
        accounts.brand_free(brand_id): -difference_minor,
        accounts.vat_funded(brand_id): difference_minor,
    }
    return draft(JournalKind.VAT_FUNDING, f"vatfund:{invoice_id}", legs, invoice=invoice_id)


def credit_note(
    *, note_id: int, brand_id: int, to_funded_minor: int, to_free_minor: int
) -> JournalDraft:
    """VAT of a credit note that no return has moved yet is not owed to the state any more.

    `to_funded_minor` waits for another invoice (the whole invoice is credited); `to_free_minor`
    had come out of the free balance, see `vat_funding`. Negative where the rate had fallen.
    """
    legs = {
        accounts.vat_payable(): -to_funded_minor - to_free_minor,
        accounts.vat_funded(brand_id): to_funded_minor,
        accounts.brand_free(brand_id): to_free_minor,
    }
    return draft(JournalKind.CREDIT_NOTE, f"inv:{note_id}", legs, invoice=note_id)


# --- Payouts --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PayoutMoney:
    """A payout's amounts, frozen when it is created: gross is the taxes kept back, what pays the
    payee's debts (`netted_minor`), and the rest.

    `taxes_minor` is by name of the tax or contribution: {"ipn": 14_200, "opv": 17_000}.
    """

    payout_id: int
    influencer_id: int
    gross_minor: int
    taxes_minor: Mapping[str, int]
    netted_minor: int = 0

    def __post_init__(self) -> None:
        assert min(self.taxes_minor.values(), default=0) >= 0, self.taxes_minor
        assert self.netted_minor >= 0, self
        assert self.net_minor > 0, self

    @property
    def net_minor(self) -> int:
        """What leaves the bank."""
        return self.underway_minor - self.netted_minor

    @property
    def underway_minor(self) -> int:
        """What is in flight until it has ended: what leaves the bank and what is kept of it."""
        return self.gross_minor - sum(self.taxes_minor.values())

    @property
    def in_flight(self) -> AccountRef:
        return accounts.payout_in_flight(self.influencer_id, self.payout_id)

    def gross_legs(self, sign: int) -> dict[AccountRef, int]:
        """From payable to the taxes (1), or back (-1). What is missing to zero is the net."""
        payable = accounts.influencer_payable(self.influencer_id)
        taxes = {accounts.tax_withheld(tax): sign * it for tax, it in self.taxes_minor.items()}
        return {payable: -sign * self.gross_minor, **taxes}


def payout_created(payout: PayoutMoney) -> JournalDraft:
    """Gross leaves the payable balance: taxes are kept back, the rest is in flight."""
    legs = payout.gross_legs(1) | {payout.in_flight: payout.underway_minor}
    key = f"payout:{payout.payout_id}"
    return draft(JournalKind.PAYOUT_CREATED, key, legs, payout=payout.payout_id)


def payout_paid(payout: PayoutMoney) -> JournalDraft:
    """The money has left the bank. Shares its key with `payout_undone`: a payout ends once."""
    legs = {payout.in_flight: -payout.net_minor, accounts.bank(): payout.net_minor}
    key = f"payout-end:{payout.payout_id}"
    return draft(JournalKind.PAYOUT_PAID, key, legs, payout=payout.payout_id)


def payout_undone(payout: PayoutMoney) -> JournalDraft:
    """Failed or cancelled: the opposite of created."""
    legs = payout.gross_legs(-1) | {payout.in_flight: -payout.underway_minor}
    key = f"payout-end:{payout.payout_id}"
    return draft(JournalKind.PAYOUT_UNDONE, key, legs, payout=payout.payout_id)


def payout_returned(payout: PayoutMoney) -> JournalDraft:
    """The bank sends a paid payout back: gross is payable again, the taxes are not due. What it
    kept for debts has paid them, and stays paid."""
    legs = payout.gross_legs(-1) | {accounts.bank(): -payout.net_minor}
    legs[accounts.influencer_payable(payout.influencer_id)] -= payout.netted_minor
    key = f"returned:{payout.payout_id}"
    return draft(JournalKind.PAYOUT_RETURNED, key, legs, payout=payout.payout_id)


# --- Debts ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a campaign gets back of an influencer's debt; a closed one's brand gets it free."""

    brand_id: int
    campaign_id: int
    amount_minor: int
    is_closed: bool = False


def payout_netted(
    payout_id: int, influencer_id: int, parts: Iterable[Recovered], *, unowed_minor: int = 0
) -> JournalDraft:
    """A payout was paid: what it kept pays the influencer's debts, and the brands have it back.
    `unowed_minor` it kept for debts that ended while it was under way: payable again."""
    assert unowed_minor >= 0, unowed_minor
    source = accounts.payout_in_flight(influencer_id, payout_id)
    legs = _recovery_legs(source, influencer_id, parts)
    legs[source] -= unowed_minor
    legs[accounts.influencer_payable(influencer_id)] = unowed_minor
    return draft(JournalKind.NETTING, f"net:{payout_id}", legs, payout=payout_id)


def debt_recovered(payout_id: int, influencer_id: int, parts: Iterable[Recovered]) -> JournalDraft:
    """A bank has sent back what a debt was for: what is payable again pays the debt at once."""
    source = accounts.influencer_payable(influencer_id)
    legs = _recovery_legs(source, influencer_id, parts)
    return draft(JournalKind.NETTING, f"net-back:{payout_id}", legs, payout=payout_id)


def _recovery_legs(
    source: AccountRef, influencer_id: int, parts: Iterable[Recovered]
) -> dict[AccountRef, int]:
    legs: dict[AccountRef, int] = {source: 0, accounts.influencer_debt(influencer_id): 0}
    for part in parts:
        assert part.amount_minor > 0, part
        campaign = (part.brand_id, part.campaign_id)
        free = accounts.brand_free(part.brand_id)
        goes_to = free if part.is_closed else accounts.budget(*campaign)
        legs[source] -= part.amount_minor
        legs[accounts.influencer_debt(influencer_id)] += part.amount_minor
        legs[accounts.clawback_pending(*campaign)] = -part.amount_minor
        legs[goes_to] = legs.get(goes_to, 0) + part.amount_minor
    return legs


def debt_written_off(
    *, write_off_id: int, brand_id: int, campaign_id: int, influencer_id: int, amount_minor: int
) -> JournalDraft:
    """Two people have given a debt up: the influencer owes it no more, and the brand, which would
    have got it, bears it."""
    assert amount_minor > 0, amount_minor
    legs = {
        accounts.influencer_debt(influencer_id): amount_minor,
        accounts.clawback_pending(brand_id, campaign_id): -amount_minor,
    }
    key = f"writeoff:{write_off_id}"
    return draft(JournalKind.WRITE_OFF, key, legs, campaign=campaign_id, writeoff=write_off_id)


# --- Money goes out otherwise ---------------------------------------------------------------


def refund_created(*, refund_id: int, brand_id: int, amount_minor: int) -> JournalDraft:
    """A brand takes free balance back."""
    assert amount_minor > 0, amount_minor
    legs = _refund_legs(brand_id, refund_id, amount_minor)
    return draft(JournalKind.REFUND_CREATED, f"refund:{refund_id}", legs, refund=refund_id)


def refund_paid(*, refund_id: int, brand_id: int, amount_minor: int) -> JournalDraft:
    """It has left the bank. Shares its key with `refund_undone`, as payouts do."""
    assert amount_minor > 0, amount_minor
    legs = {
        accounts.refund_in_flight(brand_id, refund_id): -amount_minor,
        accounts.bank(): amount_minor,
    }
    return draft(JournalKind.REFUND_PAID, f"refund-end:{refund_id}", legs, refund=refund_id)


def refund_undone(*, refund_id: int, brand_id: int, amount_minor: int) -> JournalDraft:
    """Failed or cancelled: the opposite of created."""
    assert amount_minor > 0, amount_minor
    legs = _refund_legs(brand_id, refund_id, -amount_minor)
    return draft(JournalKind.REFUND_UNDONE, f"refund-end:{refund_id}", legs, refund=refund_id)


def refund_returned(*, refund_id: int, brand_id: int, amount_minor: int) -> JournalDraft:
    """The bank sends a paid refund back: it is free balance again."""
    assert amount_minor > 0, amount_minor
    legs = {accounts.bank(): -amount_minor, accounts.brand_free(brand_id): amount_minor}
    key = f"refund-back:{refund_id}"
    return draft(JournalKind.REFUND_RETURNED, key, legs, refund=refund_id)


def _refund_legs(brand_id: int, refund_id: int, amount_minor: int) -> dict[AccountRef, int]:
    return {
        accounts.brand_free(brand_id): -amount_minor,
        accounts.refund_in_flight(brand_id, refund_id): amount_minor,
    }


def tax_remitted(*, remittance_id: int, tax: str, amount_minor: int) -> JournalDraft:
    """Taxes kept back from payees have been paid to the state."""
    assert amount_minor > 0, amount_minor
    legs = {accounts.tax_withheld(tax): -amount_minor, accounts.bank(): amount_minor}
    return draft(JournalKind.REMITTANCE, f"remit:{remittance_id}", legs, remittance=remittance_id)


def vat_remitted(*, remittance_id: int, amount_minor: int) -> JournalDraft:
    """Invoiced VAT has been paid to the state."""
    assert amount_minor > 0, amount_minor
    legs = {accounts.vat_payable(): -amount_minor, accounts.bank(): amount_minor}
    return draft(JournalKind.REMITTANCE, f"remit:{remittance_id}", legs, remittance=remittance_id)


def rail_fee(*, statement_row: str, amount_minor: int) -> JournalDraft:
    """What a rail took for a payout; the platform bears it."""
    assert amount_minor > 0, amount_minor
    legs = {accounts.platform_fee(): -amount_minor, accounts.bank(): amount_minor}
    return draft(JournalKind.RAIL_FEE, f"rail-fee:{statement_row}", legs)
