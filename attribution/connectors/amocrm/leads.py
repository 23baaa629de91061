"""Leads of amoCRM, read as deals. Source: facts/merchants.md 2.1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from attribution.connectors import base
from attribution.connectors.amocrm.client import ROWS_MAX, Ask, ids_filter, refusal
from attribution.connectors.base import UnknownPayload
from attribution.connectors.crm.deals import Deal, currency_of, moment_of, texts_of
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
from attribution.connectors.payload import Fields, json_read
from attribution.connectors.php_form import items_of

LEADS, CONTACTS = "/api/v4/leads", "/api/v4/contacts"
ACCOUNT, PIPELINES = "/api/v4/account", "/api/v4/leads/pipelines"
LEAD_FIELDS = "/api/v4/leads/custom_fields"
PAGE_ROWS = 50
FIELD_PAGES_MAX = 8
ID_MAX = 2**63 - 1
# In every pipeline of every account
WON, LOST = "142", "143"
OWN_WORDS: Mapping[str, StageWord] = {WON: "fulfilled", LOST: "cancelled"}


def leads_changed(ask: Ask, since: datetime, page: int) -> Listed:
    """A page of what changed since, the earliest change first. Two questions at most."""
    rows_most = ask.page_rows(PAGE_ROWS)
    params = {
        "with": "contacts",
        "order[updated_at]": "asc",
        "filter[updated_at][from]": str(int(since.timestamp())),
        "limit": str(rows_most),
        "page": str(page + 1),
    }
    rows = ask.listed(LEADS, "leads", params)
    times = [row.raw("updated_at") for row in rows[-1:]]
    newest = datetime.fromtimestamp(times[0], UTC) if moment_of(next(iter(times), None)) else None
    return Listed(_deals(ask, rows), newest, is_last=len(rows) < rows_most)


def leads_named(ask: Ask, ids: Sequence[str]) -> Sequence[Deal]:
    """Those of these that there still are."""
    params = {"with": "contacts", "limit": str(ROWS_MAX), **ids_filter(ids)}
    return _deals(ask, ask.listed(LEADS, "leads", params))


def account_read(ask: Ask) -> Account:
    """Who they are, their pipelines with the stages, and the fields that they added to leads."""
    answer = ask.get(ACCOUNT)
    if answer.status != 200:
        raise refusal(answer)
    account = Fields(json_read(answer.body))
    facts = {
        "seller_id": str(account.integer("id", least=1, most=ID_MAX)),
        "subdomain": account.text("subdomain", length_max=80),
    }
    rows = ask.listed(PIPELINES, "pipelines", {})[:PIPELINES_MAX]
    return Account(tuple(map(_pipeline, rows)), tuple(_fields(ask)), facts)


def _fields(ask: Ask) -> list[DealField]:
    found: list[DealField] = []
    for page in range(1, FIELD_PAGES_MAX + 1):
        rows = ask.listed(LEAD_FIELDS, "custom_fields", {"limit": str(ROWS_MAX), "page": str(page)})
        found += [
            DealField(_id(row, "id"), row.text_cut("name", length_max=NAME_CHARS_MAX))
            for row in rows
        ]
        if len(rows) < ROWS_MAX:
            break
    return found[:FIELDS_MAX]


def _pipeline(row: Fields) -> Pipeline:
    stages = row.child_or_empty("_embedded").items_or_empty("statuses", most=STAGES_MAX)
    name = row.text_cut("name", length_max=NAME_CHARS_MAX)
    return Pipeline(_id(row, "id"), name, tuple(map(_stage, stages)))


def _stage(row: Fields) -> Stage:
    stage = _id(row, "id")
    return Stage(
        stage,
        row.text_cut("name", length_max=NAME_CHARS_MAX),
        OWN_WORDS.get(stage, "created"),
        is_fixed=stage in OWN_WORDS,
    )


def _deals(ask: Ask, rows: Sequence[Fields]) -> list[Deal]:
    contacts = {_id(row, "id"): _contact_of(row) for row in rows}
    phones = _phones(ask, sorted({each for each in contacts.values() if each}))
    return [
        _deal(row, phones.get(contacts[_id(row, "id")], ""), ask.connection.settings)
        for row in rows
        if not row.flag("is_deleted")
    ]


def _deal(row: Fields, phone: str, settings: Mapping[str, Any]) -> Deal:
    stage = _id(row, "status_id")
    updated_at = _moment(row, "updated_at")
    return Deal(
        id=_id(row, "id"),
        pipeline=_id(row, "pipeline_id"),
        stage=stage,
        own_word=OWN_WORDS.get(stage),
        amount=_price(row),
        currency=currency_of(settings),
        placed_at=_moment(row, "created_at"),
        updated_at=updated_at,
        closed_at=moment_of(row.raw("closed_at")),
        values=_custom_values(row),
        phone=phone,
    )


def _price(row: Fields) -> str:
    """Whole units; a lead of which nobody said what it is worth has none."""
    price = row.raw("price")
    if price is None or price == "":
        return "0"
    if isinstance(price, bool) or not isinstance(price, int | str):
        raise row.wrong("price", "not an amount")
    return str(price)


def _custom_values(row: Fields) -> dict[str, tuple[str, ...]]:
    """{field: its values}. A value is an object with `value`, or (of dates) stands by itself."""
    return {
        _id(field, "field_id"): texts_of(map(_value, items_of(field.raw("values"))))
        for field in row.items_or_empty("custom_fields_values", most=FIELDS_MAX)
    }


def _value(each: Any) -> Any:
    return each.get("value") if isinstance(each, Mapping) else each


def _contact_of(row: Fields) -> str:
    """The main contact of a lead, else its first one; "" without any."""
    rows = row.child_or_empty("_embedded").items_or_empty("contacts", most=ROWS_MAX)
    main = [each for each in rows if each.flag("is_main")]
    return next((_id(each, "id") for each in (main or rows)), "")


def _phones(ask: Ask, contacts: Sequence[str]) -> dict[str, str]:
    """{contact: its first phone}. Names and everything else stay where they are."""
    if not contacts:
        return {}
    rows = ask.listed(CONTACTS, "contacts", {"limit": str(ROWS_MAX), **ids_filter(contacts)})
    return {_id(row, "id"): _phone_of(row) for row in rows}


def _phone_of(row: Fields) -> str:
    for field in row.items_or_empty("custom_fields_values", most=FIELDS_MAX):
        if field.raw("field_code") == "PHONE":
            values = texts_of(map(_value, items_of(field.raw("values"))))
            return next((value[: base.PHONE_MAX] for value in values), "")
    return ""


def _id(row: Fields, name: str) -> str:
    return str(row.integer(name, least=0, most=ID_MAX))


def _moment(row: Fields, name: str) -> str:
    moment = moment_of(row.raw(name))
    if moment is None:
        raise UnknownPayload(f"{row.path(name)}: not a moment")
    return moment
