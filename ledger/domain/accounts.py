"""The accounts of the ledger: which kinds there are, whose they are, how far they may go.

A balance says what we owe: positive = we owe the holder, so the bank's is normally negative (the
bank holds our money). What belongs to somebody keeps a balance row with limits; what belongs to
the platform is hot (every sale touches it), keeps none and is summed when somebody asks. Source:
design/domain.md section 6. The database knows the same limits (migration 0002).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

CURRENCY = "KZT"
REMEMBERED = 10_000  # of the accounts that every sale names


class Owner(StrEnum):
    PLATFORM = "platform"
    BRAND = "brand"
    INFLUENCER = "influencer"


class AccountKind(StrEnum):
    BANK = "bank"
    SUSPENSE = "suspense"
    PLATFORM_FEE = "platform_fee"
    VAT_PAYABLE = "vat_payable"
    TAX_WITHHELD = "tax_withheld"  # a family: tax_withheld:ipn, tax_withheld:opv ...
    BRAND_FREE = "brand_free"
    BUDGET = "budget"
    FEE_RESERVE = "fee_reserve"
    VAT_RESERVE = "vat_reserve"
    FEE_HOLD = "fee_hold"
    VAT_FUNDED = "vat_funded"
    CLAWBACK_PENDING = "clawback_pending"
    DEAL_ESCROW = "deal_escrow"
    GUARANTEE_ESCROW = "guarantee_escrow"
    INFLUENCER_HOLD = "influencer_hold"
    INFLUENCER_PAYABLE = "influencer_payable"
    INFLUENCER_DEBT = "influencer_debt"
    IN_FLIGHT = "in_flight"


@dataclass(frozen=True, slots=True)
class KindRule:
    """What is true of every account of a kind. None: no limit on that side."""

    owners: tuple[Owner, ...]
    subject: str = ""  # what one owner has several of: one account per campaign, payout ...
    floor_minor: int | None = 0
    ceiling_minor: int | None = None
    is_family: bool = False  # the kind carries a word of its own behind a colon

    @property
    def keeps_balance(self) -> bool:
        return Owner.PLATFORM not in self.owners


_PLATFORM = KindRule((Owner.PLATFORM,), floor_minor=None)
_BRAND = KindRule((Owner.BRAND,))
_CAMPAIGN = KindRule((Owner.BRAND,), "campaign")
_INFLUENCER = KindRule((Owner.INFLUENCER,))

KINDS: dict[AccountKind, KindRule] = {
    AccountKind.BANK: _PLATFORM,
    AccountKind.SUSPENSE: _PLATFORM,
    AccountKind.PLATFORM_FEE: _PLATFORM,
    AccountKind.VAT_PAYABLE: _PLATFORM,
    AccountKind.TAX_WITHHELD: KindRule((Owner.PLATFORM,), floor_minor=None, is_family=True),
    AccountKind.BRAND_FREE: _BRAND,
    AccountKind.BUDGET: _CAMPAIGN,
    AccountKind.FEE_RESERVE: _CAMPAIGN,
    AccountKind.VAT_RESERVE: _CAMPAIGN,
    AccountKind.FEE_HOLD: _CAMPAIGN,
    AccountKind.VAT_FUNDED: _BRAND,
    AccountKind.CLAWBACK_PENDING: _CAMPAIGN,
    AccountKind.DEAL_ESCROW: KindRule((Owner.BRAND,), "deal"),
    AccountKind.GUARANTEE_ESCROW: KindRule((Owner.BRAND,), "guarantee"),
    AccountKind.INFLUENCER_HOLD: _INFLUENCER,
    AccountKind.INFLUENCER_PAYABLE: _INFLUENCER,
    AccountKind.INFLUENCER_DEBT: KindRule((Owner.INFLUENCER,), floor_minor=None, ceiling_minor=0),
    AccountKind.IN_FLIGHT: KindRule((Owner.BRAND, Owner.INFLUENCER), "payout or refund"),
}
PLATFORM_KINDS = tuple(
    str(kind) for kind, rule in KINDS.items() if not rule.keeps_balance and not rule.is_family
)


def kind_rule(kind: str) -> KindRule:
    """The rule of an account's kind, e.g. of "budget" or "tax_withheld:ipn".

    Raises:
        ValueError: no such kind, or a family's kind without its word.
    """
    family, colon, word = kind.partition(":")
    rule = KINDS[AccountKind(family)]
    if rule.is_family != bool(word) or bool(colon) != bool(word):
        raise ValueError(f"{kind!r} is not a kind of account")
    return rule


@dataclass(frozen=True, slots=True)
class AccountRef:
    """Names an account, whether or not it has been opened yet.

    Raises:
        ValueError: not what the kind asks for: a budget without a campaign, somebody's bank.
    """

    kind: str
    brand_id: int | None = None
    influencer_id: int | None = None
    subject_id: int | None = None
    currency: str = CURRENCY
    # The account in one word, the same as the database makes of its columns
    code: str = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        ids = (self.brand_id, self.influencer_id, self.subject_id)
        words = [self.kind, *("" if id is None else str(id) for id in ids), self.currency]
        object.__setattr__(self, "code", "|".join(words))
        rule = kind_rule(self.kind)
        if self._owners() not in [(owner,) for owner in rule.owners]:
            raise ValueError(f"{self.kind} belongs to one of {rule.owners}: {self}")
        if (self.subject_id is not None) != bool(rule.subject):
            raise ValueError(f"{self.kind} is kept per {rule.subject or 'owner'}: {self}")

    def _owners(self) -> tuple[Owner, ...]:
        owners = []
        if self.brand_id is not None:
            owners.append(Owner.BRAND)
        if self.influencer_id is not None:
            owners.append(Owner.INFLUENCER)
        return tuple(owners) or (Owner.PLATFORM,)


# --- One function per kind: how every other app names an account ----------------------------


def bank() -> AccountRef:
    """All money at the bank, as a negative: it is owed to us."""
    return AccountRef(AccountKind.BANK)


def suspense() -> AccountRef:
    """Money received that nobody has claimed yet."""
    return AccountRef(AccountKind.SUSPENSE)


def platform_fee() -> AccountRef:
    """What the platform has earned."""
    return AccountRef(AccountKind.PLATFORM_FEE)


def vat_payable() -> AccountRef:
    """VAT that was invoiced and not yet remitted."""
    return AccountRef(AccountKind.VAT_PAYABLE)


def tax_withheld(tax: str) -> AccountRef:
    """One tax or contribution kept back from payees and not yet remitted: "ipn", "opv" ..."""
    return AccountRef(f"{AccountKind.TAX_WITHHELD}:{tax}")


def brand_free(brand_id: int) -> AccountRef:
    """A brand's money that is not reserved for anything."""
    return AccountRef(AccountKind.BRAND_FREE, brand_id=brand_id)


