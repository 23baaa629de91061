"""The stand-in of NCANode keeps to the real one's words; what we make of them:
tests/compliance/test_ncanode.py."""

from __future__ import annotations

import base64

import pytest

BIN = "251140000313"
DATA = base64.b64encode(b"<a/>").decode()


@pytest.fixture
def signer(sandbox):
    made = sandbox.control("ncanode/keys", {"bin": BIN, "password": "Qwerty12"})
    return {"key": made["key"], "password": "Qwerty12"}


def sign(sandbox, signer, **given):
    return sandbox.post("/ncanode/cms/sign", {"data": DATA, "signers": [signer]} | given)


def test_it_is_up(sandbox):
    assert sandbox.get("/ncanode/actuator/health").json == {"status": "UP"}


def test_it_signs_and_describes_the_signer(sandbox, signer):
    answer = sign(sandbox, signer, detached=True).json
    assert (answer["status"], answer["message"]) == (200, "OK")
    asked = {"cms": answer["cms"], "data": DATA, "revocationCheck": ["OCSP"]}
    said = sandbox.post("/ncanode/cms/verify", asked).json
    ((info,),) = [each["certificates"] for each in said["signers"]]
    assert (said["valid"], info["valid"], info["keyUsage"]) == (True, True, "SIGN")
    assert (info["subject"]["bin"], info["subject"]["iin"]) == (BIN, "900101300007")
    assert info["notAfter"].endswith(".000+00:00")
    assert info["revocations"] == [
        {"revoked": False, "by": "OCSP", "revocationTime": None, "reason": "OK"}
    ]
    extract = sandbox.post("/ncanode/cms/extract", {"cms": answer["cms"]})
    assert (extract.status, extract.json["message"]) == (400, "CMS doesn't have signed content")


def test_a_signature_with_its_content_inside_gives_it_back(sandbox, signer):
    cms = sign(sandbox, signer).json["cms"]
    assert sandbox.post("/ncanode/cms/extract", {"cms": cms}).json["data"] == DATA


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"password": "qwerty"}, "signers[0]: Key reading error: Password incorrect."),
        ({"key": "?"}, "signers[0]: Key reading error: Invalid Base64 format. Key must be in valid"
         " Base64 format."),
    ],
)  # fmt: skip
def test_a_key_that_it_cannot_open_is_said_in_a_sentence(sandbox, signer, wrong, message):
    answer = sign(sandbox, signer | wrong)
    assert (answer.status, answer.json) == (500, {"status": 500, "message": message})


@pytest.mark.parametrize("path", ["cms/sign", "cms/verify", "cms/extract", "x509/info"])
def test_without_what_must_not_be_empty_it_is_a_400(sandbox, path):
    assert sandbox.post(f"/ncanode/{path}").status == 400


def test_a_certificate_of_another_centre_is_not_valid(sandbox):
    given = {"bin": BIN, "is_of_another_centre": True}
    key = sandbox.control("ncanode/keys", given)["key"]
    cms = sign(sandbox, {"key": key, "password": "Qwerty12"}).json["cms"]
    said = sandbox.post("/ncanode/cms/verify", {"cms": cms, "revocationCheck": []}).json
    assert (said["valid"], said["signers"][0]["certificates"][0]["valid"]) == (False, False)
