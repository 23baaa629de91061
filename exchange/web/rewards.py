"""The parts of pages that say what a campaign pays, and how a reward was worked out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from attribution.models import ConversionVersion
from campaigns.domain.commission import CommissionTerms, Step, StepKind
from campaigns.domain.sku_table import table_of_plain
from campaigns.models import Terms
from exchange.web.formatting import money_text, number_text, percent_text
from exchange.web.pages.common import Fact, PolicyTerms, Sum
from exchange.web.reward_words import (
    bonuses_text,
    rate_short,
    rate_text,
    sku_rate_text,
    step_label,
    step_text,
    tiers_text,
)

PRODUCTS_SHOWN = 12


def policy_terms(terms: Terms) -> PolicyTerms:
    return PolicyTerms(
        terms.commission,
        terms.window_days,
        terms.hold_days,
        terms.code_policy,
        terms.model,
        tuple(terms.places),
        terms.clawback_days,
    )


def reward_facts(terms: Terms) -> list[Fact]:
    """The reward as rows: what, the most, and which products have their own."""
    commission = terms.commission
    facts = [Fact(_("Reward"), rate_short(commission))]
    if commission.returning is not None:
        nothing = _("nothing")
        rate = nothing if commission.returning.is_nothing else rate_text(commission.returning)
        facts.append(Fact(_("Returning buyers"), rate))
    if not commission.is_base_with_vat:
        facts.append(Fact(_("A percent is taken"), _("from the price without VAT")))
    if commission.tiers:
        facts.append(Fact(_("More for many orders"), tiers_text(commission)))
    if commission.bonuses:
        facts.append(Fact(_("Bonus for orders of a month"), bonuses_text(commission)))
    for label, cap in (
        (_("Most for one order"), commission.cap_minor),
        (_("Most for one influencer's day"), commission.cap_day_minor),
        (_("Most for one influencer"), commission.cap_influencer_minor),
        (_("Most for the whole campaign"), commission.cap_total_minor),
    ):
        if cap is not None:
            facts.append(Fact(label, money_text(cap)))
    rows = table_of_plain(terms.sku_rates)
    if rows:
        shown = [f"{row.sku}: {sku_rate_text(row.rate)}" for row in rows[:PRODUCTS_SHOWN]]
        if (more := len(rows) - PRODUCTS_SHOWN) > 0:
            shown.append(_("and more: %(count)s") % {"count": number_text(more)})
        facts.append(Fact(_("Products with a reward of their own"), "; ".join(shown)))
    return facts


def steps_of(versions: Iterable[ConversionVersion]) -> list[Step]:
    """The arithmetic of what a conversion is worth now; `versions` by number. None of one that is
    older than the arithmetic is kept, and of one that is worth nothing any more."""
    kept = [each.breakdown for each in versions if each.breakdown is not None]
    return [Step.of_plain(each) for each in kept[-1]] if kept else []


def is_plain_percent(steps: Sequence[Step]) -> bool:
    """Whether the rate alone says it all."""
    if len(steps) != 1:
        return not steps
    (only,) = steps
    return only.kind is StepKind.PERCENT and only.buyer is None and only.orders is None


def reward_rows(steps: Sequence[Step], commission: CommissionTerms) -> list[Sum]:
    """The rows between the goods and the reward."""
    if is_plain_percent(steps):
        bps = steps[0].rate_bps if steps else None
        rate = rate_short(commission) if bps is None else percent_text(bps)
        return [Sum(_("Rate"), text=rate if commission.fixed_minor else f"× {rate}")]
    return [Sum(step_label(step), step.result_minor, note=step_text(step)) for step in steps]
