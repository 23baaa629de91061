"""A follower leaves a phone number for an influencer, and takes it back. Runs as the system, called
from a public page.

The number itself reaches no disk: what is kept is its HMAC under the brand's pepper, with the
consent that it was left under.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from attribution.domain.consents import Consent, phone_consent
from attribution.domain.phone_claims import (
    MASKED_DIGITS,
    PhoneRefusal,
    PhoneRefused,
    claim_phone,
    phone_hmac,
)
from attribution.models import PhoneClaim, PhoneMark, PhonePepper
from attribution.selectors.phone_desk import days_kept, pepper_current
from attribution.selectors.receipts import ClaimDesk, claim_desk
from attribution.services.receipts import NETWORK_PURPOSE, PERSON_PURPOSE, Claimant
from campaigns.models import PromoCode, TrackingLink
from campaigns.selectors.versions import terms_now
from campaigns.services.code_pools import code_reserve
from campaigns.services.links import ParticipationConflict
from core import clock
from core.audit.services import audit_record
from core.crypto import blind_index, blind_indexes
from core.jobs import enqueue
from core.locks import locks_for_transaction
from core.tenancy.context import acting_as

MATCH_TASK = "attribution.tasks.phone_claim_match"
DAY = timedelta(days=1)
PERSON_MAX = 3  # numbers of a browser in 24 hours: a family's
NETWORK_MAX = 20  # of a neighbourhood: a mobile operator's many share one
INFLUENCER_MAX = 500  # of one influencer's page
State = PhoneClaim.State


@dataclass(frozen=True, slots=True)
class Left:
    """A claim that was kept; `is_own` where the same browser left it, also before."""

    claim: PhoneClaim
    is_own: bool


@dataclass(frozen=True, slots=True)
class Times:
    """Until when orders count, and when the number's mark is erased."""

    counts_until: datetime
    erase_at: datetime

    @property
    def erase_text(self) -> str:
        """The last day on which it may be there, the same in every language."""
        return clock.day_of(self.erase_at).strftime("%d.%m.%Y")


def times_of(desk: ClaimDesk) -> Times:
    """Of a claim that is made now.

    Raises:
        PhoneRefused: nobody has said how long a number may be kept.
    """
    now, kept = clock.now(), days_kept(clock.today())
    if kept is None:
        raise PhoneRefused(PhoneRefusal.NO_SUCH_PAGE)
    counts_until = now + timedelta(days=terms_now(desk.participation).window_days)
    return Times(counts_until, counts_until + timedelta(days=kept))


def consent_of(desk: ClaimDesk, language: str) -> Consent:
    """What a follower is asked to agree to now. Raises: as `times_of`."""
    with acting_as(system="phone claim"):
        until = times_of(desk).erase_text
    return phone_consent(
        language, brand=desk.brand_name, influencer=desk.influencer_name, until=until
    )


def phone_claim(
    *, token: str, text: str, agreed_sha256: str, language: str, claimant: Claimant
) -> Left:
    """Keep that a follower left their number. The same number for the same influencer is one claim,
    however often it is left. `agreed_sha256` is of the consent that they saw and agreed to ("":
    they did not), in `language`.

    Raises:
        PhoneRefused: with its number; nothing is kept.
    """
    desk = claim_desk(token)
    if desk is None or not desk.takes_phones:
        raise PhoneRefused(PhoneRefusal.NO_SUCH_PAGE)
    if not agreed_sha256:
        raise PhoneRefused(PhoneRefusal.NO_CONSENT)
    phone = claim_phone(text)
    consent = consent_of(desk, language)
    if consent.sha256 != agreed_sha256:
        raise PhoneRefused(PhoneRefusal.CONSENT_CHANGED)
    with acting_as(system="phone claim"):
        pepper = pepper_current(desk.participation.brand_id)
        if pepper is None:
            raise PhoneRefused(PhoneRefusal.NO_SUCH_PAGE)
        indexes = _indexes(desk.participation.brand_id, phone)
        locks_for_transaction(
            [
                f"phone {pepper.brand_id} {indexes[pepper.number]}",
                f"phones of influencer {desk.participation.influencer_id}",
                f"receipts of person {claimant.cookie}",
            ]
        )
        known = _of_phone(pepper.brand_id, indexes).filter(participation=desk.participation).first()
        if known is not None:
            own = blind_indexes(claimant.cookie, purpose=PERSON_PURPOSE)
            return Left(known, is_own=known.person_index in own)
        _pace_require(desk, claimant)
        code = _bonus(desk, indexes)
        claim = _claim_keep(desk, pepper, indexes[pepper.number], phone, consent, claimant, code)
        audit_record(
            "phone_claim.leave",
            claim,
            after={"consent": f"{consent.version} {consent.language}", "has_code": bool(code)},
        )
        enqueue(MATCH_TASK, claim.pk)
    return Left(claim, is_own=True)


