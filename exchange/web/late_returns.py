"""A late return in a sentence, for whom it concerns."""

from __future__ import annotations

from django.utils.translation import gettext as _

from attribution.models import LateReturn
from exchange.web.formatting import money_text
from exchange.web.pages.verdicts import Late
from exchange.web.sale_words import Side


def late_shown(row: LateReturn, *, side: Side) -> Late:
    return Late(row.returned_at, " ".join([_kept(row), _effect(row, side)]))


def _kept(row: LateReturn) -> str:
    if row.kept_base_minor == 0:
        return _("All goods came back.")
    kept = money_text(row.kept_base_minor)
    return _("Goods came back, goods of %(kept)s stay with the buyer.") % {"kept": kept}


def _effect(row: LateReturn, side: Side) -> str:
    if row.state == LateReturn.State.LOSS:
        return _("By the terms an approved reward stays, so this return is your loss.")
    if row.state == LateReturn.State.WAITING:
        return _("The reward changes once the payout that is under way has ended.")
    back = row.unpaid_minor + row.debt_minor
    if back < 0:
        return _("The reward counts again: %(amount)s.") % {"amount": money_text(-back)}
    said = _("Of the reward %(amount)s went back.") % {"amount": money_text(back)}
    if row.debt_minor <= 0:
        return said
    debt = {"amount": money_text(row.debt_minor)}
    if side == "brand":
        later = _("%(amount)s of it was paid already: you get it as later payouts are reduced.")
    else:
        later = _("%(amount)s of it was paid already: a part of later payouts is kept for it.")
    return f"{said} {later % debt}"
