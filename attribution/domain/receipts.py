"""A fiscal receipt as its QR code or its paper names it. Pure: nothing is ever fetched.

A receipt is one by its register's number (f, 12 digits) and its own fiscal sign (i, 10 to 13
digits, text: a leading zero is part of it). Source: facts/merchants.md 6.1; the shapes are of
public code, no operator publishes them, so that everything else is refused with its reason.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import IntEnum, StrEnum
from urllib.parse import SplitResult, parse_qsl, urlsplit
from zoneinfo import ZoneInfo

from core.errors import DomainError
from core.money import MoneyError, minor_of

ALMATY = ZoneInfo("Asia/Almaty")  # what registers print
TEXT_CHARS_MAX = 500  # the longest known form is about 150
REGISTER_DIGITS = 12
SIGN_DIGITS_MAX = 13
AGE_MAX = timedelta(hours=72)
CLOCK_SKEW = timedelta(minutes=10)  # a register's clock may be ahead of ours


class Family(StrEnum):
    """Who took the receipt from the register; "paper": its numbers were typed by hand."""

    KAZAKHTELECOM = "kazakhtelecom"
    TRANSTELECOM = "transtelecom"
    KOFD = "kofd"
    WOFD = "wofd"
    KASPI = "kaspi"
    PAPER = "paper"


class Refusal(IntEnum):
    """Why a receipt is not taken. Numbers never change: people and files refer to them."""

    TOO_LONG = 101
    NOT_A_RECEIPT = 102
    UNKNOWN_OPERATOR = 103
    WITHOUT_NUMBERS = 104  # a link that names the receipt by an id of the operator's own
    WRONG_SIGN = 105
    WRONG_REGISTER = 106
    WRONG_TOTAL = 107
    WRONG_TIME = 108
    SAID_TWICE = 109
    NO_CONSENT = 110
    IN_FUTURE = 201
    TOO_OLD = 202
    OTHER_SHOP = 203
    TOO_SMALL = 204
    TOO_LARGE = 205
    CLAIMED_HERE = 206  # for the same influencer
    CLAIMED_ELSEWHERE = 207  # for another one
    TOO_MANY_OF_PERSON = 208
    TOO_MANY_OF_INFLUENCER = 209
    BEFORE_CAMPAIGN = 210
    NO_SUCH_PAGE = 211


class ReceiptRefused(DomainError):
    """Not a receipt that we can take; `refusal` says why, pages have the words."""

    status = 422

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.name, code=f"receipt_{refusal.value}")
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is known of a receipt, and all that we ever keep of it. `total_minor` is tiyn,
    `sold_at` UTC."""

    family: Family
    register: str
    sign: str
    total_minor: int
    sold_at: datetime

    @property
    def external_id(self) -> str:
        return f"{self.register}:{self.sign}"

    @property
    def key(self) -> str:
        return receipt_key(self.register, self.sign)


def receipt_key(register: str, sign: str) -> str:
    """The natural key of a receipt as 64 hex digits: equal for the same (f, i) everywhere."""
    return hashlib.sha256(f"kz-fiscal|f={register}|i={sign}".encode()).hexdigest()


# --- A QR code ------------------------------------------------------------------------------

# {host: (family, paths)}; the paths that carry the four numbers, without a slash at their end.
HOSTS: Mapping[str, tuple[Family, frozenset[str]]] = {
    "consumer.oofd.kz": (Family.KAZAKHTELECOM, frozenset({""})),
    "ofd1.kz": (Family.TRANSTELECOM, frozenset({"/t"})),
    "87.255.215.96": (Family.TRANSTELECOM, frozenset({"", "/t"})),
    "consumer.kofd.kz": (Family.KOFD, frozenset({""})),
    "cabinet.kofd.kz": (Family.KOFD, frozenset({"/consumer"})),
    "consumer.wofd.kz": (Family.WOFD, frozenset({""})),
    "receipt.kaspi.kz": (Family.KASPI, frozenset({"/web/fiscal"})),
}
ROUTER = "4ek.kz"
ROUTES: Mapping[str, Family] = {
    "oofd": Family.KAZAKHTELECOM,
    "kazakhtelecom": Family.KAZAKHTELECOM,
    "transtelecom": Family.TRANSTELECOM,
    "kofd": Family.KOFD,
    "jusan": Family.KOFD,
}
NUMBERS = ("f", "i", "s", "t")
_PRINTABLE = re.compile(r"[\x20-\x7e]+")
_FIELDS_MAX = 12


