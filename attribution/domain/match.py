"""Whose an order line is, as a pure function. Source: design/domain.md section 4.

Every candidate is judged, and the judgement is the trace that people read: what was kept or
dropped, why, and which rule decided. Reasons and rules are words of a closed list; the screens
translate them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from attribution.domain.phone_claims import AFTER_ORDER
from campaigns.domain.code_rules import sku_plain

# The clocks of a shop and of ours may differ by this much before a click is "after" its order.
CLOCK_SKEW = timedelta(minutes=5)


class EvidenceKind(StrEnum):
    CLICK = "click"
    PAGE_CLICK = "page_click"  # the order itself names none, its thank-you page does
    PROMO_CODE = "promo_code"
    WB_SUBSTITUTE_ARTICLE = "wb_substitute_article"
    OZON_VOUCHER = "ozon_voucher"
    EXCLUSIVE_SKU = "exclusive_sku"  # the goods themselves are one influencer's
    RECEIPT_CLAIM = "receipt_claim"  # a follower brought the receipt of the sale
    PLATFORM_TAG = "platform_tag"  # the marketplace's own total of a day, by the tag in a link
    PHONE_CLAIM = "phone_claim"  # a follower left the buyer's number


CLICKS = frozenset({EvidenceKind.CLICK, EvidenceKind.PAGE_CLICK})


class CodePolicy(StrEnum):
    CODE_WINS = "code_wins"
    CLICK_WINS = "click_wins"
    CODE_ONLY = "code_only"
    CLICK_ONLY = "click_only"


class ClickModel(StrEnum):
    LAST_CLICK = "last_click"
    FIRST_CLICK = "first_click"


class Verdict(StrEnum):
    DECIDED = "decided"
    CONFIRMS = "confirms"  # of the winner too
    ASSIST = "assist"  # was eligible, and lost
    DROPPED = "dropped"  # was not eligible


class Reason(StrEnum):
    """Why a candidate was judged as it was."""

    DECIDED = "decided"
    SAME_INFLUENCER = "same_influencer"
    WINDOW_PASSED = "window_passed"
    AFTER_ORDER = "after_order"
    NOT_PARTICIPATING = "not_participating"
    CAMPAIGN_NOT_RUNNING = "campaign_not_running"
    CODES_DO_NOT_COUNT = "codes_do_not_count"
    LINKS_DO_NOT_COUNT = "links_do_not_count"
    GRADE_NOT_PAID = "grade_not_paid"
    PLATFORM_ROW_WINS = "platform_row_wins"
    CODE_WINS = "code_wins"
    CLICK_WINS = "click_wins"
    LATER_CLICK_WINS = "later_click_wins"
    EARLIER_CLICK_WINS = "earlier_click_wins"
    OTHER_CODE_WINS = "other_code_wins"
    LATER_ROW_WINS = "later_row_wins"
    SIGNED_EVIDENCE_WINS = "signed_evidence_wins"
    COUNTED_ELSEWHERE = "counted_elsewhere"
    CODE_NOT_YET = "code_not_yet"
    CODE_OVER = "code_over"
    CODE_REPLACED = "code_replaced"
    CODE_VOID = "code_void"
    CODE_USED = "code_used"  # a one-time code, in another order
    CODE_NOT_FOR_GOODS = "code_not_for_goods"
    ARTICLE_NOT_YET = "article_not_yet"
    ARTICLE_OVER = "article_over"
    PAID_BY_TOTALS = "paid_by_totals"  # the campaign pays this marketplace's totals instead
    TOTALS_NEED_PERCENT = "totals_need_percent"
    CLICK_BY_MACHINE = "click_by_machine"
    CLAIM_TOO_LATE = "claim_too_late"
    LATER_CLAIM_WINS = "later_claim_wins"
    EARLIER_CLAIM_WINS = "earlier_claim_wins"
    STRONGER_EVIDENCE_WINS = "stronger_evidence_wins"


class DecisionRule(StrEnum):
    """What decided the line."""

    NO_CANDIDATE = "no_candidate"
    NONE_ELIGIBLE = "none_eligible"
    ONLY_CANDIDATE = "only_candidate"
    PLATFORM_ROW = "platform_row"
    CODE_WINS = "code_wins"
    CLICK_WINS = "click_wins"
    LAST_CLICK = "last_click"
    FIRST_CLICK = "first_click"
    LAST_CLAIM = "last_claim"
    FIRST_CLAIM = "first_claim"
    LATER_CODE = "later_code"
    DISCOUNT_CODE = "discount_code"  # of several it took something off
    SAME_INFLUENCER = "same_influencer"
    SEEN_ON_PAGE = "seen_on_page"  # nothing but the thank-you page: silence is no yes
    SAME_SALE = "same_sale"  # it counts under another source's order


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateTerms:
    """The rules of the campaign under which a candidate would be paid."""

    terms_id: int
    window_days: int
    code_policy: CodePolicy
    model: ClickModel
    paying_grades: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateEvidence:
    """One sign that an order line is a participation's.

    `evidence` is the click's id, the code as typed, or the platform's code. `occurred_at` of a
    code is the order's moment. `position` orders codes: 0 was typed first. `running_from` and
    `running_until` bound the campaign; `is_participating` is false once the influencer is out.

    `refusal` is why a code does not count for this order, or a click for any.

    Of a code, `typed_as` says by what it was known when not by its own letters ("look_alike", or a
    kind of alias), and `except_skus` for which articles (as `sku_plain`) it does not count.
    """

    kind: EvidenceKind
    evidence: str
    grade: str
    occurred_at: datetime
    participation_id: int
    influencer_id: int
    campaign_id: int
    terms: CandidateTerms
    running_from: datetime
    running_until: datetime | None = None
    is_participating: bool = True
    typed_as: str = ""
    refusal: Reason | None = None
    except_skus: frozenset[str] = frozenset()
    has_discounted: bool = False
    position: int = 0

    @property
    def is_fuzzy(self) -> bool:
        return bool(self.typed_as)


@dataclass(frozen=True, slots=True)
class CandidateVerdict:
    candidate: CandidateEvidence
    verdict: Verdict
    reason: Reason


@dataclass(frozen=True, slots=True)
class AttributionDecision:
    """`winner` is None when the line is nobody's."""

    winner: CandidateEvidence | None
    rule: DecisionRule
    verdicts: tuple[CandidateVerdict, ...]

    def trace(self) -> list[dict[str, Any]]:
        """Every candidate as plain JSON, in the order in which it was given."""
        return [
            {
                "kind": str(each.candidate.kind),
                "evidence": each.candidate.evidence,
                "grade": each.candidate.grade,
                "occurred_at": each.candidate.occurred_at.isoformat(),
                "participation": each.candidate.participation_id,
                "is_fuzzy": each.candidate.is_fuzzy,
                "verdict": str(each.verdict),
                "reason": str(each.reason),
            }
            | ({"typed_as": each.candidate.typed_as} if each.candidate.is_fuzzy else {})
            | ({"has_discounted": True} if each.candidate.has_discounted else {})
            for each in self.verdicts
        ]


