"""The shop's word about claimed receipts: its file, its API, its person, or its silence.

What the shop shows with the same sum is confirmed, its order with it (`order_confirm`); another
sum waits for a person of the brand, and after the same days as silence the shop's own sum counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import islice

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from attribution.domain.receipts import ShopReceipt
from attribution.models import Connection, Order, ReceiptClaim
from attribution.selectors.receipt_orders import joined_of, living_questions
from attribution.selectors.receipts import claims_named, limits_of
from attribution.services.conversions import order_confirm
from attribution.services.receipts import claim_tell
from core import clock
from core.audit.services import audit_record
from core.errors import DomainError, NotFound
from core.tenancy.context import acting_as

BATCH = 1_000
SWEEP_MAX = 500
NOTE_CHARS_MAX = 200
State = ReceiptClaim.State
OPEN = (State.WAITING, State.DIFFERS)


class ReceiptConflict(DomainError):
    """The claim's state does not allow it."""

    code = "receipt_state"


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What the shop's receipts said of claims: how many of each kind. `ignored` are receipts that
    nobody claimed; `known` said nothing new."""

    confirmed: int = 0
    differing: int = 0
    returned: int = 0
    known: int = 0
    ignored: int = 0
    changed_ids: tuple[int, ...] = field(default=(), repr=False)

    def __add__(self, other: Confirmed) -> Confirmed:
        return Confirmed(
            self.confirmed + other.confirmed,
            self.differing + other.differing,
            self.returned + other.returned,
            self.known + other.known,
            self.ignored + other.ignored,
            self.changed_ids + other.changed_ids,
        )


def receipts_confirm(*, connection_id: int, receipts: Iterable[ShopReceipt]) -> Confirmed:
    """Compare the shop's receipts with what was claimed of this connection. Repeatable: what was
    said before says nothing new. Sales of a batch come before its returns.

    Raises:
        NotFound: no such connection.
    """
    with acting_as(system="confirm receipts"):
        connection = Connection.objects.filter(pk=connection_id).first()
        if connection is None:
            raise NotFound(_("There is no such connection."))
    outcome = Confirmed()
    for batch in _batches(sorted(receipts, key=lambda each: each.is_return)):
        with acting_as(system="confirm receipts"):
            outcome += _batch_compare(connection_id, batch)
    with acting_as(system="confirm receipts"):
        counted = replace(outcome, changed_ids=())
        audit_record("receipts.confirm", connection, after={"outcome": repr(counted)})
    return outcome


def _batches(receipts: Iterable[ShopReceipt]) -> Iterator[list[ShopReceipt]]:
    rest = iter(receipts)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _batch_compare(connection_id: int, batch: Sequence[ShopReceipt]) -> Confirmed:
    claims = claims_named(connection_id, {each.key for each in batch})
    outcome = Confirmed()
    for shown in batch:
        claim = claims.get(shown.key)
        if claim is None:
            outcome += Confirmed(ignored=1)
        else:
            outcome += _compare(claim, shown)
    return outcome


def _compare(claim: ReceiptClaim, shown: ShopReceipt) -> Confirmed:
    if shown.is_return:
        return _return(claim, shown)
    if claim.state in (State.CONFIRMED, State.RETURNED):
        return Confirmed(known=1)
    if shown.total_minor == claim.total_minor:
        _move(claim, State.CONFIRMED, file_total_minor=shown.total_minor)
        return Confirmed(confirmed=1, changed_ids=(claim.pk,))
    if claim.state == State.DIFFERS and claim.file_total_minor == shown.total_minor:
        return Confirmed(known=1)
    _move(claim, State.DIFFERS, file_total_minor=shown.total_minor)
    return Confirmed(differing=1, changed_ids=(claim.pk,))


def _return(claim: ReceiptClaim, shown: ShopReceipt) -> Confirmed:
    """All of it, or a part: of one that the shop has not shown yet, a part only is remembered."""
    back = max(claim.returned_minor, shown.total_minor)
    if claim.state == State.RETURNED or back == claim.returned_minor:
        return Confirmed(known=1)
    is_whole = back >= claim.credited_minor
    _move(claim, State.RETURNED if is_whole else State(claim.state), returned_minor=back)
    return Confirmed(returned=1, changed_ids=(claim.pk,))


def _move(claim: ReceiptClaim, state: ReceiptClaim.State, **changes: object) -> None:
    """To a new state, and news for the inbox."""
    before = claim.state
    for name, value in changes.items():
        setattr(claim, name, value)
    claim.state, claim.decided_at = state, clock.now()
    claim.version += 1
    claim.save(update_fields=["state", "decided_at", "version", *changes])
    claim_tell(claim)
    audit_record("receipt.move", claim, before={"state": before}, after={"state": claim.state})


# --- A person of the brand ------------------------------------------------------------------


def receipt_accept(*, claim_id: int) -> ReceiptClaim:
    """The brand's own word: the sale is real. Of one that differs, the sum of the file counts.

    Raises:
        NotFound: no such claim.
        ReceiptConflict: it is decided already.
    """
    with acting_as(system="accept a receipt"):
        claim = _locked(claim_id)
        if claim.state not in OPEN:
            raise ReceiptConflict(_("This receipt is decided already."))
        _move(claim, State.CONFIRMED)
    return claim


def receipt_refuse(*, claim_id: int, note: str) -> ReceiptClaim:
    """The brand says no, with its reason, which the influencer reads.

    Raises:
        NotFound: no such claim.
        ReceiptConflict: no reason, or it is decided already.
    """
    reason = note.replace("\x00", "").strip()[:NOTE_CHARS_MAX]
    if not reason:
        raise ReceiptConflict(_("Say why: the influencer reads it."))
    with acting_as(system="refuse a receipt"):
        claim = _locked(claim_id)
        if claim.state not in OPEN:
            raise ReceiptConflict(_("This receipt is decided already."))
        _move(claim, State.REFUSED, note=reason)
    return claim


def _locked(claim_id: int) -> ReceiptClaim:
    found = ReceiptClaim.objects.select_for_update().filter(pk=claim_id).first()
    if found is None:
        raise NotFound(_("There is no such receipt."))
    return found


# --- What time does -------------------------------------------------------------------------


def receipts_advance() -> int:
    """Settle what the shop left open for its days, and give orders the shop's word. Run by beat.
    Returns how many claims moved."""
    return _overdue_settle() + _orders_confirm()


def _overdue_settle() -> int:
    """What the shop has not found is refused; where it showed another sum, its own counts."""
    now, moved = clock.now(), 0
    with acting_as(system="settle old receipts"):
        connections = list(
            Connection.objects.filter(receipts__state__in=OPEN).distinct().order_by("pk")
        )
    for connection in connections:
        waits_from = now - timedelta(days=limits_of(connection.settings).confirm_days)
        with acting_as(system="settle old receipts"):
            overdue = (
                ReceiptClaim.objects.select_for_update(skip_locked=True, of=("self",))
                .select_related("connection")
                .filter(connection=connection, state__in=OPEN, claimed_at__lt=waits_from)
                .order_by("claimed_at")[:SWEEP_MAX]
            )
            for claim in overdue:
                is_shown = claim.state == State.DIFFERS
                _move(claim, State.CONFIRMED if is_shown else State.EXPIRED)
                moved += 1
    return moved


def _orders_confirm() -> int:
    """The shop's word for orders of confirmed claims, once the inbox has made them so: for the
    claim's own, or the one of another source that is the same purchase. What somebody is asked
    about waits."""
    asked = living_questions().filter(claim_id=OuterRef("pk"))
    with acting_as(system="confirm orders of receipts"):
        claims = list(
            ReceiptClaim.objects.select_for_update(skip_locked=True)
            .filter(~Exists(asked), state=State.CONFIRMED, order_confirmed_at__isnull=True)
            .order_by("pk")[:SWEEP_MAX]
        )
        joined = joined_of([claim.pk for claim in claims])
        orders = {
            (order.connection_id, order.external_id): order.pk
            for order in Order.objects.filter(
                connection_id__in={claim.connection_id for claim in claims},
                external_id__in=[claim.external_id for claim in claims],
                status=Order.Status.FULFILLED,
            )
        }
        ready = [
            (claim, orders[claim.connection_id, claim.external_id])
            for claim in claims
            if (claim.connection_id, claim.external_id) in orders
        ]
        for claim, order_id in ready:
            order_confirm(order_id=order_id)
            if (match := joined.get(claim.pk)) is not None:
                # Of the same influencer alone: whose an order is, no receipt of another one says
                order_confirm(order_id=match.order_id, participation_id=claim.participation_id)
            claim.order_confirmed_at = clock.now()
            claim.save(update_fields=["order_confirmed_at"])
    return len(ready)
