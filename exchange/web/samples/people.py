"""Samples of who takes part in a campaign."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _

from campaigns.domain.reasons import REJECT_CODES, REMOVE_CODES
from campaigns.reason_words import reason_choices
from exchange.web.brand.views.group_file import GroupFileForm
from exchange.web.pages import brand
from exchange.web.pages.common import Choice, Pager
from exchange.web.pages.decisions import DecisionForm, TickLine
from exchange.web.pages.files import FileFault
from exchange.web.pages.groups import GroupFile, GroupRow, Groups, Move
from exchange.web.pages.people import People, Rules
from exchange.web.samples import common
from exchange.web.words import PARTICIPATION

__all__ = ["GroupFileForm"]


def decision(what: str, *, is_refused: bool = False) -> DecisionForm:
    return DecisionForm(
        url="#",
        codes=reason_choices(REMOVE_CODES if what == "remove" else REJECT_CODES),
        first_on=common.day_ahead(1).isoformat(),
        errors=[_("Choose a reason: the influencer reads it.")] if is_refused else [],
    )


def participants() -> list[brand.ParticipantRow]:
    return [
        brand.ParticipantRow(
            "Айгерім С.",
            "Алматы",
            18_400,
            "approved",
            "AIGERIM10",
            1284,
            58,
            7_493_000,
            common.day_ago(20),
            articles=("212345678",),
            group="Үздіктер",
            may_move=True,
            group_out_url="#",
            remove=decision("remove"),
            vouchers=("Birge a7xk3m9q",),
            add_article=brand.SmallForm("#"),
            add_voucher=brand.SmallForm("#"),
            vouchers_url="#",
            skus_url="#",
            deal_url="#",
        ),
        brand.ParticipantRow(
            "Әлихан Т.",
            "Орал",
            7_300,
            "approved",
            "ALIHAN10",
            310,
            9,
            1_204_500,
            common.day_ago(14),
            add_article=brand.SmallForm("#", "21234", _("A Wildberries article is a number.")),
            remove=decision("remove"),
        ),
        brand.ParticipantRow(
            "Данияр О.", "Астана", 9_200, "left", "DANIAR7", 640, 22, 3_120_000, common.day_ago(9)
        ),
        brand.ParticipantRow(
            "Ұлжан Һ.",
            "Шымкент",
            31_000,
            "applied",
            "",
            0,
            0,
            0,
            common.day_ago(1),
            approve_url="#",
            public_id="1",
            ticks=[
                TickLine("Жазылушы саны: кемінде 5 000", "met"),
                TickLine("Қала: Алматы, Астана", "unmet"),
                TickLine("Салық мәртебесі: жеке кәсіпкер", "unknown"),
            ],
            reject=decision("reject", is_refused=True),
        ),
        brand.ParticipantRow(
            "Самал Ә.",
            "Ақтөбе",
            4_100,
            "rejected",
            "",
            0,
            0,
            0,
            common.day_ago(3),
            reason="жазбаларыңыз басқа тақырыпта; 2026 ж. 1 желтоқсаннан қайта өтінім бере алады",
            restore_url="#",
        ),
    ]


def groups() -> Groups:
    return Groups(
        rows=[
            GroupRow("Үздіктер", "12%", 3, 252_700, "#", change_url="#", end_url="#"),
            GroupRow(
                "Жаңадан келгендер",
                "5%",
                1,
                105_300,
                "#",
                coming="1 блогерге бұл шарттар тек 21 желтоқсаннан.",
                change_url="#",
                end_url="#",
            ),
        ],
        basket_minor=1_790_000,
        new_url="#",
        file_url="#",
    )


def group_file() -> GroupFile:
    names = ["Үздіктер", "Жаңадан келгендер"]
    moves = [("Үздіктер", 12), (_("out of every group"), 3)]
    return GroupFile(
        **common.checked_file(), title="Жылы үй", names=names, moves=moves, payload="x"
    )


def group_file_wrong() -> GroupFile:
    wrong = FileFault(7, _("Group"), "Үздік", _("is the name of no group"))
    return replace(group_file(), faults=[wrong], faults_count=1)


def people() -> People:
    counts = {"applied": 1, "approved": 12, "rejected": 1, "left": 1}
    choices = [Choice(str(PARTICIPATION[state].word), "#", False, n) for state, n in counts.items()]
    return People(
        title="Жылы үй",
        rows=participants(),
        choices=[Choice(_("All"), "#", True, 15), *choices],
        back_url="#",
        here_url="#",
        csv_url="#",
        places="Алынған орын: 12/30",
        decide=decision("reject"),
        groups=groups(),
        group_choices=[
            Choice(_("All groups"), "#", True),
            Choice("Үздіктер", "#", False, 3),
            Choice("Жаңадан келгендер", "#", False, 1),
        ],
        move=Move("#", [("1", "Үздіктер"), ("", _("out of every group"))]),
        pager=Pager("1–50", "", "#"),
    )


def people_none() -> People:
    return People(
        "Жылы үй",
        [],
        [Choice(_("All"), "#", True, 0)],
        "#",
        "#",
        "#",
        query="Сәуле",
        is_filtered=True,
        groups=Groups([], 1_790_000, "#"),
    )


def rules() -> Rules:
    return Rules("Жылы үй", "#", "#", people=12)
