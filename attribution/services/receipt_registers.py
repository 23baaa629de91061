"""A brand's cash registers, and what it allows of claims."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attribution.connectors.receipt.connector import RECEIPT
from attribution.domain.receipts import Limits, Register, registers_read
from attribution.models import CashRegister, Connection
from core.audit.services import audit_record
from core.errors import DomainError, Invalid, NotFound
from core.tenancy.context import acting_as

REGISTERS_MAX = 2_000
ORDER_DAYS_MAX = 30
CONFIRM_DAYS = range(3, 61)
COUNT_MAX = 10_000


class RegisterConflict(DomainError):
    """The register is another connection's, or there are too many."""

    code = "register_state"


def registers_add(*, connection_id: int, text: str) -> int:
    """Add registers, a line each: the number (РНМ) and what people call the shop. A number that is
    known gets the new name. Returns how many lines there were.

    Raises:
        NotFound: no such connection of receipts.
        Invalid: a line that cannot be read (its number is said), or none at all.
        RegisterConflict: too many, or a number of the brand's other connection.
    """
    read, wrong = registers_read(text)
    if wrong:
        lines = ", ".join(str(number) for number in wrong[:10])
        message = ngettext(
            "Line %(lines)s is not a register: 12 digits, then the shop's name.",
            "Lines %(lines)s are not registers: 12 digits, then the shop's name.",
            len(wrong),
        )
        raise _invalid(message % {"lines": lines})
    if not read:
        raise _invalid(_("Give at least one register."))
    with acting_as(system="add cash registers"):
        connection = _connection_locked(connection_id)
        _others_require(connection, read)
        CashRegister.objects.bulk_create(
            [
                CashRegister(
                    connection=connection,
                    brand_id=connection.brand_id,
                    number=each.number,
                    shop=each.shop,
                )
                for each in read
            ],
            update_conflicts=True,
            unique_fields=["brand", "number"],
            update_fields=["shop"],
        )
        if connection.registers.count() > REGISTERS_MAX:
            raise RegisterConflict(_("There are more than 2,000 registers. Write to support."))
        audit_record("cash_registers.add", connection, after={"count": len(read)})
    return len(read)


def _others_require(connection: Connection, read: list[Register]) -> None:
    elsewhere = CashRegister.objects.filter(
        ~Q(connection=connection),
        brand_id=connection.brand_id,
        number__in=[each.number for each in read],
    )
    if elsewhere.exists():
        raise RegisterConflict(_("One of these registers is in your other connection."))


def register_remove(*, connection_id: int, number: str) -> None:
    """Its receipts can be claimed no more; what was claimed stays.

    Raises:
        NotFound: no such register.
    """
    with acting_as(system="remove a cash register"):
        connection = _connection_locked(connection_id)
        count, _rows = connection.registers.filter(number=number).delete()
        if not count:
            raise NotFound(_("There is no such register."))
        audit_record("cash_register.remove", connection, before={"number": number})


def receipt_limits_change(*, connection_id: int, limits: Limits) -> Connection:
    """What the brand allows from now on.

    Raises:
        NotFound: no such connection of receipts.
        Invalid: limits that allow nothing, or no time to answer.
    """
    _limits_require(limits)
    with acting_as(system="change limits of receipts"):
        connection = _connection_locked(connection_id)
        before = dict(connection.settings)
        connection.settings |= limits.plain()
        connection.save(update_fields=["settings"])
        audit_record("receipt_limits.change", connection, before=before, after=limits.plain())
    return connection


def _limits_require(limits: Limits) -> None:
    if not 0 < limits.total_min_minor <= limits.total_max_minor:
        raise Invalid(fields={"total_max": [_("The largest sum is below the smallest one.")]})
    for name in ("person_max", "influencer_max"):
        if not 1 <= getattr(limits, name) <= COUNT_MAX:
            raise Invalid(fields={name: [_("From 1 to 10,000.")]})
    if limits.confirm_days not in CONFIRM_DAYS:
        raise Invalid(fields={"confirm_days": [_("From 3 to 60 days.")]})
    if not 0 <= limits.order_days <= ORDER_DAYS_MAX:
        raise Invalid.of("order_days", _("From 0 to 30 days."))


def _connection_locked(connection_id: int) -> Connection:
    found = Connection.objects.select_for_update().filter(pk=connection_id, source=RECEIPT).first()
    if found is None:
        raise NotFound(_("There is no such connection."))
    return found


def _invalid(message: str) -> Invalid:
    return Invalid.of("registers", message)
