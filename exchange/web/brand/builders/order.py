"""One order: its goods and its history, what it costs, and why it is whose."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from attribution.connectors.files import UNDONE
from attribution.connectors.receipt.connector import RECEIPT
from attribution.domain.match import Reason
from attribution.models import Conversion, Order, OrderVersion
from attribution.selectors.conversions import conversions_unconfirmed
from attribution.selectors.orders import BrandOrder, WholeOrder, order_whole
from exchange.web.brand.builders import verdicts as build_verdicts
from exchange.web.brand.builders.orders import cost_of, order_hint
from exchange.web.brand.builders.proofs import proof_rows
from exchange.web.brand.desk import Desk
from exchange.web.formatting import amount_text, days_text, moment_short, percent_text
from exchange.web.pages import orders as pages
from exchange.web.pages.common import Step, Sum, Trace
from exchange.web.portal.builders.earnings import rate_note, sale_steps, trace_row
from exchange.web.reward_words import arithmetic_text
from exchange.web.rewards import is_plain_percent, reward_rows, steps_of
from exchange.web.totals_words import is_total, total_note
from exchange.web.words import word_of


def order(desk: Desk, found: Order) -> pages.Order:
    whole = order_whole(found)
    sale = whole.sale
    return pages.Order(
        ref=found.number,
        source=found.source,
        minor=sale.reward_minor,
        status=sale.status,
        hint=_hint(whole),
        name=", ".join(sale.names),
        lines=[
            pages.OrderLine(
                name=line.name or _("Article %(sku)s") % {"sku": line.sku},
                quantity=line.quantity,
                amount=amount_text(line.amount_minor, found.currency),
                returned=line.returned_quantity,
            )
            for line in whole.lines
        ],
        steps=_steps(whole),
        trace=_trace(whole),
        sums=_sums(sale),
        versions=[_version(each) for each in whole.versions],
        back_url=desk.url("orders"),
        confirm_url=_confirm_url(desk, found),
        sales=build_verdicts.sales(desk, sale.conversions),
        simulator_url=f"{desk.url('simulator')}?order={found.public_id}",
        machine_clicks=_machine_clicks(desk, whole),
        proofs=proof_rows(desk, sale.conversions),
    )


def _hint(whole: WholeOrder) -> str:
    leading, said = whole.sale.leading, order_hint(whole.sale)
    if leading is None or not is_total(leading):
        return said
    return f"{said} {total_note(leading, whole.candidates)}"


def _confirm_url(desk: Desk, found: Order) -> str:
    """Where the brand's word is given, while it is asked for."""
    if found.source == RECEIPT:  # its word is given in the list of receipts, with the sum
        return ""
    is_asked = desk.member.may_write and conversions_unconfirmed(found.pk).exists()
    return desk.url("order_confirm", found.public_id) if is_asked else ""


def _machine_clicks(desk: Desk, whole: WholeOrder) -> list[pages.MachineClick]:
    """What the brand may vouch for: clicks that count for nobody, being like a robot's."""
    if not desk.member.may_write:
        return []
    found = {
        each.evidence: pages.MachineClick(
            title=f"{each.influencer.name}, {moment_short(each.occurred_at)}",
            url=desk.url("click_vouch", UUID(each.evidence)),
        )
        for each in whole.candidates
        if each.reason == Reason.CLICK_BY_MACHINE
    }
    return list(found.values())


def _steps(whole: WholeOrder) -> list[Step]:
    leading = whole.sale.leading
    if leading is None:
        return _order_steps(whole.order)
    return sale_steps(leading, list(leading.versions.all()), whole.candidates)


def _order_steps(found: Order) -> list[Step]:
    """Of an order that nobody earns from: what its source has said."""
    ordered = Step("order", "done", moment_short(found.placed_at))
    last = moment_short(found.source_updated_at)
    ends = {
        Order.Status.CANCELLED: Step("cancelled", "bad", last),
        Order.Status.RETURNED: Step("returned", "bad", last),
    }
    if found.status in ends:
        return [ordered, ends[Order.Status(found.status)]]
    if found.fulfilled_at is None:
        return [ordered, Step("received", "now")]
    return [ordered, Step("received", "done", moment_short(found.fulfilled_at))]


