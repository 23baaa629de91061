"""A brand's decisions on sales, and what both sides show."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from django import forms
from django.utils.translation import gettext as _

from attribution.domain.verdicts import Refusal
from attribution.services.verdicts import VerdictRefused
from core import clock
from core.forms import form_refuse
from exchange.web.brand.views.review_file import VerdictFileForm
from exchange.web.evidence_field import AnswerForm, RejectForm
from exchange.web.pages import portal as portal_pages
from exchange.web.pages.common import Choice, Step, Term
from exchange.web.pages.files import FileFault
from exchange.web.pages.orders import Order
from exchange.web.pages.verdicts import (
    FileLink,
    Late,
    Option,
    Reject,
    Rejection,
    Review,
    ReviewFile,
    ReviewRow,
    Sale,
)
from exchange.web.pages.verdicts import Refusal as Refused
from exchange.web.sale_words import reason_name, sale_hint
from exchange.web.samples import brand, common, portal

__all__ = ["AnswerForm", "RejectForm", "VerdictFileForm"]


def rejection(*, is_answered: bool = False) -> Rejection:
    said = Rejection(
        reason=reason_name(22),
        text="",
        at=common.ago(hours=2),
        answer_until=clock.now() + timedelta(days=13),
        note="Код 18 қарашада «Арзан Алматы» купон арнасында тұрды.\nСкриншот қоса берілді.",
        files=[FileLink("kupon-arnasy.png", "#", "214 KB")],
    )
    if not is_answered:
        return said
    return replace(
        said,
        answer="Ол арна менікі емес, кодты олар өздері көшіріп алған.",
        answered_at=common.ago(hours=1),
        answer_files=[FileLink("hat.pdf", "#", "88 KB")],
    )


def sale(**changes: object) -> Sale:
    whole = Sale("Төсек жиыны, 2 орынды", "Айгерім С.", 157_437, "on_hold", "#", "#")
    return replace(whole, **changes)  # type: ignore[arg-type]


def order() -> Order:
    refused = sale(
        title="Жүн көрпе",
        status="rejected",
        approve_url="",
        reject_url="",
        rejection=replace(
            rejection(is_answered=True), undo_url="#", undo_until=common.ago(hours=-3)
        ),
    )
    return replace(brand.order(), sales=[sale(), refused])


def reject() -> Reject:
    return Reject(sale(), "TY-48213", "#", "#", common.ago(hours=-8), 14)


def reject_refused() -> forms.Form:
    form = RejectForm({"reason_code": "19"})
    form.is_valid()
    form_refuse(form, VerdictRefused(Refusal.NOTHING_SHOWN))
    return form


def earning() -> portal_pages.Earning:
    return replace(
        portal.earning(),
        minor=0,
        status="rejected",
        hint=sale_hint("rejected", reason=reason_name(22)),
        steps=[*common.steps()[:2], Step("rejected", "bad")],
        rejection=replace(rejection(), answer_url="#"),
    )


def earning_answered() -> portal_pages.Earning:
    return replace(earning(), rejection=rejection(is_answered=True))


def earning_returned() -> portal_pages.Earning:
    """Goods came back after the reward was paid."""
    said = (
        _("Of the reward %(amount)s went back.") % {"amount": "629 ₸"}
        + " "
        + _("%(amount)s of it was paid already: a part of later payouts is kept for it.")
        % {"amount": "629 ₸"}
    )
    return replace(
        portal.earning(),
        minor=94_437,
        status="partly_reversed",
        hint=sale_hint("partly_reversed"),
        late=[Late(common.ago(days=1), said)],
    )


def order_returned() -> Order:
    """Goods came back after the approval, and the terms take nothing back."""
    loss = _("By the terms an approved reward stays, so this return is your loss.")
    kept = sale(
        status="approved",
        approve_url="",
        reject_url="",
        late=[Late(common.ago(days=1), f"{_('All goods came back.')} {loss}")],
    )
    return replace(brand.order(), status="approved", sales=[kept])


def review() -> Review:
    rows = [
        ReviewRow(
            f"00000000-0000-0000-0000-00000000000{number}",
            "#",
            f"TY-4821{number}",
            "Төсек жиыны, 2 орынды",
            "Айгерім С.",
            "Жылы үй",
            common.ago(days=4),
            157_437,
            "on_hold",
            term=common_term(),
        )
        for number in range(1, 4)
    ]
    decided = ReviewRow(
        "", "#", "TY-48001", "Жүн көрпе", "Айгерім С.", "Жылы үй", common.ago(days=9), 0,
        "rejected", decided=reason_name(22),
    )  # fmt: skip
    return Review(
        rows=[*rows, decided],
        choices=[Choice(_("To decide"), "?", True), Choice(_("Rejected"), "?")],
        people=[Option("", _("All influencers"), True)],
        campaigns=[Option("", _("All campaigns"), True)],
        days=[Option("", _("Any"), True)],
        amount="",
        sorts=[Option("", _("Soonest deadline first"), True)],
        csv_url="#",
        here_url="#",
        orders_url="#",
        decide_url="#",
        file_url="#",
        reasons=[Option("19", reason_name(19))],
        errors=[_("Tick at least one sale.")],
        refused=[Refused("TY-48213", _("It is rejected already."))],
    )


def common_term() -> Term:
    return Term(clock.now() + timedelta(days=5), common.ago(days=9))


def review_none() -> Review:
    return replace(review(), rows=[], errors=[], refused=[])


def review_file() -> ReviewFile:
    return ReviewFile(
        **common.checked_file(), reasons=[reason_name(19)], approve=12, reject=3, payload="x"
    )


def review_file_wrong() -> ReviewFile:
    wrong = FileFault(7, _("Decision"), "мүмкін", _("write “approve” or “reject”"))
    return replace(review_file(), faults=[wrong], faults_count=1)
