"""E-invoices: handed out as a file, signed outside, sent by ops; what the state says is mirrored.

What becomes of a signature until somebody vouches for it: einvoice_signatures.py. Runs as the
system, for whom of ops the door has checked.
"""

from __future__ import annotations

import base64
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance.domain import esf
from compliance.domain.esf import EsfState
from compliance.domain.esf_signed import SignedFault, SignedRefused, cms_bytes, signed_check
from compliance.domain.invoicing import Dealing
from compliance.domain.rules import RuleMissing, RulesInForce
from compliance.models import EInvoice, Invoice
from compliance.selectors.law import rules_in_force
from core import clock
from core.audit.services import audit_record
from core.errors import DomainError, Invalid, NotFound
from core.jobs import enqueue
from core.tenancy.context import acting_as

PURPOSE = "e-invoices"
SETTLE = "compliance.tasks.signatures_settle"
SIGNED_BYTES_MAX = 1_048_576
LANGUAGE = "ru"  # of the lines: the state's form is filled in Kazakh or Russian
ISSUE_DAYS = "esf_issue_days"
ORIGIN = "esf_tru_origin"
AGENT_STATUSES = "esf_agent_statuses"
KBE = "kbe_llp"
SIGNED_FAULTS = {
    SignedFault.NOT_XML: gettext_lazy(
        "This is neither an XML file nor a signature (CMS). Choose what the signing program saved."
    ),
    SignedFault.NOT_SIGNED: gettext_lazy("There is no signature in this file."),
    SignedFault.NOT_WHOLE: gettext_lazy(
        "The signature does not cover exactly this file as a whole: sign the file as it was handed"
        " out, once."
    ),
    SignedFault.UNKNOWN_METHOD: gettext_lazy(
        "The signature is made in a way that we cannot judge. Sign with NCALayer."
    ),
    SignedFault.ANOTHER_DOCUMENT: gettext_lazy(
        "This is another document than the one that was handed out: hand it out again, sign that"
        " file and change nothing in it."
    ),
    SignedFault.NO_CERTIFICATE: gettext_lazy(
        "The signature does not have exactly one certificate that can be read."
    ),
    SignedFault.FORGED: gettext_lazy(
        "The signature is wrong: it was not made over this file by the owner of the certificate."
    ),
    SignedFault.ANOTHER_SIGNER: gettext_lazy(
        "This certificate is not of Birge's company: its BIN is another one."
    ),
    SignedFault.NOT_YET_VALID: gettext_lazy("The certificate is not valid yet."),
    SignedFault.EXPIRED: gettext_lazy("The certificate has expired."),
}


class EInvoiceConflict(DomainError):
    """The e-invoice is in a state that does not allow it."""

    code = "einvoice_conflict"


def einvoice_open(invoice: Invoice) -> EInvoice:
    """With the number of an invoice its e-invoice is due. In the transaction that issues it.

    Raises:
        EInvoiceConflict: no term is known for the day of turnover.
    """
    try:
        days = rules_in_force(invoice.turnover_on).value(ISSUE_DAYS)
    except RuleMissing as missing:
        raise _law_missing(missing) from None
    return EInvoice.objects.create(
        invoice=invoice,
        brand_id=invoice.brand_id,
        due_on=invoice.turnover_on + timedelta(days=days),
    )


def einvoice_export(*, einvoice_id: int, person_id: int, person_name: str) -> tuple[str, str]:
    """The file to sign, and its name. Handed out twice it is the same file; after the state has
    declined it, a new one.

    Raises:
        NotFound: no such e-invoice.
        EInvoiceConflict: it is signed already, or a figure of the law is missing.
    """
    with acting_as(system=PURPOSE, user_id=person_id):
        found = locked(einvoice_id)
        require(found, esf.EXPORTABLE)
        if found.state != EsfState.EXPORTED:
            document_renew(found, person_id, person_name)
            move(found, EsfState.EXPORTED, "einvoice.export")
        return f"{found.invoice.number}.xml", found.document


