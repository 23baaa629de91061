"""The payee's steps and the profile. Reads only; runs as the influencer."""

from __future__ import annotations

from typing import Any, Literal

from django.urls import reverse
from django.utils.translation import gettext as _

from compliance.selectors import PayeeSteps
from core.iban import iban_mask
from exchange.web.formatting import moment_short
from exchange.web.pages import payouts as pages
from exchange.web.pages import portal
from exchange.web.words import HOLDS, word_of
from influencers.models import Influencer
from influencers.selectors import account_bank

EDITABLE = ("iin", "tax", "account")
REGISTER = "register"


def step_now(steps: PayeeSteps, asked: str) -> str:
    """Which step shows its form: the one asked for, if it was finished before; else the first
    that is not; "" when everything is there."""
    is_done = steps.is_done
    if asked in EDITABLE and is_done.get(asked):
        return asked
    return next((key for key, done in is_done.items() if not done), "")


def step_initial(key: str, steps: PayeeSteps) -> dict[str, Any]:
    """What is known is shown again; an IIN and an account number never leave."""
    if key == "iin" and steps.payee is not None:
        return {"full_name": steps.payee.full_name}
    if key == "tax" and steps.tax_profile is not None:
        profile = steps.tax_profile
        return {
            "status": profile.status,
            "has_deduction_application": profile.has_deduction_application,
        }
    if key == "account":
        holder = steps.account.holder_name if steps.account else ""
        return {"holder_name": holder or (steps.payee.full_name if steps.payee else "")}
    return {}


def setup(steps: PayeeSteps, now: str) -> pages.Setup:
    url = reverse("portal:setup")
    answer = steps.check.answer if steps.check else ""
    return pages.Setup(
        steps=[_step(key, done, now, steps) for key, done in steps.is_done.items()],
        action_url=f"{url}?step={now}" if now else url,
        answer=answer,
        answer_text=_answer_text(answer),
        checked_at=steps.check.checked_at if steps.check else None,
        recheck_url=reverse("portal:setup_recheck"),
        poll_url=url if now == REGISTER and not answer else "",
        back_url=reverse("portal:payouts"),
    )


def _step(key: Any, done: bool, now: str, steps: PayeeSteps) -> pages.SetupStep:
    state: Literal["done", "now", "later"] = "done" if done else "later"
    if key == now:
        state = "now"
    edit_url = f"{reverse('portal:setup')}?step={key}" if done and key in EDITABLE else ""
    return pages.SetupStep(key, state, _summary(key, steps) if done else "", edit_url)


def _summary(key: str, steps: PayeeSteps) -> str:
    if key == "iin" and steps.payee is not None:
        return f"{steps.payee.full_name}, •••• {steps.payee.iin_last4}"
    if key == "tax" and steps.tax_profile is not None:
        return word_of("tax_status", steps.tax_profile.status)
    if key == REGISTER and steps.check is not None:
        said = word_of("answer", steps.check.answer)
        return f"{said}, {moment_short(steps.check.checked_at)}"
    if key == "account" and steps.account is not None:
        bank = account_bank(steps.account)
        name = bank.name if bank else steps.account.bank_bic
        return f"{name}, {iban_mask(steps.account.iban)}"
    return ""


def _answer_text(answer: str) -> str:
    if answer == "no":
        return str(HOLDS["register_no"][0])
    if answer == "unknown":
        return str(HOLDS["register_unknown"][0])
    return _("We are asking the state register. This takes a few seconds.")


def profile(influencer: Influencer, email: str, steps: PayeeSteps) -> portal.Profile:
    is_done = steps.is_done
    return portal.Profile(
        name=influencer.name,
        email=email,
        action_url=reverse("portal:profile"),
        setup_url=reverse("portal:setup"),
        setup_done=sum(is_done.values()),
        setup_total=len(is_done),
    )
