"""An influencer's links."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _

from exchange.web.pages.common import (
    Coming,
)
from exchange.web.pages.links import Caption, Cover, LinkCard, LinkForm, LinkPage, Links, Tagged
from exchange.web.samples import common

LINKS = (
    LinkCard(
        "Жылы үй", "Тоқыма Үйі", "7%", "https://birge.example/c/a7k2", "birge.example/c/a7k2", "#",
        1284, 58, 7_493_000, "AIGERIM10", "on", "toqyma.example/kollekcia",
    ),
    LinkCard(
        "Қысқы күтім", "Nur Skin", "12%", "https://birge.example/c/n4qs", "birge.example/c/n4qs",
        "#", 702, 31, 4_612_000, "", "on", "nurskin.example/serum-s-vitaminom-c",
        coming_text="21 желтоқсаннан: 9%",
    ),
)  # fmt: skip


def link_page(is_new: bool = True) -> LinkPage:
    return LinkPage(
        card=LINKS[0],
        home_url="#",
        campaign_url="#",
        telegram_url="#",
        whatsapp_url="#",
        captions=[
            Caption(
                "kk", "Қаз", "Жарнама",
                "«Жылы үй» жинағын ұнаттым. AIGERIM10 коды: birge.example/c/a7k2",
            ),
            Caption(
                "ru", "Рус", "Реклама",
                "Нравится набор «Жылы үй». Код AIGERIM10: birge.example/c/a7k2",
            ),
        ],
        destination_url="https://toqyma.example/kollekcia",
        qr_svg_url="#",
        qr_png_url="#",
        qr_mm=60,
        tagged=Tagged([""] * 5),
        per_sale_minor=125_000,
        off_url="#",
        is_new=is_new,
        coming=None if is_new else Coming(common.POLICY, common.day_ahead(29)),
    )  # fmt: skip


def link_managed() -> LinkPage:
    tagged = Tagged(
        ["reels-21-11", "", "", "", ""],
        "https://birge.example/c/a7k2?sub1=reels-21-11",
        "birge.example/c/a7k2?sub1=reels-21-11",
    )
    card = replace(LINKS[0], status="no_budget", is_of_several=True)
    return replace(link_page(is_new=False), card=card, tagged=tagged, stats_url="#")


def link_form() -> LinkForm:
    return LinkForm(
        typed="https://toqyma.example/kollekcia",
        action_url="#",
        back_url="#",
        link_start="birge.example/c/",
        url="https://toqyma.example/kollekcia",
        url_text="toqyma.example/kollekcia",
        host="toqyma.example",
        mine=[COVER],
    )


COVER = Cover("1", "Жылы үй", "Тоқыма Үйі", "7%", 125_000, "#", is_chosen=True)


def link_form_several() -> LinkForm:
    other = Cover("2", "Қысқы күтім", "Nur Skin", "5%", 89_000, "#")
    return replace(link_form(), mine=[COVER, other])


def link_form_open() -> LinkForm:
    return replace(link_form(), mine=[], open_to_join=[COVER])


def link_form_none() -> LinkForm:
    ask = _(
        "Hello! I would like to recommend your goods from %(host)s through Birge and be paid for"
        " each sale."
    ) % {"host": "qozy.example"}
    return replace(
        link_form(),
        mine=[],
        host="qozy.example",
        ask_text=f"{ask} https://birge.example",
        telegram_url="#",
        campaigns_url="#",
    )


def link_form_refused() -> LinkForm:
    page = link_form_none()
    error = _(
        "%(host)s makes short links, and a short link hides its product. Open it and paste the"
        " full address."
    )
    return replace(page, typed="https://wb.ru/abc", url="", error=error % {"host": "wb.ru"})


def links() -> Links:
    return Links([LINKS[0], replace(LINKS[1], status="off")], "#", "#")


def links_none() -> Links:
    return Links([], "#", "#")
