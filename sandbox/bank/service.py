"""A bank that takes a file of payments and gives a statement of what became of them."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.bank.exchange import (
    OUTCOMES,
    SENT,
    NotAPaymentFile,
    payment_file_read,
    statement_write,
)
from sandbox.pages import Html, button, html, page, table
from sandbox.service import BODY_BYTES_MAX, Service, done, json_of, wanted, world_of
from sandbox.world import State, World

NAME = "bank"
PAGE = "/bank/"
ALMATY = timezone(timedelta(hours=5))
OPENING = "100000000.00"


def file_take(world: World, raw: bytes) -> State:
    """Book every document of a payment file; 400 with the bank's reason when it is none."""
    if len(raw) > BODY_BYTES_MAX:
        raise HTTPException(413, "too large")
    try:
        payments = payment_file_read(raw)
    except NotAPaymentFile as refused:
        raise HTTPException(400, str(refused)) from None
    state = world.state(NAME)
    state["last_id"] += 1
    taken: State = {
        "id": state["last_id"],
        "taken_at": world.now().isoformat(),
        "encoding": payments.encoding,
        "documents": payments.documents,
        "outcomes": {},
    }
    state["files"][str(taken["id"])] = taken
    return taken


def file_of(world: World, file_id: int) -> State:
    taken: State | None = world.state(NAME)["files"].get(str(file_id))
    if taken is None:
        raise HTTPException(404, f"no file {file_id}")
    return taken


def outcome_set(taken: State, number: str, outcome: str) -> None:
    if outcome not in OUTCOMES:
        raise HTTPException(400, f"outcome must be one of {', '.join(OUTCOMES)}")
    if number not in [document["НомерДокумента"] for document in taken["documents"]]:
        raise HTTPException(404, f"no document {number} in this file")
    taken["outcomes"][number] = outcome


async def files(request: Request) -> Response:
    """POST the bytes of a payment file -> {"id", "documents", ...}; GET all."""
    world = world_of(request)
    if request.method == "GET":
        return done({"files": list(world.state(NAME)["files"].values())})
    return done(file_take(world, await request.body()), status=201)


async def file_outcome(request: Request) -> Response:
    """POST {"number", "outcome": "executed" | "returned" | "rejected"}."""
    taken = file_of(world_of(request), request.path_params["id"])
    values = await json_of(request)
    outcome_set(taken, wanted(values, "number", str), wanted(values, "outcome", str))
    return done(taken)


def _taken_at(taken: State) -> datetime:
    return datetime.fromisoformat(taken["taken_at"]).astimezone(ALMATY)


def _day(taken: State) -> tuple[date, str]:
    """Whose statement of which day a file belongs to: one has everything of its day."""
    return _taken_at(taken).date(), taken["documents"][0]["ПлательщикИИК"]


async def statement(request: Request) -> Response:
    world = world_of(request)
    taken = file_of(world, request.path_params["id"])
    same_day = [each for each in world.state(NAME)["files"].values() if _day(each) == _day(taken)]
    body = statement_write(
        [document for each in same_day for document in each["documents"]],
        outcomes={number: said for each in same_day for number, said in each["outcomes"].items()},
        encoding=taken["encoding"],
        opening=Decimal(OPENING),
        now=_taken_at(taken),
    )
    name = f'attachment; filename="statement-{taken["id"]}.txt"'
    return Response(
        body, media_type="application/octet-stream", headers={"Content-Disposition": name}
    )


async def index(request: Request) -> Response:
    kept = world_of(request).state(NAME)["files"]
    return page(
        "Bank",
        html(
            "<p>Give the bank a payment file (1CClientBankExchange). It pays every document unless "
            "told otherwise below, and writes the statement.</p>"
            '<form method="post" action="{action}" enctype="multipart/form-data">'
            '<label>Payment file<input type="file" name="file" required></label>'
            "<button>Send</button></form>{files}",
            action=f"{PAGE}upload",
            files=[_file_part(taken) for taken in reversed(kept.values())],
        ),
    )


def _file_part(taken: State) -> Html:
    rows = [
        [
            document["НомерДокумента"],
            document.get("ПолучательНаименование", ""),
            document["ПолучательИИК"],
            document["Сумма"],
            taken["outcomes"].get(document["НомерДокумента"], SENT),
            _outcome_buttons(taken["id"], document["НомерДокумента"]),
        ]
        for document in taken["documents"]
    ]
    return html(
        '<h2>File {id}, taken {at}</h2>{rows}<p><a href="/bank/files/{id}/statement">'
        "Download the statement</a></p>",
        id=taken["id"],
        at=taken["taken_at"],
        rows=table(["number", "receiver", "account", "amount", "outcome", ""], rows),
    )


def _outcome_buttons(file_id: int, number: str) -> list[Html]:
    action = f"{PAGE}files/{file_id}/outcome"
    return [button(action, outcome, number=number, outcome=outcome) for outcome in OUTCOMES]


async def form_upload(request: Request) -> Response:
    upload = (await request.form()).get("file")
    if not isinstance(upload, UploadFile):
        raise HTTPException(400, "no file")
    file_take(world_of(request), await upload.read())
    return RedirectResponse(PAGE, 303)


async def form_outcome(request: Request) -> Response:
    taken = file_of(world_of(request), request.path_params["id"])
    form: dict[str, Any] = dict(await request.form())
    outcome_set(taken, str(form.get("number")), str(form.get("outcome")))
    return RedirectResponse(PAGE, 303)


SERVICE = Service(
    name=NAME,
    prefix="bank",
    title="Bank",
    about="Takes a file of payments in 1C's format and gives back the day's statement.",
    routes=[
        Route("/", index),
        Route("/upload", form_upload, methods=["POST"]),
        Route("/files/{id:int}/outcome", form_outcome, methods=["POST"]),
        Route("/files/{id:int}/statement", statement),
    ],
    control=[
        Route("/files", files, methods=["GET", "POST"]),
        Route("/files/{id:int}/outcome", file_outcome, methods=["POST"]),
        Route("/files/{id:int}/statement", statement),
    ],
    blank={"files": {}, "last_id": 0},
)
