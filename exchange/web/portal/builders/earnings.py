"""Orders that are theirs, and why. Reads only; runs as the influencer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Literal
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attribution.connectors.daily_total import PLATFORM_TAG
from attribution.connectors.receipt.connector import RECEIPT
from attribution.domain.lifecycle import ReasonCode
from attribution.domain.match import CLICKS
from attribution.models import (
    Candidate,
    Conversion,
    ConversionVersion,
    InboundEvent,
    LateReturn,
)
from attribution.selectors.conversions import (
    candidates_of,
    conversion_page,
    conversions_of_influencer,
    earned_by_stage,
    lost_minor,
    order_trust,
    status_counts,
    versions_of,
)
from attribution.selectors.late_returns import late_returns_of
from attribution.selectors.leaks import finding_holding
from attribution.selectors.periods import periods_of_influencer
from attribution.selectors.rejections import rejections_standing
from core import clock
from exchange.web.formatting import (
    day_long,
    day_short,
    moment_short,
    money_text,
    rate_text,
)
from exchange.web.late_returns import late_shown
from exchange.web.months import month_row
from exchange.web.pages import portal, verdicts
from exchange.web.pages.common import (
    Choice,
    Step,
    Sum,
    Trace,
    TraceRow,
)
from exchange.web.paging import pager
from exchange.web.portal.builders.deals import fee_rows
from exchange.web.portal.builders.guarantees import guarantee_cards
from exchange.web.portal.builders.money import outcome_of, strip_of
from exchange.web.portal.builders.receipt_notes import receipt_note
from exchange.web.rejections import rejection_shown
from exchange.web.reward_words import cut_hint
from exchange.web.rewards import reward_rows, steps_of
from exchange.web.sale_words import reason_name, sale_hint
from exchange.web.totals_words import TOTAL_HOLD, is_total, sale_title, total_note
from exchange.web.words import STATUSES, Word
from influencers.models import Influencer
from ledger.proofs import leaves_of_versions
from payouts.selectors import Ready

DAY = timedelta(days=1)
FILTERS: Mapping[str, tuple[str, ...]] = {
    "pending": ("pending", "awaiting_funding"),
    "on_hold": ("on_hold",),
    "approved": ("approved", "partly_reversed"),
    "paid": ("paid",),
    "lost": ("rejected", "reversed"),
}
TOLD: Mapping[str, Word] = {
    InboundEvent.Trust.SIGNED: gettext_lazy("The source signed what it told of this order."),
    InboundEvent.Trust.PULLED: gettext_lazy("We read this order at the source ourselves."),
    InboundEvent.Trust.HINT: gettext_lazy(
        "Nobody signed this order: a second source or the brand has to confirm it."
    ),
}


def earning_rows(
    conversions: Sequence[Conversion], *, is_payable: bool = False
) -> list[portal.EarningRow]:
    """What was lost is shown as what it would have been, below zero."""
    lost = lost_minor(conversions)
    return [
        earning_row(each, minor=-lost[each.pk] if each.pk in lost else None, is_payable=is_payable)
        for each in conversions
    ]


def earning_row(
    conversion: Conversion, *, minor: int | None = None, is_payable: bool = False
) -> portal.EarningRow:
    status = shown_status(conversion, is_payable=is_payable)
    return portal.EarningRow(
        url=reverse("portal:earning", args=[conversion.public_id]),
        title=sale_title(conversion),
        brand_name=conversion.campaign.brand_name,
        day=conversion.ordered_at,
        minor=conversion.commission_minor if minor is None else minor,
        status=status,
        hint=earning_hint(conversion, status),
    )


def shown_status(conversion: Conversion, *, is_payable: bool) -> str:
    is_ready = conversion.status == Conversion.Status.APPROVED and is_payable
    return "payable" if is_ready else conversion.status


def earning_hint(conversion: Conversion, status: str) -> str:
    is_asked = status in ("pending", "on_hold") and conversion.waits_for_word
    if is_asked and conversion.source == RECEIPT:
        return _("A follower claimed this receipt. The shop has yet to find it in its own list.")
    if is_asked:
        return _(
            "Only the shop's thank-you page named your click. The brand has yet to confirm it."
        )
    if status == "rejected" and conversion.reason_code == ReasonCode.DUPLICATE:
        return sale_hint(status, reason=reason_name(ReasonCode.DUPLICATE))
    if status == "rejected" and conversion.source == RECEIPT:
        return _("The shop has not confirmed this receipt.")
    if status != "rejected" and (cut := cut_hint(conversion.reason_code)):
        return cut
    if status == "on_hold" and is_total(conversion) and conversion.hold_until:
        return TOTAL_HOLD % {"date": day_long(conversion.hold_until)}
    if status == "on_hold":
        return sale_hint(status, on=conversion.hold_until)
    if status == "rejected" and conversion.reason_code:
        return sale_hint(status, reason=reason_name(conversion.reason_code))
    return sale_hint(status)


def earnings(influencer: Influencer, *, chosen: str, after: str) -> portal.Earnings:
    mine = conversions_of_influencer(influencer.pk)
    outcome = outcome_of(influencer)
    page = conversion_page(mine, statuses=FILTERS.get(chosen, ()), after=after)
    kept = {"status": chosen} if chosen in FILTERS else {}
    is_payable = isinstance(outcome, Ready)
    return portal.Earnings(
        rows=earning_rows(page.rows, is_payable=is_payable),
        choices=_status_choices(status_counts(mine), chosen),
        strip=strip_of(earned_by_stage(influencer.pk), outcome),
        is_filtered=bool(kept),
        clear_url=reverse("portal:earnings"),
        campaigns_url=reverse("portal:campaigns"),
        pager=pager(len(page.rows), after, page.after, kept),
        months=[month_row(each) for each in periods_of_influencer(influencer.pk)],
        fees=fee_rows(influencer),
        guarantees=guarantee_cards(influencer.pk),
    )


def _status_choices(counts: Mapping[str, int], chosen: str) -> list[Choice]:
    words = {key: str(STATUSES["sale"][key].word) for key in FILTERS if key != "lost"}
    words["lost"] = _("Not counted")
    everything = Choice(_("All"), "?", chosen not in FILTERS, sum(counts.values()))
    return [
        everything,
        *(
            Choice(
                words[key],
                f"?status={key}",
                key == chosen,
                sum(counts.get(status, 0) for status in statuses),
            )
            for key, statuses in FILTERS.items()
        ),
    ]


def earning(influencer: Influencer, conversion: Conversion) -> portal.Earning:
    outcome = outcome_of(influencer)
    status = shown_status(conversion, is_payable=isinstance(outcome, Ready))
    versions = versions_of(conversion)
    candidates = candidates_of(conversion)
    return portal.Earning(
        title=sale_title(conversion),
        brand_name=conversion.campaign.brand_name,
        campaign_title=conversion.campaign.title,
        order_ref=conversion.order_number,
        minor=conversion.commission_minor,
        status=status,
        hint=" ".join(
            filter(
                None,
                [
                    earning_hint(conversion, status),
                    told_note(conversion, candidates),
                    leak_note(conversion),
                ],
            )
        ),
        steps=sale_steps(conversion, versions, candidates),
        trace=trace_of(conversion, candidates),
        sums=earning_sums(conversion, versions),
        proof=proof_of_sale(conversion, versions),
        back_url=reverse("portal:earnings"),
        rejection=_rejection(conversion),
        late=[
            late_shown(row, side="influencer")
            for row in late_returns_of([conversion.pk]).get(conversion.pk, ())
            if row.state != LateReturn.State.LOSS
        ],
    )


def _rejection(conversion: Conversion) -> verdicts.Rejection | None:
    """The brand's own, with what both sides have shown."""
    if conversion.refused_at is None:
        return None
    standing = rejections_standing([conversion.pk]).get(conversion.pk)
    if standing is None:
        return None
    answer_url = reverse("portal:earning_answer", args=[conversion.public_id])
    return rejection_shown(standing, conversion, _file_url, answer_url=answer_url)


