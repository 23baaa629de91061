"""A top-up invoice on paper: what a company's accountant pays by."""

from __future__ import annotations

import io

from django.utils import translation
from django.utils.translation import gettext as _

from brands.models import TopUpInvoice
from compliance.documents.typeset import render
from exchange.web.brand.builders.requisites import Requisites, requisites_of
from exchange.web.formatting import day_full, money_text
from exchange.web.qr import QUIET_MODULES, qr_code


def top_up_pdf(invoice: TopUpInvoice, language: str) -> bytes:
    """The invoice in kk, ru or en. It needs our own account to be set."""
    with translation.override(language):
        said = requisites_of(invoice.brand)
        assert said is not None, invoice
        return render("top_up", _data(invoice, said), language)


def _data(invoice: TopUpInvoice, said: Requisites) -> dict[str, object]:
    title = _("Invoice for payment %(number)s") % {"number": invoice.number}
    amount = money_text(invoice.amount_minor, "always")
    return {
        "title": title,
        "author": said.name,
        "footer": f"{title} · {said.reference}",
        "issued": day_full(invoice.issued_on),
        "recipient_word": _("Recipient"),
        "recipient": [list(pair) for pair in said.recipient_pairs],
        "payer_word": _("Payer"),
        "payer": [[_("Name"), invoice.brand.legal_name], [_("BIN"), invoice.brand.bin]],
        "head": [_("For what"), _("Sum")],
        "rows": [[said.purpose, amount]],
        "totals": [_("To pay"), amount],
        "purpose_word": _("Purpose of the payment, word for word"),
        "purpose": said.purpose,
        "qr": qr_plain_svg(said.text(amount)),
        "qr_word": _("Requisites as text"),
        "qr_note": _(
            "The code holds these requisites as plain text: it opens no payment by itself."
        ),
        "note": _(
            "Any sum may be sent. It arrives by the payment reference or by the company's BIN."
        ),
    }


def qr_plain_svg(text: str) -> str:
    """The code as SVG, for typst."""
    out = io.BytesIO()
    qr_code(text).save(out, kind="svg", border=QUIET_MODULES, dark="#000", light="#fff", scale=4)
    return out.getvalue().decode()
