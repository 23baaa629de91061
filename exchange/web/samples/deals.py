"""Samples of posts at a fixed fee."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django.utils.translation import gettext as _

from campaigns.deal_forms import DealForm, PostForm, ReturnForm
from core import clock
from exchange.web.formatting import day_full, day_long, money_text
from exchange.web.pages.common import Choice, Fact, Sum, Task
from exchange.web.pages.deals import (
    Deal,
    DealNew,
    DealRow,
    Deals,
    FeeRow,
    OwnDeals,
    Post,
    Verdict,
)
from exchange.web.pages.verdicts import FileLink
from exchange.web.sale_words import REASON_TEXTS
from exchange.web.samples import common

BRIEF = "Көрпені үйде, күн жарығында көрсетіңіз.\nМатасы мен тігісін жақыннан түсіріңіз."
TEXT = "Жарнама. Жаңа көрпе келді, балалар бірден тауып алды.\nПромокод: AIGERIM7"
LINK = "https://www.instagram.com/p/DRkq2xYt9aB/"


def _due(days: int = 9) -> Any:
    return clock.today() + timedelta(days=days)


def facts() -> list[Fact]:
    return [
        Fact(_("Where"), "Instagram"),
        Fact(_("Posts"), "3"),
        Fact(_("Fee of a post"), money_text(2_500_000)),
        Fact(_("To be posted by"), day_full(_due())),
        Fact(_("Time to look at a post"), _("%(count)s days") % {"count": 3}),
    ]


def rows() -> list[DealRow]:
    to_check = _("%(count)s post to check") % {"count": 1}
    until = _("answer until %(moment)s") % {"moment": "24.11, 18:00"}
    return [
        DealRow("#", "Айгерім С.", "Жылы үй", "Instagram", "running", 3, 1, 2_500_000, _due(),
                to_check),
        DealRow("#", "Нұрлан Т.", "Жылы үй", "TikTok", "offered", 2, 0, 4_000_000, _due(14), until),
        DealRow("#", "Дана К.", "Жылы үй", "YouTube", "done", 1, 1, 12_000_000, _due(-8)),
        DealRow("#", "Ерлан М.", "Жылы үй", "Telegram", "declined", 4, 0, 800_000, _due(3)),
    ]  # fmt: skip


def deals() -> Deals:
    choices = [
        Choice(_("All"), "?", True, 4),
        Choice(_("Offered"), "?status=offered", False, 1),
        Choice(_("Running"), "?status=running", False, 1),
    ]
    return Deals("Жылы үй", rows(), choices, "#", "#", csv_url="#", new_url="#")


def deals_none() -> Deals:
    return Deals("Жылы үй", [], [], "#", "#", new_url="#")


def deal_new() -> DealNew:
    return DealNew("Жылы үй", "#", "#", "#")


def deal_new_cost() -> DealNew:
    sums = [
        Sum(_("To the influencer"), 7_500_000, note=f"3 × {money_text(2_500_000)}"),
        Sum(_("Birge fee"), 1_125_000, note="15%"),
        Sum(_("VAT"), 180_000, note="16%"),
        Sum(_("This costs you"), 8_805_000, line=True, strong=True),
    ]
    return DealNew(
        "Жылы үй", "#", "#", "#", sums=sums, agreed=8_805_000, free_minor=24_000_000, top_up_url="#"
    )


def deal_new_short() -> DealNew:
    shown = deal_new_cost()
    return DealNew(
        "Жылы үй", "#", "#", "#", sums=shown.sums, missing_minor=805_000, free_minor=8_000_000,
        top_up_url="#",
    )  # fmt: skip


def form() -> DealForm:
    people: list[Any] = [
        SimpleNamespace(public_id=name, pk=1, influencer=SimpleNamespace(name=name))
        for name in ("Айгерім С.", "Нұрлан Т.")
    ]
    typed = {
        "participation": "Айгерім С.",
        "place": "instagram",
        "post_count": 3,
        "post_minor": 2_500_000,
        "brief": BRIEF,
        "due_on": _due(),
    }
    return DealForm(people=people, initial=typed)


def deal() -> Deal:
    """As the brand sees it: one accepted, one to look at, one by its screenshot, one to come."""
    due = _due()
    return Deal(
        title="Жылы үй",
        name="Айгерім С.",
        status="running",
        brief=BRIEF,
        facts=facts(),
        posts=[
            Post(1, "accepted", 2_500_000, due, LINK, TEXT, "жарнама",
                 verdict=Verdict(_("The brand has accepted it."), common.ago(days=2))),
            Post(2, "submitted", 2_500_000, due, LINK, TEXT, "жарнама",
                 sent_at=common.ago(hours=5), until=common.ahead(days=2), accept_url="#",
                 return_url="#", form=ReturnForm(prefix="p2")),
            Post(3, "submitted", 2_500_000, due, LINK, "", "",
                 file=FileLink("story.png", "#", ""), sent_at=common.ago(hours=1),
                 until=common.ahead(days=3), accept_url="#", return_url="#",
                 form=_refused()),
            Post(4, "open", 2_500_000, due),
        ],
        back_url="#",
        hint=_("Taken: posts are made and looked at."),
        cancel_url="#",
        cancel_text=_(
            "%(sum)s go back to your free balance. Posts that were sent in are still decided."
        )
        % {"sum": money_text(2_935_000)},
    )  # fmt: skip


def _refused() -> ReturnForm:
    form = ReturnForm({"p3-code": "22", "p3-note": ""}, prefix="p3")
    form.add_error("note", _("Say what exactly is wrong: the influencer reads it."))
    return form


def own() -> OwnDeals:
    to_do = _("%(count)s post to send in") % {"count": 1}
    until = _("answer until %(moment)s") % {"moment": "24.11, 18:00"}
    return OwnDeals(
        [
            DealRow("#", "Toqyma Üi", "Жылы үй", "Instagram", "running", 3, 1, 2_500_000, _due(),
                    to_do),
            DealRow("#", "Dala Tea", "Таң шайы", "TikTok", "offered", 1, 0, 4_000_000, _due(14),
                    until),
        ],
        "#",
    )  # fmt: skip


def own_none() -> OwnDeals:
    return OwnDeals([], "#")


def own_offer() -> Deal:
    day = day_long(common.ahead(days=4))
    return Deal(
        title="Жылы үй",
        name="Toqyma Üi",
        status="offered",
        brief=BRIEF,
        facts=facts(),
        posts=[],
        back_url="#",
        hint=_("Answer until %(day)s. Until then the money is reserved for you.") % {"day": day},
        answer_until=common.ahead(days=4),
        accept_url="#",
        decline_url="#",
        label_url="#",
    )


def own_deal() -> Deal:
    due = _due()
    return Deal(
        title="Жылы үй",
        name="Toqyma Üi",
        status="running",
        brief=BRIEF,
        facts=facts(),
        posts=[
            Post(1, "submitted", 2_500_000, due, LINK, TEXT, "жарнама",
                 sent_at=common.ago(hours=5), until=common.ahead(days=2)),
            Post(2, "returned", 2_500_000, due, LINK, TEXT, "жарнама",
                 verdict=Verdict(str(REASON_TEXTS[21]), common.ago(hours=3), is_bad=True),
                 send_url="#", form=PostForm(prefix="p2")),
            Post(3, "open", 2_500_000, due, send_url="#", form=_unlabelled()),
        ],
        back_url="#",
        hint=_(
            "Publish, then send the link with the text. If the brand says nothing in the agreed"
            " days, a labelled post is accepted by itself."
        ),
        label_url="#",
    )  # fmt: skip


def _unlabelled() -> PostForm:
    form = PostForm({"p3-url": LINK, "p3-text": "Жаңа көрпе келді. #жарнама"}, prefix="p3")
    form.add_error(
        "text",
        _(
            "The text does not start with an ad label. Begin with «Жарнама» or «Реклама» and send"
            " the link again."
        ),
    )
    return form


def fees() -> list[FeeRow]:
    number = _("Post %(number)s") % {"number": 1}
    return [FeeRow("#", "Жылы үй", "Toqyma Üi", f"{number}, Instagram", 2_500_000, "accepted")]


def waiting() -> Task:
    title = _("%(count)s offer of posts at a fixed fee") % {"count": 1}
    text = _("The money is reserved already. What orders bring comes on top.")
    return Task("hold", "banknote", title, text, "#", _("Look at it"))