def _indexes(brand_id: int, phone: str) -> dict[int, str]:
    """{number of a pepper: the HMAC under it}, also under those that are retired."""
    peppers = PhonePepper.objects.filter(brand_id=brand_id)
    return {each.number: phone_hmac(bytes(each.secret), phone) for each in peppers}


def _of_phone(brand_id: int, indexes: dict[int, str]) -> QuerySet[PhoneClaim]:
    return PhoneClaim.objects.filter(
        brand_id=brand_id, phone_index__in=indexes.values(), state=State.ACTIVE
    )


def _pace_require(desk: ClaimDesk, claimant: Claimant) -> None:
    recent = PhoneClaim.objects.filter(claimed_at__gt=clock.now() - DAY)
    own = blind_indexes(claimant.cookie, purpose=PERSON_PURPOSE)
    near = blind_indexes(claimant.network, purpose=NETWORK_PURPOSE) if claimant.network else []
    of_person = recent.filter(person_index__in=own).count()
    of_network = recent.filter(network_index__in=near).count()
    if of_person >= PERSON_MAX or of_network >= NETWORK_MAX:
        raise PhoneRefused(PhoneRefusal.TOO_MANY_OF_PERSON)
    if recent.filter(participation=desk.participation).count() >= INFLUENCER_MAX:
        raise PhoneRefused(PhoneRefusal.TOO_MANY_OF_INFLUENCER)


def _bonus(desk: ClaimDesk, indexes: dict[int, str]) -> PromoCode | None:
    """One code for a number in a campaign, whoever's page it is left on."""
    had = _of_phone(desk.participation.brand_id, indexes).filter(
        participation__campaign_id=desk.participation.campaign_id, code__isnull=False
    )
    if had.exists():
        return None
    try:
        return code_reserve(participation_id=desk.participation.pk)
    except ParticipationConflict:
        return None  # none is left: the number counts all the same


def _claim_keep(
    desk: ClaimDesk,
    pepper: PhonePepper,
    index: str,
    phone: str,
    consent: Consent,
    claimant: Claimant,
    code: PromoCode | None,
) -> PhoneClaim:
    times, network = times_of(desk), claimant.network
    return PhoneClaim.objects.create(
        brand_id=pepper.brand_id,
        participation=desk.participation,
        influencer_id=desk.participation.influencer_id,
        pepper_number=pepper.number,
        phone_index=index,
        phone_end=phone[-MASKED_DIGITS:],
        person_index=blind_index(claimant.cookie, purpose=PERSON_PURPOSE),
        network_index=blind_index(network, purpose=NETWORK_PURPOSE) if network else "",
        code=code,
        consent_version=consent.version,
        consent_language=consent.language,
        consent_sha256=consent.sha256,
        counts_until=times.counts_until,
        erase_at=times.erase_at,
    )


# --- Taken back -----------------------------------------------------------------------------


def phone_withdraw(*, token: str, text: str) -> int:
    """The follower takes the consent back, for all influencers of the brand: what is left of the
    number is erased, with the marks of orders under it. Decisions about orders name nobody and
    stay. Returns how many claims there were; a page does not say it.

    Raises:
        PhoneRefused: no such page, or not a number.
    """
    link = _link_of(token)
    if link is None:
        raise PhoneRefused(PhoneRefusal.NO_SUCH_PAGE)
    brand_id = link.brand_id
    phone = claim_phone(text)
    with acting_as(system="withdraw a phone number"):
        indexes = _indexes(brand_id, phone)
        claims = list(_of_phone(brand_id, indexes).select_for_update().order_by("pk"))
        for claim in claims:
            claim_end(claim, State.WITHDRAWN)
            audit_record("phone_claim.withdraw", claim, after={"state": claim.state})
        PhoneMark.objects.filter(brand_id=brand_id, phone_index__in=indexes.values()).delete()
    return len(claims)


def claim_end(claim: PhoneClaim, state: PhoneClaim.State) -> None:
    """Erase the person's part of a locked claim."""
    claim.state, claim.ended_at = state, clock.now()
    claim.phone_index = claim.phone_end = claim.person_index = claim.network_index = ""
    claim.save(
        update_fields=[
            *("state", "ended_at", "phone_index", "phone_end", "person_index", "network_index")
        ]
    )


def page_brand(token: str) -> str | None:
    """The brand whose followers a link's page is for, also when it takes nothing any more: consent
    can be withdrawn as long as anything is there. None where there was never such a page."""
    link = _link_of(token)
    return link.campaign.brand_name if link else None


def _link_of(token: str) -> TrackingLink | None:
    with acting_as(system="phone claim"):
        return TrackingLink.objects.select_related("campaign").filter(token=token).first()


def phone_claim_shown(token: str, public_id: UUID) -> PhoneClaim | None:
    """A claim for who made it: its address is known to nobody else."""
    with acting_as(system="phone claim"):
        of_link = PhoneClaim.objects.filter(participation__links__token=token)
        claims = of_link.select_related("influencer", "code", "participation__campaign")
        return claims.filter(public_id=public_id).distinct().first()
