"""A signature from the moment it is here until somebody vouches for it, or it is refused."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.serialization import pkcs7
from django.db import IntegrityError

from compliance.domain.xmldsig import GOST
from compliance.models import EInvoice
from compliance.services import einvoice_signatures as signatures
from compliance.services import einvoices
from compliance.services.einvoices import EInvoiceConflict
from core.audit.models import AuditEntry
from core.errors import Invalid
from core.tenancy.context import acting_as
from tests.compliance.ncanode_world import PASSWORD, certificate_of, cms_of, key_make, opened
from tests.compliance.signing import LAST_YEAR, OTHERS, OURS, certificate, signed
from tests.compliance.test_einvoices import again, einvoice, export
from tests.sandbox.process import sandbox, sandbox_process

__all__ = ["einvoice", "sandbox", "sandbox_process"]

LONG = {"begins_days": -3_000, "ends_days": 3_000}  # the test's day is not the sandbox's
BROUGHT, CHECKER = 1, 2


@pytest.fixture
def node(sandbox, settings):
    settings.NCANODE_URL = f"{sandbox.url}/ncanode"
    return sandbox


@pytest.fixture
def key(node, settings, tmp_path):
    """The company's key, in the files that the worker has."""
    made = key_make(node, **LONG)
    (tmp_path / "key.p12").write_bytes(made.container)
    (tmp_path / "password").write_text(f"{PASSWORD}\n")
    settings.NCANODE_KEY_PATH = str(tmp_path / "key.p12")
    settings.NCANODE_PASSWORD_PATH = str(tmp_path / "password")
    return made


def bring(einvoice, raw: bytes) -> EInvoice:
    return einvoices.einvoice_sign(einvoice_id=einvoice.pk, raw=raw, person_id=BROUGHT)


def confirm(einvoice, person_id: int = CHECKER) -> EInvoice:
    return signatures.einvoice_confirm(einvoice_id=einvoice.pk, person_id=person_id)


def ask(einvoice, **given) -> list[int]:
    return signatures.einvoices_sign(person_id=BROUGHT, person_name="Dina", **given)


def said_of(einvoice) -> tuple[str, str, str]:
    found = again(einvoice)
    return found.state, found.checked_by, found.trouble


def actions() -> list[str]:
    with acting_as(ops=1):
        rows = AuditEntry.objects.filter(object_type="compliance.einvoice")
        return sorted(rows.values_list("action", flat=True))


# --- Without NCANode ------------------------------------------------------------------------


def test_without_ncanode_a_second_person_vouches_and_never_the_one_who_brought_it(einvoice):
    document = export(einvoice)
    assert bring(einvoice, signed(document)).state == "checking"
    with pytest.raises(EInvoiceConflict, match="to be confirmed"):
        einvoices.einvoice_sent(einvoice_id=einvoice.pk, person_id=BROUGHT)
    with pytest.raises(EInvoiceConflict, match="another person"):
        confirm(einvoice, BROUGHT)
    assert signatures.signatures_settle() == 0
    found = confirm(einvoice)
    assert (found.state, found.checked_by, found.confirmed_by_id) == ("signed", "person", CHECKER)


def test_the_database_too_wants_two_people(einvoice):
    bring(einvoice, signed(export(einvoice)))
    rows = EInvoice.objects.filter(pk=einvoice.pk)
    with pytest.raises(IntegrityError, match="confirmed_by_another"), acting_as(system="test"):
        rows.update(state="signed", checked_by="person", confirmed_by_id=BROUGHT)
    with pytest.raises(IntegrityError, match="signed_was_checked"), acting_as(system="test"):
        rows.update(state="signed")


def test_the_same_file_twice_is_taken_once_and_another_one_not_at_all(einvoice):
    document = export(einvoice)
    bring(einvoice, signed(document))
    bring(einvoice, signed(document))
    assert actions() == ["einvoice.export", "einvoice.sign"]
    with pytest.raises(EInvoiceConflict):
        bring(einvoice, signed(document) + b"\n")
    confirm(einvoice)
    with pytest.raises(EInvoiceConflict):
        confirm(einvoice)


