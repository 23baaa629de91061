"""An enveloped XML signature: that it covers its whole file, and whether it is right.

Source: W3C XML Signature (second edition) and Canonical XML 1.0, in the one form that NCANode and
NCALayer write (facts/kazakhstan.md 4.1, 4.4): one `ds:Signature` at the end of the root, one
reference to the whole file, inclusive canonical form. Whatever else a signature could be (over a
part, over something beside, through a transformation of its own) is refused: of such a file it
could not be said what was signed.

RSA is computed here. GOST is not in the library: that signature is for NCANode to compute.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from xml.parsers import expat

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

DS = "http://www.w3.org/2000/09/xmldsig#"
XML = "http://www.w3.org/XML/1998/namespace"
ENVELOPED = f"{DS}enveloped-signature"
# With comments or without is the same here: a file with comments is refused.
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
CANONICAL = frozenset({C14N, f"{C14N}#WithComments"})
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
# What the national centre's library calls its own (NCANode, KalkanUtil), old and new.
GOST = "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:gostr34102015-gostr34112015-"
GOST_METHODS = frozenset(
    {f"{GOST}512", f"{GOST}256", "http://www.w3.org/2001/04/xmldsig-more#gost34310-gost34311"}
)
DEPTH_MAX = 64


class SignatureFault(StrEnum):
    """Why a file has no signature that could count."""

    NOT_XML = "not_xml"
    NOT_SIGNED = "not_signed"
    NOT_WHOLE = "not_whole"
    UNKNOWN_METHOD = "unknown_method"
    NO_CERTIFICATE = "no_certificate"
    FORGED = "forged"


class SignatureRefused(ValueError):
    def __init__(self, fault: SignatureFault) -> None:
        super().__init__(str(fault))
        self.fault = fault


@dataclass(slots=True)
class Node:
    """An element as it stands in the file: names with their prefixes."""

    name: str
    attributes: dict[str, str]
    scope: dict[str, str]  # prefix -> namespace, of everything declared down to here
    children: list[Node | str] = field(default_factory=list)

    @property
    def elements(self) -> list[Node]:
        return [each for each in self.children if isinstance(each, Node)]

    @property
    def text(self) -> str:
        return "".join(each for each in self.children if isinstance(each, str))

    @property
    def full_name(self) -> tuple[str, str]:
        """(namespace, name)."""
        prefix, _, local = self.name.rpartition(":")
        return self.scope.get(prefix, ""), local

    def walk(self) -> Iterator[Node]:
        yield self
        for each in self.elements:
            yield from each.walk()


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature over a whole file. `is_computed`: RSA, and it is right."""

    certificate: x509.Certificate
    is_computed: bool


def signature_read(content: bytes) -> Signature:
    """The one signature of a file, which covers all of it.

    Raises:
        SignatureRefused: there is none, it is of another form, or it is wrong.
    """
    root = xml_read(content)
    element = _signature_of(root)
    info, value, certificate = _parts(element)
    method, digest = _form(info)
    if method != RSA_SHA256:
        return Signature(certificate, is_computed=False)
    _require_right(root, element, info, value, digest, certificate)
    return Signature(certificate, is_computed=True)


# --- Its form -------------------------------------------------------------------------------


def _signature_of(root: Node) -> Node:
    found = [each for each in root.walk() if each.full_name == (DS, "Signature")]
    if not found:
        raise SignatureRefused(SignatureFault.NOT_SIGNED)
    # NCANode looks for the letters "ds:Signature", whatever they mean: no other may be there.
    named = [each for each in root.walk() if each.name == "ds:Signature"]
    if len(found) != 1 or named != found or root.elements[-1] is not found[0]:
        raise SignatureRefused(SignatureFault.NOT_WHOLE)
    return found[0]


def _parts(signature: Node) -> tuple[Node, bytes, x509.Certificate]:
    info, value, key_info = _only(signature, "SignedInfo", "SignatureValue", "KeyInfo")
    texts = [each.text for each in key_info.walk() if each.full_name == (DS, "X509Certificate")]
    try:
        (text,) = texts
        certificate = x509.load_der_x509_certificate(_decoded(text))
    except ValueError:
        raise SignatureRefused(SignatureFault.NO_CERTIFICATE) from None
    return info, _sum(value), certificate


def _form(info: Node) -> tuple[str, bytes]:
    """The method, and the digest that the signature says the file has."""
    canonical, method, reference = _only(
        info, "CanonicalizationMethod", "SignatureMethod", "Reference"
    )
    transforms, digest_method, digest = _only(
        reference, "Transforms", "DigestMethod", "DigestValue"
    )
    if reference.attributes.get("URI") != "":
        raise SignatureRefused(SignatureFault.NOT_WHOLE)
    steps = [_algorithm(each) for each in transforms.elements]
    if steps[:1] != [ENVELOPED] or not set(steps[1:]) <= CANONICAL:
        raise SignatureRefused(SignatureFault.NOT_WHOLE)
    algorithm = _algorithm(method)
    is_rsa = algorithm == RSA_SHA256 and _algorithm(digest_method) == SHA256
    if _algorithm(canonical) not in CANONICAL or not (is_rsa or algorithm in GOST_METHODS):
        raise SignatureRefused(SignatureFault.UNKNOWN_METHOD)
    return algorithm, _sum(digest)


