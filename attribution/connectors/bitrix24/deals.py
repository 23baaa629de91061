"""Deals of Bitrix24. Source: facts/merchants.md 2.2 and the vendor's reference of crm.deal.list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from attribution.connectors import base
from attribution.connectors.bitrix24.client import PAGE_ROWS, Ask
from attribution.connectors.click_ids import click_or_none
from attribution.connectors.crm.deals import Deal, currency_of, texts_of
from attribution.connectors.crm.reading import Listed
from attribution.connectors.crm.stages import (
    FIELDS_MAX,
    NAME_CHARS_MAX,
    PIPELINES_MAX,
    STAGES_MAX,
    Account,
    DealField,
    Pipeline,
    Stage,
    StageWord,
)
from attribution.connectors.payload import Fields
from attribution.connectors.php_form import items_of

DEAL_TYPE = 2
OWN_FIELD = "UF_CRM_"
FIELD_NAMES = ("click_field", "code_field", "number_field")  # of the settings
SELECTED = (
    "ID",
    "STAGE_ID",
    "STAGE_SEMANTIC_ID",
    "CATEGORY_ID",
    "OPPORTUNITY",
    "CURRENCY_ID",
    "CONTACT_ID",
    "ORIGIN_ID",
    "UTM_CONTENT",
    "DATE_CREATE",
    "DATE_MODIFY",
    "MOVED_TIME",
)
# Of a stage, in every pipeline; "P" (in progress) says nothing about a pipeline nobody mapped
SEMANTICS: Mapping[str, StageWord] = {"S": "fulfilled", "F": "cancelled"}
ROW_PAGES_MAX = 10
QUANTITY_MAX = Decimal(base.QUANTITY_MAX)


def deals_changed(ask: Ask, since: datetime, page: int) -> Listed:
    """A page of what changed since, the earliest change first."""
    answer = ask.call(
        "crm.deal.list",
        {
            "select": _selected(ask),
            "filter": {">=DATE_MODIFY": since.isoformat()},
            "order": {"DATE_MODIFY": "ASC", "ID": "ASC"},
            "start": page * PAGE_ROWS,
        },
    )
    rows = answer.items("result", most=PAGE_ROWS)
    moments = [row.moment("DATE_MODIFY", zone=UTC) for row in rows[-1:]]
    return Listed(_deals(ask, rows), next(iter(moments), None), is_last="next" not in answer)


def deals_named(ask: Ask, ids: Sequence[str]) -> Sequence[Deal]:
    """Those of these that there still are."""
    answer = ask.call("crm.deal.list", {"select": _selected(ask), "filter": {"@ID": list(ids)}})
    return _deals(ask, answer.items("result", most=PAGE_ROWS))


def account_read(ask: Ask) -> Account:
    """The pipelines of deals with their stages, and the fields that the brand added to deals."""
    answer = ask.call("crm.category.list", {"entityTypeId": DEAL_TYPE}).child("result")
    rows = answer.items("categories", most=PIPELINES_MAX)
    fields = ask.call("crm.deal.fields", {}).child("result")
    own = sorted(filter(_is_own, fields.keys()))[:FIELDS_MAX]
    return Account(
        tuple(_pipeline(ask, row) for row in rows),
        tuple(DealField(name, _label(fields.child(name), name)) for name in own),
    )


def _is_own(name: str) -> bool:
    return name.startswith(OWN_FIELD)


def _label(field: Fields, name: str) -> str:
    for label in ("listLabel", "formLabel", "title"):
        if text := field.text_cut(label, length_max=NAME_CHARS_MAX):
            return text
    return name


def _pipeline(ask: Ask, row: Fields) -> Pipeline:
    pipeline = _text(row, "id")
    directory = "DEAL_STAGE" if pipeline == "0" else f"DEAL_STAGE_{pipeline}"
    answer = ask.call("crm.status.list", {"filter": {"ENTITY_ID": directory}})
    stages = answer.items("result", most=STAGES_MAX)
    name = row.text_cut("name", length_max=NAME_CHARS_MAX)
    return Pipeline(pipeline, name, tuple(map(_stage, stages)))


def _stage(row: Fields) -> Stage:
    said = row.text_cut("SEMANTICS", length_max=1)
    return Stage(
        row.text("STATUS_ID", length_max=base.RAW_STATUS_MAX),
        row.text_cut("NAME", length_max=NAME_CHARS_MAX),
        SEMANTICS.get(said, "created"),
    )


def _selected(ask: Ask) -> list[str]:
    chosen = [ask.connection.settings.get(name) for name in FIELD_NAMES]
    return [*SELECTED, *sorted({name for name in chosen if isinstance(name, str) and name})]


def _deals(ask: Ask, rows: Sequence[Fields]) -> list[Deal]:
    ids = [_text(row, "ID") for row in rows]
    phones = _phones(ask, sorted({_contact_of(row) for row in rows} - {""}))
    goods = _goods(ask, ids)
    return [
        _deal(row, phones.get(_contact_of(row), ""), goods.get(deal_id, ()), ask)
        for deal_id, row in zip(ids, rows, strict=True)
    ]


def _deal(row: Fields, phone: str, lines: Sequence[Mapping[str, Any]], ask: Ask) -> Deal:
    settings = ask.connection.settings
    changed_at = row.moment("DATE_MODIFY", zone=UTC)
    moved_at = row.moment_or_none("MOVED_TIME", zone=UTC) or changed_at
    return Deal(
        id=_text(row, "ID"),
        pipeline=_text(row, "CATEGORY_ID"),
        stage=row.text("STAGE_ID", length_max=base.RAW_STATUS_MAX),
        own_word=SEMANTICS.get(row.text_cut("STAGE_SEMANTIC_ID", length_max=1)),
        amount=row.text_or_none("OPPORTUNITY") or "0",
        currency=row.text_cut("CURRENCY_ID", length_max=3) or currency_of(settings),
        placed_at=row.moment("DATE_CREATE", zone=UTC).isoformat(),
        updated_at=max(changed_at, moved_at).isoformat(),
        closed_at=moved_at.isoformat(),
        values={
            name: texts_of(items_of(row.raw(name)))
            for name in map(settings.get, FIELD_NAMES)
            if isinstance(name, str) and name
        },
        number=row.text_cut("ORIGIN_ID", length_max=base.NUMBER_MAX),
        click=click_or_none(row.raw("UTM_CONTENT")),
        phone=phone,
        lines=lines,
    )


def _goods(ask: Ask, ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """{deal: its product rows}; none at all when there are too many to be read in time: then each
    deal is one line."""
    found: dict[str, list[dict[str, Any]]] = {}
    for page in range(ROW_PAGES_MAX if ids else 0):
        answer = ask.call(
            "crm.item.productrow.list",
            {
                "filter": {"=ownerType": "D", "=ownerId": list(ids)},
                "order": {"id": "asc"},
                "start": page * PAGE_ROWS,
            },
        )
        for row in answer.child("result").items("productRows", most=PAGE_ROWS):
            found.setdefault(_text(row, "ownerId"), []).append(_product(row))
        if "next" not in answer:
            return found
    return {}


def _product(row: Fields) -> dict[str, Any]:
    """A row with what it costs after its discount, tax inside. By weight it is one piece."""
    price, quantity = _number(row, "price"), _number(row, "quantity")
    is_whole = quantity == quantity.to_integral_value() and 1 <= quantity <= QUANTITY_MAX
    return {
        "id": _text(row, "id"),
        "sku": _text(row, "productId"),
        "name": row.text_cut("productName", length_max=base.NAME_MAX),
        "quantity": int(quantity) if is_whole else 1,
        "amount": format((price * quantity).quantize(Decimal("0.01")), "f"),
    }


def _number(row: Fields, name: str) -> Decimal:
    value = row.raw(name)
    is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    if not is_number or not 0 <= value < 10**13:
        raise row.wrong(name, "not a number")
    return Decimal(value)


def _phones(ask: Ask, contacts: Sequence[str]) -> dict[str, str]:
    """{contact: its first phone}. Names and everything else stay where they are."""
    if not contacts:
        return {}
    answer = ask.call(
        "crm.contact.list", {"select": ["ID", "PHONE"], "filter": {"@ID": list(contacts)}}
    )
    rows = answer.items("result", most=PAGE_ROWS)
    return {_text(row, "ID"): _phone_of(row) for row in rows}


def _phone_of(row: Fields) -> str:
    values = [each.get("VALUE") for each in items_of(row.raw("PHONE")) if isinstance(each, Mapping)]
    return next((text[: base.PHONE_MAX] for text in texts_of(values)), "")


def _contact_of(row: Fields) -> str:
    """ "" without one, which Bitrix24 says with null or "0"."""
    text = row.text_cut("CONTACT_ID", length_max=20)
    return "" if text == "0" else text


def _text(row: Fields, name: str) -> str:
    """An id; 0 is one too."""
    return row.text(name, length_max=40)
