"""Rules of the law with two people behind each, and questions to state registers."""

from __future__ import annotations

from django.utils.translation import gettext as _

from compliance.domain.rules import Rule, RuleBook, RuleOverlap, rules_parse
from compliance.models import RegisterCheck, TaxRule
from compliance.registries.base import RegisterAnswer
from compliance.registries.kgd.client import kgd_register
from compliance.selectors import ENTREPRENEUR, is_business, rules_of
from core import clock
from core.audit.services import audit_record
from core.errors import DomainError, Forbidden, NotFound
from core.jobs import enqueue
from core.locks import lock_for_transaction
from core.tenancy.context import acting_as
from influencers.models import Payee, TaxProfile
from influencers.selectors import payee_of
from influencers.services import tax_profile_set


class RuleConflict(DomainError):
    """Another rule covers the same days, with another figure."""

    code = "rule_conflict"


class PayeeMissing(DomainError):
    """A register is asked by the IIN, and there is none yet."""

    code = "payee_missing"


# --- Registers ------------------------------------------------------------------------------


def payee_tax_set(
    *, influencer_id: int, status: str, has_deduction_application: bool = False
) -> TaxProfile:
    """A payee's tax status from today. An entrepreneur's is asked of the register at once, in the
    background: a register that is slow must not hold a page, or a transaction.

    Raises:
        PayeeMissing: an entrepreneur's status without an IIN.
        Invalid: see `tax_profile_set`.
    """
    must_ask = is_business(status)
    if must_ask:
        _payee_require(influencer_id)
    profile = tax_profile_set(
        influencer_id=influencer_id,
        status=status,
        has_deduction_application=has_deduction_application,
    )
    if must_ask:
        enqueue("compliance.tasks.register_ask", influencer_id)
    return profile


def register_recheck(*, influencer_id: int) -> None:
    """Ask the register once more, in the background.

    Raises:
        PayeeMissing: there is no IIN to ask by.
    """
    _payee_require(influencer_id)
    enqueue("compliance.tasks.register_ask", influencer_id)


def register_check(*, influencer_id: int) -> RegisterCheck:
    """Ask the register whether a payee is an entrepreneur today, and keep its answer.

    Between two transactions there is HTTP: call it outside of a context where you can.

    Raises:
        PayeeMissing: there is no IIN to ask by.
    """
    with acting_as(system="ask a register"):
        payee = _payee_require(influencer_id)
    register = kgd_register()
    answer = register.entrepreneur_check(iin=payee.iin, checked_at=clock.now())
    with acting_as(system="ask a register"):
        return _answer_keep(influencer_id, register.name, answer)


def _payee_require(influencer_id: int) -> Payee:
    payee = payee_of(influencer_id)
    if payee is None:
        raise PayeeMissing(_("Give your IIN first: the register is asked by it."))
    return payee


def _answer_keep(influencer_id: int, register: str, answer: RegisterAnswer) -> RegisterCheck:
    check = RegisterCheck.objects.create(
        influencer_id=influencer_id,
        register=register,
        question=ENTREPRENEUR,
        answer=answer.answer,
        name=answer.name,
        raw=answer.raw,
        reason=answer.reason[:200],
        checked_at=answer.checked_at,
    )
    audit_record("register.check", check, after={"register": register, "answer": answer.answer})
    return check


# --- Rules ----------------------------------------------------------------------------------


def tax_rules_load(*, text: str, maker_id: int, checker_id: int) -> int:
    """Put the rows of a file of compliance/data in force; how many were new. Repeatable.

    Raises:
        Forbidden: one person is maker and checker.
        RuleConflict: a figure in force says something else for the same days.
        RuleInvalid: the file has a row that cannot be.
    """
    if maker_id == checker_id:
        raise Forbidden(_("A rule needs two people: one enters it, another puts it in force."))
    wanted = rules_parse(text)
    with acting_as(system="load tax rules"):
        lock_for_transaction("tax rules")
        active = rules_of(TaxRule.objects.filter(state=TaxRule.State.ACTIVE))
        new = [rule for rule in wanted if rule not in active]
        _require_no_overlap([*active, *new])
        for rule in new:
            row = _rule_row(rule, maker_id)
            row.state, row.activated_by_id = TaxRule.State.ACTIVE, checker_id
            row.save()
            audit_record("tax_rule.load", row, after=_rule_words(row))
    return len(new)


def tax_rule_draft(*, rule: Rule, maker_id: int) -> TaxRule:
    """Enter a figure. Nobody reads it until another person puts it in force. Runs as ops."""
    row = _rule_row(rule, maker_id)
    row.save()
    audit_record("tax_rule.draft", row, after=_rule_words(row))
    return row


def tax_rule_activate(*, rule_id: int, checker_id: int) -> TaxRule:
    """Put a drafted figure in force. Runs as ops.

    Raises:
        NotFound: no such draft.
        Forbidden: by the person who entered it (the database refuses it too).
        RuleConflict: a figure in force covers some of its days.
    """
    lock_for_transaction("tax rules")
    row = TaxRule.objects.filter(pk=rule_id, state=TaxRule.State.DRAFT).first()
    if row is None:
        raise NotFound(_("There is no such draft of a rule."))
    if row.created_by_id == checker_id:
        raise Forbidden(_("A rule needs two people: one enters it, another puts it in force."))
    active = TaxRule.objects.filter(state=TaxRule.State.ACTIVE, key=row.key)
    _require_no_overlap(rules_of([*active, row]))
    row.state, row.activated_by_id = TaxRule.State.ACTIVE, checker_id
    row.save(update_fields=["state", "activated_by_id"])
    audit_record("tax_rule.activate", row, after=_rule_words(row))
    return row


def _require_no_overlap(rules: list[Rule]) -> None:
    try:
        RuleBook.from_rules(rules)
    except RuleOverlap as error:
        message = _("Another figure is in force for %(key)s on %(day)s.")
        raise RuleConflict(message % {"key": error.key, "day": error.day.isoformat()}) from None


def _rule_row(rule: Rule, maker_id: int) -> TaxRule:
    return TaxRule(
        key=rule.key,
        value=rule.value,
        unit=rule.unit,
        valid_from=rule.valid_from,
        valid_to=rule.valid_to,
        source=rule.source_url,
        confidence=rule.confidence,
        created_by_id=maker_id,
    )


def _rule_words(row: TaxRule) -> dict[str, str]:
    return {"key": row.key, "value": str(row.value), "unit": row.unit, "from": str(row.valid_from)}
