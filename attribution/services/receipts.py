"""A follower claims a receipt for an influencer. Runs as the system, called from a public page.

The claim is kept once per receipt of the country, and told to the inbox, where its order is made
as any other: a hint of grade D, that waits for the shop's word (services/receipt_confirm.py).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from attribution.connectors.receipt.connector import CLAIM, ClaimNews
from attribution.domain.receipts import Receipt, ReceiptRefused, Refusal, claim_refusal
from attribution.models import CashRegister, InboundEvent, ReceiptClaim
from attribution.selectors.receipts import (
    ClaimDesk,
    claim_desk,
    claims_last_day,
    claims_like,
    limits_of,
    registers_open,
)
from attribution.services.inbox import Received, connection_works, events_store
from core import clock
from core.audit.services import audit_record
from core.crypto import blind_index, blind_indexes
from core.locks import lock_for_transaction
from core.tenancy.context import acting_as

PERSON_PURPOSE, NETWORK_PURPOSE = "receipt person", "receipt network"
PERSON_DAYS = 30  # how long a claim remembers whose browser it came from
NETWORK_MAX = 20  # claims of a neighbourhood in 24 hours: a mobile operator's many share one
CONSENT_VERSION = 1  # of the text beside the box (templates/public/receipt.html)
CLAIMS_PURGED_MAX = 5_000  # in one run


@dataclass(frozen=True, slots=True)
class Claimant:
    """Who claims: the secret of a browser's cookie, and the neighbourhood of its address ("" when
    it cannot be told). Neither is stored, only their blind indexes."""

    cookie: str
    network: str


def claimant_cookie() -> str:
    return secrets.token_urlsafe(16)


def receipt_claim(
    *, token: str, receipt: Receipt, has_consent: bool, claimant: Claimant
) -> ReceiptClaim:
    """Keep a claim, and tell the inbox of its sale.

    Raises:
        ReceiptRefused: with its number; nothing is kept.
    """
    desk = claim_desk(token)
    if desk is None:
        raise ReceiptRefused(Refusal.NO_SUCH_PAGE)
    if not has_consent:
        raise ReceiptRefused(Refusal.NO_CONSENT)
    with acting_as(system="receipt claim"):
        register = _register_of(desk, receipt)
        _rules_require(desk, receipt, register)
        _pace_require(desk, register, claimant)
        claim = _claim_keep(desk, receipt, register, claimant)
        claim_tell(claim)
        connection_works(register.connection)
        audit_record("receipt.claim", claim, after={"state": claim.state})
    return claim


def _register_of(desk: ClaimDesk, receipt: Receipt) -> CashRegister:
    found = registers_open(desk.participation.brand_id).select_related("connection")
    register = found.filter(number=receipt.register).first()
    if register is None:
        raise ReceiptRefused(Refusal.OTHER_SHOP)
    return register


def _rules_require(desk: ClaimDesk, receipt: Receipt, register: CashRegister) -> None:
    refusal = claim_refusal(receipt, limits_of(register.connection.settings), now=clock.now())
    if refusal is not None:
        raise ReceiptRefused(refusal)
    published_at = desk.participation.campaign.published_at
    if published_at is None or receipt.sold_at < published_at:
        raise ReceiptRefused(Refusal.BEFORE_CAMPAIGN)


def _pace_require(desk: ClaimDesk, register: CashRegister, claimant: Claimant) -> None:
    """Claims of one influencer, and of one person, are counted one after the other."""
    now, limits = clock.now(), limits_of(register.connection.settings)
    influencer_id = desk.participation.influencer_id
    lock_for_transaction(f"receipts of influencer {influencer_id}")
    lock_for_transaction(f"receipts of person {claimant.cookie}")
    of_person = claims_last_day(
        now, person_index__in=blind_indexes(claimant.cookie, purpose=PERSON_PURPOSE)
    )
    networks = blind_indexes(claimant.network, purpose=NETWORK_PURPOSE) if claimant.network else []
    of_network = claims_last_day(now, network_index__in=networks)
    if of_person >= limits.person_max or of_network >= NETWORK_MAX:
        raise ReceiptRefused(Refusal.TOO_MANY_OF_PERSON)
    of_influencer = claims_last_day(
        now, influencer_id=influencer_id, brand_id=desk.participation.brand_id
    )
    if of_influencer >= limits.influencer_max:
        raise ReceiptRefused(Refusal.TOO_MANY_OF_INFLUENCER)


def _claim_keep(
    desk: ClaimDesk, receipt: Receipt, register: CashRegister, claimant: Claimant
) -> ReceiptClaim:
    """One row per receipt, however many ask at once: the database has the last word."""
    network = claimant.network
    row = ReceiptClaim(
        connection=register.connection,
        brand_id=register.brand_id,
        participation=desk.participation,
        influencer_id=desk.participation.influencer_id,
        family=receipt.family,
        register=receipt.register,
        sign=receipt.sign,
        shop=register.shop,
        total_minor=receipt.total_minor,
        sold_at=receipt.sold_at,
        consent_version=CONSENT_VERSION,
        person_index=blind_index(claimant.cookie, purpose=PERSON_PURPOSE),
        network_index=blind_index(network, purpose=NETWORK_PURPOSE) if network else "",
    )
    ReceiptClaim.objects.bulk_create([row], ignore_conflicts=True)
    kept = ReceiptClaim.objects.filter(public_id=row.public_id).first()
    if kept is not None:
        return kept
    first = claims_like(receipt.register, receipt.sign).get()
    is_same = first.influencer_id == desk.participation.influencer_id
    raise ReceiptRefused(Refusal.CLAIMED_HERE if is_same else Refusal.CLAIMED_ELSEWHERE)


def claim_tell(claim: ReceiptClaim) -> None:
    """The claim's state as an event: the next one for the inbox. Runs as the system.

    Two states of one moment are told apart by a microsecond: events are worked on in any order.
    """
    said_at = clock.now() + timedelta(microseconds=claim.version)
    news = ClaimNews(
        register=claim.register,
        sign=claim.sign,
        shop=claim.shop,
        state=claim.state,
        total_minor=claim.credited_minor,
        returned_minor=claim.returned_minor,
        sold_at=claim.sold_at.isoformat(),
        said_at=said_at.isoformat(),
        participation=claim.participation_id,
    )
    received = Received(f"{claim.external_id}:{claim.version}", news.body())
    events_store(claim.connection, CLAIM, InboundEvent.Trust.HINT, [received])


def people_purge() -> int:
    """Forget whose browsers old claims came from. Returns how many."""
    with acting_as(system="forget claimants"):
        old = ReceiptClaim.objects.filter(
            claimed_at__lt=clock.now() - timedelta(days=PERSON_DAYS)
        ).exclude(person_index="")
        ids = list(old.order_by("claimed_at").values_list("pk", flat=True)[:CLAIMS_PURGED_MAX])
        return ReceiptClaim.objects.filter(pk__in=ids).update(person_index="", network_index="")
