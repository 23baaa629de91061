"""Signatures of e-invoices until somebody vouches for them: NCANode, or a second person.

A row waits in one of two states: SIGNING (NCANode is to sign it) and CHECKING (a signature is
here). `signatures_settle` does what can be done about both. NCANode is asked between two
transactions; what was asked about is looked at again before the answer is kept, so that two of
these jobs at once, or a person in between, do no harm.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence

from django.conf import settings
from django.utils.translation import gettext as _

from compliance.domain import esf
from compliance.domain.esf import EsfState
from compliance.domain.esf_signed import SignedRefused, signed_check
from compliance.models import EInvoice
from compliance.registries.ncanode import NcaNode, NodeTrouble, Trouble, ncanode, signing_key
from compliance.services.einvoices import (
    PURPOSE,
    SETTLE,
    EInvoiceConflict,
    document_renew,
    locked,
    move,
    require,
    signature_clear,
)
from core import clock
from core.jobs import enqueue
from core.tenancy.context import acting_as

CHECKED_BY = EInvoice.CheckedBy
METHOD = EInvoice.Trouble.METHOD


def is_signer_set_up() -> bool:
    """Whether NCANode may sign here, and not only check."""
    return bool(
        settings.NCANODE_URL and settings.NCANODE_KEY_PATH and settings.NCANODE_PASSWORD_PATH
    )


def einvoice_confirm(*, einvoice_id: int, person_id: int) -> EInvoice:
    """A second person has looked at the signature in a program that computes it.

    Raises:
        NotFound: no such e-invoice.
        EInvoiceConflict: no signature waits, it was not read, or the same person brought it.
    """
    with acting_as(system=PURPOSE, user_id=person_id):
        found = locked(einvoice_id)
        require(found, esf.CONFIRMABLE)
        if found.form != EInvoice.Form.XML:
            raise EInvoiceConflict(_("Whom this signature is of, only NCANode can say."))
        if found.signed_by_id == person_id:
            raise EInvoiceConflict(_("You brought this file: another person has to confirm it."))
        found.confirmed_by_id, found.checked_by = person_id, CHECKED_BY.PERSON
        found.trouble = found.trouble_detail = ""
        move(found, EsfState.SIGNED, "einvoice.confirm")
    return found


def einvoice_return(*, einvoice_id: int, person_id: int) -> EInvoice:
    """Drop the signature, or the wish that NCANode makes one: the file is to be signed outside.

    Raises:
        NotFound: no such e-invoice.
        EInvoiceConflict: nothing of it waits.
    """
    with acting_as(system=PURPOSE, user_id=person_id):
        found = locked(einvoice_id)
        require(found, esf.RETURNABLE)
        _drop(found, "", "", "einvoice.return")
    return found


def einvoices_sign(
    *, person_id: int, person_name: str, ids: Sequence[int] | None = None
) -> list[int]:
    """Let NCANode sign these, or all that nobody has signed yet. Returns which; asked twice, none.

    Raises:
        EInvoiceConflict: NCANode has no key here, one of them is signed already, or a figure of
            the law is missing.
    """
    if not is_signer_set_up():
        raise EInvoiceConflict(_("NCANode is not set up to sign."))
    with acting_as(system=PURPOSE, user_id=person_id):
        chosen = _unsigned() if ids is None else ids
        for einvoice_id in chosen:
            found = locked(einvoice_id)
            require(found, esf.UNSIGNED)
            if found.state == EsfState.READY:
                document_renew(found, person_id, person_name)
            found.signed_by_id, found.trouble, found.trouble_detail = person_id, "", ""
            move(found, EsfState.SIGNING, "einvoice.sign_ask")
        if chosen:
            enqueue(SETTLE)
    return list(chosen)


def _unsigned() -> list[int]:
    rows = EInvoice.objects.select_for_update().filter(state__in=esf.UNSIGNED)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _drop(found: EInvoice, trouble: str, detail: str, action: str) -> None:
    signature_clear(found)
    found.trouble, found.trouble_detail = trouble, detail
    move(found, EsfState.EXPORTED, action)


# --- The job --------------------------------------------------------------------------------


def signatures_settle() -> int:
    """Sign and check what waits, oldest first; a NCANode that is down is asked once. Returns how
    many are signed and checked now. Opens its own transactions: HTTP lies between them."""
    node = ncanode()
    if node is None:
        return 0
    with acting_as(system=PURPOSE):
        rows = EInvoice.objects.filter(state__in=esf.RETURNABLE).exclude(trouble=METHOD)
        waiting = list(rows.order_by("since", "pk").select_related("invoice"))
    done = 0
    for row in waiting:
        try:
            done += _settle(node, row)
        except NodeTrouble as trouble:
            if trouble.trouble == Trouble.DOWN:
                _wait([each.pk for each in waiting], trouble)
                return done
            _wait([row.pk], trouble)
    return done


def _settle(node: NcaNode, row: EInvoice) -> bool:
    """One row. Raises NodeTrouble: nothing is known, it waits on."""
    if row.state == EsfState.SIGNING:
        cms = node.cms_sign(row.document.encode(), signing_key())
        if not _signed(row, base64.b64encode(cms).decode()):
            return False
    try:
        signer = _judged(node, row)
    except SignedRefused as refused:
        with acting_as(system=PURPOSE):
            if found := _same(row):
                _drop(found, refused.fault.value, "", "einvoice.refuse")
        return False
    return bool(signer) and _vouched(row, signer)


def _signed(row: EInvoice, text: str) -> bool:
    """Keep what NCANode has signed; it is checked like any other. False: somebody was faster."""
    with acting_as(system=PURPOSE):
        found = locked(row.pk)
        if found.state != EsfState.SIGNING or found.document != row.document:
            return False
        found.form, found.signed_document = EInvoice.Form.CMS, text
        move(found, EsfState.CHECKING, "einvoice.sign")
    row.state, row.form, row.signed_document = EsfState.CHECKING, EInvoice.Form.CMS, text
    return True


def _judged(node: NcaNode, row: EInvoice) -> str:
    """Who signed; "" when NCANode cannot compute a signature of this form.

    Raises:
        SignedRefused: the signature does not hold, and why.
        NodeTrouble: nothing is known.
    """
    at, tin = clock.now(), row.invoice.seller["bin"]
    if row.form == EInvoice.Form.CMS:
        cms = base64.b64decode(row.signed_document)
        return node.cms_verify(cms, row.document.encode(), tin=tin, at=at)
    signer = signed_check(row.document, row.signed_document.encode(), tin=tin, at=at)
    node.certificate_check(signer.certificate, tin=tin, at=at)
    if signer.is_computed:
        return signer.name
    with acting_as(system=PURPOSE):
        if found := _same(row):
            found.trouble, found.trouble_detail = METHOD, ""
            found.save(update_fields=["trouble", "trouble_detail"])
    return ""


def _vouched(row: EInvoice, signer: str) -> bool:
    with acting_as(system=PURPOSE):
        found = _same(row)
        if found is None:
            return False
        found.signer, found.checked_by = signer[:300], CHECKED_BY.NCANODE
        found.trouble = found.trouble_detail = ""
        move(found, EsfState.SIGNED, "einvoice.check")
    return True


def _same(row: EInvoice) -> EInvoice | None:
    """The row, locked, while its signature is still the one that was asked about."""
    found = locked(row.pk)
    is_same = found.state == EsfState.CHECKING and found.signed_document == row.signed_document
    return found if is_same else None


def _wait(ids: Iterable[int], trouble: NodeTrouble) -> None:
    """Say on each row why it waits. No change of state, so nothing for the audit."""
    with acting_as(system=PURPOSE):
        EInvoice.objects.filter(pk__in=ids, state__in=esf.RETURNABLE).update(
            trouble=trouble.trouble.value, trouble_detail=trouble.detail
        )
