"""Totals by tag on a brand's side: who looks, how links are marked, a table before it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from attribution.domain.tag_table import TagRow, TagTable
from attribution.marketplace_forms import FIGURES
from attribution.models import Connection, TagUpload
from attribution.selectors.traffic import tag_uploads_latest
from attribution.services.tag_uploads import SETTING
from campaigns.domain.traffic_tags import MARK, token_of
from campaigns.models import TrackingLink, TrafficTag
from campaigns.selectors import campaign_access_for_brand
from exchange.web.brand.desk import Desk
from exchange.web.formatting import amount_text, day_full, number_text
from exchange.web.pages import traffic as pages
from exchange.web.pages.common import Fact
from exchange.web.pages.uploads import UploadFault, UploadRow
from exchange.web.traffic.report import TrafficReader
from exchange.web.words import Word, word_of

CURRENCY_DEFAULT = "RUB"
ERRORS_SHOWN = 100
SUMS_SHOWN = 50
NOTE = gettext_lazy(
    "Nothing proves who made a file, and totals name no order: nothing is paid from them. They show"
    " your influencers and you what the marketplace counts."
)
STEPS: tuple[Word, ...] = (
    gettext_lazy("Make a campaign of external traffic in Wildberries' cabinet, once."),
    gettext_lazy(
        "Its links have utm_campaign=77-id-…: type that number here. From then on links of your"
        " influencers carry it with their own name behind."
    ),
    gettext_lazy("Later export the table of that campaign by days, as Excel or CSV."),
    gettext_lazy("Upload it here, say which column is what, and look at it before it is stored."),
)
FAULTS: Mapping[str, Word] = {
    "not_a_date": gettext_lazy("is no date"),
    "in_future": gettext_lazy("is in the future"),
    "not_a_number": gettext_lazy("is no whole number"),
    "not_an_amount": gettext_lazy("is no amount"),
    "too_long": gettext_lazy("is longer than 200 characters"),
}


def reader_of(desk: Desk, campaign: str) -> TrafficReader:
    """Raises: NotFound for a campaign that is not this brand's."""
    public_id = None
    with suppress(ValueError):
        public_id = UUID(campaign)
    return TrafficReader(
        action_url=desk.url("traffic"),
        csv_url=desk.url("traffic_csv"),
        brand_id=desk.brand.pk,
        campaign=campaign_access_for_brand(desk.brand, public_id) if public_id else None,
        connect_url=desk.url("integrations"),
    )


# --- How links are marked -------------------------------------------------------------------


def start_initial(found: Connection) -> dict[str, str]:
    known = _tag_of(found)
    return {"number": known.start.partition("-")[0]} if known else {}


def _tag_of(found: Connection) -> TrafficTag | None:
    return TrafficTag.objects.filter(brand_id=found.brand_id, platform=found.source).first()


def tags(desk: Desk, found: Connection) -> pages.Tags:
    known = _tag_of(found)
    return pages.Tags(
        source=found.source,
        back_url=desk.url("connection", found.public_id),
        report_url=desk.url("traffic"),
        start_url=desk.url("connection_tag_start", found.public_id),
        upload_url=desk.url("connection_tags", found.public_id),
        example=f"utm_campaign={known.start}{MARK}…" if known else "",
        steps=[str(step) for step in STEPS],
        note=str(NOTE),
        past=[_past_row(desk, found, each) for each in tag_uploads_latest(found)],
    )


def _past_row(desk: Desk, found: Connection, upload: TagUpload) -> UploadRow:
    said = _("not stored")
    if upload.state == TagUpload.State.STORED:
        said = _days_text(upload.stored_count)
    url = desk.url("connection_tag_check", found.public_id, upload.public_id)
    return UploadRow(upload.created_at, upload.name, said, url)


def _days_text(count: int) -> str:
    said = ngettext("%(count)s day of a tag", "%(count)s days of tags", count)
    return said % {"count": number_text(count)}


# --- A table --------------------------------------------------------------------------------


def columns_initial(found: Connection, columns: Mapping[str, int]) -> dict[str, str]:
    """The form as it begins: the columns of the last time or our guess."""
    currency = found.settings.get(SETTING, {}).get("currency", CURRENCY_DEFAULT)
    return {figure: str(place) for figure, place in columns.items()} | {"currency": currency}


def tag_check(
    desk: Desk,
    found: Connection,
    upload: TagUpload,
    table: TagTable | None,
    currency: str = CURRENCY_DEFAULT,
) -> pages.TagCheck:
    """`table` is None while its columns are not known, and when it is stored already."""
    is_stored = upload.state == TagUpload.State.STORED
    rows = Fact(_("Rows in the file"), number_text(upload.rows_count))
    page = pages.TagCheck(
        name=upload.name,
        back_url=desk.url("connection_tags", found.public_id),
        action_url=desk.url("connection_tag_check", found.public_id, upload.public_id),
        note=str(NOTE),
        facts=[rows, Fact(_("Stored"), _days_text(upload.stored_count))] if is_stored else [rows],
        is_stored=is_stored,
    )
    return page if table is None else _with_table(page, found, table, currency)


def _with_table(
    page: pages.TagCheck, found: Connection, table: TagTable, currency: str
) -> pages.TagCheck:
    """Three queries."""
    links = _links(found, table)
    ours = [row for row in table.rows if token_of(row.tag) in links]
    return replace(
        page,
        facts=[*page.facts, *_table_facts(table, len(ours))],
        sums=[
            _sum_row(found, links[token_of(row.tag) or ""], row, currency)
            for row in reversed(ours[-SUMS_SHOWN:])
        ],
        errors=[
            UploadFault(row, str(FIGURES[figure]), str(FAULTS[code]))
            for row, figure, code in table.faults[:ERRORS_SHOWN]
        ],
        errors_more=max(0, len(table.faults) - ERRORS_SHOWN),
        store_text=_("Store %(days)s") % {"days": _days_text(len(table.rows))}
        if table.rows
        else "",
    )


def _links(found: Connection, table: TagTable) -> Mapping[str | None, TrackingLink]:
    """{token: the brand's link with it}. One query."""
    tokens = {token for row in table.rows if (token := token_of(row.tag))}
    links = TrackingLink.objects.filter(brand_id=found.brand_id, token__in=tokens)
    return {each.token: each for each in links.select_related("influencer", "campaign")}


def _table_facts(table: TagTable, ours: int) -> list[Fact]:
    days = [row.day_on for row in table.rows]
    span = f"{day_full(min(days))} – {day_full(max(days))}" if days else "–"
    return [
        Fact(_("Days"), span),
        Fact(_("Of influencers' links"), number_text(ours)),
        Fact(_("Of other tags"), number_text(len(table.rows) - ours)),
        Fact(_("Rows left out: totals and remarks"), number_text(table.skipped)),
        Fact(_("Faults"), number_text(len(table.faults))),
    ]


def _sum_row(found: Connection, link: TrackingLink, row: TagRow, currency: str) -> pages.SumRow:
    return pages.SumRow(
        name=link.influencer.name,
        title=link.campaign.title,
        source=str(word_of("source", found.source)),
        visits=row.visits,
        ordered=row.ordered,
        amount="" if row.amount_minor is None else amount_text(row.amount_minor, currency),
        day=row.day_on,
    )
