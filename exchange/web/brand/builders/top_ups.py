"""The invoices by which a brand tops up, and which of them have been paid."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from brands.domain.top_ups import Arrived, Asked, invoices_paid
from brands.models import Deposit, TopUpInvoice
from compliance.documents.typeset import PAPER
from core.errors import NotFound
from exchange.web.brand.builders.requisites import requisites_of
from exchange.web.brand.desk import Desk
from exchange.web.formatting import money_text
from exchange.web.pages import top_ups as pages
from exchange.web.pages.common import Fact

ROWS_MAX = 100


def top_ups(desk: Desk) -> pages.TopUps:
    """Newest first. Two queries."""
    found = list(TopUpInvoice.objects.filter(brand=desk.brand).order_by("-pk")[:ROWS_MAX])
    paid = _paid(found)
    return pages.TopUps(
        rows=[
            pages.TopUpRow(
                url=desk.url("top_up", each.public_id),
                number=each.number,
                issued_on=each.issued_on,
                minor=each.amount_minor,
                arrived_on=paid[each.pk].received_on if each.pk in paid else None,
            )
            for each in found
        ],
        action_url=desk.url("top_ups"),
        back_url=desk.url("money"),
        may_ask=desk.member.may_move_money,
    )


def top_up(desk: Desk, invoice: TopUpInvoice) -> pages.TopUp:
    said = requisites_of(desk.brand)
    every = list(TopUpInvoice.objects.filter(brand=desk.brand).order_by("-pk")[:ROWS_MAX])
    paid = _paid(every)
    amount = money_text(invoice.amount_minor, "always")
    pairs = [*said.recipient_pairs, (_("Purpose"), said.purpose)] if said else []
    return pages.TopUp(
        number=invoice.number,
        issued_on=invoice.issued_on,
        minor=invoice.amount_minor,
        back_url=desk.url("top_ups"),
        requisites=[Fact(_("Sum"), amount), *(Fact(word, value) for word, value in pairs)],
        qr=said.text(amount) if said else "",
        papers=[
            (language, desk.url("top_up_pdf", invoice.public_id, language))
            for language in PAPER
            if said
        ],
        arrived_on=paid[invoice.pk].received_on if invoice.pk in paid else None,
    )


def top_up_access(desk: Desk, public_id: UUID) -> TopUpInvoice:
    """Raises: NotFound for another brand's."""
    invoices = TopUpInvoice.objects.select_related("brand")
    found = invoices.filter(brand=desk.brand, public_id=public_id).first()
    if found is None:
        raise NotFound(_("There is no such invoice."))
    return found


def _paid(invoices: list[TopUpInvoice]) -> dict[int, Deposit]:
    """{invoice: the transfer that paid it}. One query."""
    if not invoices:
        return {}
    oldest = sorted(invoices, key=lambda each: each.pk)
    came = Deposit.objects.filter(
        brand_id=oldest[0].brand_id, received_on__gte=oldest[0].issued_on
    ).order_by("received_on", "pk")
    deposits = {each.pk: each for each in came}
    asked = [Asked(each.pk, each.issued_on, each.amount_minor) for each in oldest]
    arrived = [Arrived(each.pk, each.received_on, each.amount_minor) for each in came]
    return {pk: deposits[of] for pk, of in invoices_paid(asked, arrived).items()}
