"""Vouchers of Ozon: a promotion of one influencer, made by program and named by its title.

Its title is reserved for the participation before Ozon is asked: whatever happens to us meanwhile,
a voucher that exists there is known here, and to nobody else. Ozon's clear no gives the reservation
up; silence keeps it until somebody has looked into the cabinet.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _

from attribution.connectors.base import (
    AccessDenied,
    ConnectorError,
    PollConnection,
    SourceRefused,
)
from attribution.connectors.ozon import voucher
from attribution.connectors.ozon.client import Ask
from attribution.models import Connection
from attribution.services.ozon import OZON
from campaigns.models import ExternalCode, Participation
from campaigns.services.external_codes import (
    external_code_activate,
    external_code_reserve,
    external_code_void,
)
from core import clock
from core.errors import DomainError, Invalid, NotFound
from core.http import OutgoingError, OutgoingTimeout, outgoing
from core.ids import link_token
from core.tenancy.context import acting_as

DISCOUNT_PERCENT_MAX = 90
VOUCHER_DAYS_MAX = 365
VOUCHER_DAYS_DEFAULT = 90
BUDGET_MAX = 10**9
WAIT_SECONDS = 12.0  # somebody looks at the button meanwhile


class VoucherRefused(DomainError):
    """Ozon made no voucher, or did not say whether it did."""

    code = "voucher_refused"


@dataclass(frozen=True, slots=True)
class VoucherMade:
    """`codes` is what buyers type; the title of the promotion, in `code`, is what orders show."""

    code: ExternalCode
    action_id: int
    codes: tuple[str, ...]


def ozon_voucher_create(
    *,
    connection_id: int,
    participation_id: int,
    discount_percent: int,
    budget: int,
    days: int = VOUCHER_DAYS_DEFAULT,
    voucher_type: voucher.VoucherType = "MULTIPLE",
) -> VoucherMade:
    """Make a voucher at Ozon whose title names this participation, and remember the title.

    `budget` is in whole units of the account's currency. The goods are added in Ozon's cabinet.

    Raises:
        NotFound: no such connection or participation.
        Invalid: a discount, budget or time that cannot be.
        ParticipationConflict: the influencer is not accepted, or waits for a voucher already.
        VoucherRefused: Ozon said no; or did not answer, and the title stays reserved.
    """
    voucher_terms_require(discount_percent=discount_percent, budget=budget, days=days)
    ask = _ask(connection_id, participation_id)
    new = voucher.NewVoucher(
        title=f"Birge {link_token()}",
        starts_at=ask.now,
        ends_at=ask.now + timedelta(days=days),
        discount_type="PERCENT",
        discount_value=discount_percent,
        budget=budget,
        voucher_type=voucher_type,
    )
    reserved = external_code_reserve(
        participation_id=participation_id,
        kind=ExternalCode.Kind.OZON_VOUCHER,
        value=new.title,
        discount_percent=discount_percent,
        ends_at=new.ends_at,
    )
    action_id = _voucher_ask(ask, new, reserved)
    codes = _codes_or_none(ask, action_id)
    code = external_code_activate(code_id=reserved.pk, platform_id=action_id, typed_codes=codes)
    return VoucherMade(code, action_id, codes)


def voucher_terms_require(*, discount_percent: int, budget: int, days: int) -> None:
    """Raises: Invalid, by field, for what cannot be."""
    if not 1 <= discount_percent <= DISCOUNT_PERCENT_MAX:
        raise Invalid.of("discount_percent", _("The discount is from 1 to 90 percent."))
    if not 1 <= budget <= BUDGET_MAX:
        raise Invalid.of("budget", _("A voucher needs a budget."))
    if not 1 <= days <= VOUCHER_DAYS_MAX:
        raise Invalid.of("days", _("A voucher lives from 1 to 365 days."))


def _ask(connection_id: int, participation_id: int) -> Ask:
    """Whom to ask with what; the participation must be of the same brand."""
    with acting_as(system="make a voucher"):
        connection = Connection.objects.filter(pk=connection_id, source=OZON).first()
        if connection is None:
            raise NotFound(_("There is no such connection."))
        own = Participation.objects.filter(pk=participation_id, brand_id=connection.brand_id)
        if not own.exists():
            raise NotFound(_("There is no such participation."))
        asked = PollConnection(connection.token, connection.settings)
    client = outgoing(timeout_seconds=WAIT_SECONDS)
    return Ask(client, asked, clock.now(), lambda _is_last: 1)


def _voucher_ask(ask: Ask, new: voucher.NewVoucher, reserved: ExternalCode) -> int:
    """Its number at Ozon. After a clear no the title is nobody's."""
    try:
        return voucher.voucher_create(ask, new)
    except SourceRefused as error:
        external_code_void(code_id=reserved.pk)
        raise VoucherRefused(_refusal_text(error)) from None
    except (ConnectorError, OutgoingTimeout, OutgoingError):
        message = _(
            "Ozon did not say whether the voucher was made. Look in its cabinet for the promotion"
            " “%(title)s” before you try again."
        )
        raise VoucherRefused(message % {"title": new.title}) from None


def _refusal_text(error: SourceRefused) -> str:
    """Ozon closes vouchers to some accounts of the CIS; otherwise the key may not make them."""
    if not isinstance(error, AccessDenied):
        return _("Ozon made no voucher: %(reason)s") % {"reason": error.detail}
    if "CIS" in error.detail:
        return _(
            "Ozon does not let sellers from your country make vouchers by program. Make one in the"
            " cabinet and give us its title."
        )
    return _("This key may not make vouchers. Give it that right in Ozon, or use another key.")


def _codes_or_none(ask: Ask, action_id: int) -> tuple[str, ...]:
    """The codes; none when Ozon does not give them now: the cabinet has them."""
    try:
        return tuple(voucher.voucher_codes(ask, action_id))
    except (ConnectorError, OutgoingError):
        return ()
