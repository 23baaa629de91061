"""What we keep back from a payout by law, as a pure function.

Everything is cumulative within a calendar month, per payee and tax agent: what is due on the
month's total so far, less what is withheld already. So the split of a month's income into payouts
never changes the month's sum, and caps and the income-tax band are reached once.
The arithmetic with worked figures: docs/tax/withholding.md. The figures: compliance/data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from compliance.domain.rules import RuleMissing, RulesInForce
from core.bps import BPS_WHOLE, round_half_up

TIYN_IN_TENGE = 100
# A register's answer is asked for again before every payout run (facts: cache hits for one day).
REGISTER_CHECK_DAYS_MAX = 1
# From here on a limit is announced; ours, not the law's.
LIMIT_WARNING_BPS = 8_000


class TaxStatus(StrEnum):
    INDIVIDUAL_GPH = "individual_gph"
    SELF_EMPLOYED = "self_employed"
    IP_SIMPLIFIED = "ip_simplified"
    IP_GENERAL = "ip_general"
    LLP_SIMPLIFIED = "llp_simplified"
    LLP_GENERAL = "llp_general"
    NONRESIDENT = "nonresident"
    UNKNOWN = "unknown"


SIMPLIFIED = frozenset({TaxStatus.IP_SIMPLIFIED, TaxStatus.LLP_SIMPLIFIED})
BUSINESS = SIMPLIFIED | {TaxStatus.IP_GENERAL, TaxStatus.LLP_GENERAL}


class RegisterAnswer(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class TaxKind(StrEnum):
    """A line of a payout's tax, and an account of the ledger (`tax_withheld:{kind}`)."""

    OPV = "opv"  # mandatory pension contributions
    SO = "so"  # social contributions
    VOSMS = "vosms"  # medical insurance contributions
    OPVR = "opvr"  # the employer's pension contributions, inside the self-employed's 4 %
    IPN = "ipn"  # income tax at the first rate
    IPN_EXCESS = "ipn_excess"  # income tax on what the year's taxable income has above the band


class HoldReason(StrEnum):
    """Why a payout waits. Shown to the payee and to ops; translated by key."""

    STATUS_UNKNOWN = "status_unknown"
    NONRESIDENT = "nonresident"
    PROFILE_NOT_VALID = "profile_not_valid"
    EXEMPTION_NOT_AUTOMATED = "exemption_not_automated"
    REGISTER_UNKNOWN = "register_unknown"
    REGISTER_SAYS_NO = "register_says_no"
    REGISTER_CHECK_EXPIRED = "register_check_expired"
    SIMPLIFIED_WITH_VAT = "simplified_with_vat"
    SELF_EMPLOYED_NOT_CONFIRMED = "self_employed_not_confirmed"
    SELF_EMPLOYED_MONTH_LIMIT = "self_employed_month_limit"
    SELF_EMPLOYED_YEAR_LIMIT = "self_employed_year_limit"
    IP_REGISTRATION_LIMIT = "ip_registration_limit"
    WITHHOLDING_EXCEEDS_GROSS = "withholding_exceeds_gross"
    RULE_MISSING = "rule_missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxProfile:
    """What a payee is to the tax law on some days. `valid_to` is inclusive.

    `register_answer` is the state register's word on "is this an entrepreneur or company", with
    the day it was asked. `claims_exemption`: pensioner, disabled, student and the like, whose
    rules are not automated.
    """

    status: TaxStatus
    valid_from: date
    valid_to: date | None = None
    has_deduction_application: bool = False
    claims_exemption: bool = False
    is_vat_payer: bool = False
    register_answer: RegisterAnswer = RegisterAnswer.UNKNOWN
    register_checked_on: date | None = None


@dataclass(frozen=True, slots=True)
class Booked:
    """What tax lines of one kind already stand on: the sums of their bases and amounts, tiyn."""

    base_minor: int = 0
    amount_minor: int = 0


@dataclass(frozen=True, slots=True)
class PaidSoFar:
    """Payouts before this one: to this payee, by this tax agent, under the same tax status.

    Failed, cancelled and returned payouts are not among them.
    """

    gross_minor: int = 0
    booked: Mapping[TaxKind, Booked] = field(default_factory=dict)

    def of(self, kind: TaxKind) -> Booked:
        return self.booked.get(kind, Booked())

    def taxable_minor(self) -> int:
        """The base of income tax, at whatever rate."""
        return self.of(TaxKind.IPN).base_minor + self.of(TaxKind.IPN_EXCESS).base_minor

    def deducted_minor(self) -> int:
        """How much of the base deduction has been used."""
        social = sum(
            self.of(kind).amount_minor for kind in (TaxKind.OPV, TaxKind.SO, TaxKind.VOSMS)
        )
        return max(0, self.gross_minor - social - self.taxable_minor())