def attribution_decide(
    candidates: Sequence[CandidateEvidence],
    *,
    placed_at: datetime,
    sku: str = "",
    brand_code_policy: CodePolicy = CodePolicy.CODE_WINS,
) -> AttributionDecision:
    """Judge every candidate of an order line that was placed at `placed_at`; `sku` is of its goods.

    `brand_code_policy` decides between a code and a click of different campaigns; of one
    campaign, its own terms do.
    """
    refusals = {id(each): _refusal(each, placed_at, sku_plain(sku)) for each in candidates}
    eligible = [each for each in candidates if refusals[id(each)] is None]
    if not eligible:
        rule = DecisionRule.NONE_ELIGIBLE if candidates else DecisionRule.NO_CANDIDATE
        return AttributionDecision(None, rule, _judged(candidates, refusals, None, {}))
    winner, rule, losses = _contest(eligible, brand_code_policy)
    return AttributionDecision(winner, rule, _judged(candidates, refusals, winner, losses))


def counted_elsewhere(candidates: Sequence[CandidateEvidence]) -> AttributionDecision:
    """The decision about an order whose sale counts under another one: nobody earns from it."""
    reason = Reason.COUNTED_ELSEWHERE
    verdicts = tuple(CandidateVerdict(each, Verdict.DROPPED, reason) for each in candidates)
    return AttributionDecision(None, DecisionRule.SAME_SALE, verdicts)


