"""The brand's own sales in the demo, beside its shop: a fair, kept in a table by hand."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta

from attribution.connectors.files import choice_of
from attribution.services.connections import connection_create
from attribution.services.order_uploads import (
    upload_columns_choose,
    upload_receive,
    upload_store,
)
from brands.models import Brand
from core import clock
from exchange.demo.telling import Story

NAME = "Жәрмеңке"
TITLES = ("Тапсырыс нөмірі", "Тапсырыс күні", "Тауар", "Саны", "Сомасы", "Күйі", "Промокод")
GOODS = (("Жүн көрпе", 25_500), ("Сүлгілер, 4 дана", 8_990), ("Балалар пижамасы", 10_700))
STATUSES = ("Жеткізілді", "Жеткізілді", "Төленді", "Жолда", "Қайтарылды")
SOLD_DAYS_AGO = 6


def fair_sell(brand: Brand, code: str, user_id: int, now: datetime) -> Story:
    """A table of the fair that is stored, and a longer one of today, with what Excel did to two of
    its rows, that waits for the brand's word."""
    yield now - timedelta(days=SOLD_DAYS_AGO)
    made, _secret = connection_create(brand=brand, source="file", name=NAME)
    stored = _table_bring(made.pk, "жәрмеңке-1.csv", _table(code, 1, 8), user_id)
    upload_store(upload_id=stored)
    yield now
    broken = [
        ["2,0261E+11", _day(), "Жүн көрпе", "1", "25500", "Төленді", ""],
        ["F-0131", _day(), "Сүлгілер, 4 дана", "2", "келісімді", "Төленді", ""],
    ]
    _table_bring(made.pk, "жәрмеңке-2.csv", [*_table(code, 6, 14), *broken], user_id)


def _table_bring(connection_id: int, name: str, rows: list[list[str]], user_id: int) -> int:
    file = io.StringIO()
    csv.writer(file, delimiter=";").writerows([TITLES, *rows])
    raw = file.getvalue().encode("utf-8-sig")
    upload = upload_receive(connection_id=connection_id, name=name, raw=raw, user_id=user_id)
    return upload_columns_choose(upload_id=upload.pk, choice=choice_of(upload.columns)).pk


def _table(code: str, first: int, last: int) -> list[list[str]]:
    """Every third buyer named the influencer's code."""
    rows = []
    for number in range(first, last + 1):
        goods, price = GOODS[number % len(GOODS)]
        status = STATUSES[number % len(STATUSES)]
        said = code if number % 3 == 0 else ""
        rows.append([f"F-{100 + number:04}", _day(), goods, "1", f"{price},00", status, said])
    return rows


def _day() -> str:
    return clock.today().strftime("%d.%m.%Y")
