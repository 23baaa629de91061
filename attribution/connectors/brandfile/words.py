"""What columns and statuses are called in the exports of shops, CRMs and 1C.

None of it is anybody's documented format: these are guesses, shown to the brand and corrected by
it before anything is read.
"""

from __future__ import annotations

from collections.abc import Mapping

from attribution.connectors.base import (
    CLICK_ID_MAX,
    EXTERNAL_ID_MAX,
    NAME_MAX,
    PROMO_CODE_MAX,
    RAW_STATUS_MAX,
    SKU_MAX,
    OrderStatus,
)
from core.columns import Wanted

WANTED: tuple[Wanted, ...] = (
    Wanted(
        "order",
        "code",
        (
            "номер заказа",
            "order id",
            "order number",
            "тапсырыс нөмірі",
            "id заказа",
            "заказ",
            "тапсырыс",
            "order",
            "номер сделки",
            "id сделки",
            "номер документа",
            "номер",
            "нөмірі",
            "number",
            "id",
        ),
        is_needed=True,
        length_max=EXTERNAL_ID_MAX,
    ),
    Wanted(
        "placed",
        "moment",
        (
            "дата заказа",
            "order date",
            "тапсырыс күні",
            "дата создания",
            "created at",
            "дата оформления",
            "дата и время",
            "дата",
            "күні",
            "date",
            "создан",
        ),
        is_needed=True,
    ),
    Wanted(
        "amount",
        "amount",
        (
            "сумма",
            "сомасы",
            "сома",
            "amount",
            "total",
            "sum",
            "итого",
            "сумма заказа",
            "стоимость",
            "бюджет",
            "бағасы",
            "цена",
            "price",
        ),
        is_needed=True,
    ),
    Wanted(
        "status",
        "text",
        ("статус", "status", "күйі", "мәртебесі", "этап", "стадия", "состояние"),
        length_max=RAW_STATUS_MAX,
    ),
    Wanted(
        "received",
        "moment",
        (
            "дата получения",
            "дата доставки",
            "алынған күні",
            "жеткізілген күні",
            "delivered at",
            "received at",
            "дата выдачи",
            "дата завершения",
        ),
    ),
    Wanted(
        "promo",
        "text",
        ("промокод", "promo code", "promocode", "купон", "coupon", "код скидки", "discount code"),
        length_max=PROMO_CODE_MAX,
    ),
    Wanted("click", "text", ("cpa click", "click id", "clickid"), length_max=CLICK_ID_MAX),
    Wanted(
        "name",
        "text",
        ("название товара", "товар", "тауар", "наименование", "product", "item", "номенклатура"),
        length_max=NAME_MAX,
    ),
    Wanted(
        "sku",
        "code",
        ("артикул", "sku", "код товара", "штрихкод", "тауар коды", "barcode"),
        length_max=SKU_MAX,
    ),
    Wanted(
        "quantity",
        "count",
        ("количество", "кол во", "саны", "quantity", "qty", "шт"),
    ),
    Wanted(
        "returned",
        "amount",
        ("сумма возврата", "возвращено", "қайтарылған сома", "refunded", "refund amount"),
    ),
    Wanted("currency", "text", ("валюта", "currency", "код валюты"), length_max=20),
)
CURRENCIES: Mapping[str, str] = {
    "₸": "KZT",
    "тг": "KZT",
    "тенге": "KZT",
    "теңге": "KZT",
    "руб": "RUB",
    "рубль": "RUB",
    "₽": "RUB",
    "$": "USD",
    "€": "EUR",
}
_STATUS: Mapping[OrderStatus, str] = {
    "fulfilled": "доставлен доставлено выдан выдано выполнен выполнено завершен завершено получен"
    " получено продан продано реализован реализовано completed complete delivered done fulfilled"
    " жеткізілді берілді аяқталды орындалды алынды сатылды",
    "paid": "оплачен оплачено paid төленді",
    "created": "новый новая новое создан создано принят принято собран упакован отгружен отправлен"
    " отправлено доставляется new processing pending shipped created жаңа қабылданды өңделуде"
    " жолда жіберілді",
    "cancelled": "отменен отменено отмена отказ аннулирован аннулировано удален cancelled canceled"
    " failed жойылды тоқтатылды",
    "returned": "возврат возвращен возвращено refunded returned қайтарылды",
}
_PHRASES: Mapping[str, OrderStatus] = {
    "в обработке": "created",
    "в работе": "created",
    "в пути": "created",
    "в доставке": "created",
    "ожидает оплаты": "created",
    "передан в доставку": "created",
    "успешно реализовано": "fulfilled",
    "закрыто и не реализовано": "cancelled",
    "күші жойылды": "cancelled",
    "бас тартылды": "cancelled",
}
STATUS: Mapping[str, OrderStatus] = {
    word: status for status, words in _STATUS.items() for word in words.split()
} | dict(_PHRASES)


def word_plain(word: str) -> str:
    """As words of a status are compared."""
    return " ".join(word.casefold().replace("ё", "е").split())