@lru_cache(REMEMBERED)
def budget(brand_id: int, campaign_id: int) -> AccountRef:
    """Reserved for a campaign's commissions and not yet earned by anybody."""
    return AccountRef(AccountKind.BUDGET, brand_id=brand_id, subject_id=campaign_id)


@lru_cache(REMEMBERED)
def fee_reserve(brand_id: int, campaign_id: int) -> AccountRef:
    """Reserved for our fee on the budget that is left."""
    return AccountRef(AccountKind.FEE_RESERVE, brand_id=brand_id, subject_id=campaign_id)


def vat_reserve(brand_id: int, campaign_id: int) -> AccountRef:
    """Reserved for the VAT on the fee that is not final yet."""
    return AccountRef(AccountKind.VAT_RESERVE, brand_id=brand_id, subject_id=campaign_id)


@lru_cache(REMEMBERED)
def fee_hold(brand_id: int, campaign_id: int) -> AccountRef:
    """Our fee on commissions that are still on hold."""
    return AccountRef(AccountKind.FEE_HOLD, brand_id=brand_id, subject_id=campaign_id)


def vat_funded(brand_id: int) -> AccountRef:
    """VAT on final fees, waiting for the invoice."""
    return AccountRef(AccountKind.VAT_FUNDED, brand_id=brand_id)


def clawback_pending(brand_id: int, campaign_id: int) -> AccountRef:
    """What a brand gets back once an influencer's debt is recovered."""
    return AccountRef(AccountKind.CLAWBACK_PENDING, brand_id=brand_id, subject_id=campaign_id)


def deal_escrow(brand_id: int, deal_id: int) -> AccountRef:
    """Reserved for a fixed fee."""
    return AccountRef(AccountKind.DEAL_ESCROW, brand_id=brand_id, subject_id=deal_id)


def guarantee_escrow(brand_id: int, guarantee_id: int) -> AccountRef:
    """Reserved for a month's minimum guarantee to one influencer."""
    return AccountRef(AccountKind.GUARANTEE_ESCROW, brand_id=brand_id, subject_id=guarantee_id)


@lru_cache(REMEMBERED)
def influencer_hold(influencer_id: int) -> AccountRef:
    """Commissions that may still be returned or rejected."""
    return AccountRef(AccountKind.INFLUENCER_HOLD, influencer_id=influencer_id)


def influencer_payable(influencer_id: int) -> AccountRef:
    """Approved commissions that were not paid out yet."""
    return AccountRef(AccountKind.INFLUENCER_PAYABLE, influencer_id=influencer_id)


def influencer_debt(influencer_id: int) -> AccountRef:
    """Paid commissions whose goods came back: a negative, owed to us."""
    return AccountRef(AccountKind.INFLUENCER_DEBT, influencer_id=influencer_id)


def payout_in_flight(influencer_id: int, payout_id: int) -> AccountRef:
    """A payout that has left the payable balance and not yet the bank."""
    return AccountRef(AccountKind.IN_FLIGHT, influencer_id=influencer_id, subject_id=payout_id)


def refund_in_flight(brand_id: int, refund_id: int) -> AccountRef:
    """A brand's free balance on its way back to the brand."""
    return AccountRef(AccountKind.IN_FLIGHT, brand_id=brand_id, subject_id=refund_id)
