"""Codes of marketplaces that name an influencer's orders. One belongs to one participation: the
database lets no second one have it, and a title is reserved before a marketplace is asked for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from campaigns.domain.traffic_tags import Platform
from campaigns.models import Campaign, ExternalCode, Participation
from campaigns.selectors.totals import totals_paying
from campaigns.services.links import ParticipationConflict, participation_locked
from core import clock
from core.audit.services import audit_record
from core.errors import Invalid, NotFound
from core.locks import lock_for_transaction
from core.tenancy.context import acting_as

ARTICLE_DIGITS_MAX = 20
VOUCHER_TITLE_CHARS_MAX = 64
TYPED_CODES_MAX = 20  # kept here; a voucher of more has them in the cabinet
TYPED_CODE_CHARS_MAX = 64
PLATFORM_OF_KIND: dict[str, Platform] = {
    ExternalCode.Kind.OZON_VOUCHER: "ozon",
    ExternalCode.Kind.WB_SUBSTITUTE_ARTICLE: "wildberries",
}


def external_code_add(
    *, participation_id: int, value: str, kind: str = ExternalCode.Kind.WB_SUBSTITUTE_ARTICLE
) -> ExternalCode:
    """What a marketplace puts into the rows of this influencer's orders: a substitute article made
    at Wildberries, or the title of a voucher at Ozon.

    Raises:
        NotFound: no such participation.
        ParticipationConflict: it is not approved, or its campaign pays by totals there.
        Invalid: not an article or a title, or another influencer's.
    """
    article = _external_value(value, kind)
    with acting_as(system="add an external code"):
        participation = participation_locked(participation_id)
        if participation.state != Participation.State.APPROVED:
            raise ParticipationConflict(_("Accept the influencer first."))
        lock_for_transaction(f"external codes of brand {participation.brand_id}")
        _orders_pay_require(participation, kind)
        codes = ExternalCode.objects.filter(
            brand_id=participation.brand_id, kind=kind, value=article
        )
        known = codes.filter(valid_until__isnull=True).select_related("campaign").first()
        if known is not None and known.campaign.status == Campaign.Status.CLOSED:
            _code_end(known, known.campaign.closed_at or clock.now())
            known = None
        if known is not None and known.participation_id != participation.pk:
            raise _wrong_value(_("This article belongs to another participation."))
        if known is not None:
            return _code_state(known, ExternalCode.State.ACTIVE)
        # The first one's is also what was ordered before it was told; a later one's is not
        begins = clock.now() if codes.exists() else None
        code = _code_make(participation, kind=kind, value=article, valid_from=begins)
        audit_record("external_code.add", code, after={"kind": kind, "value": article})
    return code


def _orders_pay_require(participation: Participation, kind: str) -> None:
    """Where a marketplace's totals pay, an order of the same sale must not pay again: neither in
    the campaign that pays them nor in another of the brand."""
    paying = totals_paying(participation.brand_id, PLATFORM_OF_KIND.get(kind))
    if any(each.pk == participation.campaign_id for each in paying):
        raise ParticipationConflict(
            _("This campaign pays the marketplace's daily totals: a code would pay a sale twice.")
        )
    if paying:
        message = _(
            "Campaign “%(title)s” pays this marketplace's daily totals, and a sale by the code"
            " would be in them too. Close it, or let it pay orders, first."
        )
        raise ParticipationConflict(message % {"title": paying[0].title})


def external_codes_disarm(participation: Participation) -> None:
    """Who leaves has no codes at marketplaces any more: orders placed from now on are not theirs,
    and another can have the code. Runs as the system."""
    codes = ExternalCode.objects.filter(
        participation=participation, state=ExternalCode.State.ACTIVE, valid_until__isnull=True
    ).exclude(kind=ExternalCode.Kind.EXCLUSIVE_SKU)
    for code in codes:
        _code_end(code, clock.now())


def _code_end(code: ExternalCode, at: datetime) -> None:
    code.valid_until = at
    code.save(update_fields=["valid_until"])
    after = {"kind": code.kind, "value": code.value, "valid_until": at.isoformat()}
    audit_record("external_code.end", code, after=after)


def _external_value(value: str, kind: str) -> str:
    text = value.strip()
    if kind == ExternalCode.Kind.OZON_VOUCHER:
        if not (text.isprintable() and 0 < len(text) <= VOUCHER_TITLE_CHARS_MAX):
            raise _wrong_value(_("The title of a voucher has 1 to 64 characters."))
    elif not (text.isascii() and text.isdigit() and len(text) <= ARTICLE_DIGITS_MAX):
        raise _wrong_value(_("A Wildberries article is a number."))
    return text


def _wrong_value(message: str) -> Invalid:
    return Invalid.of("value", message)


def _code_make(participation: Participation, **own: Any) -> ExternalCode:
    return ExternalCode.objects.create(
        participation=participation,
        campaign_id=participation.campaign_id,
        brand_id=participation.brand_id,
        influencer_id=participation.influencer_id,
        **own,
    )


# --- One that we make at the marketplace ----------------------------------------------------


def external_code_reserve(
    *,
    participation_id: int,
    kind: str,
    value: str,
    discount_percent: int,
    ends_at: datetime,
) -> ExternalCode:
    """Keep `value` for this participation while its marketplace is asked to make it.

    Raises:
        NotFound: no such participation.
        ParticipationConflict: it is not approved, its campaign pays by totals there, or another
            one is being made for it.
    """
    with acting_as(system="reserve an external code"):
        participation = participation_locked(participation_id)
        if participation.state != Participation.State.APPROVED:
            raise ParticipationConflict(_("Accept the influencer first."))
        lock_for_transaction(f"external codes of brand {participation.brand_id}")
        _orders_pay_require(participation, kind)
        waiting = ExternalCode.objects.filter(
            participation=participation, kind=kind, state=ExternalCode.State.RESERVED
        )
        if waiting.exists():
            raise ParticipationConflict(
                _("A voucher is being made for this influencer. Settle that one first.")
            )
        code = _code_make(
            participation,
            kind=kind,
            value=value,
            state=ExternalCode.State.RESERVED,
            discount_percent=discount_percent,
            ends_at=ends_at,
        )
        audit_record("external_code.reserve", code, after={"kind": kind, "value": value})
    return code


def external_code_activate(
    *, code_id: int, platform_id: int | None = None, typed_codes: Sequence[str] = ()
) -> ExternalCode:
    """The marketplace has it: orders with it belong to its participation.

    Raises:
        NotFound: no such code.
    """
    short = [typed for typed in typed_codes if len(typed) <= TYPED_CODE_CHARS_MAX]
    with acting_as(system="settle an external code"):
        code = _code_locked(code_id)
        if platform_id is not None:
            code.platform_id, code.typed_codes = platform_id, short[:TYPED_CODES_MAX]
            code.save(update_fields=["platform_id", "typed_codes"])
        return _code_state(code, ExternalCode.State.ACTIVE)


def external_code_void(*, code_id: int) -> ExternalCode:
    """The marketplace has made none: the title stands for nobody.

    Raises:
        NotFound: no such code.
        ParticipationConflict: it is in use.
    """
    with acting_as(system="settle an external code"):
        code = _code_locked(code_id)
        if code.state == ExternalCode.State.ACTIVE:
            raise ParticipationConflict(_("This voucher is in use already."))
        return _code_state(code, ExternalCode.State.VOID)


def _code_locked(code_id: int) -> ExternalCode:
    found = ExternalCode.objects.select_for_update().filter(pk=code_id).first()
    if found is None:
        raise NotFound(_("There is no such voucher."))
    return found


def _code_state(code: ExternalCode, state: ExternalCode.State) -> ExternalCode:
    if code.state == state:
        return code
    before = {"state": code.state}
    code.state = state
    code.save(update_fields=["state"])
    audit_record(f"external_code.{state}", code, before=before, after={"state": code.state})
    return code
