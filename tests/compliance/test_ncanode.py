"""What we believe NCANode, and what not. Against the stand-in, which has the real one's words and
weaknesses."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.serialization import pkcs7

from compliance.domain.esf_signed import SignedFault, SignedRefused, signer_name
from compliance.registries.ncanode import NodeTrouble, SigningKey, Trouble, ncanode, signing_key
from compliance.registries.ncanode.parse import cms_read, x509_read
from tests.compliance.ncanode_world import (
    PASSWORD,
    certificate_of,
    cms_of,
    key_make,
    node_of,
    opened,
)
from tests.compliance.signing import OTHERS, OURS
from tests.sandbox.process import sandbox, sandbox_process

__all__ = ["sandbox", "sandbox_process"]

DOCUMENT = '<esf:invoiceContainer xmlns:esf="esf"><num>ә</num></esf:invoiceContainer>'.encode()
OPTIONS = pkcs7.PKCS7Options


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def node(sandbox):
    return node_of(sandbox)


def refused(node, cms: bytes, document: bytes = DOCUMENT) -> SignedFault:
    with pytest.raises(SignedRefused) as caught:
        node.cms_verify(cms, document, tin=OURS, at=now())
    return caught.value.fault


def trouble(call) -> NodeTrouble:
    with pytest.raises(NodeTrouble) as caught:
        call()
    return caught.value


def test_what_it_signs_holds_for_this_document_and_no_other(node, sandbox):
    key = key_make(sandbox)
    cms = node.cms_sign(DOCUMENT, key)
    said = node.cms_verify(cms, DOCUMENT, tin=OURS, at=now())
    assert said == f"ТЕСТОВ ТЕСТ, BIN{OURS}"  # and not the person's IIN, which the certificate has
    assert refused(node, cms, DOCUMENT + b" ") == SignedFault.FORGED
    assert refused(node, cms[:-1] + bytes([cms[-1] ^ 1])) == SignedFault.FORGED


def test_a_signature_with_its_content_inside_is_ours_only_with_our_content(node, sandbox):
    """Of such a one NCANode says that it is valid, whatever document we send along."""
    key = key_make(sandbox)
    assert node.cms_verify(cms_of(key, DOCUMENT, OPTIONS.Binary), DOCUMENT, tin=OURS, at=now())
    other = cms_of(key, DOCUMENT.replace(b"num", b"sum"), OPTIONS.Binary)
    assert refused(node, other) == SignedFault.ANOTHER_DOCUMENT


def test_without_a_certificate_or_with_two_signers_nobody_has_signed(node, sandbox):
    """Of the first NCANode says that it is valid: it has computed nothing."""
    key = key_make(sandbox)
    bare = cms_of(key, DOCUMENT, OPTIONS.DetachedSignature, OPTIONS.NoCerts)
    assert refused(node, bare) == SignedFault.NO_CERTIFICATE
    assert refused(node, cms_of(key, DOCUMENT, signers=2)) == SignedFault.NO_CERTIFICATE


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"bin": OTHERS}, SignedFault.ANOTHER_SIGNER),
        ({"begins_days": -400, "ends_days": -1}, SignedFault.EXPIRED),
        ({"begins_days": 2}, SignedFault.NOT_YET_VALID),
        ({"is_of_another_centre": True}, SignedFault.UNTRUSTED),
    ],
)
def test_a_certificate_that_does_not_count_is_refused_with_the_reason(node, sandbox, given, fault):
    key = key_make(sandbox, **given)
    assert refused(node, cms_of(key, DOCUMENT)) == fault
    with pytest.raises(SignedRefused) as caught:
        node.certificate_check(certificate_of(key), tin=OURS, at=now())
    assert caught.value.fault == fault


def test_a_revoked_certificate_is_refused_and_an_unknown_one_waits(node, sandbox):
    key = key_make(sandbox)
    cms = cms_of(key, DOCUMENT)
    sandbox.control("ncanode/ocsp", {"is_up": False})
    waits = trouble(lambda: node.cms_verify(cms, DOCUMENT, tin=OURS, at=now()))
    assert (waits.trouble, waits.detail) == (Trouble.REVOCATION, "Connection timed out")
    sandbox.control("ncanode/ocsp", {"is_up": True})
    serial_number = f"{opened(key)[1].serial_number:x}"
    sandbox.control("ncanode/revoke", {"serialNumber": serial_number})
    assert refused(node, cms) == SignedFault.REVOKED


def test_what_is_no_signature_at_all_says_nothing(node):
    waits = trouble(lambda: node.cms_verify(b"\x30\x03abc", DOCUMENT, tin=OURS, at=now()))
    assert (waits.trouble, waits.detail) == (Trouble.UNUSABLE, "Malformed content.")


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("503", Trouble.DOWN),
        ("429", Trouble.DOWN),
        ("500", Trouble.UNUSABLE),
        ("html", Trouble.UNUSABLE),
        ("truncated", Trouble.UNUSABLE),
    ],
)
def test_a_broken_answer_says_nothing_about_the_file(node, sandbox, fault, kind):
    cms = cms_of(key_make(sandbox), DOCUMENT)
    sandbox.control("faults", {"service": "ncanode", "fault": fault, "path": "verify"})
    assert trouble(lambda: node.cms_verify(cms, DOCUMENT, tin=OURS, at=now())).trouble == kind


def test_a_slow_one_is_down(sandbox):
    key, hasty = key_make(sandbox), node_of(sandbox, timeout_seconds=0.2)
    sandbox.control("faults", {"service": "ncanode", "fault": "timeout"})
    assert trouble(lambda: hasty.cms_sign(DOCUMENT, key)).trouble == Trouble.DOWN


def test_neither_key_nor_password_stands_in_a_log_an_error_or_a_repr(node, sandbox, caplog):
    caplog.set_level("DEBUG")
    key = key_make(sandbox)
    wrong = SigningKey(key.container, f"{PASSWORD}-wrong")
    said = trouble(lambda: node.cms_sign(DOCUMENT, wrong))
    assert (said.trouble, said.detail) == (
        Trouble.KEY,
        "signers[0]: Key reading error: Password incorrect.",
    )
    sandbox.control("faults", {"service": "ncanode", "fault": "503"})
    down = trouble(lambda: node.cms_sign(DOCUMENT, key))
    for text in (caplog.text, str(said), str(down), repr(key), repr(said)):
        assert PASSWORD not in text
        assert "MII" not in text


def test_the_key_is_read_from_its_files_when_it_is_needed(settings, tmp_path):
    settings.NCANODE_KEY_PATH = str(tmp_path / "key.p12")
    settings.NCANODE_PASSWORD_PATH = str(tmp_path / "password")
    assert trouble(signing_key).detail == "FileNotFoundError"
    (tmp_path / "key.p12").write_bytes(b"\x30key")
    (tmp_path / "password").write_text("open sesame\n")
    assert signing_key() == SigningKey(b"\x30key", "open sesame")


def test_without_an_address_there_is_none(settings):
    settings.NCANODE_URL = ""
    assert ncanode() is None
    settings.NCANODE_URL = "http://ncanode:14579"
    found = ncanode()
    assert found is not None
    assert (found.base_url, found.client.free_origin) == ("http://ncanode:14579",) * 2


def test_its_words_are_kept_as_a_database_can_hold_them():
    said = NodeTrouble(Trouble.UNUSABLE, "a\0b\n" + "c" * 300)
    assert said.detail == "ab" + "c" * 198
    assert signer_name("ТЕСТОВ\0 ТЕСТ", OURS) == f"ТЕСТОВ ТЕСТ, BIN{OURS}"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"valid": true, "signers": [{"certificates": [{}]}]}',
        b'{"valid": true, "signers": [null]}',
        b'{"valid": "true", "signers": []}',
    ],
)
def test_an_answer_of_another_shape_is_no_yes(body):
    with pytest.raises((NodeTrouble, SignedRefused)):
        cms_read(body)
    with pytest.raises(NodeTrouble):
        x509_read(body)
