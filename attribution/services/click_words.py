"""A brand vouches for a click that looked like a machine's; its orders are decided again."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from attribution.domain.click_flags import MACHINE
from attribution.models import ClickWord
from attribution.selectors.click_words import orders_of_click
from attribution.selectors.clicks import click_get
from attribution.services.replay import orders_replay
from core.audit.services import audit_record
from core.errors import DomainError, Invalid, NotFound
from core.locks import lock_for_transaction
from core.tenancy.context import acting_as, acting_user_id

WHY_CHARS_MAX = 300


class ClickConflict(DomainError):
    """The click needs no word, or has one."""

    code = "click_conflict"


def click_vouch(*, brand_id: int, click_id: UUID, why: str) -> int:
    """A person made this click: it counts from now on, and the orders that it touches are decided
    again. What is approved stays. Returns how many orders were looked at.

    Raises:
        NotFound: the brand has no such click.
        Invalid: no reason is given.
        ClickConflict: it counts as a person's already.
    """
    reason = why.strip()
    if not reason or len(reason) > WHY_CHARS_MAX:
        message = _("Say how you know, in up to 300 characters.")
        raise Invalid.of("why", message)
    purpose = "vouch for a click"
    with acting_as(system=purpose):
        lock_for_transaction(f"click {click_id}")
        click = click_get(click_id)
        if click is None or click.brand_id != brand_id:
            raise NotFound(_("There is no such click."))
        is_said = ClickWord.objects.filter(click_id=click_id).exists()
        if is_said or not click.flags & MACHINE:
            raise ClickConflict(_("This click counts as a person's already."))
        word = ClickWord.objects.create(
            brand_id=brand_id,
            click_id=click_id,
            clicked_at=click.at,
            influencer_id=click.influencer_id,
            why=reason,
            said_by_id=acting_user_id(),
        )
        audit_record("click.vouch", word, after={"click": click_id.hex, "why": reason})
        keys = orders_of_click(click)
    return orders_replay(keys, purpose=purpose)