def _trace(whole: WholeOrder) -> Trace:
    """Every candidate with whose it is: a brand sees all of them."""
    rows = [trace_row(each, name=each.influencer.name) for each in whole.candidates]
    return Trace(rows, _rule(whole))


def _rule(whole: WholeOrder) -> str:
    """What decided, and by which terms; for nobody's order, what was looked for in vain."""
    leading = whole.sale.leading
    if (counted := whole.order.same_sale) is not None:
        text = _("This sale counts under order %(number)s of %(source)s: one sale is paid once.")
        return text % {"number": counted.number, "source": word_of("source", counted.source)}
    rules = dict.fromkeys(each.rule for each in whole.decisions)
    said = [rule_text(rule) for rule in rules]
    if leading is None:
        typed = ", ".join(whole.order.promo_codes)
        if not whole.candidates and typed:
            return _("Codes of the buyer: %(codes)s. They are no influencer's.") % {"codes": typed}
        return ", ".join(said) if whole.candidates else ""
    terms = leading.terms
    said.append(_("Terms v%(version)s") % {"version": terms.version})
    said.append(_("window %(days)s") % {"days": days_text(terms.window_days)})
    return ", ".join(said)


def rule_text(rule: str) -> str:
    """What decided a line, in words."""
    return {
        "no_candidate": _("no evidence came with the order"),
        "none_eligible": _("no evidence was in force"),
        "only_candidate": _("there is no other evidence"),
        "platform_row": _("the marketplace's own record decides"),
        "code_wins": _("the promo code wins over the link"),
        "click_wins": _("the link wins over the promo code"),
        "last_click": _("the last link tapped counts"),
        "first_click": _("the first link tapped counts"),
        "last_claim": _("the last page with the number counts"),
        "first_claim": _("the first page with the number counts"),
        "later_code": _("of several codes the last one counts"),
        "discount_code": _("of several codes the one that gave the discount counts"),
        "same_influencer": _("link and code are one influencer's"),
        "seen_on_page": _("only the thank-you page names a click"),
        "same_sale": _("the sale counts under another source's order"),
    }.get(rule, rule)


def _sums(sale: BrandOrder) -> list[Sum]:
    """Goods, what came back, how the rewards were worked out, our fee, VAT, and what it costs
    together."""
    if not sale.conversions:
        return []
    cost = cost_of(sale.conversions)
    goods = sum(each.versions.all()[0].base_minor for each in sale.conversions)
    rows = [Sum(_("Goods"), goods, note=rate_note(sale.conversions[0]))]
    if goods > cost.base_minor:
        is_cancelled = sale.status == Conversion.Status.REJECTED
        label = _("Does not count") if is_cancelled else _("Came back")
        rows.append(Sum(label, cost.base_minor - goods))
    rows += _reward_rows(sale)
    rows.append(Sum(_("Reward"), cost.reward_minor, line=True, strong=True))
    campaign = sale.conversions[0].campaign
    is_open = not cost.is_final
    return [
        *rows,
        Sum(_("Birge fee"), cost.fee_minor, note=percent_text(campaign.platform_fee_bps)),
        Sum(_("VAT"), cost.vat_minor, note=percent_text(campaign.vat_bps), approx=is_open),
        Sum(_("Costs you"), cost.total_minor, line=True, strong=True, approx=is_open),
    ]


def _reward_rows(sale: BrandOrder) -> list[Sum]:
    """One rate says it all where every line earns by it; else each line says how it earns."""
    steps = [steps_of(each.versions.all()) for each in sale.conversions]
    if all(map(is_plain_percent, steps)):
        lines = zip(steps, sale.conversions, strict=True)
        rows = [reward_rows(of_line, each.terms.commission)[0] for of_line, each in lines]
        return [Sum(_("Rate"), text=", ".join(sorted({row.text for row in rows})))]
    return [
        Sum(each.product_name, each.commission_minor, note=arithmetic_text(of_line))
        for of_line, each in zip(steps, sale.conversions, strict=True)
    ]


def _version(version: OrderVersion) -> pages.Version:
    note = "" if version.is_applied else _("came late and changes nothing")
    said = _("Upload undone") if version.raw_status == UNDONE else version.raw_status
    return pages.Version(version.source_updated_at, said, note)