def test_a_file_that_a_person_does_not_believe_goes_back(einvoice):
    document = export(einvoice)
    bring(einvoice, signed(document))
    signatures.einvoice_return(einvoice_id=einvoice.pk, person_id=CHECKER)
    found = again(einvoice)
    assert (found.state, found.signed_document, found.document) == ("exported", "", document)
    with pytest.raises(EInvoiceConflict):
        signatures.einvoice_return(einvoice_id=einvoice.pk, person_id=CHECKER)


@pytest.mark.parametrize(
    ("forge", "reason"),
    [
        (lambda out: signed(out, tin=OTHERS, x509_text=certificate(OURS)), "signature is wrong"),
        (lambda out: signed(out.replace("48.00", "49.00")), "another document"),
        (lambda out: signed(out, tin=OTHERS), "BIN is another"),
        (lambda out: signed(out, x509_text=certificate(OURS, LAST_YEAR)), "has expired"),
        (lambda out: b"\x30\x03abc", "Only NCANode can read"),
    ],
)
def test_what_can_be_known_without_ncanode_is_refused_at_once(einvoice, forge, reason):
    document = export(einvoice)
    with pytest.raises(Invalid, match=reason):
        bring(einvoice, forge(document))
    assert said_of(einvoice) == ("exported", "", "")


# --- NCANode checks -------------------------------------------------------------------------


def test_ncanode_vouches_for_a_signature_beside_the_file(einvoice, node):
    document = export(einvoice)
    bring(einvoice, cms_of(key_make(node, **LONG), document.encode()))
    assert again(einvoice).signer == ""  # nobody has read yet whose it is
    with pytest.raises(EInvoiceConflict, match="only NCANode"):
        confirm(einvoice)
    assert signatures.signatures_settle() == 1
    found = again(einvoice)
    assert (found.state, found.checked_by, found.form) == ("signed", "ncanode", "cms")
    assert found.signer == f"ТЕСТОВ ТЕСТ, BIN{OURS}"
    assert signatures.signatures_settle() == 0
    assert actions() == ["einvoice.check", "einvoice.export", "einvoice.sign"]


def test_of_a_signature_that_we_computed_ncanode_vouches_for_the_certificate(einvoice, node):
    key = key_make(node, **LONG)
    private, _certificate = opened(key)
    text = base64.b64encode(certificate_of(key)).decode()
    bring(einvoice, signed(export(einvoice), x509_text=text, owner=private))
    assert signatures.signatures_settle() == 1
    assert said_of(einvoice) == ("signed", "ncanode", "")


def test_a_right_signature_by_a_certificate_that_somebody_made_himself_is_refused(einvoice, node):
    bring(einvoice, signed(export(einvoice)))
    assert signatures.signatures_settle() == 0
    assert said_of(einvoice) == ("exported", "", "untrusted")


def test_a_gost_signature_in_the_file_waits_for_a_second_person(einvoice, node, monkeypatch):
    bring(einvoice, signed(export(einvoice), method=f"{GOST}512"))
    monkeypatch.setattr(
        "compliance.registries.ncanode.client.NcaNode.certificate_check", lambda *_a, **_k: None
    )
    assert signatures.signatures_settle() == 0
    assert said_of(einvoice) == ("checking", "", "method")
    assert confirm(einvoice).checked_by == "person"


@pytest.mark.parametrize(
    ("given", "document", "trouble"),
    [
        ({}, "another", "forged"),
        ({"bin": OTHERS}, "", "another_signer"),
        ({"begins_days": -3_000, "ends_days": -2_000}, "", "expired"),
        ({"is_of_another_centre": True}, "", "untrusted"),
    ],
)
def test_what_ncanode_refuses_goes_back_with_the_reason(einvoice, node, given, document, trouble):
    out = export(einvoice)
    bring(einvoice, cms_of(key_make(node, **LONG | given), (out + document).encode()))
    assert signatures.signatures_settle() == 0
    assert said_of(einvoice) == ("exported", "", trouble)
    assert "einvoice.refuse" in actions()
    bring(einvoice, cms_of(key_make(node, **LONG), out.encode()))  # the right one is taken then
    assert signatures.signatures_settle() == 1


