"""What each line of an influencer's statement is about, and its arithmetic. Runs as the influencer;
a fixed number of queries for a page, whatever its lines are of."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.translation import gettext as _

from attribution.models import Conversion, ConversionVersion, PeriodReward
from campaigns.models import Campaign, Task
from exchange.web.formatting import money_text
from exchange.web.months import kind_text, month_note
from exchange.web.pages.common import Sum
from exchange.web.portal.builders.deals import fee_row
from exchange.web.portal.builders.earnings import rate_note
from exchange.web.portal.builders.money import payouts_sums
from exchange.web.rewards import reward_rows, steps_of
from ledger.domain.drafts import JournalKind
from ledger.statements import StatementLine
from payouts.models import Payout

_CLAWBACK = re.compile(r"claw:\d+:(?P<version>\d+)")
PAYOUT_KINDS = (
    JournalKind.PAYOUT_CREATED,
    JournalKind.PAYOUT_UNDONE,
    JournalKind.PAYOUT_RETURNED,
)


@dataclass(frozen=True, slots=True)
class About:
    """The thing that a line is of: its name, whose campaign, its page, and the line's arithmetic.
    `payout` is the line's own, None for others."""

    note: str = ""
    brand: str = ""
    url: str = ""
    sums: list[Sum] = field(default_factory=list)
    payout: Payout | None = None


@dataclass(frozen=True, slots=True)
class Subjects:
    """Everything that the lines of a page name, by id."""

    conversions: Mapping[int, Conversion]
    versions: Mapping[int, list[ConversionVersion]]
    months: Mapping[int, PeriodReward]
    tasks: Mapping[int, Task]
    payouts: Mapping[int, Payout]
    payout_sums: Mapping[int, list[Sum]]
    campaigns: Mapping[int, Campaign]


def abouts(lines: Sequence[StatementLine], *, is_debt: bool) -> list[About]:
    """One for each line; `is_debt`: of the account of what is owed back. At most eight queries."""
    subjects = _subjects(lines)
    return [_about(line, subjects, is_debt=is_debt) for line in lines]


def _subjects(lines: Sequence[StatementLine]) -> Subjects:
    ids: dict[str, set[int]] = defaultdict(set)
    for line in lines:
        for name, id in line.refs.items():
            ids[name].add(id)
    conversions = Conversion.objects.select_related("campaign", "terms")
    months = PeriodReward.objects.select_related("campaign")
    tasks = Task.objects.select_related("deal__campaign")
    payouts = Payout.objects.in_bulk(ids["payout"]) if ids["payout"] else {}
    return Subjects(
        conversions=conversions.in_bulk(ids["conversion"]) if ids["conversion"] else {},
        versions=_versions(ids["conversion"]),
        months=months.in_bulk(ids["period_reward"]) if ids["period_reward"] else {},
        tasks=tasks.in_bulk(ids["task"]) if ids["task"] else {},
        payouts=payouts,
        payout_sums=payouts_sums(list(payouts.values())),
        campaigns=Campaign.objects.in_bulk(ids["campaign"]) if ids["campaign"] else {},
    )


def _versions(conversion_ids: Collection[int]) -> dict[int, list[ConversionVersion]]:
    found: dict[int, list[ConversionVersion]] = defaultdict(list)
    if conversion_ids:
        rows = ConversionVersion.objects.filter(conversion_id__in=conversion_ids)
        for version in rows.order_by("conversion_id", "number"):
            found[version.conversion_id].append(version)
    return found


def _about(line: StatementLine, subjects: Subjects, *, is_debt: bool) -> About:
    conversion = subjects.conversions.get(line.refs.get("conversion", 0))
    if conversion is not None:
        return _of_sale(line, conversion, subjects.versions[conversion.pk], is_debt=is_debt)
    month = subjects.months.get(line.refs.get("period_reward", 0))
    if month is not None:
        return _of_month(month)
    task = subjects.tasks.get(line.refs.get("task", 0))
    if task is not None:
        return _of_post(task)
    payout = subjects.payouts.get(line.refs.get("payout", 0))
    if payout is not None:
        return _of_payout(line, payout, subjects.payout_sums[payout.pk], is_debt=is_debt)
    campaign = subjects.campaigns.get(line.refs.get("campaign", 0))
    return About(campaign.title, campaign.brand_name) if campaign else About()


def _of_sale(
    line: StatementLine,
    conversion: Conversion,
    versions: Sequence[ConversionVersion],
    *,
    is_debt: bool,
) -> About:
    clawback = _CLAWBACK.fullmatch(line.business_key)
    sums = (
        _came_back(line, versions, int(clawback["version"]), is_debt=is_debt)
        if clawback
        else _approved(conversion, versions)
    )
    return About(
        note=_("Order %(number)s") % {"number": conversion.order_number},
        brand=conversion.campaign.brand_name,
        url=reverse("portal:earning", args=[conversion.public_id]),
        sums=sums,
    )


def _approved(conversion: Conversion, versions: Sequence[ConversionVersion]) -> list[Sum]:
    """Goods, what came back before, how the reward was worked out: up to the approval."""
    approved = next((each for each in versions if each.status == "approved"), None)
    if approved is None:
        return []
    until = [each for each in versions if each.number <= approved.number]
    rows = [Sum(_("Goods"), until[0].base_minor, note=rate_note(conversion))]
    if back := until[0].base_minor - approved.base_minor:
        rows.append(Sum(_("Came back"), -back))
    rows += reward_rows(steps_of(until), conversion.terms.commission)
    return [*rows, Sum(_("Reward"), approved.commission_minor, line=True, strong=True)]


def _came_back(
    line: StatementLine, versions: Sequence[ConversionVersion], number: int, *, is_debt: bool
) -> list[Sum]:
    """The reward before and after. What of the difference was paid already is a debt, the rest was
    still to be paid: two accounts, and the line is of one of them."""
    after = next((each for each in versions if each.number == number), None)
    before = next((each for each in reversed(versions) if each.number < number), None)
    if after is None or before is None:
        return []
    gone = after.commission_minor - before.commission_minor
    note = f"{money_text(after.base_minor)} / {money_text(before.base_minor)}"
    rows = [
        Sum(_("Reward before"), before.commission_minor),
        Sum(_("For the goods that came back"), gone, note=note),
        Sum(_("Reward after"), after.commission_minor, line=True, strong=True),
    ]
    if elsewhere := gone - line.amount_minor:
        label = _("Of it not paid yet, taken off at once") if is_debt else _("Of it paid before")
        note = "" if is_debt else _("You owe it back: see “Owed back”.")
        rows.append(Sum(label, elsewhere, note=note))
    return rows


def _of_month(month: PeriodReward) -> About:
    row = Sum(kind_text(month.kind), month.amount_minor, note=month_note(month))
    return About(month.campaign.title, month.campaign.brand_name, reverse("portal:earnings"), [row])


def _of_post(task: Task) -> About:
    row = fee_row(task)
    return About(row.note, row.name, row.url, [Sum(row.title, row.minor, note=row.note)])


def _of_payout(line: StatementLine, payout: Payout, sums: list[Sum], *, is_debt: bool) -> About:
    url = reverse("portal:payout", args=[payout.public_id])
    if line.journal_kind in PAYOUT_KINDS:
        return About(payout.rail_key, url=url, sums=sums, payout=payout)
    if line.journal_kind == JournalKind.NETTING and line.amount_minor > 0 and not is_debt:
        note = _("%(payout)s, given back: the debt had ended") % {"payout": payout.rail_key}
        return About(note, url=url)
    return About(payout.rail_key, url=url)
