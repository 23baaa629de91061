"""The two questions of the KGD portal, and the people it knows.

Nobody is known at the start: the portal's answer to an unknown number is an empty list, and to an
unknown VAT payer an empty body.
"""

from __future__ import annotations

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.pages import field, html, page, table
from sandbox.service import Service, done, json_of, wanted, world_of
from sandbox.world import State

NAME = "kgd"
TYPES = ("IP", "UL", "UL_NR", "LZCHP", "FL")
PUBLIC = "/services/isnaportalsync/public"
PAGE = "/kgd/"


async def taxpayer_data(request: Request) -> Response:
    if not request.headers.get("x-portal-token"):
        return _unauthorised()
    code, kind = (request.query_params.get(name, "") for name in ("taxpayerCode", "taxpayerType"))
    if kind not in TYPES:
        return JSONResponse({"message": "taxpayerType"}, 400)
    known = world_of(request).state(NAME)["taxpayers"].get(f"{kind}:{code}")
    return JSONResponse({"taxpayerPortalSearchResponses": [_entry(known)] if known else []})


def _entry(known: State) -> dict[str, Any]:
    last_name, _, rest = known["full_name"].partition(" ")
    first_name, _, middle_name = rest.partition(" ")
    return {
        "responseMessageUid": "0199a1c2-5d6e-7f80-9a1b-2c3d4e5f6071",
        "messageResult": known["message_result"],
        "errorMessage": "" if known["message_result"] == "SUCCESS" else "planned by the sandbox",
        "code": known["code"],
        "taxpayerType": known["taxpayer_type"],
        "name": known["name"],
        "fullName": {
            "lastName": last_name,
            "firstName": first_name,
            "middleName": middle_name,
        },
        "registrationType": {"ru": "Регистрация", "kk": "Тіркеу"},
        "beginDate": known["begin_date"],
        "endDate": known["end_date"],
        "endReason": None,
        "endReasonCode": None,
        "taxOrg": "6001",
        "additionalInfo": None,
    }


async def search_payer_data(request: Request) -> Response:
    if not request.headers.get("x-portal-token"):
        return _unauthorised()
    code = request.query_params.get("taxpayerCode", "")
    known = world_of(request).state(NAME)["vat_payers"].get(code)
    return JSONResponse(known) if known else Response(status_code=200)


def _unauthorised() -> Response:
    return JSONResponse({"message": "X-Portal-Token"}, 401)


async def taxpayers(request: Request) -> Response:
    """GET all; POST {"code", "full_name", "taxpayer_type": "IP", "name", "begin_date", "end_date",
    "message_result": "SUCCESS"}; DELETE {"code", "taxpayer_type"}."""
    state = world_of(request).state(NAME)
    if request.method == "GET":
        return done({"taxpayers": list(state["taxpayers"].values())})
    values = await json_of(request)
    if request.method == "DELETE":
        kind = wanted(values, "taxpayer_type", str, "IP")
        state["taxpayers"].pop(f"{kind}:{wanted(values, 'code', str)}", None)
        return done()
    return done(_taxpayer_add(state, values), status=201)


def _taxpayer_add(state: State, values: dict[str, Any]) -> State:
    code = wanted(values, "code", str)
    if len(code) != 12 or not code.isdecimal():
        raise HTTPException(400, "code must be 12 digits")
    kind = wanted(values, "taxpayer_type", str, "IP")
    if kind not in TYPES:
        raise HTTPException(400, f"taxpayer_type must be one of {', '.join(TYPES)}")
    full_name = wanted(values, "full_name", str)
    known = {
        "code": code,
        "taxpayer_type": kind,
        "full_name": full_name,
        "name": wanted(values, "name", str, f"ИП {full_name}"),
        "begin_date": wanted(values, "begin_date", str, "2024-03-15"),
        "end_date": wanted(values, "end_date", str, None),
        "message_result": wanted(values, "message_result", str, "SUCCESS"),
    }
    state["taxpayers"][f"{kind}:{code}"] = known
    return known


async def vat_payers(request: Request) -> Response:
    """POST {"code", "name", "registered_on", "deregistered_on"}."""
    values = await json_of(request)
    code, name = wanted(values, "code", str), wanted(values, "name", str)
    known = {
        "iinBin": code,
        "nameRu": name,
        "nameKz": name,
        "nameEn": name,
        "ndsRegistrationDate": wanted(values, "registered_on", str, "2024-03-15"),
        "ndsDeregistrationDate": wanted(values, "deregistered_on", str, None),
        "ndsDeregistrationReason": None,
    }
    world_of(request).state(NAME)["vat_payers"][code] = known
    return done(known, status=201)


async def index(request: Request) -> Response:
    state = world_of(request).state(NAME)
    rows = [
        [one["code"], one["taxpayer_type"], one["full_name"], one["begin_date"], one["end_date"]]
        for one in state["taxpayers"].values()
    ]
    return page(
        "State Revenue Committee",
        html(
            '<p>The register answers "no" for everybody who is not below.</p>'
            '<form method="post" action="{action}">{fields}<button>Register</button></form>{rows}',
            action=f"{PAGE}taxpayers",
            fields=[
                field("IIN", "code"),
                field("Full name", "full_name"),
                field("Registered", "begin_date", "2024-03-15", kind="date"),
                field("Ended", "end_date", kind="date", required=False),
            ],
            rows=table(["IIN/BIN", "type", "name", "registered", "ended"], rows),
        ),
    )


async def form_taxpayer(request: Request) -> Response:
    values = {name: str(value).strip() or None for name, value in (await request.form()).items()}
    _taxpayer_add(world_of(request).state(NAME), values)
    return RedirectResponse(PAGE, 303)


SERVICE = Service(
    name=NAME,
    prefix="kgd",
    title="State Revenue Committee (KGD)",
    about="The register of taxpayers: is this number an individual entrepreneur, does it pay VAT?",
    routes=[
        Route("/", index),
        Route("/taxpayers", form_taxpayer, methods=["POST"]),
        Route(f"{PUBLIC}/taxpayer-data", taxpayer_data),
        Route(f"{PUBLIC}/search-payer-data", search_payer_data),
    ],
    control=[
        Route("/taxpayers", taxpayers, methods=["GET", "POST", "DELETE"]),
        Route("/vat-payers", vat_payers, methods=["POST"]),
    ],
    blank={"taxpayers": {}, "vat_payers": {}},
)