def _file_url(public_id: UUID) -> str:
    return reverse("portal:earning_file", args=[public_id])


def proof_of_sale(conversion: Conversion, versions: Sequence[ConversionVersion]) -> portal.Proof:
    """What is published of it. The newest change comes a day later, with everybody's."""
    leaves = leaves_of_versions([version.pk for version in versions])
    rows = [
        portal.ProofRow(
            on=leaves[version.pk].day_on,
            status=version.status,
            minor=version.commission_minor,
            url=reverse("portal:earning_proof", args=[conversion.public_id, version.number]),
            day_url=reverse("portal:earning_day_proof", args=[leaves[version.pk].day_on]),
        )
        for version in reversed(versions)
        if version.pk in leaves
    ]
    last = versions[-1]
    return portal.Proof(rows, None if last.pk in leaves else clock.day_of(last.at) + DAY)


def told_note(conversion: Conversion, candidates: Sequence[Candidate]) -> str:
    """Who told us of the order, and whether that proves it."""
    if is_total(conversion):
        return total_note(conversion, candidates)
    if conversion.source == RECEIPT:
        return receipt_note(conversion)
    return str(TOLD[order_trust(conversion)])


def leak_note(conversion: Conversion) -> str:
    """Why silence does not approve it: the leak guard holds it."""
    if finding_holding(conversion) is None:
        return ""
    return _("Its promo code looks leaked, so it waits for the brand. See Leaked codes.")


