"""Invented content for the pages of phone numbers: the follower's and the brand's."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from attribution.domain.consents import phone_consent
from attribution.domain.phone_claims import PhoneRefusal
from exchange.web.formatting import day_full
from exchange.web.pages.common import Choice, Fact
from exchange.web.pages.phones import PhoneRow, Phones, WaitingOrder
from exchange.web.pages.receipts import (
    Claim,
    PhoneAsked,
    PhoneLeft,
    PhoneWithdraw,
    Refused,
)
from exchange.web.phone_words import PHONE_REFUSALS
from exchange.web.samples import receipts
from exchange.web.samples.common import ago, ahead

NAME, BRAND = "Айгерім Сапарова", "Tulpar"


def _asked() -> PhoneAsked:
    consent = phone_consent(
        get_language() or "kk", brand=BRAND, influencer=NAME, until="20.01.2027"
    )
    return PhoneAsked("#", "#", consent.text, consent.sha256, has_bonus=True)


def asked() -> Claim:
    return Claim("#", NAME, BRAND, "Қысқы аяқ киім", [], phone=_asked())


def refused() -> Claim:
    title, text = PHONE_REFUSALS[PhoneRefusal.NOT_A_PHONE]
    said = Refused(PhoneRefusal.NOT_A_PHONE.value, str(title), str(text))
    return replace(asked(), phone=replace(_asked(), typed="8 701", refused=said, has_bonus=False))


def both() -> Claim:
    return replace(receipts.claim(), phone=_asked())


def left() -> PhoneLeft:
    return PhoneLeft(
        status="active",
        brand_name=BRAND,
        influencer_name=NAME,
        mask="+7 *** *** ** 67",
        counts_until=ahead(days=30),
        erase_at=ahead(days=60),
        withdraw_url="#",
        page_url="#",
        code="QYS-7H2K9",
        takes_receipts=True,
    )


def withdrawn() -> PhoneLeft:
    return replace(left(), status="withdrawn", mask="", code="", takes_receipts=False)


def withdraw() -> PhoneWithdraw:
    title, text = PHONE_REFUSALS[PhoneRefusal.NOT_A_PHONE]
    return PhoneWithdraw(
        "#", "#", BRAND, typed="8 701", refused=Refused(301, str(title), str(text))
    )


def withdraw_done() -> PhoneWithdraw:
    return PhoneWithdraw("#", "#", BRAND, is_done=True)


def desk() -> Phones:
    return Phones(
        name="Kaspi",
        is_open=True,
        days_kept=30,
        facts=[Fact(_("Key number"), "2"), Fact(_("In use since"), day_full(ago(days=12)))],
        rows=[
            PhoneRow(
                "active", NAME, ago(hours=3), ahead(days=30), "QYS-7H2K9", "consent v1, Kazakh"
            ),
            PhoneRow("withdrawn", NAME, ago(days=2), ahead(days=28), "", "consent v1, Russian"),
        ],
        waiting=[
            WaitingOrder("701234567", "#", NAME, ago(days=4), 178_500, True, "#", "1"),
            WaitingOrder("701234599", "#", NAME, ago(days=1), 62_930, False, "#", "2"),
        ],
        choices=[Choice(_("All"), "#", True, 2), Choice(_("Counts"), "#", False, 1)],
        back_url="#",
        csv_url="#",
        close_url="#",
        rotate_url="#",
    )


def desk_closed() -> Phones:
    return replace(
        desk(),
        is_open=False,
        days_kept=None,
        facts=[],
        rows=[],
        waiting=[],
        choices=[],
        open_url="#",
        close_url="",
        rotate_url="",
    )
