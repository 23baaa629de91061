"""Samples of invitations."""

from __future__ import annotations

from django.utils.translation import gettext as _

from exchange.web.pages.invites import InvitationOver, Invited, InviteRow, Invites
from exchange.web.samples import common


def invites() -> Invites:
    until = common.ahead(days=12)
    link = "https://birge.example/portal/invitations/3pZkq0vT9b6m2sXcR8wYaE4uJ1nLhD7f/"
    return Invites(
        title="Жылы үй",
        rows=[
            InviteRow("Қарашадағы сторис", "open", 3, 10, until, True, link, "#", "Үздіктер"),
            InviteRow("Айгерім Сәбитова", "accepted", 1, 1, until),
            InviteRow("Данияр Оспанов", "declined", 0, 1, until),
            InviteRow("Блогерлер кеші", "used_up", 5, 5, until, True),
            InviteRow("Ұлжан Һ.", "expired", 0, 1, common.ago(days=2)),
            InviteRow("Қате сілтеме", "revoked", 0, 10, until, True),
        ],
        back_url="#",
        action_url="#",
    )


def invites_closed() -> Invites:
    closed = _("Publish the campaign first: then you can invite to it.")
    return Invites("Жылы үй", [], "#", "#", may_invite=False, closed=closed)


def invited() -> Invited:
    return Invited("Қысқы күтім", "Nur Skin", "12%", "#", "#", "#", common.ahead(days=9))


def over() -> InvitationOver:
    return InvitationOver(_("The time of this link is over."), "#")