def sale_steps(
    conversion: Conversion,
    versions: Sequence[ConversionVersion],
    candidates: Sequence[Candidate],
) -> list[Step]:
    """Click, order, receipt, hold, approval, payment: as far as it has come."""
    steps = [
        Step("click", "done", moment_short(candidate.occurred_at))
        for candidate in candidates
        if candidate.kind in CLICKS and candidate.verdict in ("decided", "confirms")
    ]
    if is_total(conversion):
        counted = Step("counted", "done", day_short(conversion.ordered_at))
        ahead = _steps_ahead(conversion, versions)
        return [counted, *(step for step in ahead if step.kind != "received")]
    steps.append(Step("order", "done", moment_short(conversion.ordered_at)))
    steps += [
        Step("partly_returned", "bad", moment_short(version.at))
        for version in versions
        if version.cause == "partly_returned"
    ]
    return steps + _steps_ahead(conversion, versions)


def _steps_ahead(conversion: Conversion, versions: Sequence[ConversionVersion]) -> list[Step]:
    status, last = conversion.status, versions[-1]
    if conversion.approved_at is not None and status in ("partly_reversed", "reversed"):
        approved = Step("approved", "done", moment_short(conversion.approved_at))
        return [approved, Step(status, "bad", moment_short(last.at))]
    hold_end = day_short(conversion.hold_until) if conversion.hold_until else ""
    if status in ("rejected", "reversed"):
        kind = "cancelled" if conversion.reason_code == 15 else status
        return [Step(kind, "bad", moment_short(last.at))]
    if status == "awaiting_funding":
        return [Step("queued", "now")]
    if status == "pending":
        return [Step("received", "now"), Step("return_window", "later"), Step("approval", "later")]
    if status == "on_hold":
        until = _("until %(date)s") % {"date": hold_end}
        return [
            Step("received", "done"),
            Step("return_window", "now", until),
            Step("approval", "later", hold_end),
            Step("payment", "later"),
        ]
    approved = Step(
        "approved", "done", moment_short(conversion.approved_at) if conversion.approved_at else ""
    )
    paid = Step("paid", "done") if status == "paid" else Step("payment", "now")
    return [Step("received", "done"), Step("return_window", "done", hold_end), approved, paid]


def trace_of(conversion: Conversion, candidates: Sequence[Candidate]) -> Trace:
    rows = [trace_row(candidate) for candidate in candidates]
    rule = _("Terms v%(version)s") % {"version": conversion.terms.version}
    return Trace(rows, rule)


