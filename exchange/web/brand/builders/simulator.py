"""What a tried order comes to, for its brand."""

from __future__ import annotations

from django.utils.translation import gettext as _

from attribution.models import Candidate, Conversion
from attribution.services.simulated_claims import ReceiptBeside
from attribution.services.simulation import Simulated, SimulatedLine
from campaigns.domain.commission import Step
from campaigns.models import Participation
from core.bps import share_minor
from exchange.web.brand.builders.order import rule_text
from exchange.web.brand.desk import Desk
from exchange.web.formatting import days_text, moment_short, money_text, percent_text
from exchange.web.pages import simulator as pages
from exchange.web.pages.common import Sum, Trace, TraceRow
from exchange.web.portal.builders.earnings import trace_row
from exchange.web.rewards import reward_rows


def simulator(desk: Desk, simulated: Simulated | None, *, has_sources: bool) -> pages.Simulator:
    return pages.Simulator(
        action_url=desk.url("simulator"),
        back_url=desk.url("orders"),
        has_sources=has_sources,
        integrations_url=desk.url("integrations"),
        result=_result(desk, simulated) if simulated else None,
    )


def _result(desk: Desk, simulated: Simulated) -> pages.Result:
    order = simulated.order
    alike: dict[object, list[SimulatedLine]] = {}
    for each in simulated.lines:
        trace = tuple((judged.verdict, judged.reason) for judged in each.decided.verdicts)
        alike.setdefault((each.decided.rule, trace), []).append(each)
    is_stored = simulated.is_stored
    return pages.Result(
        title=_("Order %(number)s") % {"number": order.number} if is_stored else _("A tried order"),
        parts=[_part(simulated, lines) for lines in alike.values()],
        order_url=desk.url("order", order.public_id) if is_stored else "",
        remarks=tuple(_remarks(simulated)),
    )


def _remarks(simulated: Simulated) -> list[str]:
    order, remarks = simulated.order, []
    if order.is_test:
        remarks.append(_("It is a test order: nobody earns from it."))
    if order.same_sale_id is not None:
        remarks.append(_("Another order tells of the same sale, and counts in its place."))
    is_unrated = any(each.participation and each.earned is None for each in simulated.lines)
    if is_unrated and not order.is_test:
        remarks.append(_("The rate of its day is not known yet, so neither is the reward."))
    if order.status in (order.Status.CANCELLED, order.Status.RETURNED):
        remarks.append(_("The order was cancelled or returned: nothing is paid for it."))
    remarks += [_receipt_remark(each) for each in simulated.receipts]
    return remarks


def _receipt_remark(each: ReceiptBeside) -> str:
    shown = {
        "name": each.influencer_name,
        "sum": money_text(each.total_minor),
        "at": moment_short(each.sold_at),
    }
    if each.is_sure:
        text = _(
            "A receipt of %(sum)s (%(at)s), claimed for %(name)s, is the same purchase: it counts"
            " once, under this order."
        )
    else:
        text = _(
            "A receipt of %(sum)s (%(at)s), claimed for %(name)s, may be the same purchase: you"
            " are asked before it is approved."
        )
    return text % shown


def _part(simulated: Simulated, lines: list[SimulatedLine]) -> pages.Part:
    first = lines[0]
    winner = first.participation
    person = simulated.names.get(winner.pk) if winner else None
    return pages.Part(
        goods=", ".join(each.line.name for each in lines),
        name=person.influencer.name if person else "",
        campaign=person.campaign.title if person else "",
        trace=Trace(_trace_rows(simulated, first), _rule(first, winner)),
        sums=_sums(lines, winner) if winner else [],
        now=_now(lines) if simulated.is_stored else "",
    )


def _trace_rows(simulated: Simulated, each: SimulatedLine) -> list[TraceRow]:
    rows = []
    for judged in each.decided.verdicts:
        said = judged.candidate
        candidate = Candidate(
            kind=str(said.kind),
            evidence=said.evidence,
            grade=said.grade,
            occurred_at=said.occurred_at,
            verdict=str(judged.verdict),
            reason=str(judged.reason),
        )
        person = simulated.names[said.participation_id]
        whose = f"{person.influencer.name}, {person.campaign.title}"
        rows.append(trace_row(candidate, name=whose))
    return rows


def _rule(each: SimulatedLine, winner: Participation | None) -> str:
    said = [rule_text(each.decided.rule)]
    if each.decided.winner is not None and winner is not None:
        terms = each.decided.winner.terms
        said.append(_("Terms v%(version)s") % {"version": winner.terms.version})
        said.append(_("window %(days)s") % {"days": days_text(terms.window_days)})
    return ", ".join(said)


def _sums(lines: list[SimulatedLine], winner: Participation) -> list[Sum]:
    """The goods, how the reward is worked out, our fee, VAT, and what it costs together."""
    earned = [each.earned for each in lines if each.earned is not None]
    if not earned:
        return []
    campaign, commission = winner.campaign, winner.terms.commission
    rows = [Sum(_("Goods"), sum(each.base_minor for each in earned))]
    for each in earned:
        steps = [Step.of_plain(step) for step in each.breakdown]
        rows += reward_rows(steps, commission)
    reward = sum(each.commission_minor for each in earned)
    fee = share_minor(reward, campaign.platform_fee_bps)
    vat = share_minor(fee, campaign.vat_bps)
    return [
        *rows,
        Sum(_("Reward"), reward, line=True, strong=True),
        Sum(_("Birge fee"), fee, note=percent_text(campaign.platform_fee_bps)),
        Sum(_("VAT"), vat, note=percent_text(campaign.vat_bps), approx=True),
        Sum(_("Costs you"), reward + fee + vat, line=True, strong=True, approx=True),
    ]


def _now(lines: list[SimulatedLine]) -> str:
    """What these goods are in truth, where the rules of now say something else."""
    said = []
    for each in lines:
        was, winner = each.now, each.participation
        if (was.participation_id if was else None) == (winner.pk if winner else None):
            continue
        if was is None:
            said.append(_("Now it is nobody's."))
        elif was.status in (Conversion.Status.APPROVED, Conversion.Status.PAID):
            named = {"name": was.influencer.name}
            said.append(_("It is approved for %(name)s and stays so.") % named)
        else:
            said.append(_("Now it is %(name)s's.") % {"name": was.influencer.name})
    return " ".join(dict.fromkeys(said))
