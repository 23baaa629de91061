"""Corrections by hand: one person asks, another posts. Nothing is edited: a journal that was wrong
gets its opposite, and what should have been booked is a new one (design/domain.md section 6)."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core import clock
from core.audit.services import audit_record
from core.errors import DomainError, Forbidden, Invalid, NotFound
from core.tenancy.context import acting_as
from ledger.domain.accounts import CURRENCY
from ledger.domain.corrections import (
    CORRECTABLE,
    LegUnreadable,
    account_of,
    legs_read,
    replacement,
    reversal,
)
from ledger.domain.drafts import JournalDraft, Leg
from ledger.models import Correction, Journal
from ledger.services import journals_post

REASON_CHARS_MIN = 10


class CorrectionDecided(DomainError):
    """It does not wait any more, or the journal was reversed before."""

    code = "correction_decided"


def correction_ask(
    *, journal_id: int, reason: str, replacement_legs: str, maker_id: int
) -> Correction:
    """Ask for a journal to be reversed, and for `replacement_legs` (`domain.corrections.legs_read`,
    "" for none) to be booked instead. Moves nothing.

    Raises:
        NotFound: no such journal.
        Invalid: a kind that follows from a sale or payout, too short a reason, or legs that cannot
            be read or do not sum to zero.
        CorrectionDecided: it was reversed, or somebody has asked already.
    """
    with acting_as(system="ask for a correction", user_id=maker_id):
        journal = Journal.objects.filter(pk=journal_id).first()
        if journal is None:
            raise NotFound(_("There is no such journal."))
        if journal.kind not in CORRECTABLE:
            raise Invalid.of(
                "reason",
                _("This follows from a sale or a payout: correct it there."),
            )
        if len(reason.strip()) < REASON_CHARS_MIN:
            raise Invalid.of("reason", _("Say why, so that an auditor understands it."))
        legs = _legs_require(replacement_legs)
        if _is_reversed(journal) or _waiting(journal).exists():
            raise CorrectionDecided(_("This journal was corrected, or a correction of it waits."))
        correction = Correction.objects.create(
            journal=journal,
            reason=reason.strip(),
            legs=[[leg.account.code, leg.amount_minor] for leg in legs],
            maker_id=maker_id,
        )
        after = {"journal": journal.business_key, "reason": correction.reason}
        audit_record("correction.ask", correction, after=after)
    return correction


def correction_post(*, correction_id: int, checker_id: int) -> Correction:
    """A second person's yes: the opposite and the new journal are posted together, or neither.

    Raises:
        NotFound: no such correction.
        Forbidden: by its maker (the database refuses that too).
        CorrectionDecided: it does not wait.
        InsufficientFunds: the money that would go back is not there any more.
    """
    with acting_as(system="post a correction", user_id=checker_id):
        correction = _decided(correction_id, checker_id, Correction.State.POSTED)
        journals_post(drafts_of(correction), occurred_at=clock.now())
        audit_record("correction.post", correction, after={"checker": checker_id})
    return correction


def correction_refuse(*, correction_id: int, checker_id: int) -> Correction:
    """It stays as it was booked. The maker may take an own request back so.

    Raises:
        NotFound, CorrectionDecided: as of `correction_post`.
    """
    with acting_as(system="refuse a correction", user_id=checker_id):
        correction = _decided(correction_id, checker_id, Correction.State.REFUSED)
        audit_record("correction.refuse", correction, after={"checker": checker_id})
    return correction


def drafts_of(correction: Correction) -> list[JournalDraft]:
    """What posting it would post."""
    entries = correction.journal.entries.select_related("account").order_by("pk")
    legs = [Leg(account_of(entry.account.code), entry.amount_minor) for entry in entries]
    drafts = [reversal(correction.journal_id, legs)]
    if correction.legs:
        new = [Leg(account_of(code), minor) for code, minor in correction.legs]
        drafts.append(replacement(correction.pk, correction.journal_id, new))
    return drafts


def _legs_require(text: str) -> tuple[Leg, ...]:
    try:
        legs = legs_read(text)
    except LegUnreadable as error:
        message = _("Line %(number)s is not “account; tiyn”: %(line)s") % vars(error)
        raise Invalid.of("replacement_legs", message) from None
    for number, leg in enumerate(legs, 1):
        if leg.account.currency != CURRENCY:
            said = _("Line %(number)s is in %(currency)s; the books are in %(ours)s.")
            words = {"number": number, "currency": leg.account.currency, "ours": CURRENCY}
            raise Invalid.of("replacement_legs", said % words)
    if off_by := sum(leg.amount_minor for leg in legs):
        message = _("The lines must sum to zero; they are off by %(tiyn)s tiyn.")
        raise Invalid.of("replacement_legs", message % {"tiyn": off_by})
    return legs


def _is_reversed(journal: Journal) -> bool:
    return Journal.objects.filter(business_key=reversal(journal.pk, ()).business_key).exists()


def _waiting(journal: Journal) -> QuerySet[Correction]:
    return Correction.objects.filter(journal=journal, state=Correction.State.ASKED)


def _decided(correction_id: int, checker_id: int, state: Correction.State) -> Correction:
    found = Correction.objects.select_for_update(of=("self",)).select_related("journal")
    correction = found.filter(pk=correction_id).first()
    if correction is None:
        raise NotFound(_("There is no such correction."))
    if correction.state != Correction.State.ASKED:
        raise CorrectionDecided(_("Somebody has decided on this correction already."))
    if state == Correction.State.POSTED and correction.maker_id == checker_id:
        raise Forbidden(_("Another person must post it: you asked for it."))
    correction.state, correction.checker_id = state, checker_id
    correction.decided_at = clock.now()
    correction.save(update_fields=["state", "checker_id", "decided_at"])
    return correction
