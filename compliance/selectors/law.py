"""The law in force, and what registers have said of a payee."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from compliance.domain import withholding
from compliance.domain.rules import Confidence, Rule, RuleBook, RulesInForce, Unit
from compliance.models import RegisterCheck, TaxRule
from core import clock
from influencers.models import Payee, PayoutAccount, TaxProfile
from influencers.selectors import payee_of, payout_account_active, tax_profile_in_force

ENTREPRENEUR = "entrepreneur"  # the question: is this person an individual entrepreneur?
VAT_RATE = "vat_rate"


def rule_book() -> RuleBook:
    """Every active rule.

    Raises:
        RuleOverlap: two active rows of a key share a day.
    """
    return RuleBook.from_rules(rules_of(TaxRule.objects.filter(state=TaxRule.State.ACTIVE)))


def rules_in_force(day: date) -> RulesInForce:
    """The figures of one day, by the day of the payment or of the turnover."""
    return rule_book().at(day)


def vat_bps(day: date | None = None) -> int:
    """The VAT rate on a day, today unless said otherwise.

    Raises:
        RuleMissing: no row covers the day.
    """
    return rules_in_force(day or clock.today()).value(VAT_RATE)


def vat_rates(days: Collection[date]) -> dict[date, int]:
    """{day: the VAT rate on it}. One query, and none for no days.

    Raises:
        RuleMissing: no row covers a day.
    """
    if not days:
        return {}
    book = rule_book()
    return {day: book.at(day).value(VAT_RATE) for day in days}


def rules_of(rows: Iterable[TaxRule]) -> list[Rule]:
    return [
        Rule(
            key=row.key,
            value=row.value,
            unit=Unit(row.unit),
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            source_url=row.source,
            confidence=Confidence(row.confidence),
        )
        for row in rows
    ]


def register_check_latest(influencer_id: int, question: str = ENTREPRENEUR) -> RegisterCheck | None:
    """What a register said last. None: it was never asked."""
    checks = RegisterCheck.objects.filter(influencer_id=influencer_id, question=question)
    return checks.order_by("-checked_at", "-id").first()


def withholding_profiles(
    influencer_ids: Collection[int], day: date
) -> dict[int, withholding.TaxProfile]:
    """What payees are to the tax law on a day, as `withholding_compute` asks for it. Two queries.

    No status told yet, or one we cannot know: unknown, which holds the payout.
    """
    begun = TaxProfile.objects.filter(influencer_id__in=influencer_ids, valid_from__lte=day)
    latest = begun.order_by("influencer_id", "-valid_from", "-id").distinct("influencer_id")
    profiles = {profile.influencer_id: profile for profile in latest}
    asked = RegisterCheck.objects.filter(influencer_id__in=influencer_ids, question=ENTREPRENEUR)
    last = asked.order_by("influencer_id", "-checked_at", "-id").distinct("influencer_id")
    checks = {check.influencer_id: check for check in last}
    return {id: _profile(profiles.get(id), checks.get(id), day) for id in influencer_ids}


def _profile(
    profile: TaxProfile | None, check: RegisterCheck | None, day: date
) -> withholding.TaxProfile:
    if profile is None:
        return withholding.TaxProfile(status=withholding.TaxStatus.UNKNOWN, valid_from=day)
    return withholding.TaxProfile(
        status=withholding.TaxStatus(profile.status),
        valid_from=profile.valid_from,
        has_deduction_application=profile.has_deduction_application,
        register_answer=withholding.RegisterAnswer(check.answer if check else "unknown"),
        register_checked_on=clock.day_of(check.checked_at) if check else None,
    )


def is_business(status: str) -> bool:
    """Whether a register has to confirm this tax status."""
    return status in withholding.BUSINESS


@dataclass(frozen=True, slots=True)
class PayeeSteps:
    """What is known of a payee and what is still to be asked, in the order in which it is asked.

    The register's step is there for who says to be an entrepreneur; it is done once the register
    has confirmed that status since it was chosen.
    """

    payee: Payee | None
    tax_profile: TaxProfile | None
    check: RegisterCheck | None
    account: PayoutAccount | None

    @property
    def is_done(self) -> dict[str, bool]:
        """{"iin": True, "tax": True, "register": False, "account": False}"""
        steps = {"iin": self.payee is not None, "tax": self.has_tax_status}
        if self.tax_profile is not None and is_business(self.tax_profile.status):
            steps["register"] = self.is_confirmed
        return steps | {"account": self.account is not None}

    @property
    def is_complete(self) -> bool:
        return all(self.is_done.values())

    @property
    def has_tax_status(self) -> bool:
        profile = self.tax_profile
        return profile is not None and profile.status != TaxProfile.Status.UNKNOWN

    @property
    def is_confirmed(self) -> bool:
        return self.check is not None and self.check.answer == RegisterCheck.Answer.YES


def payee_steps(influencer_id: int) -> PayeeSteps:
    """IIN, tax status, register, account: "2 of 4". Four queries by keys."""
    profile = tax_profile_in_force(influencer_id)
    check = register_check_latest(influencer_id)
    if profile is not None and check is not None and check.checked_at < profile.created_at:
        check = None  # from before the status was chosen: the new answer is on its way
    return PayeeSteps(
        payee=payee_of(influencer_id),
        tax_profile=profile,
        check=check,
        account=payout_account_active(influencer_id),
    )