def _sum(node: Node) -> bytes:
    try:
        return _decoded(node.text)
    except ValueError:
        raise SignatureRefused(SignatureFault.FORGED) from None


def _only(parent: Node, *names: str) -> list[Node]:
    """The children of an element of the signature, which are exactly these."""
    if [each.full_name for each in parent.elements] != [(DS, name) for name in names]:
        raise SignatureRefused(SignatureFault.NOT_WHOLE)
    return parent.elements


def _algorithm(node: Node) -> str:
    """Its name; one with parameters inside is none that we know."""
    return "" if node.elements else node.attributes.get("Algorithm", "")


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except binascii.Error:
        raise ValueError("not base64") from None


# --- Its arithmetic -------------------------------------------------------------------------


def _require_right(
    root: Node,
    element: Node,
    info: Node,
    value: bytes,
    digest: bytes,
    certificate: x509.Certificate,
) -> None:
    bare = hashlib.sha256(canonical_xml(root, without=element).encode()).digest()
    if not hmac.compare_digest(bare, digest):
        raise SignatureRefused(SignatureFault.FORGED)
    try:
        key = certificate.public_key()
    except (UnsupportedAlgorithm, ValueError):
        key = None
    if not isinstance(key, rsa.RSAPublicKey):
        raise SignatureRefused(SignatureFault.FORGED)
    try:
        key.verify(value, canonical_xml(info).encode(), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        raise SignatureRefused(SignatureFault.FORGED) from None


# --- Canonical XML 1.0, inclusive -----------------------------------------------------------


def canonical_xml(top: Node, *, without: Node | None = None) -> str:
    """An element and what is in it, to the byte as everybody writes it. What is declared above it
    is written on it."""
    parts: list[str] = []
    _write(top, {}, without, parts)
    return "".join(parts)


def _write(node: Node, shown: Mapping[str, str], without: Node | None, parts: list[str]) -> None:
    """`shown` are the namespaces that the element above has written."""
    parts.append(f"<{node.name}")
    for prefix, uri in sorted(node.scope.items()):
        if shown.get(prefix, "") != uri:
            name = f"xmlns:{prefix}" if prefix else "xmlns"
            parts.append(f' {name}="{_quoted(uri)}"')
    for name, value in sorted(_plain(node).items(), key=lambda pair: _order(node, pair[0])):
        parts.append(f' {name}="{_quoted(value)}"')
    parts.append(">")
    for child in node.children:
        if isinstance(child, str):
            parts.append(_escaped(child))
        elif child is not without:
            _write(child, node.scope, without, parts)
    parts.append(f"</{node.name}>")


def _plain(node: Node) -> dict[str, str]:
    return {name: value for name, value in node.attributes.items() if not _is_declaration(name)}


def _order(node: Node, name: str) -> tuple[str, str]:
    """By namespace, then by name; an attribute without a prefix has none."""
    prefix, _, local = name.rpartition(":")
    return (node.scope.get(prefix, XML) if prefix else "", local)


def _is_declaration(name: str) -> bool:
    return name == "xmlns" or name.startswith("xmlns:")


def _escaped(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("\r", "&#xD;")


def _quoted(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return text.replace("\t", "&#x9;").replace("\n", "&#xA;").replace("\r", "&#xD;")


# --- Reading --------------------------------------------------------------------------------


def xml_read(content: bytes) -> Node:
    """The root of a file of elements and text.

    Raises:
        SignatureRefused: no XML, or with what a signature sees differently from a reader: a
            document type, comments, instructions, attributes that reach down (xml:...).
    """
    reader = _Reader()
    try:
        reader.parser.Parse(content, True)
    except (expat.ExpatError, ValueError):
        raise SignatureRefused(SignatureFault.NOT_XML) from None
    assert reader.root is not None
    return reader.root


class _Reader:
    """Expat without namespaces: prefixes are part of what is signed."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self.open: list[Node] = []
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.StartDoctypeDeclHandler = self.refuse
        self.parser.CommentHandler = self.refuse
        self.parser.ProcessingInstructionHandler = self.refuse

    def start(self, name: str, attributes: dict[str, str]) -> None:
        above = self.open[-1].scope if self.open else {}
        own = {each.partition(":")[2]: uri for each, uri in attributes.items()
               if _is_declaration(each)}  # fmt: skip
        node = Node(name, attributes, {**above, **own})
        used = [name, *(each for each in attributes if not _is_declaration(each))]
        prefixes = {each.rpartition(":")[0] for each in used} - {""}
        if len(self.open) >= DEPTH_MAX or not prefixes <= set(node.scope):
            raise ValueError(name)
        if self.open:
            self.open[-1].children.append(node)
        else:
            self.root = node
        self.open.append(node)

    def end(self, name: str) -> None:
        self.open.pop()

    def characters(self, text: str) -> None:
        self.open[-1].children.append(text)

    def refuse(self, *what: object) -> None:
        raise ValueError(what)
