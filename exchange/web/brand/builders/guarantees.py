"""A campaign's guarantees of months: those there are, and what a new one costs at most."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import FileResponse
from django.utils.translation import gettext as _

from attribution.models import PeriodReward
from attribution.selectors.guarantees import Earned, Month, earned_in_months, settled_of
from brands.models import Brand
from campaigns.domain.guarantee import Stage
from campaigns.models import Campaign, Guarantee
from campaigns.selectors.guarantees import guarantee_list, people_of
from exchange.web.brand.builders.people import Refused
from exchange.web.brand.desk import Desk
from exchange.web.formatting import month_long, percent_text
from exchange.web.guarantee_words import (
    guarantee_conditions,
    guarantee_note,
    guarantee_sentence,
    guarantee_status,
)
from exchange.web.pages import guarantees as pages
from exchange.web.pages.brand import SmallForm
from exchange.web.pages.common import Choice, Sum
from exchange.web.paging import query_url
from exchange.web.spreadsheet import csv_answer, tenge_cell
from exchange.web.words import GUARANTEE
from ledger.domain.fees import Reserve

State = Guarantee.State
RUNNING = (Campaign.Status.LIVE, Campaign.Status.PAUSED)
MAY_RAISE = (Stage.AHEAD, Stage.RUNNING)


def guarantees(
    desk: Desk,
    found: Campaign,
    *,
    status: str = "",
    asked: Guarantee | None = None,
    refused: Refused | None = None,
) -> pages.Guarantees:
    """`asked` is the promise that was typed, not made yet. Seven queries, whatever the rows."""
    rows = guarantee_list(found)
    here = desk.url("guarantees", found.public_id)
    chosen = status if status in GUARANTEE else ""
    shown = [each for each in rows if not chosen or guarantee_status(each) == chosen]
    reserve = asked and Reserve(asked.amount_minor, asked.fee_minor, asked.vat_minor)
    return pages.Guarantees(
        title=found.title,
        back_url=desk.url("campaign", found.public_id),
        action_url=here,
        csv_url=desk.url("guarantees_csv", found.public_id),
        rows=_rows(desk, found, shown, refused),
        choices=_choices(rows, chosen, here),
        conditions=guarantee_conditions(),
        free_minor=desk.free_minor,
        top_up_url=f"{desk.url('money')}#top-up",
        raise_hint=_raise_hint(found),
        blocked=_blocked(desk, found),
        is_filtered=bool(chosen),
        clear_url=here,
        sentence=guarantee_sentence(asked.amount_minor, asked.month) if asked else "",
        cost=_cost(found, reserve) if reserve else [],
        missing_minor=max(0, reserve.total_minor - desk.free_minor) if reserve else 0,
    )


def _blocked(desk: Desk, found: Campaign) -> str:
    """Why nothing can be promised now; "" where it can."""
    if not desk.member.may_move_money:
        return _("Money is moved by an owner or by finance. Ask one of them.")
    if found.status not in RUNNING:
        return _("Guarantees are promised in a live or paused campaign.")
    if desk.brand.state != Brand.State.VERIFIED:
        return _("The brand is suspended. Write to support.")
    if not people_of(found).exists():
        return _("A guarantee is promised to who takes part, and nobody does yet.")
    return ""


def _cost(found: Campaign, reserve: Reserve) -> list[Sum]:
    return [
        Sum(_("Guarantee"), reserve.budget_minor),
        Sum(_("Birge fee"), reserve.fee_minor, note=percent_text(found.platform_fee_bps)),
        Sum(_("VAT"), reserve.vat_minor, note=percent_text(found.vat_bps)),
        Sum(_("Costs you at most"), reserve.total_minor, line=True, strong=True),
    ]


def _raise_hint(found: Campaign) -> str:
    said = _("More than is promised now. The difference is reserved at once, with %(fee)s and VAT.")
    return said % {"fee": percent_text(found.platform_fee_bps)}


def _choices(rows: list[Guarantee], chosen: str, here: str) -> list[Choice]:
    if not rows:
        return []
    counts: dict[str, int] = {}
    for each in rows:
        word = guarantee_status(each)
        counts[word] = counts.get(word, 0) + 1
    return [
        Choice(_("All"), here, not chosen, len(rows)),
        *(
            Choice(str(look.word), query_url({"status": word}), word == chosen, counts[word])
            for word, look in GUARANTEE.items()
            if word in counts
        ),
    ]


def _rows(
    desk: Desk, found: Campaign, rows: list[Guarantee], refused: Refused | None
) -> list[pages.GuaranteeRow]:
    earned, settled = _facts(rows)
    return [
        pages.GuaranteeRow(
            name=each.influencer.name,
            month=month_long(each.month),
            promised_minor=each.amount_minor,
            cost_minor=_cost_minor(each, settled),
            status=guarantee_status(each),
            note=_note(each, earned, settled),
            more=_more(desk, found, each, refused),
            cancel_url=_cancel_url(desk, each),
        )
        for each in rows
    ]


def _facts(rows: list[Guarantee]) -> tuple[dict[Month, Earned], dict[Month, PeriodReward]]:
    standing = [each for each in rows if each.state == State.PROMISED]
    months = {(each.participation_id, each.month) for each in standing}
    return earned_in_months(months), settled_of(rows)


def _cost_minor(guarantee: Guarantee, settled: Mapping[Month, PeriodReward]) -> int:
    """What is reserved for it, and once it is settled what it has cost."""
    if guarantee.state == State.PROMISED:
        return guarantee.total_minor
    reward = settled.get((guarantee.participation_id, guarantee.month))
    if guarantee.state == State.RELEASED or reward is None:
        return 0
    return reward.amount_minor + reward.fee_minor + reward.vat_minor


def _note(
    guarantee: Guarantee,
    earned: Mapping[Month, Earned],
    settled: Mapping[Month, PeriodReward],
) -> str:
    month = (guarantee.participation_id, guarantee.month)
    return guarantee_note(guarantee, earned.get(month, Earned()), settled.get(month))


def _more(
    desk: Desk, found: Campaign, guarantee: Guarantee, refused: Refused | None
) -> SmallForm | None:
    may = desk.member.may_move_money and found.status in RUNNING
    if not may or guarantee_status(guarantee) not in MAY_RAISE:
        return None
    url = desk.url("guarantee_raise", guarantee.public_id)
    if refused is None or refused.what != str(guarantee.public_id):
        return SmallForm(url)
    return SmallForm(url, refused.value, refused.error)


def _cancel_url(desk: Desk, guarantee: Guarantee) -> str:
    is_ahead = guarantee_status(guarantee) == Stage.AHEAD
    if not is_ahead or not desk.member.may_move_money:
        return ""
    return desk.url("guarantee_cancel", guarantee.public_id)


# --- To take away ---------------------------------------------------------------------------


def guarantees_csv(found: Campaign) -> FileResponse:
    rows = guarantee_list(found)
    earned, settled = _facts(rows)
    header = [
        _("Influencer"),
        _("Month"),
        _("Status"),
        _("Guarantee, ₸"),
        _("With fee and VAT, ₸"),
        _("Earned, ₸"),
        _("Added, ₸"),
    ]
    cells = []
    for each in rows:
        month = (each.participation_id, each.month)
        reward = settled.get(month) if each.state == State.SETTLED else None
        so_far = earned.get(month) if each.state == State.PROMISED else None
        sum_minor = reward.earned_minor if reward else so_far.approved_minor if so_far else None
        cells.append(
            [
                each.influencer.name,
                f"{each.month:%Y-%m}",
                str(GUARANTEE[guarantee_status(each)].word),
                tenge_cell(each.amount_minor),
                tenge_cell(_cost_minor(each, settled)),
                tenge_cell(sum_minor),
                tenge_cell(reward.amount_minor if reward else None),
            ]
        )
    return csv_answer("guarantees.csv", header, cells)
