"""Payouts with their arithmetic. Reads only; runs as the influencer."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse
from django.utils.translation import gettext as _

from attribution.selectors.conversions import (
    earned_by_stage,
)
from core import clock
from core.iban import IbanError, iban_bank
from exchange.web.formatting import (
    moment_short,
)
from exchange.web.months import month_row
from exchange.web.pages import payouts as pages
from exchange.web.pages.common import (
    Step,
)
from exchange.web.portal.builders.deals import fee_row
from exchange.web.portal.builders.earnings import earning_row
from exchange.web.portal.builders.money import (
    outcome_of,
    payable_of,
    payout_sums,
    ready_sums,
    strip_of,
)
from exchange.web.words import STATUSES
from influencers.models import Influencer, PayoutAccount
from influencers.selectors import payout_account_active
from payouts.models import Payout
from payouts.selectors import Ready, payout_list_of


def payouts(influencer: Influencer) -> pages.Payouts:
    outcome = outcome_of(influencer)
    payable = payable_of(influencer, outcome)
    account = payout_account_active(influencer.pk)
    return pages.Payouts(
        payable=payable,
        strip=strip_of(earned_by_stage(influencer.pk), outcome),
        sums=ready_sums(outcome) if isinstance(outcome, Ready) else [],
        rows=[payout_row(payout) for payout in payout_list_of(influencer.pk)],
        account=_account_line(account) if account else None,
        task=None,
    )


def _account_line(account: PayoutAccount) -> pages.AccountLine:
    return pages.AccountLine(
        text=f"{_bank_name(account.iban)} ·· {account.iban_last4}",
        holder=account.holder_name,
        status="usable" if account.usable_from <= clock.now() else "checking",
        url=reverse("portal:setup"),
    )


def _bank_name(iban: str) -> str:
    try:
        return iban_bank(iban).name
    except IbanError:
        return _("Bank account")


def payout_row(payout: Payout) -> pages.PayoutRow:
    has_failed = payout.state in ("failed", "returned")
    return pages.PayoutRow(
        url=reverse("portal:payout", args=[payout.public_id]),
        day=payout.paid_on,
        account_text=f"{_bank_name(payout.iban)} ·· {payout.iban_last4}",
        minor=payout.net_minor,
        status=payout.state,
        reason=payout_failure(payout) if has_failed else "",
        fix_url=reverse("portal:setup") if has_failed else "",
        fix_button=_("Fix the account") if has_failed else "",
    )


def payout_failure(payout: Payout) -> str:
    if payout.failure == "bank_returned":
        return _("The bank sent the money back. It is on your balance.")
    return payout.failure


def payout(payout: Payout) -> pages.Payout:
    row = payout_row(payout)
    found = payout.lines.select_related(
        "conversion__campaign", "period_reward__campaign", "task__deal__campaign"
    )
    lines = list(found.order_by("id"))
    shares: dict[str, pages.PayoutShare] = {}
    for line in lines:
        earned = line.conversion or line.period_reward or (line.task and line.task.deal)
        assert earned is not None, line.pk  # the database sees to it
        name = earned.campaign.brand_name
        known = shares.get(name, pages.PayoutShare(name, 0, 0))
        sales = known.sales + bool(line.conversion)
        shares[name] = pages.PayoutShare(name, sales, known.minor + line.amount_minor)
    return pages.Payout(
        number=payout.rail_key,
        minor=payout.net_minor,
        status=payout.state,
        hint=str(STATUSES["payout"][payout.state].hint),
        account_text=row.account_text,
        tax_status=payout.tax_status,
        sums=payout_sums(payout),
        steps=_payout_steps(payout),
        shares=list(shares.values()),
        sales=[earning_row(line.conversion) for line in lines if line.conversion],
        months=[month_row(line.period_reward) for line in lines if line.period_reward],
        fees=[fee_row(line.task) for line in lines if line.task],
        reason=row.reason,
        fix_url=row.fix_url,
        fix_button=row.fix_button,
        back_url=reverse("portal:payouts"),
    )


def _payout_steps(payout: Payout) -> list[Step]:
    """Prepared, checked, sent, confirmed; an end that is not "paid" stands in its place."""
    created = Step("payout_created", "done", moment_short(payout.created_at))
    finished = moment_short(payout.finished_at) if payout.finished_at else ""
    ends: Mapping[str, list[Step]] = {
        "created": [Step("payout_approved", "now"), Step("payout_sent", "later")],
        "cancelled": [Step("payout_failed", "bad", finished)],
    }
    if payout.state in ends:
        return [created, *ends[payout.state]]
    way = [created, Step("payout_approved", "done")]
    if payout.state in ("sending", "accepted", "unknown"):
        return [*way, Step("payout_sent", "now"), Step("payout_paid", "later")]
    way.append(Step("payout_sent", "done"))
    if payout.state == "paid":
        return [*way, Step("payout_paid", "done", finished)]
    if payout.state == "returned":
        return [*way, Step("payout_paid", "done"), Step("payout_returned", "bad", finished)]
    return [*way, Step("payout_failed", "bad", finished)]
