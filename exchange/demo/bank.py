"""What our own bank tells in the demo: a top-up that found its brand, one that did not, and what
the bank took for its own work."""

from __future__ import annotations

from django.conf import settings

from brands.domain.payment_reference import payment_reference
from brands.models import Brand
from brands.services import top_up_invoice_create
from core import clock
from core.tenancy.context import acting_as
from payouts.models import BankStatement, Outlay, StatementRow
from payouts.services.outlays import outlay_ask
from payouts.services.statements import statement_import

TOP_UP_TENGE, UNKNOWN_TENGE, BANK_FEE_TENGE = 300_000, 45_000, 1_250
BRAND_IBAN = "KZ41722C000000000777"
STRANGER = ("ТОО «Сарыарқа Трейд»", "240540000819", "KZ918562000000000001")
OUR_BANK = ("АО «Халық банкі»", "", "")


def statement_tell(brand: Brand, *, owner_id: int, ops_id: int) -> BankStatement:
    """A statement of today: the brand pays an invoice, a stranger sends money with a reference that
    misses its check digits, and the bank takes its fee, which waits for a second person."""
    with acting_as(brand=brand.pk, user_id=owner_id):
        top_up_invoice_create(
            brand_id=brand.pk, amount_minor=TOP_UP_TENGE * 100, person_id=owner_id
        )
    reference = payment_reference(brand.pk)
    company = (brand.legal_name, brand.bin, BRAND_IBAN)
    documents = [
        _document("214", TOP_UP_TENGE, company, f"Пополнение баланса Birge, {reference}"),
        _document("77", UNKNOWN_TENGE, STRANGER, f"Пополнение баланса Birge, {reference[:-2]}00"),
        _document("5301", BANK_FEE_TENGE, OUR_BANK, "Комиссия за ведение счёта", is_ours=True),
    ]
    head = f"1CClientBankExchange\r\nВерсияФормата=2.00\r\nРасчСчет={settings.PLATFORM_IBAN}\r\n"
    content = (head + "".join(documents) + "КонецФайла\r\n").encode()
    name = f"statement-{clock.today():%Y-%m-%d}.txt"
    statement = statement_import(content=content, name=name, uploader_id=ops_id)
    with acting_as(system="demo"):
        fee = StatementRow.objects.get(statement=statement, is_outgoing=True)
    outlay_ask(
        row_id=fee.pk,
        kind=Outlay.Kind.RAIL_FEE,
        amount_minor=fee.amount_minor,
        reason="Тариф банка, шотты жүргізу",
        person_id=ops_id,
    )
    return statement


def _document(
    number: str, tenge: int, party: tuple[str, str, str], purpose: str, *, is_ours: bool = False
) -> str:
    """`party` is the other side: who pays, or, where the money is ours, who gets it."""
    name, tax_id, iban = party
    side = "Получатель" if is_ours else "Плательщик"
    values = {
        "НомерДокумента": number,
        "ДатаОперации": f"{clock.today():%d.%m.%Y}",
        "СуммаРасход" if is_ours else "СуммаПриход": f"{tenge}.00",
        "Валюта": "KZT",
        f"{side}Наименование": name,
        f"{side}БИН_ИИН": tax_id,
        f"{side}ИИК": iban,
        "НазначениеПлатежа": purpose,
    }
    lines = "".join(f"{key}={value}\r\n" for key, value in values.items())
    return f"СекцияДокумент=ПлатежноеПоручение\r\n{lines}КонецДокумента\r\n"
