from __future__ import annotations

from django.utils.translation import gettext as _

from exchange.web.brand.views.top_ups import TopUpInvoiceForm
from exchange.web.pages import top_ups
from exchange.web.pages.common import Fact
from exchange.web.samples import common


def form() -> TopUpInvoiceForm:
    return TopUpInvoiceForm()


def page() -> top_ups.TopUps:
    rows = [
        top_ups.TopUpRow("#", "T-2026-000012", common.day_ago(0), 150_000_000),
        top_ups.TopUpRow(
            "#", "T-2026-000007", common.day_ago(20), 80_000_050, arrived_on=common.day_ago(19)
        ),
    ]
    return top_ups.TopUps(rows, "#", "#")


def none() -> top_ups.TopUps:
    return top_ups.TopUps([], "#", "#")


def one() -> top_ups.TopUp:
    purpose = _("Top-up of the balance at Birge, %(reference)s") % {"reference": "BRG-000017-47"}
    facts = [
        Fact(_("Sum"), "1 500 000,00 ₸"),
        Fact(_("Recipient"), "ТОО Birge"),
        Fact(_("BIN"), "251140000313"),
        Fact(_("Account (IBAN)"), "KZ31 601A 0000 0000 0001"),
        Fact(_("Bank"), "Halyk Bank"),
        Fact(_("BIC"), "HSBKKZKX"),
        Fact(_("KBe"), "17"),
        Fact(_("KNP"), _("%(code)s, ask your bank") % {"code": "859"}),
        Fact(_("Purpose"), purpose),
    ]
    return top_ups.TopUp(
        number="T-2026-000012",
        issued_on=common.day_ago(0),
        minor=150_000_000,
        back_url="#",
        requisites=facts,
        qr="\n".join(f"{fact.label}: {fact.value}" for fact in facts),
        papers=[("kk", "#"), ("ru", "#"), ("en", "#")],
    )
