"""The same transfers by django-hordak, in a process and a schema of its own.

    python -m tools.benches.hordak_reference DATABASE_OWNER_URL

Each line on stdin is a job, answered by a line with its seconds: `transfer N` and `alone N` make N
transactions of two legs by `Account.transfer_to`, all in one database transaction or each in its
own; `bulk N` makes them by two `bulk_create`. Balances are read by `balance N`, N times.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = "bench_hordak"
HOLDERS = 200  # accounts that money goes to
CURRENCY = "EUR"  # hordak knows no tenge


def django_start(url: str) -> None:
    sys.path.insert(0, str(ROOT))
    import django
    from django.conf import settings
    from django.core.management import call_command

    from exchange.env import database

    own_schema = {"options": f"-c search_path={SCHEMA}"}
    settings.configure(
        DATABASES={"default": database(url) | {"OPTIONS": own_schema}},
        INSTALLED_APPS=["django.contrib.contenttypes", "mptt", "hordak"],
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        DEFAULT_CURRENCY=CURRENCY,
        CURRENCIES=[CURRENCY],
        HORDAK_INTERNAL_CURRENCY=CURRENCY,
        USE_TZ=True,
    )
    django.setup()
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        cursor.execute(f"CREATE SCHEMA {SCHEMA}")
    call_command("migrate", verbosity=0)


class Reference:
    """A bank account, and those of brands."""

    def __init__(self) -> None:
        from hordak.models import Account, AccountType
        from moneyed import Money

        self._bank = Account.objects.create(name="bank", code="1", type=AccountType.asset)
        self._brands = [
            Account.objects.create(name=f"brand {n}", code=str(n), type=AccountType.liability)
            for n in range(2, HOLDERS + 2)
        ]
        self._money = [Money(500 + n % 7, CURRENCY) for n in range(7)]

    def transfer(self, count: int, *, each_alone: bool) -> None:
        from django.db import transaction

        whole = nullcontext() if each_alone else transaction.atomic()
        with whole:
            for n in range(count):
                with transaction.atomic() if each_alone else nullcontext():
                    self._brands[n % HOLDERS].transfer_to(self._bank, self._money[n % 7])

    def bulk(self, count: int) -> None:
        from django.db import transaction
        from hordak.models import Leg, Transaction

        with transaction.atomic():
            made = Transaction.objects.bulk_create(Transaction() for _ in range(count))
            legs = (
                leg
                for n, each in enumerate(made)
                for leg in (
                    Leg(
                        transaction=each,
                        account=self._brands[n % HOLDERS],
                        credit=self._money[n % 7],
                    ),
                    Leg(transaction=each, account=self._bank, debit=self._money[n % 7]),
                )
            )
            Leg.objects.bulk_create(legs)

    def balance(self, count: int) -> None:
        from hordak.models import Account

        for _ in range(count):
            assert Account.objects.filter(pk=self._bank.pk).with_balances().get().balance


def main(url: str) -> None:
    django_start(url)
    reference = Reference()
    jobs: dict[str, Callable[[int], None]] = {
        "transfer": lambda count: reference.transfer(count, each_alone=False),
        "alone": lambda count: reference.transfer(count, each_alone=True),
        "bulk": reference.bulk,
        "balance": reference.balance,
    }
    print("ready", flush=True)
    for line in sys.stdin:
        name, count = line.split()
        began = time.perf_counter()
        jobs[name](int(count))
        print(time.perf_counter() - began, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