def einvoice_sign(*, einvoice_id: int, raw: bytes, person_id: int) -> EInvoice:
    """Take the signed file back, or the signature beside it. What can be known here is judged at
    once; then it waits for NCANode or a second person. The same file twice is taken once.

    Raises:
        NotFound: no such e-invoice.
        EInvoiceConflict: it was not handed out, or is signed already.
        Invalid: not that file, and why.
    """
    if len(raw) > SIGNED_BYTES_MAX:
        raise Invalid.of("file", _("This file is too large for an e-invoice."))
    with acting_as(system=PURPOSE, user_id=person_id):
        found = locked(einvoice_id)
        if found.state == EsfState.CHECKING and found.signed_document == _kept(raw):
            return found
        require(found, esf.SIGNABLE)
        form, text, signer = _taken(found, raw)
        signature_clear(found)
        found.form, found.signed_document, found.signer = form, text, signer[:300]
        found.signed_by_id = person_id
        move(found, EsfState.CHECKING, "einvoice.sign")
        if settings.NCANODE_URL:
            enqueue(SETTLE)
    return found


def _taken(found: EInvoice, raw: bytes) -> tuple[EInvoice.Form, str, str]:
    """(form, what is kept, whose it says it is) of a file that ops brought.

    Raises:
        Invalid: it cannot be the signed e-invoice.
    """
    text = _kept(raw)
    if cms_bytes(raw) is not None:
        if not settings.NCANODE_URL:
            message = _("Only NCANode can read a signature beside the file, and it is not set up.")
            raise Invalid.of("file", message)
        return EInvoice.Form.CMS, text, ""
    tin = found.invoice.seller["bin"]
    try:
        # What is kept is what was judged, also where the file is in another encoding than ours.
        signer = signed_check(found.document, text.encode(), tin=tin, at=clock.now())
    except SignedRefused as refused:
        raise Invalid.of("file", str(SIGNED_FAULTS[refused.fault])) from None
    return EInvoice.Form.XML, text, signer.name


def _kept(raw: bytes) -> str:
    """A file as it is kept: XML as text, a signature in base64."""
    cms = cms_bytes(raw)
    return raw.decode("utf-8", "replace") if cms is None else base64.b64encode(cms).decode()


def einvoice_sent(*, einvoice_id: int, person_id: int) -> EInvoice:
    """The signed file was put into the state's system.

    Raises:
        NotFound: no such e-invoice.
        EInvoiceConflict: it is not signed.
    """
    with acting_as(system=PURPOSE, user_id=person_id):
        found = locked(einvoice_id)
        require(found, esf.SENDABLE)
        move(found, EsfState.SENT, "einvoice.send")
    return found


def einvoice_answer(
    *, einvoice_id: int, word: str, registration_number: str, note: str, person_id: int
) -> EInvoice:
    """Mirror what the state's system says of it now.

    Raises:
        NotFound: no such e-invoice.
        EInvoiceConflict: it was not sent.
        Invalid: no word of that system, or accepted without its registration number.
    """
    if word not in esf.WORDS:
        raise Invalid.of("word", _("Choose a status from the list."))
    state, number = esf.state_of_word(word), registration_number.strip()
    with acting_as(system=PURPOSE, user_id=person_id):
        found = locked(einvoice_id)
        require(found, esf.ANSWERABLE)
        number = number or found.registration_number
        if state == EsfState.ACCEPTED and not number:
            raise Invalid.of(
                "registration_number", _("An accepted e-invoice has a registration number.")
            )
        found.word, found.note, found.registration_number = word, note.strip(), number
        move(found, state, "einvoice.answer")
    return found


def locked(einvoice_id: int) -> EInvoice:
    """Raises NotFound."""
    rows = EInvoice.objects.select_for_update(of=("self",)).select_related("invoice__credits")
    found = rows.filter(pk=einvoice_id).first()
    if found is None:
        raise NotFound(_("There is no such e-invoice."))
    return found