def _refusal(each: CandidateEvidence, placed_at: datetime, sku: str) -> Reason | None:
    """Why a candidate may not win at all, or None."""
    is_click = each.kind in CLICKS
    is_code = each.kind is EvidenceKind.PROMO_CODE
    is_claim = each.kind is EvidenceKind.PHONE_CLAIM
    started, ended = each.running_from, each.running_until
    tests = (
        (Reason.NOT_PARTICIPATING, not each.is_participating),
        (
            Reason.CAMPAIGN_NOT_RUNNING,
            placed_at < started - CLOCK_SKEW or (ended is not None and placed_at > ended),
        ),
        (Reason.AFTER_ORDER, is_click and each.occurred_at > placed_at + CLOCK_SKEW),
        (Reason.CLAIM_TOO_LATE, is_claim and each.occurred_at > placed_at + AFTER_ORDER),
        (
            Reason.WINDOW_PASSED,
            (is_click or is_claim)
            and placed_at - each.occurred_at > timedelta(days=each.terms.window_days),
        ),
        (each.refusal or Reason.CODE_OVER, each.refusal is not None),
        (Reason.CODE_NOT_FOR_GOODS, sku in each.except_skus),
        (Reason.CODES_DO_NOT_COUNT, is_code and each.terms.code_policy is CodePolicy.CLICK_ONLY),
        (Reason.LINKS_DO_NOT_COUNT, is_click and each.terms.code_policy is CodePolicy.CODE_ONLY),
        (Reason.GRADE_NOT_PAID, each.grade not in each.terms.paying_grades),
    )
    return next((reason for reason, applies in tests if applies), None)


Losses = dict[int, Reason]  # id() of a candidate: why it lost
Contest = tuple[CandidateEvidence, DecisionRule, Losses]


def _contest(eligible: Sequence[CandidateEvidence], brand_policy: CodePolicy) -> Contest:
    """What a follower or a page said decides only where nothing else speaks: first the number that
    a follower left and the order itself tells, then a receipt, which only its sum joins to another
    source's order, and last what a page said and anybody could have forged."""
    pages = [each for each in eligible if each.kind is EvidenceKind.PAGE_CLICK]
    numbers = [each for each in eligible if each.kind is EvidenceKind.PHONE_CLAIM]
    receipts = [each for each in eligible if each.kind is EvidenceKind.RECEIPT_CLAIM]
    said = {id(each) for each in (*pages, *numbers, *receipts)}
    signed = [each for each in eligible if id(each) not in said]
    stronger = Reason.STRONGER_EVIDENCE_WINS
    if signed:
        winner, rule, losses = _contest_signed(signed, brand_policy)
        losses |= {id(each): stronger for each in (*numbers, *receipts)}
        return winner, rule, losses | {id(each): Reason.SIGNED_EVIDENCE_WINS for each in pages}
    if numbers:
        winner, rule, losses = _best_click(numbers, of_claims=True)
        return winner, rule, losses | {id(each): stronger for each in (*receipts, *pages)}
    if receipts:
        winner, rule, losses = _best_row(receipts)
        return winner, rule, losses | {id(each): stronger for each in pages}
    winner, _rule, losses = _best_click(pages)
    return winner, DecisionRule.SEEN_ON_PAGE, losses


def _contest_signed(eligible: Sequence[CandidateEvidence], brand_policy: CodePolicy) -> Contest:
    """A platform's own row beats all; a code and a click meet under the policy."""
    clicks = [each for each in eligible if each.kind is EvidenceKind.CLICK]
    codes = [each for each in eligible if each.kind is EvidenceKind.PROMO_CODE]
    rows = [each for each in eligible if each not in clicks and each not in codes]
    if rows:
        winner, rule, losses = _best_row(rows)
        others: Losses = {id(each): Reason.PLATFORM_ROW_WINS for each in (*clicks, *codes)}
        if clicks or codes:
            rule = DecisionRule.PLATFORM_ROW
        return winner, rule, losses | others
    if not codes:
        return _best_click(clicks)
    if not clicks:
        return _best_code(codes)
    return _code_against_click(_best_code(codes), _best_click(clicks), brand_policy)


