"""Invented content for guarantees of months."""

from __future__ import annotations

from dataclasses import replace

from django.http import QueryDict
from django.utils.translation import gettext as _

from core import clock
from core.months import month_after
from exchange.web.brand.views.guarantees import GuaranteeForm
from exchange.web.formatting import money_text, month_long, percent_text
from exchange.web.guarantee_words import guarantee_conditions, guarantee_sentence
from exchange.web.pages import guarantees
from exchange.web.pages.brand import SmallForm
from exchange.web.pages.common import Choice, Sum
from exchange.web.samples.common import day_ago
from exchange.web.words import GUARANTEE

PEOPLE = {"1": "Айгерім Сәбитова", "2": "Данияр Оспанов"}
PROMISED = 20_000_000


def form(**given: str) -> GuaranteeForm:
    this_month = clock.today().replace(day=1)
    months = [this_month, month_after(this_month)]
    if not given:
        return GuaranteeForm(people=PEOPLE, months=months)
    typed = QueryDict(mutable=True)
    typed.update({"participation": "1", "month": this_month.isoformat()} | given)
    return GuaranteeForm(typed, people=PEOPLE, months=months)


def blank() -> GuaranteeForm:
    return form()


def typed() -> GuaranteeForm:
    return form(amount="200 000")


def refused() -> GuaranteeForm:
    return form(amount="1e30")


def page() -> guarantees.Guarantees:
    month = clock.today().replace(day=1)
    before = day_ago(40).replace(day=1)
    words = {key: str(look.word) for key, look in GUARANTEE.items()}
    earned = _("earned so far: %(sum)s") % {"sum": money_text(7_493_000)}
    missing = _("missing now: %(sum)s") % {"sum": money_text(12_507_000)}
    settled = _("The orders earned %(earned)s; %(added)s was added.")
    names = list(PEOPLE.values())
    return guarantees.Guarantees(
        title="Жылы үй",
        back_url="#",
        action_url="#",
        csv_url="#",
        rows=[
            guarantees.GuaranteeRow(
                name=names[0],
                month=month_long(month_after(month)),
                promised_minor=PROMISED,
                cost_minor=23_480_000,
                status="ahead",
                note=_("The month has not begun."),
                more=SmallForm("#"),
                cancel_url="#",
            ),
            guarantees.GuaranteeRow(
                name=names[0],
                month=month_long(month),
                promised_minor=PROMISED,
                cost_minor=23_480_000,
                status="running",
                note=f"{earned}; {missing}",
                more=SmallForm(
                    "#",
                    "150 000",
                    _("A guarantee can only be raised. Write more than what is promised."),
                ),
            ),
            guarantees.GuaranteeRow(
                name=names[1],
                month=month_long(before),
                promised_minor=15_000_000,
                cost_minor=6_762_240,
                status="settled",
                note=settled % {"earned": money_text(9_240_000), "added": money_text(5_760_000)},
            ),
        ],
        choices=[
            Choice(_("All"), "#", is_current=True, count=3),
            *(Choice(words[key], "#", count=1) for key in ("ahead", "running", "settled")),
        ],
        conditions=guarantee_conditions(),
        free_minor=48_200_000,
        top_up_url="#",
        raise_hint=_(
            "More than is promised now. The difference is reserved at once, with %(fee)s and VAT."
        )
        % {"fee": percent_text(1_500)},
    )


def cost() -> guarantees.Guarantees:
    return replace(
        page(),
        sentence=guarantee_sentence(PROMISED, clock.today()),
        cost=[
            Sum(_("Guarantee"), PROMISED),
            Sum(_("Birge fee"), 3_000_000, note=percent_text(1_500)),
            Sum(_("VAT"), 480_000, note=percent_text(1_600)),
            Sum(_("Costs you at most"), 23_480_000, line=True, strong=True),
        ],
    )


def none() -> guarantees.Guarantees:
    return replace(page(), rows=[], choices=[])


def card(url: str = "") -> guarantees.GuaranteeCard:
    earned = _("earned so far: %(sum)s") % {"sum": money_text(7_493_000)}
    waits = _("on the way or on hold: %(sum)s") % {"sum": money_text(3_120_000)}
    missing = _("missing if all of that is approved: %(sum)s") % {"sum": money_text(9_387_000)}
    return guarantees.GuaranteeCard(
        title=guarantee_sentence(PROMISED, clock.today()),
        campaign="Жылы үй",
        brand_name="Тоқыма Үйі",
        status="running",
        promised_minor=PROMISED,
        earned_minor=7_493_000,
        open_minor=3_120_000,
        note="; ".join([earned, waits, missing]),
        conditions=guarantee_conditions(),
        url=url,
    )
