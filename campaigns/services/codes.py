"""Promo codes of participations: given, wished for, replaced, and when they count.

A code is unique in its shop by what it looks like, against codes and against what else buyers type
(CodeAlias): all that adds one holds the lock of the shop's codes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from campaigns.code_words import fault_text
from campaigns.domain.code_aliases import aliases_of
from campaigns.domain.code_rules import (
    EXCEPT_SKUS_MAX,
    GRACE_DAYS_DEFAULT,
    GRACE_DAYS_MAX,
    SKU_CHARS_MAX,
    grace_end,
)
from campaigns.domain.codes import (
    canonical,
    code_generate,
    is_issuable,
    skeleton,
    wish_fault,
)
from campaigns.models import CodeAlias, Participation, PromoCode, Terms
from campaigns.selectors.codes import codes_taken
from campaigns.selectors.versions import terms_now
from campaigns.services.links import ParticipationConflict, participation_locked
from core import clock
from core.audit.services import audit_record
from core.clock import day_start
from core.errors import Invalid
from core.locks import lock_for_transaction
from core.tenancy.context import acting_as
from influencers.models import Influencer
from influencers.notices import influencer_notice_queue

CODE_TRIES_MAX = 20
State = PromoCode.State


def codes_lock(brand_id: int) -> None:
    """Nobody else adds a code or an alias to this shop until the transaction ends."""
    lock_for_transaction(f"codes of brand {brand_id}")


# --- A new one ------------------------------------------------------------------------------


def code_create(participation: Participation, *, wish: str = "") -> PromoCode:
    """A code that no twin of exists in the shop, void ones included: old posts are still read.
    With the aliases that are free. Runs as the system.

    Raises:
        Invalid: the wish cannot be given; the message says why.
        ParticipationConflict: no free code was found.
    """
    codes_lock(participation.brand_id)
    code = _wished(participation, wish) if wish else _generated(participation)
    promo = PromoCode.objects.create(
        participation=participation,
        campaign_id=participation.campaign_id,
        brand_id=participation.brand_id,
        influencer_id=participation.influencer_id,
        code=code,
        canonical=canonical(code),
        skeleton=skeleton(code),
    )
    _aliases_add(promo)
    audit_record("code.create", promo, after={"code": code})
    return promo


def _generated(participation: Participation) -> str:
    name = Influencer.objects.values_list("name", flat=True).get(pk=participation.influencer_id)
    for _try in range(CODE_TRIES_MAX):
        code = code_generate(name.split()[0])
        if is_issuable(code) and not codes_taken(participation.brand_id, [skeleton(code)]):
            return code
    raise ParticipationConflict(_("No free promo code was found. Write to support."))


def _wished(participation: Participation, wish: str) -> str:
    fault = wish_fault(wish)
    if fault is None:
        code = canonical(wish)
        taken = codes_taken(participation.brand_id, [skeleton(code)])
        if not taken:
            return code
        fault = taken[skeleton(code)].fault
    message = fault_text(fault)
    raise Invalid.of("code", message)


def _aliases_add(promo: PromoCode) -> None:
    """What else buyers will type for it, where that can mean no other code. What two codes share
    counts for neither from now on: a person decides each time."""
    wanted = {skeleton(alias.text): alias for alias in aliases_of(promo.code)}
    taken = codes_taken(promo.brand_id, list(wanted))
    CodeAlias.objects.bulk_create(
        CodeAlias(
            brand_id=promo.brand_id,
            code=promo,
            influencer_id=promo.influencer_id,
            kind=alias.kind,
            text=alias.text,
            skeleton=look,
        )
        for look, alias in wanted.items()
        if look not in taken
    )
    made_by_us = (CodeAlias.Kind.TRANSLITERATION, CodeAlias.Kind.LAYOUT)
    shared = CodeAlias.objects.filter(
        brand_id=promo.brand_id, skeleton__in=[look for look in wanted if look in taken]
    )
    # A former code of the same person keeps it: it is theirs either way
    shared.filter(kind__in=made_by_us, ambiguous_at__isnull=True).exclude(
        code__participation=promo.participation
    ).update(ambiguous_at=clock.now())


# --- In place of another one ----------------------------------------------------------------


def code_rotate(
    *, participation_id: int, grace_days: int = GRACE_DAYS_DEFAULT, wish: str = ""
) -> PromoCode:
    """A new code in place of the active one, which goes on counting for orders of the next days.
    The influencer is told. It costs nobody anything.

    Raises:
        NotFound: no such participation.
        ParticipationConflict: it is not approved, or its campaign counts no codes.
        Invalid: the grace is out of bounds, or the wish cannot be given.
    """
    if not 0 <= grace_days <= GRACE_DAYS_MAX:
        message = _("From 0 to %(days)s days.") % {"days": GRACE_DAYS_MAX}
        raise Invalid.of("grace_days", message)
    with acting_as(system="replace a promo code"):
        participation = participation_locked(participation_id)
        _codes_require(participation)
        replaced = list(_personal(participation).select_for_update().filter(state=State.ACTIVE))
        promo = code_create(participation, wish=wish)
        for old in replaced:
            old.state = State.REPLACED
            old.valid_until = grace_end(clock.now(), days=grace_days, valid_until=old.valid_until)
            old.save(update_fields=["state", "valid_until"])
            promo.except_skus = old.except_skus
        promo.save(update_fields=["except_skus"])
        former = replaced[-1] if replaced else None
        audit_record(
            "code.rotate",
            promo,
            before={"code": former.code if former else ""},
            after={"code": promo.code, "grace_days": grace_days},
        )
        _rotated_notice(participation, promo, former)
    return promo


def _codes_require(participation: Participation) -> None:
    if participation.state != Participation.State.APPROVED:
        raise ParticipationConflict(_("Accept the influencer first."))
    if terms_now(participation).code_policy == Terms.CodePolicy.CLICK_ONLY:
        raise ParticipationConflict(_("This campaign counts links only, and no promo codes."))


def _personal(participation: Participation) -> QuerySet[PromoCode]:
    return PromoCode.objects.filter(participation=participation, pool__isnull=True)


def _rotated_notice(
    participation: Participation, promo: PromoCode, former: PromoCode | None
) -> None:
    influencer_notice_queue(
        "code_replaced",
        participation.influencer,
        context={
            "campaign": participation.campaign,
            "code": promo.code,
            "former": former.code if former else "",
            "until": former.valid_until if former else None,
        },
        dedupe_key=f"code:{promo.brand_id}:{promo.code}",
    )


# --- When it counts -------------------------------------------------------------------------


def code_schedule(
    *,
    participation_id: int,
    first_on: date | None,
    last_on: date | None,
    except_skus: Sequence[str],
) -> PromoCode:
    """From which day to which (both count, None: no bound), and for which articles not.

    Raises:
        NotFound: no such participation.
        ParticipationConflict: it has no active code.
        Invalid: days in the wrong order, too many articles.
    """
    skus = skus_require(except_skus)
    days_require(first_on, last_on)
    with acting_as(system="schedule a promo code"):
        participation = participation_locked(participation_id)
        promo = _personal(participation).select_for_update().filter(state=State.ACTIVE).last()
        if promo is None:
            raise ParticipationConflict(_("There is no active promo code here."))
        before = _schedule_of(promo)
        promo.valid_from = day_start(first_on) if first_on else None
        promo.valid_until = last_moment(last_on) if last_on else None
        promo.except_skus = skus
        promo.save(update_fields=["valid_from", "valid_until", "except_skus"])
        audit_record("code.schedule", promo, before=before, after=_schedule_of(promo))
    return promo


def _schedule_of(promo: PromoCode) -> dict[str, object]:
    return {
        "valid_from": promo.valid_from.isoformat() if promo.valid_from else None,
        "valid_until": promo.valid_until.isoformat() if promo.valid_until else None,
        "except_skus": promo.except_skus,
    }


def last_moment(day_on: date) -> datetime:
    """The last moment of a day of Kazakhstan."""
    return clock.day_end(day_on) - timedelta(microseconds=1)


def days_require(first_on: date | None, last_on: date | None) -> None:
    """Raises: Invalid."""
    if first_on and last_on and last_on < first_on:
        message = _("The last day is before the first one.")
        raise Invalid.of("last_on", message)


def skus_require(given: Sequence[str]) -> list[str]:
    """The articles, each once. Raises: Invalid."""
    skus = list(dict.fromkeys(filter(None, (sku.strip() for sku in given))))
    if len(skus) > EXCEPT_SKUS_MAX or any(len(sku) > SKU_CHARS_MAX for sku in skus):
        message = _("Up to 500 articles, each of up to 128 characters.")
        raise Invalid.of("except_skus", message)
    return skus


def codes_disarm(participation: Participation) -> None:
    """Who leaves gives no codes any more. Personal ones stay theirs, in case they come back; of
    one-time ones what is not used is void for good."""
    codes = PromoCode.objects.filter(participation=participation)
    codes.filter(pool__isnull=True).update(state=State.VOID)
    unused = codes.filter(pool__isnull=False, state__in=[State.ISSUED, State.RESERVED])
    unused.update(state=State.VOID, valid_until=clock.now())
