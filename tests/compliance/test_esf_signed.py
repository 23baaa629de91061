"""What is taken for the signed e-invoice, and what is not: content, cover, certificate, sum."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from pathlib import Path

import pytest

from compliance.domain.esf_signed import SignedFault, SignedRefused, cms_bytes, signed_check
from compliance.domain.xmldsig import (
    GOST,
    SignatureFault,
    SignatureRefused,
    canonical_xml,
    signature_read,
    xml_read,
)
from tests.compliance.signing import C14N, LAST_YEAR, OTHERS, OURS, certificate, signed

GOLDEN = Path(__file__).parent / "golden"
OUT = (GOLDEN / "esf_ordinary.xml").read_text()
SIGNED = signed(OUT)
NOON = datetime(2026, 11, 20, 7, tzinfo=UTC)


def check(content: bytes, at: datetime = NOON):
    return signed_check(OUT, content, tin=OURS, at=at)


def fault_of(content: bytes, at: datetime = NOON) -> SignedFault:
    with pytest.raises(SignedRefused) as refused:
        check(content, at)
    return refused.value.fault


def changed(old: str, new: str, content: bytes = SIGNED) -> bytes:
    assert old in content.decode()
    return content.decode().replace(old, new).encode()


def test_the_same_document_rightly_signed_by_our_company_is_taken():
    signer = check(SIGNED)
    assert (signer.name, signer.is_computed) == (f"TEST SIGNER, BIN{OURS}", True)
    assert signer.certificate == base64.b64decode(certificate(OURS))


def test_a_document_with_other_prefixes_and_blanks_is_the_same_if_that_is_what_was_signed():
    renamed = OUT.replace("v2:", "x:").replace("xmlns:v2", "xmlns:x")
    assert check(signed(renamed.replace("<num>", "\n  <num>")))


def test_of_a_gost_signature_only_the_sum_stays_open():
    assert check(signed(OUT, method=f"{GOST}512")).is_computed is False


def test_a_forged_signature_that_names_our_public_certificate_is_refused():
    """The hole that was here: anybody has our certificate, it is in every file we signed."""
    by_another = signed(OUT, tin=OTHERS, x509_text=certificate(OURS))
    assert fault_of(by_another) == SignedFault.FORGED
    invented = b"c2lnbmVk".decode()
    start, end = (SIGNED.decode().index(tag) for tag in ("<ds:SignatureValue>", "</ds:SignatureV"))
    text = SIGNED.decode()
    assert fault_of(f"{text[: start + 19]}{invented}{text[end:]}".encode()) == SignedFault.FORGED


def test_a_signature_of_another_e_invoice_of_ours_is_refused():
    other = signed(OUT.replace("F-2026-000012", "F-2026-000013")).decode()
    signature = other[other.index("<ds:Signature ") : other.index("</esf:invoiceContainer>")]
    moved = OUT.replace("</esf:invoiceContainer>", f"{signature}</esf:invoiceContainer>")
    assert fault_of(moved.encode()) == SignedFault.FORGED


def test_what_was_changed_after_signing_is_refused():
    assert fault_of(changed("19288.00", "19288.01")) == SignedFault.ANOTHER_DOCUMENT
    # A blank is no change of the content, but the signature was not made over it.
    assert fault_of(changed("<num>", "<num> ")) == SignedFault.FORGED


def test_a_certificate_counts_from_its_first_moment_to_its_last():
    first, last = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    assert check(SIGNED, first)
    assert check(SIGNED, last)
    assert fault_of(SIGNED, first.replace(year=2025)) == SignedFault.NOT_YET_VALID
    assert fault_of(SIGNED, last.replace(day=2)) == SignedFault.EXPIRED
    assert fault_of(signed(OUT, x509_text=certificate(OURS, LAST_YEAR))) == SignedFault.EXPIRED


def test_the_bin_is_looked_for_where_the_centre_writes_it_and_nowhere_else():
    assert fault_of(signed(OUT, tin=OTHERS)) == SignedFault.ANOTHER_SIGNER
    assert fault_of(signed(OUT, tin=f"{OURS}9")) == SignedFault.ANOTHER_SIGNER


TWICE = SIGNED.decode()
SIGNATURE = TWICE[TWICE.index("<ds:Signature ") : TWICE.index("</esf:invoiceContainer>")]
INFO = SIGNATURE[SIGNATURE.index("<ds:SignedInfo>") : SIGNATURE.index("<ds:SignatureValue>")]
CERTIFICATE = SIGNATURE[SIGNATURE.index("<ds:X509C") : SIGNATURE.index("</ds:X509Data>")]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", SignedFault.NOT_XML),
        (b"%PDF-1.7", SignedFault.NOT_XML),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', SignedFault.NOT_XML),
        (changed("<num>", "<!-- --><num>"), SignedFault.NOT_XML),
        (changed("<num>", "<?a b?><num>"), SignedFault.NOT_XML),
        (OUT.encode(), SignedFault.NOT_SIGNED),
        (signed(OUT.replace("<num>", "<extra>1</extra><num>")), SignedFault.ANOTHER_DOCUMENT),
        (changed(SIGNATURE, SIGNATURE * 2), SignedFault.NOT_WHOLE),
        (changed(SIGNATURE, "").replace(b"<invoiceSet>", f"{SIGNATURE}<invoiceSet>".encode()),
         SignedFault.NOT_WHOLE),
        (changed("<ds:", "<sig:").replace(b"</ds:", b"</sig:"), SignedFault.NOT_XML),
        (changed("xmlns:ds=", "xmlns:sig=").replace(b"ds:", b"sig:"), SignedFault.NOT_WHOLE),
        (changed('URI=""', 'URI="#num"'), SignedFault.NOT_WHOLE),
        (changed(' URI=""', ""), SignedFault.NOT_WHOLE),
        (changed(f"{C14N}#WithComments", "http://www.w3.org/TR/1999/REC-xpath-19991116"),
         SignedFault.NOT_WHOLE),
        (changed("enveloped-signature", "base64"), SignedFault.NOT_WHOLE),
        (changed("</ds:Reference>", "</ds:Reference><ds:Reference/>"), SignedFault.NOT_WHOLE),
        (changed("</ds:KeyInfo>", "</ds:KeyInfo><ds:Object/>"), SignedFault.NOT_WHOLE),
        (changed(INFO, ""), SignedFault.NOT_WHOLE),
        (changed("rsa-sha256", "hmac-sha1"), SignedFault.UNKNOWN_METHOD),
        (changed("xmlenc#sha256", "xmlenc#sha1"), SignedFault.UNKNOWN_METHOD),
        (changed("<ds:DigestValue>", "<ds:DigestValue>?"), SignedFault.FORGED),
        (changed("<ds:SignatureValue>", "<ds:SignatureValue>?"), SignedFault.FORGED),
        (changed(CERTIFICATE, CERTIFICATE * 2), SignedFault.NO_CERTIFICATE),
        (signed(OUT, x509_text=""), SignedFault.NO_CERTIFICATE),
        (signed(OUT, x509_text="AAAA"), SignedFault.NO_CERTIFICATE),
    ],
    ids=lambda value: str(value) if isinstance(value, SignedFault) else "",
)  # fmt: skip
def test_what_is_not_the_signed_document_is_refused_and_why(content, fault):
    assert fault_of(content) == fault


# --- The canonical form ---------------------------------------------------------------------


def test_a_signature_that_javas_own_library_made_is_right_and_every_changed_byte_is_seen():
    """The library (Apache Santuario, here the JDK 17's: XMLSignatureFactory, RSA, enveloped, with a
    key that was thrown away) is the one that NCANode carries. The file has everything that the
    canonical form treats differently."""
    content = (GOLDEN / "signed_by_java.xml").read_bytes()
    assert signature_read(content).is_computed is True
    for old, new in [(b"&#13;ext", b"ext"), (b'o="2"', b'o="3"'), (b'xmlns=""', b'xmlns="urn:d"'),
                     (b'xmlns:unused="urn:u"', b'xmlns:unused="urn:w"')]:  # fmt: skip
        assert old in content
        with pytest.raises(SignatureRefused) as refused:
            signature_read(content.replace(old, new, 1))
        assert refused.value.fault == SignatureFault.FORGED


@pytest.mark.parametrize(
    ("given", "canonical"),
    [
        ("<a/>", "<a></a>"),
        ("<a b='1'  a = \"2\" />", '<a a="2" b="1"></a>'),
        ("<a>\r\n&#13;&gt;&lt;&amp;\"<![CDATA[<]]></a>", '<a>\n&#xD;&gt;&lt;&amp;"&lt;</a>'),
        ("<a b='&#9;&#10;&#13;&quot;&lt;>'/>", '<a b="&#x9;&#xA;&#xD;&quot;&lt;>"></a>'),
        ('<a xmlns:z="z" xmlns:b="b"/>', '<a xmlns:b="b" xmlns:z="z"></a>'),
        ('<a xmlns="u"><b xmlns="u"/><c xmlns=""/></a>',
         '<a xmlns="u"><b></b><c xmlns=""></c></a>'),
        ('<a xmlns:x="2" xmlns:y="1" x:i="" y:i="" i=""/>',
         '<a xmlns:x="2" xmlns:y="1" i="" y:i="" x:i=""></a>'),
    ],
)  # fmt: skip
def test_the_canonical_form(given, canonical):
    assert canonical_xml(xml_read(given.encode())) == canonical


@pytest.mark.parametrize(
    "content", [b'<a xml:lang="kk"/>', b"<x:a/>", b"<a>" * 65 + b"</a>" * 65, b"<a>", b"\xff"]
)
def test_what_a_signature_and_a_reader_could_see_differently_is_not_read(content):
    with pytest.raises(SignatureRefused) as refused:
        xml_read(content)
    assert refused.value.fault == SignatureFault.NOT_XML


# --- A signature beside the file ------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b"\x30\x03abc", b"\x30\x03abc"),
        (base64.encodebytes(b"\x30\x03abc"), b"\x30\x03abc"),
        (b"-----BEGIN CMS-----\r\nMANh\r\nYmM=\r\n-----END CMS-----\r\n", b"\x30\x03abc"),
        (b"<a/>", None),
        (b"aGVsbG8=", None),
        (b"", None),
    ],
)
def test_a_signature_beside_the_file_is_known_however_it_was_saved(raw, found):
    assert cms_bytes(raw) == found