def qr_read(text: str) -> Receipt:
    """The receipt that the text of a QR code names.

    Raises:
        ReceiptRefused: anything but a known form with all four numbers.
    """
    url = _link(text)
    said = _said(url)
    family = _family(url, said)
    if not all(said.get(name) for name in NUMBERS):
        raise ReceiptRefused(Refusal.WITHOUT_NUMBERS)
    return _receipt(family, said["f"], said["i"], said["s"], said["t"])


def _link(text: str) -> SplitResult:
    if len(text) > TEXT_CHARS_MAX:
        raise ReceiptRefused(Refusal.TOO_LONG)
    plain = text.strip()
    if not _PRINTABLE.fullmatch(plain):
        raise ReceiptRefused(Refusal.NOT_A_RECEIPT)
    if "://" not in plain.partition("?")[0]:  # 4ek.kz/?o=... is printed without it
        plain = f"//{plain}"
    try:
        url = urlsplit(plain)
        is_plain_web = url.scheme in ("", "http", "https") and url.port in (None, 80, 443)
    except ValueError:
        raise ReceiptRefused(Refusal.NOT_A_RECEIPT) from None
    if not is_plain_web or not url.hostname or url.username is not None:
        raise ReceiptRefused(Refusal.NOT_A_RECEIPT)
    return url


def _said(url: SplitResult) -> dict[str, str]:
    """The query, names in small letters; each may be said once."""
    try:
        pairs = parse_qsl(url.query, keep_blank_values=True, max_num_fields=_FIELDS_MAX)
    except ValueError:
        raise ReceiptRefused(Refusal.NOT_A_RECEIPT) from None
    said = {name.lower(): value for name, value in pairs}
    if len(said) < len(pairs):
        raise ReceiptRefused(Refusal.SAID_TWICE)
    return said


def _family(url: SplitResult, said: Mapping[str, str]) -> Family:
    host, path = url.hostname or "", url.path.rstrip("/").lower()
    if host == ROUTER and not path:
        family = ROUTES.get(said.get("o", "").lower())
        if family is None:
            raise ReceiptRefused(Refusal.UNKNOWN_OPERATOR)
        return family
    if host not in HOSTS:
        raise ReceiptRefused(Refusal.UNKNOWN_OPERATOR)
    family, paths = HOSTS[host]
    if path not in paths:  # /ticket/<uuid>, /web?extTranId=..., /web/self-employed
        raise ReceiptRefused(Refusal.WITHOUT_NUMBERS)
    return family


# --- The numbers ----------------------------------------------------------------------------

_REGISTER = re.compile(r"[0-9]{12}")
_SIGN = re.compile(r"(?=.*[1-9])[0-9]{10,13}")
_TOTAL = re.compile(r"([0-9]{1,10})(?:[.,]([0-9]{1,2}))?")
_COMPACT = re.compile(r"([0-9]{8})T([0-9]{6})")
# "+" of an offset reads as a blank where the link was not escaped
_ISO = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:\.[0-9]{1,9})?"
    r"(?:[+ ]([0-9]{2}):([0-9]{2}))?"
)


def paper_read(*, register: str, sign: str, total: str, local_time: str) -> Receipt:
    """The receipt whose numbers somebody typed from its paper; blanks in them are forgiven.

    `local_time` is YYYY-MM-DDTHH:MM[:SS] in Kazakhstan, as a browser's field gives it.

    Raises:
        ReceiptRefused: a number that cannot be one.
    """
    register, sign, total = (_without_blanks(text) for text in (register, sign, total))
    return _receipt(Family.PAPER, register, sign, total, local_time.strip())


def _receipt(family: Family, register: str, sign: str, total: str, local_time: str) -> Receipt:
    return Receipt(
        family, register_read(register), sign_read(sign), total_read(total), time_read(local_time)
    )


def register_read(text: str) -> str:
    if not _REGISTER.fullmatch(text):
        raise ReceiptRefused(Refusal.WRONG_REGISTER)
    return text


