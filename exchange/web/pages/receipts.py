"""Receipts: the follower's page, the brand's list, its file and its registers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from exchange.web.pages.common import Choice, Fact, Pager
from exchange.web.pages.files import FileFault


@dataclass(frozen=True, slots=True)
class Refused:
    """`number` is the same in every language."""

    number: int
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class PhoneAsked:
    """The form for a number, posted to `action_url`; `consent` is the whole text, `sha256` is sent
    back by who agrees to it. `has_bonus`: a one-time code is shown to who leaves the number."""

    action_url: str
    withdraw_url: str
    consent: str
    sha256: str
    has_bonus: bool = False
    typed: str = ""
    refused: Refused | None = None


@dataclass(frozen=True, slots=True)
class PhoneLeft:
    """What became of a number, for who left it. `status` is a key of words.PHONE_CLAIM; `mask`
    shows its end, `code` is the bonus, `page_url` "" once the page is over."""

    status: str
    brand_name: str
    influencer_name: str
    mask: str
    counts_until: datetime
    erase_at: datetime
    withdraw_url: str
    page_url: str
    code: str = ""
    takes_receipts: bool = False


@dataclass(frozen=True, slots=True)
class PhoneWithdraw:
    """`is_done` after it was sent, whatever was there."""

    action_url: str
    page_url: str
    brand_name: str
    is_done: bool = False
    typed: str = ""
    refused: Refused | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """Where a follower claims a receipt; `form` in the context. `shop_more` are not named; without
    `shops` no receipts are taken. `phone` is there where numbers are."""

    action_url: str
    influencer_name: str
    brand_name: str
    campaign_title: str
    shops: list[str]
    shop_more: int = 0
    refused: Refused | None = None
    is_paper: bool = False
    phone: PhoneAsked | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claim for who made it. `status` is a key of words.RECEIPT."""

    status: str
    shop: str
    total_minor: int
    sold_at: datetime
    again_url: str
    influencer_name: str


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """A claim for the brand; `file_minor` is what its own list says, where it is another sum."""

    status: str
    shop: str
    sign: str
    register: str
    influencer_name: str
    sold_at: datetime
    minor: int
    file_minor: int | None = None
    note: str = ""
    accept_url: str = ""
    refuse_url: str = ""
    joined_text: str = ""
    joined_url: str = ""
    part_url: str = ""


@dataclass(frozen=True, slots=True)
class QuestionOption:
    """An order that the receipt may be of; `value` answers so."""

    value: str
    title: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class ReceiptQuestion:
    """Whether a receipt and one of these orders are one purchase; `answer_url` "" for who may only
    read."""

    shop: str
    sign: str
    influencer_name: str
    sold_at: datetime
    minor: int
    options: list[QuestionOption]
    answer_url: str = ""


@dataclass(frozen=True, slots=True)
class Receipts:
    """The brand's list. `waiting_text` says which days to export."""

    name: str
    rows: list[ReceiptRow]
    choices: list[Choice]
    back_url: str
    csv_url: str
    registers_url: str
    file_url: str = ""
    clear_url: str = ""
    query: str = ""
    status: str = ""
    waiting_text: str = ""
    register_count: int = 0
    is_filtered: bool = False
    pager: Pager | None = None
    questions: list[ReceiptQuestion] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class RegisterRow:
    number: str
    shop: str


@dataclass(frozen=True, slots=True)
class Registers:
    """The brand's cash registers and limits; `form` and `limits_form` in the context."""

    name: str
    rows: list[RegisterRow]
    back_url: str
    add_url: str
    remove_url: str
    limits_url: str
    may_edit: bool


@dataclass(frozen=True, slots=True)
class ReceiptFile:
    """The form of the shop's list, or, with `facts`, what a list said; `form` in the context."""

    action_url: str
    back_url: str
    waiting_text: str = ""
    facts: list[Fact] = field(default_factory=list)
    faults: list[FileFault] = field(default_factory=list)
    faults_more: int = 0
    differ_url: str = ""