def _moment(each: CandidateEvidence) -> tuple[datetime, str]:
    """When it was. Of one moment the greater id is the later, for a click as it was made: the
    same evidence is decided alike however it was read."""
    return each.occurred_at, each.evidence


def _best_row(rows: Sequence[CandidateEvidence]) -> Contest:
    winner = max(rows, key=_moment)
    rule = DecisionRule.PLATFORM_ROW if len(rows) > 1 else DecisionRule.ONLY_CANDIDATE
    return winner, rule, _lost(rows, winner, Reason.LATER_ROW_WINS)


def _best_click(clicks: Sequence[CandidateEvidence], *, of_claims: bool = False) -> Contest:
    """The model of the latest click's campaign chooses among all of them; of phone claims too."""
    latest = max(clicks, key=_moment)
    if len(clicks) == 1:
        return latest, DecisionRule.ONLY_CANDIDATE, {}
    if latest.terms.model is ClickModel.FIRST_CLICK:
        earliest = min(clicks, key=_moment)
        reason = Reason.EARLIER_CLAIM_WINS if of_claims else Reason.EARLIER_CLICK_WINS
        rule = DecisionRule.FIRST_CLAIM if of_claims else DecisionRule.FIRST_CLICK
        return earliest, rule, _lost(clicks, earliest, reason)
    reason = Reason.LATER_CLAIM_WINS if of_claims else Reason.LATER_CLICK_WINS
    rule = DecisionRule.LAST_CLAIM if of_claims else DecisionRule.LAST_CLICK
    return latest, rule, _lost(clicks, latest, reason)


def _best_code(codes: Sequence[CandidateEvidence]) -> Contest:
    """The code that gave the discount, then the one that was typed later."""
    winner = max(codes, key=lambda each: (each.has_discounted, each.position))
    rule = DecisionRule.LATER_CODE if len(codes) > 1 else DecisionRule.ONLY_CANDIDATE
    if winner.has_discounted and not all(each.has_discounted for each in codes):
        rule = DecisionRule.DISCOUNT_CODE
    return winner, rule, _lost(codes, winner, Reason.OTHER_CODE_WINS)


def _code_against_click(by_code: Contest, by_click: Contest, brand_policy: CodePolicy) -> Contest:
    code, _rule, code_losses = by_code
    click, _rule, click_losses = by_click
    is_same_campaign = code.campaign_id == click.campaign_id
    policy = code.terms.code_policy if is_same_campaign else brand_policy
    has_click_won = policy in (CodePolicy.CLICK_WINS, CodePolicy.CLICK_ONLY)
    winner, loser = (click, code) if has_click_won else (code, click)
    reason = Reason.CLICK_WINS if has_click_won else Reason.CODE_WINS
    rule = DecisionRule.CLICK_WINS if has_click_won else DecisionRule.CODE_WINS
    if code.participation_id == click.participation_id:
        rule = DecisionRule.SAME_INFLUENCER
    return winner, rule, {**code_losses, **click_losses, id(loser): reason}


def _lost(
    candidates: Sequence[CandidateEvidence], winner: CandidateEvidence, reason: Reason
) -> Losses:
    return {id(each): reason for each in candidates if each is not winner}


def _judged(
    candidates: Sequence[CandidateEvidence],
    refusals: dict[int, Reason | None],
    winner: CandidateEvidence | None,
    losses: Losses,
) -> tuple[CandidateVerdict, ...]:
    return tuple(_verdict(each, refusals[id(each)], winner, losses) for each in candidates)


def _verdict(
    each: CandidateEvidence,
    refusal: Reason | None,
    winner: CandidateEvidence | None,
    losses: Losses,
) -> CandidateVerdict:
    if refusal is not None:
        return CandidateVerdict(each, Verdict.DROPPED, refusal)
    if each is winner:
        return CandidateVerdict(each, Verdict.DECIDED, Reason.DECIDED)
    if winner is not None and each.participation_id == winner.participation_id:
        return CandidateVerdict(each, Verdict.CONFIRMS, Reason.SAME_INFLUENCER)
    return CandidateVerdict(each, Verdict.ASSIST, losses[id(each)])
