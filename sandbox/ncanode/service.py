"""NCANode, version 3: what Birge asks of it, with its words and its weaknesses.

Source: malikzh/NCANode (CmsService, CertificateService, KalkanWrapper, the DTOs). As there:
/cms/verify says `valid` of a CMS without a certificate, does not look at `data` when the content is
inside, and every error is a sentence in `message`.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.ncanode.centre import container_make, is_issued, text64
from sandbox.ncanode.cms import Cms, NotCms, cms_make, cms_read
from sandbox.pages import html, page, table
from sandbox.service import Service, done, json_of, wanted, world_of
from sandbox.world import World

NAME = "ncanode"
# MessageConstants of NCANode
KEY_INVALID_BASE64 = "Key reading error: Invalid Base64 format. Key must be in valid Base64 format."
KEY_NOT_OPENED = "Key reading error: Password incorrect."
NO_CONTENT = "CMS doesn't have signed content"
Door = Callable[[Request], Awaitable[Response]]


class Refused(Exception):
    """An error as NCANode tells it: ServerException 500, ClientException 400."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def telling(door: Door) -> Door:
    @wraps(door)
    async def told(request: Request) -> Response:
        try:
            return await door(request)
        except Refused as refused:
            said = {"status": refused.status, "message": str(refused)}
            return JSONResponse(said, refused.status)

    return told


@telling
async def cms_sign(request: Request) -> Response:
    values = await json_of(request)
    signers = values.get("signers")
    if not signers:
        return _invalid(request)
    if len(signers) > 1:
        raise HTTPException(501, "the stand-in signs with one key")
    key, certificate = _opened(signers[0])
    data = _decoded(values.get("data"), 500)
    cms = cms_make(data, key, certificate, is_detached=values.get("detached") is True)
    _signed(world_of(request)).append(certificate.subject.rfc4514_string())
    return JSONResponse(_ok() | {"cms": text64(cms)})


@telling
async def cms_verify(request: Request) -> Response:
    values = await json_of(request)
    if not values.get("cms"):
        return _invalid(request)
    found = _cms(values["cms"], 400)
    data = found.content
    if data is None:
        data = _decoded(values.get("data") or "", 400)
    infos = [_info(request, each, values) for each in found.certificates]
    is_valid = found.is_right(data) and all(info["valid"] for info in infos)
    signers = [{"certificates": infos, "tsp": None} for _signer in found.signers]
    return JSONResponse(_ok() | {"valid": is_valid, "signers": signers})


@telling
async def cms_extract(request: Request) -> Response:
    values = await json_of(request)
    if not values.get("cms"):
        return _invalid(request)
    found = _cms(values["cms"], 500)
    if found.content is None:
        raise Refused(400, NO_CONTENT)
    return JSONResponse(_ok() | {"data": text64(found.content)})


@telling
async def x509_info(request: Request) -> Response:
    values = await json_of(request)
    if not values.get("certs"):
        return _invalid(request)
    infos = []
    for text in values["certs"]:
        try:
            certificate = x509.load_der_x509_certificate(_decoded(text, 500))
        except ValueError as error:
            raise Refused(500, str(error)) from None
        infos.append(_info(request, certificate, values))
    is_valid = all(info["valid"] for info in infos)
    return JSONResponse(_ok() | {"valid": is_valid, "signers": infos})


async def health(request: Request) -> Response:
    return JSONResponse({"status": "UP"})


def _opened(signer: dict[str, Any]) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    try:
        container = base64.b64decode(signer.get("key", ""), validate=True)
    except binascii.Error:
        raise Refused(500, f"signers[0]: {KEY_INVALID_BASE64}") from None
    try:
        password = str(signer.get("password", "")).encode()
        key, certificate, _others = pkcs12.load_key_and_certificates(container, password)
    except ValueError:
        raise Refused(500, f"signers[0]: {KEY_NOT_OPENED}") from None
    assert isinstance(key, rsa.RSAPrivateKey)
    assert certificate
    return key, certificate


def _cms(text: str, status: int) -> Cms:
    try:
        return cms_read(_decoded(text, status))
    except NotCms as error:
        raise Refused(status, str(error)) from None


def _decoded(text: Any, status: int) -> bytes:
    try:
        return base64.b64decode(str(text), validate=True)
    except binascii.Error:
        raise Refused(status, "Illegal base64 character") from None


def _ok() -> dict[str, Any]:
    return {"status": 200, "message": "OK"}


def _invalid(request: Request) -> Response:
    """What Spring says when a field that must not be empty is."""
    said = {"status": 400, "error": "Bad Request", "path": request.url.path}
    return JSONResponse(said, 400)


