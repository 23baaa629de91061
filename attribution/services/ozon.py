"""What only Ozon has: a key that is checked by asking, and vouchers of one influencer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attribution.connectors.base import (
    AccessDenied,
    ConnectorError,
    CredentialsRefused,
    PollConnection,
    SourceRefused,
)
from attribution.connectors.ozon import voucher
from attribution.connectors.ozon.client import Ask, key_read
from attribution.models import Connection
from attribution.services.setup import Given, Setup, Typed, same_seller
from campaigns.models import ExternalCode, Participation
from campaigns.services.participations import external_code_add
from core import clock
from core.audit.services import audit_record
from core.errors import DomainError, Invalid, NotFound
from core.http import OutgoingError, OutgoingTimeout, outgoing
from core.ids import link_token
from core.tenancy.context import acting_as

OZON = "ozon"
CLIENT_ID_DIGITS_MAX = 18
KEY_CHARS_MAX = 200
DISCOUNT_PERCENT_MAX = 90
VOUCHER_DAYS_MAX = 365
# In the demo and in tests the stand-in rings, from this machine or from a container beside it.
SANDBOX_NETWORKS = ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")

NO_ANSWER = gettext_lazy("Ozon does not answer right now. Try again in some minutes.")


class VoucherRefused(DomainError):
    """Ozon made no voucher, or did not say whether it did."""

    code = "voucher_refused"


def key_require(client_id: str, key: str) -> dict[str, Any]:
    """The settings of a connection with this key, once Ozon has said that the two belong together.

    Calls Ozon: outside of any transaction.

    Raises:
        Invalid: the fields cannot be right, or Ozon refuses them; in words for the brand.
    """
    own_id, own_key = client_id.strip(), key.strip()
    if not (own_id.isascii() and own_id.isdigit() and len(own_id) <= CLIENT_ID_DIGITS_MAX):
        raise _wrong("client_id", _("The Client-Id is a number: copy it from Ozon's settings."))
    if not own_key or len(own_key) > KEY_CHARS_MAX or not own_key.isascii() or " " in own_key:
        raise _wrong("token", _("This is not a whole key. Copy it again."))
    own: dict[str, Any] = {"client_id": own_id, "seller_id": own_id}
    if settings.SANDBOX_URL:
        own["base_url"] = f"{settings.SANDBOX_URL}/ozon"
        own["push_networks"] = list(SANDBOX_NETWORKS)
    try:
        info = key_read(outgoing(), PollConnection(own_key, own), now=clock.now())
    except (CredentialsRefused, AccessDenied):
        message = _("Ozon refuses this key with this Client-Id: one of them is wrong or has ended.")
        raise _wrong("token", message) from None
    except (ConnectorError, OutgoingError):
        raise _wrong("token", str(NO_ANSWER)) from None
    if info.expires_at is not None:
        own["token_expires_at"] = info.expires_at.isoformat()
    return own


def _wrong(field: str, message: str) -> Invalid:
    return Invalid(message, fields={field: [message]})


def _read(typed: Typed, known: Connection | None) -> Given:
    """A new key is of the account that is known."""
    client_id = known.settings["client_id"] if known else typed.get("client_id", "")
    key = typed.get("token", "")
    return Given(token=key.strip(), settings=key_require(client_id, key))


SETUP = Setup(_read, is_same=same_seller, may_follow=same_seller)


# --- Vouchers --------------------------------------------------------------------------------


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
    days: int = 90,
    voucher_type: voucher.VoucherType = "MULTIPLE",
) -> VoucherMade:
    """Make a voucher at Ozon whose title names this participation, and remember the title.

    `budget` is in whole units of the account's currency. The goods are added in Ozon's cabinet.

    Raises:
        NotFound: no such connection or participation.
        Invalid: a discount, budget or time that cannot be.
        ParticipationConflict: the influencer is not accepted.
        VoucherRefused: Ozon said no, or did not answer.
    """
    _terms_require(discount_percent, budget, days)
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
    action_id = _voucher_ask(ask, new)
    code = external_code_add(
        participation_id=participation_id, kind=ExternalCode.Kind.OZON_VOUCHER, value=new.title
    )
    with acting_as(system="make a voucher"):
        audit_record("ozon_voucher.create", code, after={"action_id": action_id})
    return VoucherMade(code, action_id, _codes_or_none(ask, action_id))


def _terms_require(discount_percent: int, budget: int, days: int) -> None:
    if not 1 <= discount_percent <= DISCOUNT_PERCENT_MAX:
        raise _wrong("discount_percent", _("The discount is from 1 to 90 percent."))
    if budget < 1:
        raise _wrong("budget", _("A voucher needs a budget."))
    if not 1 <= days <= VOUCHER_DAYS_MAX:
        raise _wrong("days", _("A voucher lives from 1 to 365 days."))


def _ask(connection_id: int, participation_id: int) -> Ask:
    """Whom to ask with what; the participation must be of the same brand and accepted."""
    with acting_as(system="make a voucher"):
        connection = Connection.objects.filter(pk=connection_id, source=OZON).first()
        if connection is None:
            raise NotFound(_("There is no such connection."))
        participation = Participation.objects.filter(
            pk=participation_id, brand_id=connection.brand_id
        ).first()
        if participation is None:
            raise NotFound(_("There is no such participation."))
        if participation.state != Participation.State.APPROVED:
            raise VoucherRefused(_("Accept the influencer first."))
        asked = PollConnection(connection.token, connection.settings)
    return Ask(outgoing(), asked, clock.now(), lambda _is_last: 1)


def _voucher_ask(ask: Ask, new: voucher.NewVoucher) -> int:
    try:
        return voucher.voucher_create(ask, new)
    except AccessDenied as error:
        raise VoucherRefused(_access_text(error)) from None
    except SourceRefused as error:
        said = _("Ozon made no voucher: %(reason)s") % {"reason": error.detail}
        raise VoucherRefused(said) from None
    except (ConnectorError, OutgoingTimeout, OutgoingError):
        message = _(
            "Ozon did not say whether the voucher was made. Look in its cabinet for the promotion"
            " “%(title)s” before you try again."
        )
        raise VoucherRefused(message % {"title": new.title}) from None


def _access_text(error: AccessDenied) -> str:
    """Ozon closes vouchers to some accounts of the CIS; otherwise the key may not make them."""
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