def test_while_ncanode_is_down_everything_waits_and_says_so(einvoice, node):
    cms = cms_of(key_make(node, **LONG), export(einvoice).encode())
    bring(einvoice, cms)
    node.control("faults", {"service": "ncanode", "fault": "429", "times": 9})
    assert signatures.signatures_settle() == 0
    found = again(einvoice)
    assert (found.state, found.trouble) == ("checking", "down")
    assert found.signed_document == base64.b64encode(cms).decode()
    node.call("DELETE", "/_control/faults")
    assert signatures.signatures_settle() == 1
    assert said_of(einvoice) == ("signed", "ncanode", "")


def test_a_file_that_was_put_back_meanwhile_is_not_vouched_for(einvoice, node, monkeypatch):
    document = export(einvoice)
    bring(einvoice, cms_of(key_make(node, **LONG), document.encode()))

    def slow(*_given, **_named):
        signatures.einvoice_return(einvoice_id=einvoice.pk, person_id=CHECKER)
        return "Somebody"

    monkeypatch.setattr("compliance.registries.ncanode.client.NcaNode.cms_verify", slow)
    assert signatures.signatures_settle() == 0
    assert said_of(einvoice) == ("exported", "", "")


# --- NCANode signs --------------------------------------------------------------------------


def test_ncanode_signs_all_that_nobody_has_signed_and_checks_it_like_any_other(einvoice, key):
    assert ask(einvoice) == [einvoice.pk]
    assert ask(einvoice) == []  # asked twice
    assert again(einvoice).state == "signing"
    assert signatures.signatures_settle() == 1
    found = again(einvoice)
    assert (found.state, found.checked_by, found.form) == ("signed", "ncanode", "cms")
    assert (found.exported_by_id, found.signed_by_id, found.confirmed_by_id) == (1, 1, None)
    assert actions() == ["einvoice.check", "einvoice.sign", "einvoice.sign_ask"]


def test_with_a_key_of_another_company_nothing_of_ours_is_signed(einvoice, key, node):
    other = key_make(node, **LONG, bin=OTHERS)
    ask(einvoice, ids=[einvoice.pk])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signatures, "signing_key", lambda: other)
        assert signatures.signatures_settle() == 0
    assert said_of(einvoice) == ("exported", "", "another_signer")


def test_a_wrong_password_keeps_the_queue_until_it_is_right(einvoice, key, settings, caplog):
    caplog.set_level("DEBUG")
    with open(settings.NCANODE_PASSWORD_PATH, "w") as file:
        file.write("wrong-secret")
    ask(einvoice)
    assert signatures.signatures_settle() == 0
    found = again(einvoice)
    assert (found.state, found.trouble) == ("signing", "key")
    assert found.trouble_detail == "signers[0]: Key reading error: Password incorrect."
    assert "wrong-secret" not in caplog.text
    with open(settings.NCANODE_PASSWORD_PATH, "w") as file:
        file.write(PASSWORD)
    assert signatures.signatures_settle() == 1
    assert said_of(einvoice) == ("signed", "ncanode", "")


def test_what_waits_for_ncanode_can_be_signed_outside_instead(einvoice, key):
    ask(einvoice)
    signatures.einvoice_return(einvoice_id=einvoice.pk, person_id=BROUGHT)
    assert said_of(einvoice) == ("exported", "", "")
    assert signatures.signatures_settle() == 0
    assert bring(einvoice, signed(again(einvoice).document)).state == "checking"


def test_without_a_key_ncanode_is_not_asked_to_sign(einvoice, node):
    with pytest.raises(EInvoiceConflict, match="not set up"):
        ask(einvoice)
    assert again(einvoice).state == "ready"


def test_one_that_is_signed_already_is_not_signed_again(einvoice, key):
    bring(einvoice, cms_of(key, export(einvoice).encode(), pkcs7.PKCS7Options.DetachedSignature))
    with pytest.raises(EInvoiceConflict):
        ask(einvoice, ids=[einvoice.pk])
    assert ask(einvoice) == []