def require(found: EInvoice, states: frozenset[EsfState]) -> None:
    """Raises EInvoiceConflict: it is in none of these states."""
    if found.state not in states:
        message = _("This cannot be done with an e-invoice that is “%(state)s”.")
        raise EInvoiceConflict(message % {"state": found.get_state_display()})


def move(found: EInvoice, state: EsfState, action: str) -> None:
    """Keep it in its new state, and write down what happened."""
    before = {"state": found.state}
    if found.state != state:
        found.state, found.since = str(state), clock.now()
    found.save()
    after = {
        "state": found.state,
        "word": found.word,
        "checked_by": found.checked_by,
        "trouble": found.trouble,
    }
    audit_record(action, found, before=before, after=after)


# --- The document ---------------------------------------------------------------------------


def document_renew(found: EInvoice, person_id: int, person_name: str) -> None:
    """The file as it is handed out now; what was signed before is gone."""
    found.document = _document(found.invoice, person_name)
    found.exported_by_id = person_id
    signature_clear(found)


def signature_clear(found: EInvoice) -> None:
    """Nobody has signed it, brought a signature or vouched for one, and nothing is wrong."""
    found.form = found.signed_document = found.signer = ""
    found.signed_by_id = found.confirmed_by_id = None
    found.checked_by = found.trouble = found.trouble_detail = ""


def _document(invoice: Invoice, person_name: str) -> str:
    try:
        rules = rules_in_force(invoice.turnover_on)
        with translation.override(LANGUAGE):
            return esf.esf_xml(_esf_invoice(invoice, rules, person_name))
    except RuleMissing as missing:
        raise _law_missing(missing) from None


def _law_missing(missing: RuleMissing) -> EInvoiceConflict:
    message = _("A figure of the law is missing for %(day)s: %(key)s.")
    return EInvoiceConflict(message % {"day": missing.day.isoformat(), "key": missing.key})


def _esf_invoice(invoice: Invoice, rules: RulesInForce, person_name: str) -> esf.EsfInvoice:
    seller, customer = invoice.seller, invoice.customer
    is_named = invoice.dealing == Dealing.AGENT and rules.is_set(AGENT_STATUSES)
    assert invoice.issued_on is not None, invoice
    return esf.EsfInvoice(
        issued_on=invoice.issued_on,
        num=invoice.number,
        operator=person_name,
        turnover_on=invoice.turnover_on,
        seller=esf.Side(
            tin=seller["bin"],
            name=seller["name"],
            address=seller["address"],
            bank=seller["bank"],
            bik=seller["bic"],
            iik=seller["iban"],
            kbe=f"{rules.value(KBE):02}",
            certificate_series=seller["vat_series"],
            certificate_num=seller["vat_number"],
            statuses=("BROKER",) if is_named else (),
        ),
        customer=esf.Side(
            tin=customer["bin"],
            name=customer["name"],
            address=customer["address"],
            statuses=("COMMITTENT",) if is_named else (),
        ),
        contract_num=customer["contract_number"],
        contract_on=_day(customer["contract_on"]),
        origin_code=str(rules.value(ORIGIN)),
        products=[_product(invoice, line) for line in invoice.line_rows],
        related=_related(invoice),
    )


def _product(invoice: Invoice, line: dict[str, Any]) -> esf.Product:
    return esf.Product(
        description=invoice.line_text(line),
        net_minor=line["fee_minor"] + line["reward_minor"],
        vat_bps=line["vat_bps"],
        vat_minor=line["vat_minor"],
    )


def _related(invoice: Invoice) -> esf.Related | None:
    of = invoice.credits
    if of is None or of.issued_on is None:
        return None
    number = EInvoice.objects.filter(invoice=of).values_list("registration_number", flat=True)
    return esf.Related(of.issued_on, of.number, number.first() or "")


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
