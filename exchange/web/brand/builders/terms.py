"""Terms on a brand's pages: as a form stands, other terms for a campaign that runs, what comes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from campaigns.domain import terms as rules
from campaigns.domain.sale_cost import sale_cost
from campaigns.forms import commission_typed
from campaigns.models import Campaign
from campaigns.reward_forms import folds_open, places_typed
from campaigns.selectors.versions import cuts_coming
from campaigns.services import TermsChange
from core import clock
from exchange.web.brand.desk import Desk
from exchange.web.formatting import day_full
from exchange.web.pages import brand as pages
from exchange.web.pages.common import Coming, PolicyTerms
from exchange.web.policy_words import CODE_POLICIES
from exchange.web.rewards import policy_terms


def terms_form(desk: Desk, form: forms.Form, found: Campaign, **of_group: Any) -> pages.TermsForm:
    """Of the whole campaign; `of_group` is what the form of a group says instead."""
    fee_bps, vat_bps = found.platform_fee_bps, found.vat_bps
    own: dict[str, Any] = {
        "action_url": desk.url("campaign_terms", found.public_id),
        "back_url": desk.url("campaign", found.public_id),
        "heading": _("Change the terms"),
        "button": _("Change the terms"),
    }
    return pages.TermsForm(
        **(own | of_group),
        title=found.title,
        fee_bps=fee_bps,
        vat_bps=vat_bps,
        basket_text=f"{found.typical_basket_minor // 100},{found.typical_basket_minor % 100:02}",
        policy=policy_typed(form),
        cost=sale_cost(
            commission_typed(form),
            basket_minor=found.typical_basket_minor,
            budget_minor=found.budget_minor,
            fee_bps=fee_bps,
            vat_bps=vat_bps,
        ),
        open_folds=folds_open(form),
    )


def change_said(change: TermsChange) -> str:
    """What a new version means for whom."""
    facts = {"version": change.terms.version}
    if change.cut_from is None:
        return _("Terms v%(version)s count from now on, for everybody.") % facts
    day = day_full(change.cut_from)
    text = _("Terms v%(version)s: new influencers have them now, the others from %(day)s.")
    return text % (facts | {"day": day})


def coming(found: Campaign) -> Coming | None:
    """The terms that were announced last and have not begun for everybody."""
    rows = cuts_coming(found)
    if not rows:
        return None
    last = rows[-1]
    return Coming(policy_terms(last.terms), clock.day_of(last.since), len(rows))


def policy_typed(form: forms.Form) -> PolicyTerms:
    """The rule as the form stands; what cannot be read yet is as it usually is."""
    policy = form["code_policy"].value()
    return PolicyTerms(
        commission=commission_typed(form),
        window_days=_days_typed(form, "window_days", rules.WINDOW_DAYS_DEFAULT),
        hold_days=_days_typed(form, "hold_days", rules.HOLD_DAYS_DEFAULT),
        code_policy=policy if policy in CODE_POLICIES else CODE_POLICIES[0],
        places=places_typed(form),
    )


def _days_typed(form: forms.Form, name: str, usual: int) -> int:
    text = str(form[name].value() or "")
    is_days = text.isascii() and text.isdigit() and len(text) <= 3
    return int(text) if is_days else usual
