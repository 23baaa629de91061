"""What people agree to, word for word, by version and language. Pure.

A version that was ever shown never changes: a claim keeps its version, its language and the hash of
exactly the text that was on the screen. A new wording is a new version. Not translated through the
catalogue for that reason.

The law on personal data (94-V) is not among the sources that we could read (facts/kazakhstan.md,
tag B): lawyers must confirm these texts before launch (docs/adr/0022-kaspi-wall.md).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

PHONE_VERSION = 1
PHONE: Mapping[int, Mapping[str, str]] = {
    1: {
        "kk": (
            "Телефон нөмірім {brand} дүкенінің тапсырыстарымен салыстырылғанына келісемін: осылай"
            " {influencer} атты блогердің кеңесі есептеледі. Нөмірдің өзі сақталмайды, блогер оны"
            " көрмейді. Одан дүкеннің жеке кілтімен шифрланған белгі ғана қалады, ол {until} күні"
            " өшіріледі. Келісімді осы бетте кез келген уақытта қайтарып аламын."
        ),
        "ru": (
            "Согласен, чтобы мой номер телефона сравнили с заказами магазина {brand}: так"
            " засчитывается совет блогера. Блогер: {influencer}. Сам номер не хранится, и блогер"
            " его не видит. От него остаётся только метка, зашифрованная ключом магазина; дата её"
            " удаления: {until}. Согласие я могу отозвать на этой странице в любое время."
        ),
        "en": (
            "I agree that my phone number is compared with the orders of {brand}, so that the"
            " advice of {influencer} counts. The number itself is not kept and the influencer does"
            " not see it: only a mark made with the shop's own key remains, which is erased on"
            " {until}. I can withdraw my consent on this page at any time."
        ),
    },
}


@dataclass(frozen=True, slots=True)
class Consent:
    """A text as it was shown."""

    version: int
    language: str
    text: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def phone_consent(language: str, *, brand: str, influencer: str, until: str) -> Consent:
    """The newest text about phone numbers; `until` is a day in words of that language. Kazakh for
    a language that there is none in."""
    texts = PHONE[PHONE_VERSION]
    known = language if language in texts else "kk"
    text = texts[known].format(brand=brand, influencer=influencer, until=until)
    return Consent(PHONE_VERSION, known, text)