def _info(request: Request, certificate: x509.Certificate, asked: Any) -> dict[str, Any]:
    """CertificateInfo."""
    world = world_of(request)
    revocations = _revocations(world, certificate) if asked.get("revocationCheck") else []
    is_in_time = certificate.not_valid_before_utc < world.now() < certificate.not_valid_after_utc
    is_active = all(each["reason"] == "OK" and not each["revoked"] for each in revocations)
    state = world.state(NAME)
    public_key = certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return {
        "valid": is_in_time and is_issued(state, world.now(), certificate) and is_active,
        "revocations": revocations,
        "notBefore": _moment(certificate.not_valid_before_utc),
        "notAfter": _moment(certificate.not_valid_after_utc),
        "keyUsage": "SIGN",
        "serialNumber": f"{certificate.serial_number:x}",
        "signAlg": "SHA256withRSA",
        "keyUser": ["ORGANIZATION", "CAN_SIGN"],
        "publicKey": text64(public_key),
        "signature": text64(certificate.signature),
        "subject": _subject(certificate.subject),
        "issuer": _subject(certificate.issuer),
    }


def _revocations(world: World, certificate: x509.Certificate) -> list[dict[str, Any]]:
    state = world.state(NAME)
    is_revoked = f"{certificate.serial_number:x}" in state["revoked"]
    reason = "OK" if state["is_ocsp_up"] else "Connection timed out"
    return [
        {
            "revoked": is_revoked and state["is_ocsp_up"],
            "by": "OCSP",
            "revocationTime": None,
            "reason": reason,
        }
    ]


def _subject(name: x509.Name) -> dict[str, str]:
    """CertificateSubject: what is not there is left out."""
    texts = {each.oid: str(each.value) for each in name}
    found = {"dn": name.rfc4514_string()}
    for oid, field, prefix in [
        (NameOID.COMMON_NAME, "commonName", ""),
        (NameOID.SERIAL_NUMBER, "iin", "IIN"),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, "bin", "BIN"),
        (NameOID.COUNTRY_NAME, "country", ""),
    ]:
        if oid in texts:
            found[field] = texts[oid].removeprefix(prefix)
    return found


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000+00:00")


def _signed(world: World) -> list[str]:
    made: list[str] = world.state(NAME)["signed"]
    return made


# --- Behind the stage -----------------------------------------------------------------------


async def keys(request: Request) -> Response:
    """POST {"bin", "person", "password", "begins_days", "ends_days", "is_of_another_centre"}: a
    container with a key of that company, its days counted from now."""
    values = await json_of(request)
    world = world_of(request)
    now = world.now()
    begins = timedelta(days=wanted(values, "begins_days", int, -1))
    ends = timedelta(days=wanted(values, "ends_days", int, 365))
    container, certificate = container_make(
        world.state(NAME),
        now,
        bin=wanted(values, "bin", str),
        person=wanted(values, "person", str, "ТЕСТОВ ТЕСТ"),
        span=(now + begins, now + ends),
        password=wanted(values, "password", str, "Qwerty12"),
        is_of_another_centre=wanted(values, "is_of_another_centre", bool, False),
    )
    serial_number = f"{certificate.serial_number:x}"
    return done({"key": text64(container), "serialNumber": serial_number}, status=201)


async def revoke(request: Request) -> Response:
    """POST {"serialNumber"}."""
    values = await json_of(request)
    world_of(request).state(NAME)["revoked"].append(wanted(values, "serialNumber", str))
    return done()


async def ocsp(request: Request) -> Response:
    """POST {"is_up"}: whether the centre answers who is revoked."""
    values = await json_of(request)
    world_of(request).state(NAME)["is_ocsp_up"] = wanted(values, "is_up", bool)
    return done()


async def index(request: Request) -> Response:
    return page(
        "NCANode",
        html(
            "<p>Signs and checks with certificates of a centre that exists here alone, in RSA. "
            "Signed so far:</p>{rows}",
            rows=table(["by"], [[each] for each in _signed(world_of(request))]),
        ),
    )


SERVICE = Service(
    name=NAME,
    prefix="ncanode",
    title="NCANode",
    about="Signatures of the national certification centre: makes them, and says whether they hold",
    routes=[
        Route("/", index),
        Route("/actuator/health", health),
        Route("/cms/sign", cms_sign, methods=["POST"]),
        Route("/cms/verify", cms_verify, methods=["POST"]),
        Route("/cms/extract", cms_extract, methods=["POST"]),
        Route("/x509/info", x509_info, methods=["POST"]),
    ],
    control=[
        Route("/keys", keys, methods=["POST"]),
        Route("/revoke", revoke, methods=["POST"]),
        Route("/ocsp", ocsp, methods=["POST"]),
    ],
    blank={"revoked": [], "is_ocsp_up": True, "signed": []},
)
