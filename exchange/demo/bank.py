"""What our own bank tells in the demo: a top-up that found its brand, and one that did not."""

from __future__ import annotations

from django.conf import settings

from brands.domain.payment_reference import payment_reference
from brands.models import Brand
from brands.services import top_up_invoice_create
from core import clock
from core.tenancy.context import acting_as
from payouts.models import BankStatement
from payouts.services.statements import statement_import

TOP_UP_TENGE, UNKNOWN_TENGE = 300_000, 45_000
BRAND_IBAN = "KZ41722C000000000777"
STRANGER = ("ТОО «Сарыарқа Трейд»", "240540000918", "KZ918562000000000001")


def statement_tell(brand: Brand, *, owner_id: int, ops_id: int) -> BankStatement:
    """A statement of today: the brand pays an invoice, and a stranger sends money with a reference
    that misses its check digits."""
    with acting_as(brand=brand.pk, user_id=owner_id):
        top_up_invoice_create(
            brand_id=brand.pk, amount_minor=TOP_UP_TENGE * 100, person_id=owner_id
        )
    reference = payment_reference(brand.pk)
    wrong = f"{reference[:-2]}00"
    documents = [
        _document("214", TOP_UP_TENGE, (brand.legal_name, brand.bin, BRAND_IBAN), reference),
        _document("77", UNKNOWN_TENGE, STRANGER, wrong),
    ]
    head = f"1CClientBankExchange\r\nВерсияФормата=2.00\r\nРасчСчет={settings.PLATFORM_IBAN}\r\n"
    content = (head + "".join(documents) + "КонецФайла\r\n").encode()
    name = f"statement-{clock.today():%Y-%m-%d}.txt"
    return statement_import(content=content, name=name, uploader_id=ops_id)


def _document(number: str, tenge: int, payer: tuple[str, str, str], reference: str) -> str:
    name, tax_id, iban = payer
    values = {
        "НомерДокумента": number,
        "ДатаОперации": f"{clock.today():%d.%m.%Y}",
        "СуммаПриход": f"{tenge}.00",
        "Валюта": "KZT",
        "ПлательщикНаименование": name,
        "ПлательщикБИН_ИИН": tax_id,
        "ПлательщикИИК": iban,
        "НазначениеПлатежа": f"Пополнение баланса Birge, {reference}",
    }
    lines = "".join(f"{key}={value}\r\n" for key, value in values.items())
    return f"СекцияДокумент=ПлатежноеПоручение\r\n{lines}КонецДокумента\r\n"
