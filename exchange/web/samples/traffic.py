"""Invented content for the pages of what marketplaces count."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _

from exchange.web.brand.builders.tags import NOTE, STEPS
from exchange.web.pages import traffic as pages
from exchange.web.pages.common import Choice, Fact, Stat
from exchange.web.pages.uploads import UploadFault, UploadRow
from exchange.web.samples import common
from exchange.web.traffic.report import PAYS_BRAND, PAYS_INFLUENCER

PEOPLE = [
    pages.SumRow("Айгерім Сәбитова", "Жылы үй", "Ozon", 1_204, 31, "214 500,00 ₽"),
    pages.SumRow("Данияр Оспанов", "Жылы үй", "Wildberries", 386, None, ""),
]


def brand() -> pages.Traffic:
    return pages.Traffic(
        state="shown",
        whose_label=_("Influencer"),
        periods=[Choice("7", "#"), Choice("28", "#", True), Choice("90", "#")],
        pays=str(PAYS_BRAND),
        csv_url="#",
        clear_url="#",
        narrowed="Жылы үй",
        stats=[
            Stat(_("Visits"), "1 590"),
            Stat(_("Ordered, pieces"), "31"),
            Stat(_("Ordered for"), "214 500,00 ₽"),
        ],
        people=PEOPLE,
        days=[replace(PEOPLE[0], day=common.day_ago(n)) for n in range(3)],
        more=_("%(count)s rows more are in the CSV.") % {"count": 12},
        others=_("Other tags of yours, which are none of Birge's: %(tags)s, visits: %(visits)s.")
        % {"tags": 2, "visits": 310},
    )


def portal() -> pages.Traffic:
    return replace(brand(), whose_label=_("Brand"), pays=str(PAYS_INFLUENCER), others="")


def none() -> pages.Traffic:
    return pages.Traffic("none", _("Influencer"), [], str(PAYS_BRAND), connect_url="#")


def tags() -> pages.Tags:
    return pages.Tags(
        source="wildberries",
        back_url="#",
        report_url="#",
        start_url="#",
        upload_url="#",
        example="utm_campaign=77-id-birge-…",
        steps=[str(step) for step in STEPS],
        note=str(NOTE),
        past=[UploadRow(common.ago(days=2), "трафик.xlsx", "14", "#")],
    )


def check() -> pages.TagCheck:
    return pages.TagCheck(
        name="трафик.xlsx",
        back_url="#",
        action_url="#",
        note=str(NOTE),
        facts=[Fact(_("Rows in the file"), "15")],
        sums=[replace(PEOPLE[0], day=common.day_ago(1))],
        errors=[UploadFault(7, _("Day"), _("is no date"))],
        store_text=_("Store %(days)s") % {"days": "14"},
    )
