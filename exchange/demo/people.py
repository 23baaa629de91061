"""Who lives in the demo world. Invented people and companies with valid check digits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PASSWORD = "birge-demo-2026"  # noqa: S105 (printed by `make demo`; the demo is on loopback)


@dataclass(frozen=True, slots=True)
class Person:
    email: str
    name: str
    language: Literal["kk", "ru", "en"]
    role: str  # what `make demo` prints beside the login
    totp_secret: str = ""  # ops only: the second factor, for an authenticator or `demo_codes`


OWNER = Person("aru@toqyma.example", "Ару Тоқтар", "kk", "brand owner")
ANALYST = Person("yerlan@toqyma.example", "Ерлан Қасым", "ru", "brand analyst (reads only)")
AIGERIM = Person("aigerim@people.example", "Айгерім Сәбитова", "kk", "influencer, paid before")
DANIYAR = Person("daniyar@people.example", "Данияр Оспанов", "ru", "influencer, first money")
SAMAL = Person("samal@people.example", "Самал Әбенова", "kk", "influencer, goods came back late")
FINANCE = Person(
    "dinara@birge.example",
    "Динара Ермекова",
    "ru",
    "ops, finance (makes payout batches)",
    "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
)
CHECKER = Person(
    "marat@birge.example",
    "Марат Ибраев",
    "ru",
    "ops, finance (approves them)",
    "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU",
)
PEOPLE = (OWNER, ANALYST, AIGERIM, DANIYAR, SAMAL, FINANCE, CHECKER)
# The companies' people who are not printed: their brands fill the lists
NUR_OWNER = Person("saule@nurskin.example", "Сәуле Нұр", "kk", "brand owner")
DALA_OWNER = Person("dana@dala.example", "Дана Әлі", "kk", "brand owner")

TOQYMA_BIN, NUR_BIN, DALA_BIN = "240540000016", "240540000711", "240541000071"
# Aigerim and Samal are entrepreneurs whom the register knows; Daniyar works by a contract.
AIGERIM_IIN, DANIYAR_IIN, SAMAL_IIN = "901231400013", "010203500018", "870315400217"
AIGERIM_IBAN, DANIYAR_IBAN = "KZ41722C000000000001", "KZ31601A000000000001"
SAMAL_IBAN = "KZ14722C000000000002"
