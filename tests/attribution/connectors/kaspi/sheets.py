"""Exports as Kaspi's cabinet makes them, with its real row of titles and invented orders."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

import openpyxl

TITLES = (
    "№ заказа",
    "Дата поступления заказа (dd.mm.yyyy)",
    "Название товара в Kaspi Магазине",
    "Название в системе продавца",
    "Артикул",
    "Сумма",
    "Категория",
    "Адрес самовывоза/доставки",
    "Дата изменения статуса",
    "Статус",
    "Причина отмены",
    "Способ оплаты",
    "Способ доставки",
    "Курьерская служба",
    "Принял",
    "Выдал",
    "Отменил",
    "Оценка покупателя",
    "Отзыв покупателя",
    "Дата публикации отзыва",
    "Оформил",
    "Количество",
    "Стоимость доставки для покупателя",
    "Стоимость доставки для продавца",
    "Компенсация за доставку",
    "Требуется подписание",
    "Плановая дата передачи курьеру",
    "Склад передачи КД",
)
ADDRESS = "г. Алматы, ул. Абая 1, кв. 2"
PERSON = "Айгерим С."


def row(
    number: Any = "701234567",
    *,
    placed: Any = "18.11.2026",
    changed: Any = "20.11.2026",
    status: Any = "Выдан",
    amount: Any = 18490,
    quantity: Any = 1,
    sku: Any = "ALMA-30",
    name: Any = "Сыворотка",
    reason: Any = None,
) -> list[Any]:
    cells = dict.fromkeys(TITLES)
    cells |= {
        "№ заказа": number,
        "Дата поступления заказа (dd.mm.yyyy)": placed,
        "Название товара в Kaspi Магазине": name,
        "Артикул": sku,
        "Сумма": amount,
        "Адрес самовывоза/доставки": ADDRESS,
        "Дата изменения статуса": changed,
        "Статус": status,
        "Причина отмены": reason,
        "Способ оплаты": "Безналичная оплата",
        "Принял": PERSON,
        "Выдал": PERSON,
        "Отзыв покупателя": PERSON,
        "Количество": quantity,
        "Склад передачи КД": "PP1",
    }
    return [cells[title] for title in TITLES]


def book(rows: Iterable[Sequence[Any]], *, titles: Sequence[str] = TITLES, above: int = 0) -> bytes:
    """An .xlsx; `above` are rows over the titles."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    for _ in range(above):
        sheet.append(["Заказы"])
    sheet.append(list(titles))
    for each in rows:
        sheet.append(list(each))
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()
