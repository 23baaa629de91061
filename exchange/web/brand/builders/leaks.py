"""Codes that look leaked: the list, one code's sheet, and what campaigns do about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from uuid import UUID

from django.db.models import Sum
from django.http import FileResponse
from django.utils.translation import gettext as _

from attribution.models import CodeFinding, CodeUse, Order
from attribution.selectors.leaks import (
    FindingFilter,
    finding_counts,
    finding_page,
    findings_filter,
    findings_of_brand,
    findings_of_code,
    held_by,
    uses_lately,
)
from campaigns.models import Campaign, Participation, PromoCode
from campaigns.selectors import campaign_list_of_brand
from exchange.web.brand.desk import Desk
from exchange.web.formatting import moment_short
from exchange.web.leak_words import (
    MODE_TEXTS,
    SIGNALS,
    finding_seen,
    finding_sentence,
    is_holding,
    mode_now_text,
)
from exchange.web.pages import leaks as pages
from exchange.web.pages.common import Choice
from exchange.web.paging import pager, query_url
from exchange.web.spreadsheet import csv_answer
from exchange.web.words import FINDING

State = CodeFinding.State


def filter_of(asked: Mapping[str, str]) -> FindingFilter:
    state, query = asked.get("status", ""), asked.get("q", "").replace("\x00", "").strip()[:80]
    campaign = None
    with suppress(ValueError):
        campaign = UUID(asked.get("campaign", ""))
    return FindingFilter(state if state in State.values else "", campaign, query)


def leaks(desk: Desk, campaign: Campaign | None, asked: Mapping[str, str]) -> pages.Leaks:
    """`campaign` is the one that the filter names, where it is the brand's."""
    wanted, after = filter_of(asked), asked.get("after", "")
    found = findings_filter(findings_of_brand(desk.brand.pk), wanted)
    page = finding_page(found, state=wanted.state, after=after)
    campaign_id = str(campaign.public_id) if campaign else ""
    kept = {"status": wanted.state, "q": wanted.query, "campaign": campaign_id}
    here = desk.url("leaks")
    may_write = desk.member.may_write
    return pages.Leaks(
        rows=[_row(desk, each) for each in page.rows],
        choices=_choices(finding_counts(found), kept),
        here_url=here + query_url({"campaign": campaign_id}) if campaign else here,
        back_url=desk.url("codes", campaign.public_id) if campaign else desk.url("campaigns"),
        csv_url=desk.url("leaks_csv") + query_url(kept),
        campaign=campaign.title if campaign else "",
        campaign_id=campaign_id,
        modes=_modes(campaign) if campaign else [],
        mode_url=desk.url("leak_mode", campaign.public_id) if campaign and may_write else "",
        campaigns=[] if campaign else _campaigns(desk),
        query=wanted.query,
        status=wanted.state,
        is_filtered=bool(wanted.state or wanted.query),
        pager=pager(len(page.rows), after, page.after, kept),
    )


def _row(desk: Desk, finding: CodeFinding) -> pages.LeakRow:
    return pages.LeakRow(
        url=desk.url("leak", finding.public_id),
        code=finding.code.code,
        name=finding.influencer.name,
        campaign=finding.campaign.title,
        seen=finding_seen(finding),
    )


def _choices(counts: Mapping[str, int], kept: Mapping[str, str]) -> list[Choice]:
    def url(state: str) -> str:
        return query_url({**kept, "status": state})

    chosen = kept["status"]
    return [
        Choice(_("All"), url(""), not chosen, sum(counts.values())),
        *(
            Choice(str(status.word), url(state), state == chosen, counts.get(state, 0))
            for state, status in FINDING.items()
            if counts.get(state) or state == chosen
        ),
    ]


def _modes(campaign: Campaign) -> list[pages.ModeChoice]:
    return [
        pages.ModeChoice(
            mode.value, str(mode.label), str(MODE_TEXTS[mode]), mode == campaign.leak_mode
        )
        for mode in Campaign.LeakMode
    ]


def _campaigns(desk: Desk) -> list[pages.CampaignMode]:
    return [
        pages.CampaignMode(
            title=each.title,
            mode=str(Campaign.LeakMode(each.leak_mode).label),
            url=desk.url("leaks") + query_url({"campaign": str(each.public_id)}),
        )
        for each in campaign_list_of_brand(desk.brand)
        if each.status in (Campaign.Status.LIVE, Campaign.Status.PAUSED)
    ]


def leaks_csv(desk: Desk, asked: Mapping[str, str]) -> FileResponse:
    """The list as the filter shows it, streamed."""
    wanted = filter_of(asked)
    found = findings_filter(findings_of_brand(desk.brand.pk), wanted)
    if wanted.state:
        found = found.filter(state=wanted.state)
    header = [
        _("Code"),
        _("Influencer"),
        _("Campaign"),
        _("What was seen"),
        _("Figures"),
        _("Status"),
        _("Found"),
    ]
    return csv_answer("birge-codes.csv", header, _cells(found.order_by("-opened_at").iterator()))


def _cells(findings: Iterator[CodeFinding]) -> Iterator[list[str]]:
    for each in findings:
        yield [
            each.code.code,
            each.influencer.name,
            each.campaign.title,
            str(SIGNALS[each.signal]),
            finding_sentence(each),
            str(FINDING[each.state].word),
            moment_short(each.opened_at),
        ]


# --- One code -------------------------------------------------------------------------------


def leak(desk: Desk, finding: CodeFinding) -> pages.Leak:
    is_open = desk.member.may_write and finding.state == State.OPEN
    code, address = finding.code, finding.public_id
    is_active = code.state == PromoCode.State.ACTIVE and _takes_part(finding)
    waiting = held_by(finding).aggregate(minor=Sum("commission_minor"))
    count = held_by(finding).count()
    return pages.Leak(
        code=code.code,
        code_status=code.state,
        name=finding.influencer.name,
        campaign=finding.campaign.title,
        seen=finding_seen(finding),
        others=[finding_seen(each) for each in findings_of_code(finding) if each.pk != finding.pk],
        uses=_uses(desk, uses_lately(finding)),
        back_url=desk.url("leaks"),
        mode_text=mode_now_text(finding),
        reply=finding.reply,
        held_minor=(waiting["minor"] or 0) if count else None,
        held_count=count,
        is_holding=is_holding(finding),
        clear_url=desk.url("leak_clear", address) if is_open else "",
        reject_url=desk.url("leak_reject", address) if is_open and count else "",
        rotate_url=desk.url("leak_rotate", address) if is_open and is_active else "",
        code_url=desk.url("codes", finding.campaign.public_id),
    )


def _takes_part(finding: CodeFinding) -> bool:
    rows = Participation.objects.filter(pk=finding.participation_id)
    return rows.filter(state=Participation.State.APPROVED).exists()


def _uses(desk: Desk, uses: list[CodeUse]) -> list[pages.UseRow]:
    orders = Order.objects.in_bulk([use.order_id for use in uses])
    return [
        pages.UseRow(
            at=use.at,
            number=orders[use.order_id].number,
            had=use_had(use),
            url=desk.url("order", orders[use.order_id].public_id),
        )
        for use in uses
    ]


def use_had(use: CodeUse) -> str:
    """What is known of clicks about an order, as a key of the template."""
    if use.is_clicked:
        return "own"
    return {True: "none", False: "near", None: "unknown"}[use.is_cold]
