"""What may be paid, and the stages of money. Reads only; runs as the influencer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from django.urls import reverse
from django.utils.translation import gettext as _

from attribution.selectors.conversions import (
    Earned,
)
from compliance.domain.withholding import BUSINESS
from compliance.selectors import payee_steps, rules_in_force
from core import clock
from exchange.web.formatting import (
    day_short,
    money_text,
    percent_text,
)
from exchange.web.pages import portal
from exchange.web.pages.common import (
    MoneyStrip,
    Stage,
    Sum,
    Task,
)
from influencers.models import Influencer
from payouts.domain.netting import Debt
from payouts.models import Payout, PayoutNetting
from payouts.selectors import (
    Held,
    Ready,
    debts_of,
    payee_cases,
    payee_outcome,
    payout_list_of,
    tax_lines_of,
)

# From the reason of a hold to the page and the words that fix it: (key of words.HOLDS, url name)
HOLDS: Mapping[str, tuple[str, str]] = {
    "no_payee": ("payee_missing", "portal:setup"),
    "status_unknown": ("tax_status_missing", "portal:setup"),
    "profile_not_valid": ("tax_status_missing", "portal:setup"),
    "no_account": ("account_missing", "portal:setup"),
    "account_on_hold": ("account_new", ""),
    "holder_is_another": ("holder_is_another", "portal:setup"),
    "register_unknown": ("register_unknown", ""),
    "register_check_expired": ("register_unknown", ""),
    "register_says_no": ("register_no", "portal:setup"),
    "rule_missing": ("rule_missing", ""),
    "self_employed_not_confirmed": ("self_employed_not_confirmed", "portal:setup"),
    "ip_registration_limit": ("ip_registration_limit", "portal:setup"),
}


def outcome_of(influencer: Influencer) -> Ready | Held | None:
    """What would happen to the payable money today; None when there is none."""
    today = clock.today()
    cases = payee_cases(today, [influencer.pk])
    return payee_outcome(cases[0], rules_in_force(today)) if cases else None


def payable_of(influencer: Influencer, outcome: Ready | Held | None) -> portal.Payable:
    """One query more where nothing is payable: what is owed back."""
    if outcome is None:
        owed = debts_of([influencer.pk])[influencer.pk]
        return replace(_payable_without_money(influencer), owed_minor=_owed_minor(owed))
    return replace(
        _payable_with_money(influencer, outcome), owed_minor=_owed_minor(outcome.case.debts)
    )


def _owed_minor(debts: Iterable[Debt]) -> int:
    return sum(debt.owed_minor for debt in debts)


def _payable_with_money(influencer: Influencer, outcome: Ready | Held) -> portal.Payable:
    minor = outcome.case.payable_minor
    why = tax_why(outcome)
    if isinstance(outcome, Ready):
        net = outcome.net_minor
        return portal.Payable("ready", minor, net_minor=net, tax_why=why)
    if not payee_steps(influencer.pk).is_complete:
        return portal.Payable("setup", minor, url=reverse("portal:setup"), tax_why=why)
    reason, url_name = HOLDS.get(outcome.reason, ("checking", ""))
    url = reverse(url_name) if url_name else ""
    return portal.Payable("held", minor, reason=reason, url=url, tax_why=why)


def _payable_without_money(influencer: Influencer) -> portal.Payable:
    """Nothing waits; a payout may be under way."""
    for payout in payout_list_of(influencer.pk, rows=1):
        if payout.state in Payout.OPEN:
            url = reverse("portal:payout", args=[payout.public_id])
            return portal.Payable("sent", 0, url=url)
    return portal.Payable("none", 0)


def tax_why(outcome: Ready | Held) -> str:
    if outcome.case.profile.status in BUSINESS:
        return _("As an entrepreneur you pay your own taxes: the whole sum reaches you.")
    return _(
        "The law asks us to withhold pension, social and medical contributions and income tax."
    )


def strip_of(earned: Earned, outcome: Ready | Held | None) -> MoneyStrip:
    """Approved money is payable once its payee may be paid."""
    is_ready = isinstance(outcome, Ready)
    approved = 0 if is_ready else earned.approved_minor
    payable = earned.approved_minor if is_ready else 0
    until = day_short(earned.next_hold_end) if earned.next_hold_end else ""
    return MoneyStrip(
        [
            Stage("on_hold", earned.held_minor, until),
            Stage("approved", approved),
            Stage("payable", payable, _("now") if payable else ""),
            Stage("paid", earned.paid_minor),
        ]
    )


def task_of(payable: portal.Payable) -> Task | None:
    if payable.state != "setup":
        return None
    return Task(
        "hold",
        "id-card",
        _("Details for payouts"),
        _("Asked once, because there is money for you. It is stored encrypted."),
        payable.url,
        _("Enter details"),
    )


def tax_title(kind: str) -> str:
    return {
        "opv": _("Pension contribution"),
        "so": _("Social contribution"),
        "vosms": _("Medical insurance"),
        "opvr": _("Employer's pension contribution"),
        "ipn": _("Income tax"),
        "ipn_excess": _("Income tax above the yearly band"),
    }[kind]


def ready_sums(ready: Ready) -> list[Sum]:
    """What the next payout would be."""
    withholding = ready.withholding
    lines = [(line.kind, line.rate_bps, line.amount_minor) for line in withholding.lines]
    owed = sum(debt.owed_minor for debt in ready.case.debts)
    kept = _kept_rows(ready.netted_minor, owed) if ready.netted_minor else []
    return _sums(withholding.gross_minor, lines, kept, ready.net_minor)


def payout_sums(payout: Payout) -> list[Sum]:
    return payouts_sums([payout])[payout.pk]


def payouts_sums(payouts: Collection[Payout]) -> dict[int, list[Sum]]:
    """{payout: from its rewards to what reaches the account}. Two queries."""
    if not payouts:
        return {}
    taxes = tax_lines_of(payouts)
    kept: dict[int, list[Sum]] = {payout.pk: [] for payout in payouts}
    nettings = PayoutNetting.objects.filter(payout_id__in=kept).order_by("id")
    for payout_id, order, amount in nettings.values_list(
        "payout_id", "conversion__order_number", "amount_minor"
    ):
        label = _("Kept for returned goods, order %(order)s") % {"order": order}
        kept[payout_id].append(Sum(label, -amount, why=kept_why(), line=True))
    return {
        payout.pk: _sums(
            payout.gross_minor,
            [(kind, bps, amount) for kind, (amount, bps) in taxes[payout.pk].items()],
            kept[payout.pk],
            payout.net_minor,
        )
        for payout in payouts
    }


def _kept_rows(kept_minor: int, owed_minor: int) -> list[Sum]:
    note = _("of %(amount)s owed") % {"amount": money_text(owed_minor)}
    return [Sum(_("Kept for returned goods"), -kept_minor, note=note, why=kept_why(), line=True)]


def kept_why() -> str:
    return _(
        "Goods came back after their reward was paid. By the campaign's terms it goes back to the"
        " brand: a part of each payout is kept for it, and never more than the share that Birge"
        " has set."
    )


def _sums(
    gross_minor: int,
    lines: Sequence[tuple[str, int, int]],
    kept: Sequence[Sum],
    net_minor: int,
) -> list[Sum]:
    """From rewards over taxes, which are on the whole, to what reaches the account."""
    why = _("The law asks us to withhold it and to transfer it for you.")
    rows = [Sum(_("Rewards"), gross_minor, strong=True)]
    rows += [
        Sum(tax_title(kind), -amount, note=percent_text(rate), why=why, line=True)
        for kind, rate, amount in lines
    ]
    return [*rows, *kept, Sum(_("You receive"), net_minor, line=True, strong=True)]