NOTHING_PAID = PaidSoFar()


@dataclass(frozen=True, slots=True)
class TaxLine:
    """One tax of one payout. `base_minor` and `amount_minor` are this payout's part of the month.

    Amounts are whole tenge; zero lines are kept, so that a payee sees that nothing is due.
    """

    kind: TaxKind
    base_minor: int
    rate_bps: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Limit:
    """A total that must not pass a figure of the law. `key` names the figure."""

    key: str
    total_minor: int
    limit_minor: int
    hold_reason: HoldReason

    @property
    def is_over(self) -> bool:
        return self.total_minor > self.limit_minor

    @property
    def is_near(self) -> bool:
        return self.total_minor * BPS_WHOLE >= self.limit_minor * LIMIT_WARNING_BPS


@dataclass(frozen=True, slots=True)
class Withholding:
    """A payout's arithmetic: `net_minor` plus all lines is `gross_minor`, to the tiyn."""

    gross_minor: int
    net_minor: int
    lines: tuple[TaxLine, ...]
    warnings: tuple[Limit, ...]
    rules_hash: str

    @property
    def withheld_minor(self) -> int:
        return sum(line.amount_minor for line in self.lines)


@dataclass(frozen=True, slots=True)
class PayoutHeld:
    """No payout now, and why. `detail` has the figures for the message: JSON values only."""

    reason: HoldReason
    detail: Mapping[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Due:
    """What one tax comes to on the whole month so far."""

    kind: TaxKind
    base_minor: int
    rate_bps: int

    @property
    def amount_minor(self) -> int:
        return tenge_half_up(self.base_minor, self.rate_bps)


@dataclass(frozen=True, slots=True)
class _Case:
    """A payout on top of what was paid before it."""

    gross_minor: int
    profile: TaxProfile
    rules: RulesInForce
    month: PaidSoFar
    year: PaidSoFar

    @property
    def month_gross_minor(self) -> int:
        return self.month.gross_minor + self.gross_minor


def withholding_compute(
    gross_minor: int,
    *,
    profile: TaxProfile,
    rules: RulesInForce,
    month: PaidSoFar = NOTHING_PAID,
    year: PaidSoFar = NOTHING_PAID,
) -> Withholding | PayoutHeld:
    """Split a gross payout into the taxes withheld and the net sum to send.

    Args:
        gross_minor: the amount before tax in tiyn, > 0.
        profile: what the payee is on the day of the payment (not on the day of the sale).
        rules: `RuleBook.at(the day of the payment in Asia/Almaty)`. Where a figure that this payee
            needs is missing, the payout is held.
        month: what was paid and withheld in the calendar month of that day before this payout.
        year: the same since 1 January; it includes `month`.

    Returns:
        Withholding, or PayoutHeld with the reason: nothing here is ever guessed.

    Raises:
        ValueError: `gross_minor` is not positive.

    Each line is rounded to whole tenge, half up. A line never falls below zero: what a change of
    profile has made too much is used up by the month's next payouts, or corrected by ops.
    Source: docs/tax/withholding.md.
    """
    if gross_minor <= 0:
        raise ValueError(f"gross must be positive: {gross_minor}")
    try:
        held = _profile_hold(profile, rules)
        return held or _withhold(_Case(gross_minor, profile, rules, month, year))
    except RuleMissing as missing:
        detail = {"key": missing.key, "day": missing.day.isoformat()}
        return PayoutHeld(HoldReason.RULE_MISSING, detail)


def limits_compute(
    status: TaxStatus, *, month_gross_minor: int, year_gross_minor: int, rules: RulesInForce
) -> tuple[Limit, ...]:
    """The limits of the law that a payee of `status` runs into, with how far they are used.

    We see only what went through us, which is less than what the person earned.

    Raises:
        RuleMissing: a limit has no figure on the day.
    """
    if status is TaxStatus.INDIVIDUAL_GPH:
        key, reason = "ip_registration_threshold", HoldReason.IP_REGISTRATION_LIMIT
        return (Limit(key, year_gross_minor, rules.amount_minor(key), reason),)
    if status is TaxStatus.SELF_EMPLOYED:
        month_key, year_key = "self_employed_month_limit", "self_employed_year_limit"
        return (
            Limit(
                month_key,
                month_gross_minor,
                rules.amount_minor(month_key),
                HoldReason.SELF_EMPLOYED_MONTH_LIMIT,
            ),
            Limit(
                year_key,
                year_gross_minor,
                rules.amount_minor(year_key),
                HoldReason.SELF_EMPLOYED_YEAR_LIMIT,
            ),
        )
    return ()


def tenge_half_up(base_minor: int, rate_bps: int) -> int:
    """`rate_bps` of a base, rounded to whole tenge, half up; in tiyn."""
    return round_half_up(base_minor * rate_bps, BPS_WHOLE * TIYN_IN_TENGE) * TIYN_IN_TENGE


def _profile_hold(profile: TaxProfile, rules: RulesInForce) -> PayoutHeld | None:
    if profile.status is TaxStatus.UNKNOWN:
        return PayoutHeld(HoldReason.STATUS_UNKNOWN)
    if profile.status is TaxStatus.NONRESIDENT:
        return PayoutHeld(HoldReason.NONRESIDENT)
    if not _covers(profile, rules.day):
        return PayoutHeld(HoldReason.PROFILE_NOT_VALID)
    if profile.claims_exemption:
        return PayoutHeld(HoldReason.EXEMPTION_NOT_AUTOMATED)
    if profile.status in BUSINESS:
        return _business_hold(profile, rules)
    if profile.status is TaxStatus.SELF_EMPLOYED:
        return _self_employed_hold(rules)
    return None


def _covers(profile: TaxProfile, day: date) -> bool:
    return profile.valid_from <= day and (profile.valid_to is None or day <= profile.valid_to)


def _business_hold(profile: TaxProfile, rules: RulesInForce) -> PayoutHeld | None:
    """The number alone never proves that a person is an entrepreneur: a register has to say so."""
    if profile.register_answer is RegisterAnswer.NO:
        return PayoutHeld(HoldReason.REGISTER_SAYS_NO)
    checked_on = profile.register_checked_on
    if profile.register_answer is RegisterAnswer.UNKNOWN or checked_on is None:
        return PayoutHeld(HoldReason.REGISTER_UNKNOWN)
    if (rules.day - checked_on).days > REGISTER_CHECK_DAYS_MAX:
        return PayoutHeld(HoldReason.REGISTER_CHECK_EXPIRED, {"checked_on": checked_on.isoformat()})
    if _is_simplified_with_vat(profile) and not rules.is_set("simplified_may_pay_vat"):
        return PayoutHeld(HoldReason.SIMPLIFIED_WITH_VAT)
    return None


def _is_simplified_with_vat(profile: TaxProfile) -> bool:
    return profile.is_vat_payer and profile.status in SIMPLIFIED


def _self_employed_hold(rules: RulesInForce) -> PayoutHeld | None:
    if not rules.is_set("self_employed_advertising_allowed"):
        return PayoutHeld(HoldReason.SELF_EMPLOYED_NOT_CONFIRMED)
    return None


def _withhold(case: _Case) -> Withholding | PayoutHeld:
    gross_minor = case.gross_minor
    limits = limits_compute(
        case.profile.status,
        month_gross_minor=case.month_gross_minor,
        year_gross_minor=case.year.gross_minor + gross_minor,
        rules=case.rules,
    )
    for limit in limits:
        if limit.is_over:
            return _held_at(limit)
    dues = _DUES[case.profile.status](case)
    lines = tuple(_line(due, case.month.of(due.kind)) for due in dues)
    net_minor = gross_minor - sum(line.amount_minor for line in lines)
    if net_minor < 0:  # a change of profile within the month, or a payout of a few tenge
        return PayoutHeld(HoldReason.WITHHOLDING_EXCEEDS_GROSS, {"missing_minor": -net_minor})
    warnings = tuple(limit for limit in limits if limit.is_near)
    rules_hash = case.rules.hash_of(RULE_KEYS[case.profile.status])
    return Withholding(gross_minor, net_minor, lines, warnings, rules_hash)


def _held_at(limit: Limit) -> PayoutHeld:
    detail: dict[str, int | str] = {
        "key": limit.key,
        "total_minor": limit.total_minor,
        "limit_minor": limit.limit_minor,
    }
    return PayoutHeld(limit.hold_reason, detail)


def _line(due: _Due, booked: Booked) -> TaxLine:
    """This payout's part: what is due on the month so far, less what is booked already."""
    base_minor = max(0, due.base_minor - booked.base_minor)
    amount_minor = max(0, due.amount_minor - booked.amount_minor)
    return TaxLine(due.kind, base_minor, due.rate_bps, amount_minor)


def _gph_dues(case: _Case) -> Sequence[_Due]:
    """A civil-law contract: three contributions from the gross, then income tax on the rest."""
    gross_minor = case.month_gross_minor
    opv = _capped(TaxKind.OPV, gross_minor, case.rules)
    so = _capped(TaxKind.SO, gross_minor - opv.amount_minor, case.rules)
    vosms = _capped(TaxKind.VOSMS, gross_minor, case.rules)
    taxable_minor = gross_minor - opv.amount_minor - so.amount_minor - vosms.amount_minor
    if case.profile.has_deduction_application:
        taxable_minor = max(0, taxable_minor - _deduction_minor(case))
    before_minor = case.year.taxable_minor() - case.month.taxable_minor()
    return [opv, so, vosms, *_income_tax(taxable_minor, before_minor, case.rules)]


def _capped(kind: TaxKind, object_minor: int, rules: RulesInForce) -> _Due:
    base_minor = min(object_minor, rules.amount_minor(f"gph_{kind}_cap"))
    return _Due(kind, base_minor, rules.value(f"gph_{kind}_rate"))


def _deduction_minor(case: _Case) -> int:
    """The month's base deduction: so much a month, and no more than so much a year.

    What a month leaves unused is not carried to the next: no source says that it is.
    """
    used_before_minor = case.year.deducted_minor() - case.month.deducted_minor()
    left_minor = max(0, case.rules.amount_minor("base_deduction_year") - used_before_minor)
    return min(case.rules.amount_minor("base_deduction_month"), left_minor)


def _income_tax(taxable_minor: int, before_minor: int, rules: RulesInForce) -> list[_Due]:
    """The month's taxable income, cut where the year's total passes the band."""
    room_minor = max(0, rules.amount_minor("ipn_band") - before_minor)
    within_minor = min(taxable_minor, room_minor)
    dues = [_Due(TaxKind.IPN, within_minor, rules.value("ipn_rate"))]
    if taxable_minor > within_minor:
        excess_minor = taxable_minor - within_minor
        dues.append(_Due(TaxKind.IPN_EXCESS, excess_minor, rules.value("ipn_excess_rate")))
    return dues


def _self_employed_dues(case: _Case) -> Sequence[_Due]:
    """Through a platform the operator withholds four single per cents; else the person pays."""
    if not case.rules.is_set("self_employed_withheld_by_operator"):
        return []
    return [
        _Due(kind, case.month_gross_minor, case.rules.value(f"self_employed_{kind}_rate"))
        for kind in (TaxKind.OPV, TaxKind.OPVR, TaxKind.SO, TaxKind.VOSMS)
    ]


def _business_dues(case: _Case) -> Sequence[_Due]:
    """An entrepreneur or a company pays its own taxes from the whole sum."""
    if not case.rules.is_set("business_pays_own_tax"):
        raise RuleMissing("business_withholding_rate", case.rules.day)
    return []


_GPH_KEYS = (
    "mrp",
    "mzp",
    "gph_opv_rate",
    "gph_opv_cap",
    "gph_so_rate",
    "gph_so_cap",
    "gph_vosms_rate",
    "gph_vosms_cap",
    "ipn_rate",
    "ipn_band",
    "ipn_excess_rate",
    "base_deduction_month",
    "base_deduction_year",
    "ip_registration_threshold",
)
_SELF_EMPLOYED_KEYS = (
    "mrp",
    "self_employed_advertising_allowed",
    "self_employed_withheld_by_operator",
    "self_employed_month_limit",
    "self_employed_year_limit",
    "self_employed_opv_rate",
    "self_employed_opvr_rate",
    "self_employed_so_rate",
    "self_employed_vosms_rate",
)
_BUSINESS_KEYS = ("business_pays_own_tax",)
# Every rule that a status's payout rests on: what its hash covers, what ops must keep filled.
RULE_KEYS: Mapping[TaxStatus, tuple[str, ...]] = {
    TaxStatus.INDIVIDUAL_GPH: _GPH_KEYS,
    TaxStatus.SELF_EMPLOYED: _SELF_EMPLOYED_KEYS,
    TaxStatus.IP_SIMPLIFIED: (*_BUSINESS_KEYS, "simplified_may_pay_vat"),
    TaxStatus.IP_GENERAL: _BUSINESS_KEYS,
    TaxStatus.LLP_SIMPLIFIED: (*_BUSINESS_KEYS, "simplified_may_pay_vat"),
    TaxStatus.LLP_GENERAL: _BUSINESS_KEYS,
}

_DUES: Mapping[TaxStatus, Callable[[_Case], Sequence[_Due]]] = {
    TaxStatus.INDIVIDUAL_GPH: _gph_dues,
    TaxStatus.SELF_EMPLOYED: _self_employed_dues,
    **dict.fromkeys(BUSINESS, _business_dues),
}
