"""What a campaign pays, and how a reward was worked out, in words and figures."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from campaigns.domain.commission import CommissionTerms, SkuRate, Step, StepKind
from exchange.web.formatting import money_text, number_text, percent_text

# --- What a campaign pays -------------------------------------------------------------------


def rate_short(commission: CommissionTerms) -> str:
    """For a card or a table's cell: "10%", "2 000 ₸"."""
    if commission.fixed_minor:
        return money_text(commission.fixed_minor)
    if commission.percent_bps:
        return percent_text(commission.percent_bps)
    return _("by product")


def reward_sentences(commission: CommissionTerms) -> list[str]:
    """What an order earns, for both sides the same; nothing of a form that nobody has filled in."""
    if not (commission.fixed_minor or commission.percent_bps or commission.table):
        return []
    said = [_default_sentence(commission)]
    if own := [rate for rate in commission.table.values() if not rate.is_excluded]:
        said.append(_("Products with a reward of their own: %(count)s.") % _count(own))
    if nothing := [rate for rate in commission.table.values() if rate.is_excluded]:
        said.append(_("Products without a reward: %(count)s.") % _count(nothing))
    if commission.cap_minor is not None:
        said.append(
            _("The most for one order: %(amount)s.") % {"amount": money_text(commission.cap_minor)}
        )
    return said


def _default_sentence(commission: CommissionTerms) -> str:
    if commission.fixed_minor:
        text = _("The reward for each order, however many goods are in it: %(amount)s.")
        return text % {"amount": money_text(commission.fixed_minor)}
    if commission.percent_bps:
        text = _("The reward of the goods after discounts, without delivery: %(rate)s.")
        return text % {"rate": percent_text(commission.percent_bps)}
    return _("Only products that the brand has listed have a reward.")


def _count(rates: Sequence[SkuRate]) -> dict[str, str]:
    return {"count": number_text(len(rates))}


def sku_rate_text(rate: SkuRate) -> str:
    if rate.piece_minor:
        return _("%(amount)s for a piece") % {"amount": money_text(rate.piece_minor)}
    return percent_text(rate.bps)


# --- How a reward was worked out ------------------------------------------------------------


def step_label(kind: StepKind) -> str:
    return {
        StepKind.PERCENT: _("By the rate"),
        StepKind.SKU_PERCENT: _("By the product's own rate"),
        StepKind.SKU_FIXED: _("For the pieces of this product"),
        StepKind.EXCLUDED: _("This product has no reward"),
        StepKind.FIXED: _("Its part of the order's reward"),
        StepKind.CAP: _("Its part of the most for one order"),
    }[kind]


def step_text(step: Step) -> str:
    """The calculation in figures: "60 000 ₸ × 5%", "2 000 ₸ × 60 000 ₸ / 100 000 ₸"."""
    base = money_text(step.base_minor)
    if step.kind == StepKind.EXCLUDED:
        return ""
    if step.rate_bps is not None:
        return f"{base} × {percent_text(step.rate_bps)}"
    amount = money_text((step.amount_minor or 0) - (step.settled_minor or 0))
    if step.settled_minor:
        whole, settled = money_text(step.amount_minor or 0), money_text(step.settled_minor)
        amount = f"({whole} − {settled})"
    if step.quantity is not None:
        amount = f"{number_text(step.quantity)} × {amount}"
    if step.base_minor == step.of_minor:
        return amount
    return f"{amount} × {base} / {money_text(step.of_minor or 0)}"


def arithmetic_text(steps: Sequence[Step]) -> str:
    """All of it in one line: "By the rate: 60 000 ₸ × 10% = 6 000 ₸; ..."; "" without steps."""
    said = [
        f"{step_label(step.kind)}: {step_text(step)} = {money_text(step.result_minor)}"
        if step.kind != StepKind.EXCLUDED
        else step_label(step.kind)
        for step in steps
    ]
    return "; ".join(said)