def sign_read(text: str) -> str:
    if not _SIGN.fullmatch(text):
        raise ReceiptRefused(Refusal.WRONG_SIGN)
    return text


def total_read(text: str) -> int:
    """Tiyn; "1230", "1230.0", "1230,00". Not zero, no exponent, no sign, nothing between digits."""
    found = _TOTAL.fullmatch(text)
    try:
        minor = minor_of(".".join(filter(None, found.groups()))) if found else 0
    except MoneyError:
        minor = 0
    if minor <= 0:
        raise ReceiptRefused(Refusal.WRONG_TOTAL)
    return minor


def time_read(text: str) -> datetime:
    """UTC; without an offset it is the time of Kazakhstan, whichever that was on the day."""
    try:
        return _time(text)
    except (ValueError, OverflowError):
        raise ReceiptRefused(Refusal.WRONG_TIME) from None


def _time(text: str) -> datetime:
    if compact := _COMPACT.fullmatch(text):
        local = datetime.strptime("".join(compact.groups()), "%Y%m%d%H%M%S")  # noqa: DTZ007
        return local.replace(tzinfo=ALMATY).astimezone(UTC)
    found = _ISO.fullmatch(text)
    if found is None:
        raise ValueError(text)
    day, hours, off_hours, off_minutes = found.groups()
    local = datetime.fromisoformat(f"{day}T{hours}")
    if off_hours is None:
        return local.replace(tzinfo=ALMATY).astimezone(UTC)
    offset = timedelta(hours=int(off_hours), minutes=int(off_minutes))
    return local.replace(tzinfo=timezone(offset)).astimezone(UTC)


def _without_blanks(text: str) -> str:
    return re.sub(r"[ \u00a0\u202f\u2009]", "", text.strip())


# --- Whether it may be claimed --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Limits:
    """What a brand allows; amounts in tiyn, the `max` of people are claims
    in 24 hours."""

    total_min_minor: int = 100_000
    total_max_minor: int = 50_000_000
    person_max: int = 3
    influencer_max: int = 50
    confirm_days: int = 14  # what the shop has not found by then is refused
    # How long before its receipt an order of another source may have been placed; 0: none has one
    order_days: int = 14

    def plain(self) -> dict[str, int]:
        return asdict(self)


def claim_refusal(receipt: Receipt, limits: Limits, *, now: datetime) -> Refusal | None:
    """Why the receipt itself may not be claimed now, or None."""
    tests = (
        (Refusal.IN_FUTURE, receipt.sold_at > now + CLOCK_SKEW),
        (Refusal.TOO_OLD, now - receipt.sold_at > AGE_MAX),
        (Refusal.TOO_SMALL, receipt.total_minor < limits.total_min_minor),
        (Refusal.TOO_LARGE, receipt.total_minor > limits.total_max_minor),
    )
    return next((refusal for refusal, applies in tests if applies), None)


# --- The shop's word ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ShopReceipt:
    """A receipt as the shop shows it. `total_minor` of a return is what was given back, tiyn."""

    register: str
    sign: str
    total_minor: int
    is_return: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """Zeros in front of a sign are lost and added by hands and spreadsheets."""
        return self.register, self.sign.lstrip("0")


# --- Registers ------------------------------------------------------------------------------

SHOP_CHARS_MAX = 80
_REGISTER_LINE = re.compile(r"([0-9]{12})[\s;,|–—-]+(\S.*)")


@dataclass(frozen=True, slots=True)
class Register:
    """A cash register: its number (РНМ) and what people call its shop."""

    number: str
    shop: str


def registers_read(text: str) -> tuple[list[Register], list[int]]:
    """The registers of a text with one in a line, the later name of a number winning; and the
    numbers of lines that name none. Empty lines are nothing."""
    found: dict[str, Register] = {}
    wrong = []
    for number, line in enumerate(text.splitlines(), 1):
        parts = _REGISTER_LINE.fullmatch(line.strip().replace("\x00", ""))
        if parts and len(parts[2]) <= SHOP_CHARS_MAX:
            found[parts[1]] = Register(parts[1], parts[2])
        elif line.strip():
            wrong.append(number)
    return list(found.values()), wrong
