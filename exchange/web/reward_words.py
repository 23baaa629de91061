"""What a campaign pays, and how a reward was worked out, in words and figures."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from campaigns.domain.commission import (
    Buyer,
    CommissionTerms,
    Rate,
    SkuRate,
    Step,
    StepKind,
)
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
    said += _base_sentences(commission) + _buyer_sentences(commission)
    return said + _month_sentences(commission) + _cap_sentences(commission)


def _default_sentence(commission: CommissionTerms) -> str:
    if commission.fixed_minor:
        text = _("The reward for each order, however many goods are in it: %(amount)s.")
        return text % {"amount": money_text(commission.fixed_minor)}
    if commission.percent_bps:
        text = _("The reward of the goods after discounts, without delivery: %(rate)s.")
        return text % {"rate": percent_text(commission.percent_bps)}
    return _("Only products that the brand has listed have a reward.")


def _base_sentences(commission: CommissionTerms) -> list[str]:
    """Said where it is not the usual: the whole price that the seller gets."""
    said = []
    if commission.is_base_as_paid:
        said.append(
            _(
                "What a marketplace itself pays of the price earns nothing, where the marketplace"
                " tells of it."
            )
        )
    if not commission.is_base_with_vat:
        said.append(_("A percent is taken from the price without VAT."))
    return said


def _buyer_sentences(commission: CommissionTerms) -> list[str]:
    if commission.returning is None:
        return []
    if commission.returning.is_nothing:
        said = [_("Only new buyers count: who has bought from the brand before earns nothing.")]
    else:
        text = _("An order of a buyer who has bought from the brand before: %(rate)s.")
        said = [text % {"rate": rate_text(commission.returning)}]
    if commission.is_unknown_new:
        return [*said, _("A buyer whose phone and e-mail are not known counts as new.")]
    return [*said, _("A buyer whose phone and e-mail are not known does not count as new.")]


def _month_sentences(commission: CommissionTerms) -> list[str]:
    said = []
    if commission.tiers:
        text = (
            _(
                "More for all orders of a calendar month, once so many of them are approved:"
                " %(tiers)s. The difference is paid when all of them are settled."
            )
            if commission.is_retroactive
            else _(
                "More for further orders, once so many are approved in a calendar month: %(tiers)s."
            )
        )
        said.append(text % {"tiers": tiers_text(commission)})
    if commission.bonuses:
        text = _(
            "Bonus, once so many orders of a calendar month are approved: %(bonuses)s."
            " The highest counts."
        )
        said.append(text % {"bonuses": bonuses_text(commission)})
    return said


def _cap_sentences(commission: CommissionTerms) -> list[str]:
    caps = (
        (_("The most for one order: %(amount)s."), commission.cap_minor),
        (_("The most for one influencer's orders of a day: %(amount)s."), commission.cap_day_minor),
        (
            _("The most for one influencer in the campaign: %(amount)s."),
            commission.cap_influencer_minor,
        ),
        (_("The most for all influencers together: %(amount)s."), commission.cap_total_minor),
    )
    return [text % {"amount": money_text(cap)} for text, cap in caps if cap is not None]


def rate_text(rate: Rate) -> str:
    return money_text(rate.fixed_minor) if rate.fixed_minor else percent_text(rate.bps)


def tiers_text(commission: CommissionTerms) -> str:
    """ "10 – 12%, 50 – 15%" """
    return ", ".join(
        f"{number_text(tier.orders)} – {rate_text(tier.rate)}" for tier in commission.tiers
    )


def bonuses_text(commission: CommissionTerms) -> str:
    return ", ".join(
        f"{number_text(each.orders)} – {money_text(each.amount_minor)}"
        for each in commission.bonuses
    )


def _count(rates: Sequence[SkuRate]) -> dict[str, str]:
    return {"count": number_text(len(rates))}


def sku_rate_text(rate: SkuRate) -> str:
    if rate.piece_minor:
        return _("%(amount)s for a piece") % {"amount": money_text(rate.piece_minor)}
    return percent_text(rate.bps)


# --- How a reward was worked out ------------------------------------------------------------

WORDLESS = (StepKind.EXCLUDED, StepKind.NOT_NEW)  # nothing was calculated


def step_label(step: Step) -> str:
    label: str = {
        StepKind.AS_PAID: _("Less what the marketplace paid"),
        StepKind.WITHOUT_VAT: _("Without VAT"),
        StepKind.PERCENT: _("By the rate"),
        StepKind.SKU_PERCENT: _("By the product's own rate"),
        StepKind.SKU_FIXED: _("For the pieces of this product"),
        StepKind.EXCLUDED: _("This product has no reward"),
        StepKind.NOT_NEW: _("This buyer is not new"),
        StepKind.FIXED: _("Its part of the order's reward"),
        StepKind.CAP: _("Its part of the most for one order"),
        StepKind.CAP_DAY: _("What the day's limit leaves"),
        StepKind.CAP_INFLUENCER: _("What the influencer's limit leaves"),
        StepKind.CAP_TOTAL: _("What the campaign's limit leaves"),
    }[step.kind]
    return ", ".join([label, *_circumstances(step)])


def _circumstances(step: Step) -> list[str]:
    """Why this rate and no other."""
    said = []
    if step.buyer and step.kind is not StepKind.NOT_NEW:
        words = {
            Buyer.NEW: _("new buyer"),
            Buyer.RETURNING: _("returning buyer"),
            Buyer.UNKNOWN: _("buyer not known"),
        }
        said.append(words[Buyer(step.buyer)])
    if step.orders is not None:
        text = _("approved before: %(count)s")
        said.append(text % {"count": number_text(step.orders)})
    return said


def step_text(step: Step) -> str:
    """The calculation in figures: "60 000 ₸ × 5%", "2 000 ₸ × 60 000 ₸ / 100 000 ₸"."""
    base = money_text(step.base_minor)
    if step.kind in WORDLESS:
        return ""
    if step.kind == StepKind.WITHOUT_VAT:
        return f"{base} / (1 + {percent_text(step.rate_bps or 0)})"
    if step.kind == StepKind.AS_PAID:
        whole, market = money_text(step.of_minor or 0), money_text(step.amount_minor or 0)
        return f"{base} × ({whole} − {market}) / {whole}"
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
        f"{step_label(step)}: {step_text(step)} = {money_text(step.result_minor)}"
        if step.kind not in WORDLESS
        else step_label(step)
        for step in steps
    ]
    return "; ".join(said)


def cut_hint(reason_code: int | None) -> str:
    """Why a sale that counts earns less than its rate, or nothing; "" where it does not."""
    return {
        17: _("A limit of the campaign cut this reward. The arithmetic is with the order."),
        24: _("The buyer has ordered here before. This campaign pays for new buyers only."),
    }.get(reason_code or 0, "")
