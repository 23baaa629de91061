"""Groups with terms of their own: the list above a campaign's people, and their form."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.domain.sale_cost import sale_cost
from campaigns.models import Campaign, ParticipantGroup
from campaigns.selectors.groups import GroupNow
from campaigns.services import Moved, TermsChange
from core import clock
from exchange.web.brand.builders.terms import terms_form
from exchange.web.brand.desk import Desk
from exchange.web.formatting import day_full, number_text
from exchange.web.pages import brand as pages
from exchange.web.pages.groups import GroupRow, Groups, Move
from exchange.web.paging import query_url
from exchange.web.reward_words import rate_short

RUNNING = (Campaign.Status.LIVE, Campaign.Status.PAUSED)


def may_group(desk: Desk, found: Campaign) -> bool:
    return desk.member.may_write and found.status in RUNNING


def groups(desk: Desk, found: Campaign, known: Sequence[GroupNow]) -> Groups | None:
    """None where there is nothing to show or to press."""
    may = may_group(desk, found)
    if not known and not may:
        return None
    return Groups(
        rows=[_row(desk, found, each, may=may) for each in known],
        basket_minor=found.typical_basket_minor,
        new_url=desk.url("group_new", found.public_id) if may else "",
        file_url=desk.url("group_file", found.public_id) if may and known else "",
    )


def _row(desk: Desk, found: Campaign, known: GroupNow, *, may: bool) -> GroupRow:
    group = known.group
    cost = sale_cost(
        known.terms.commission,
        basket_minor=found.typical_basket_minor,
        budget_minor=found.budget_minor,
        fee_bps=found.platform_fee_bps,
        vat_bps=found.vat_bps,
    )
    return GroupRow(
        name=group.name,
        rate_text=rate_short(known.terms.commission),
        people=known.people,
        cost_minor=cost.total_minor,
        people_url=desk.url("people", found.public_id) + query_url({"group": str(group.public_id)}),
        coming=_coming(known),
        change_url=desk.url("group_edit", group.public_id) if may else "",
        end_url=desk.url("group_end", group.public_id) if may else "",
    )


def _coming(known: GroupNow) -> str:
    """For how many it begins only later, and when for the last of them."""
    if not known.coming:
        return ""
    count = len(known.coming)
    text = ngettext(
        "%(count)s influencer has these terms only from %(day)s.",
        "%(count)s influencers have these terms only from %(day)s.",
        count,
    )
    day = day_full(clock.day_of(max(row.since for row in known.coming)))
    return text % {"count": number_text(count), "day": day}


def move_form(desk: Desk, found: Campaign, known: Sequence[GroupNow]) -> Move | None:
    if not known or not may_group(desk, found):
        return None
    names = [(str(each.group.public_id), each.group.name) for each in known]
    return Move(desk.url("people_move", found.public_id), [*names, ("", _("out of every group"))])


def group_form(
    desk: Desk, form: forms.Form, found: Campaign, group: ParticipantGroup | None
) -> pages.TermsForm:
    url = desk.url("group_edit", group.public_id) if group else ""
    return terms_form(
        desk,
        form,
        found,
        action_url=url or desk.url("group_new", found.public_id),
        back_url=desk.url("people", found.public_id),
        heading=_("Terms of a group") if group else _("New group"),
        button=_("Save the group") if group else _("Make the group"),
        of="group" if group else "new_group",
    )


# --- What has been done -----------------------------------------------------------------------


def moved_said(moved: Moved) -> str:
    said = ngettext("Moved: %(count)s influencer.", "Moved: %(count)s influencers.", moved.done)
    text = said % {"count": number_text(moved.done)}
    if moved.cut_from is None:
        return text
    later = _("Whoever earns less by it does so from %(day)s: they got a letter.")
    return f"{text} {later % {'day': day_full(clock.day_of(moved.cut_from))}}"


def changed_said(change: TermsChange | None) -> str:
    if change is None:
        return _("Saved")
    if change.cut_from is None:
        return _("The new terms count from now on, for everybody in the group.")
    day = day_full(clock.day_of(change.cut_from))
    text = _("The new terms count for who is put into the group now, for the others from %(day)s.")
    return text % {"day": day}