def trace_row(candidate: Candidate, *, name: str = "") -> TraceRow:
    """`name` is whose evidence it is, where the reader may know."""
    verdicts: Mapping[str, Literal["decided", "confirms", "assist", "dropped"]] = {
        "decided": "decided",
        "confirms": "confirms",
        "assist": "assist",
    }
    title = {
        "click": _("Click on the link"),
        "page_click": _("Click, named by the thank-you page"),
        "promo_code": _("Promo code %(code)s") % {"code": candidate.evidence},
        "wb_substitute_article": _("Wildberries article %(code)s") % {"code": candidate.evidence},
        "ozon_voucher": _("Ozon voucher %(code)s") % {"code": candidate.evidence},
        "exclusive_sku": _("Exclusive article %(code)s") % {"code": candidate.evidence},
        "phone_claim": _("A follower's number, left on the page"),
        "receipt_claim": _("Receipt %(code)s, claimed by a follower")
        % {"code": candidate.evidence},
        PLATFORM_TAG: _("The marketplace's total by tag %(code)s") % {"code": candidate.evidence},
    }[candidate.kind]
    is_click = candidate.kind in CLICKS
    identity = f"id {candidate.evidence[:8]}…{candidate.evidence[-2:]}" if is_click else ""
    is_day = candidate.kind == PLATFORM_TAG
    at = day_short(candidate.occurred_at) if is_day else moment_short(candidate.occurred_at)
    note = ", ".join(filter(None, [name, at, identity]))
    verdict = verdicts.get(candidate.verdict, "dropped")
    has_lost = verdict in ("assist", "dropped")
    reason = trace_reason(candidate.reason) if has_lost else ""
    return TraceRow(candidate.grade, title, note, verdict, reason)


def trace_reason(reason: str) -> str:
    """Why a candidate did not win, in words."""
    return {
        "window_passed": _("the window had passed"),
        "after_order": _("after the order"),
        "not_participating": _("not taking part any more"),
        "campaign_not_running": _("the campaign was not running"),
        "codes_do_not_count": _("codes do not count here"),
        "links_do_not_count": _("links do not count here"),
        "grade_not_paid": _("this kind of evidence is not paid"),
        "platform_row_wins": _("the marketplace's own record decides"),
        "code_wins": _("the promo code decides"),
        "click_wins": _("the link decides"),
        "later_click_wins": _("an earlier click"),
        "earlier_click_wins": _("a later click"),
        "other_code_wins": _("another code gave the discount"),
        "later_row_wins": _("an older record"),
        "signed_evidence_wins": _("what the shop itself sent decides"),
        "counted_elsewhere": _("the sale counts under another source's order"),
        "code_not_yet": _("the code did not count yet"),
        "code_over": _("the code's time was over"),
        "code_replaced": _("the code had been replaced by a new one"),
        "code_void": _("the code was void"),
        "code_used": _("another order had used this one-time code"),
        "code_not_for_goods": _("the code does not count for these goods"),
        "article_not_yet": _("the article was not theirs yet"),
        "article_over": _("the article was not theirs any more"),
        "paid_by_totals": _("this campaign pays the marketplace's daily totals, not its orders"),
        "totals_need_percent": _("a total can only be paid by a plain percent"),
        "click_by_machine": _("the click looks like a robot's"),
        "claim_too_late": _("left too long after the order"),
        "later_claim_wins": _("another page has the number since"),
        "earlier_claim_wins": _("another page had the number before"),
        "stronger_evidence_wins": _("stronger evidence decides"),
    }.get(reason, reason)


def earning_sums(conversion: Conversion, versions: Sequence[ConversionVersion]) -> list[Sum]:
    """Goods, what came back, how the reward was worked out, the reward."""
    first = versions[0]
    back = first.base_minor - conversion.base_minor
    rows = [Sum(_("Goods"), first.base_minor, note=rate_note(conversion))]
    if back > 0:
        rows.append(Sum(_("Came back"), -back))
    rows += reward_rows(steps_of(versions), conversion.terms.commission)
    rows += late_rows(conversion, versions)
    return [*rows, Sum(_("Reward"), conversion.commission_minor, line=True, strong=True)]


def late_rows(conversion: Conversion, versions: Sequence[ConversionVersion]) -> list[Sum]:
    """What of the approved reward went back with goods that came back later."""
    approved = next((each for each in versions if each.status == "approved"), None)
    if approved is None or conversion.commission_minor == approved.commission_minor:
        return []
    note = f"{money_text(conversion.base_minor)} / {money_text(approved.base_minor)}"
    gone = conversion.commission_minor - approved.commission_minor
    return [
        Sum(_("Approved"), approved.commission_minor),
        Sum(_("Came back after the approval"), gone, note=note),
    ]


def rate_note(conversion: Conversion) -> str:
    """The National Bank's rate that the amounts were made with; nothing for tenge."""
    if conversion.rate is None or conversion.rate_on is None:
        return ""
    return rate_text(conversion.currency, conversion.rate, conversion.rate_on)
