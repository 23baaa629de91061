"""What `manage.py selfcheck` proves of a running Birge, and what to do where it cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from attribution.selectors.rates import rates_missing
from attribution.services.clicks import click_sums_check
from attribution.services.proofs import proof_findings
from compliance.domain.rules import RuleOverlap
from compliance.selectors import rule_book
from core import clock
from core.audit.models import AuditEntry
from core.tenancy import checks as walls
from core.tenancy.context import TenancyError, acting_as
from core.tenancy.logins import login_check
from core.zone import zone_faults
from exchange.invoice_checks import invoice_findings
from exchange.money_checks import money_findings
from ledger.checks import ledger_findings
from payouts.models import PayoutStop
from payouts.services.stops import payouts_follow_check

LEDGER_CHECKED = "ledger.check"
RATE_DAYS_MAX = 2
PROOF_DAYS_READ = 2

# Keys that something else than a composite foreign key binds to their tenant.
BOUND_OTHERWISE = {
    ("ledger_entry", "account_id"): "the trigger ledger_legs_post compares the owners",
    ("ledger_balance", "account_id"): "only the trigger ledger_account_open writes it",
    ("payouts_refund", "transfer_id"): "a CHECK: of a transfer or of a brand, never of both",
    ("payouts_statementrow", "refund_id"): "no tenant reads a statement of the bank",
}


@dataclass(frozen=True, slots=True)
class Check:
    """`faults` says what is wrong, `remedy` what to do about it."""

    name: str
    faults: Callable[[], list[str]]
    remedy: str


@dataclass(frozen=True, slots=True)
class Result:
    check: Check
    faults: list[str]


def checks_run() -> Iterator[Result]:
    """Every check, also after one has failed."""
    for check in CHECKS:
        try:
            yield Result(check, check.faults())
        except DatabaseError as error:
            yield Result(check, [f"{type(error).__name__}: {error}".strip()])


# --- What is checked ------------------------------------------------------------------------


def migrations_wait() -> list[str]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration} waits" for migration, _backwards in plan]


def login_is_plain() -> list[str]:
    try:
        login_check()
    except TenancyError as error:
        return [str(error)]
    return []


def sides_are_plain() -> list[str]:
    roles = sorted(walls.strong_roles())
    return [f"role {role} is missing, or stronger than a side" for role in roles]


def tables_have_rules() -> list[str]:
    faults = [
        f"table {table} has neither policies nor a reason" for table in walls.tables_without_rules()
    ]
    faults += [f"table {table} is reached around its policies" for table in walls.back_doors()]
    faults += [f"view {view} reads as its owner" for view in walls.leaky_views()]
    faults += [f"function {name} lends its owner's rights" for name in walls.loose_functions()]
    return sorted(faults)


def keys_are_bound() -> list[str]:
    return [
        f"{table}.{column} takes another tenant's row"
        for table, column in sorted(walls.unbound_keys() - set(BOUND_OTHERWISE))
    ]


def walls_stand() -> list[str]:
    return sorted(walls.missing_walls())


def click_sums_of_yesterday() -> list[str]:
    return click_sums_check(clock.today() - timedelta(days=1))


def rates_are_there() -> list[str]:
    """Rates come within the day: who waits longer than RATE_DAYS_MAX waits for a person."""
    late_on = clock.today() - timedelta(days=RATE_DAYS_MAX)
    with acting_as(system="selfcheck"):
        missing = rates_missing()
    return [
        f"orders in {currency} wait for the rate of {day_on}"
        for currency, day_on in missing
        if day_on < late_on
    ]


def proofs_hold() -> list[str]:
    """All days' chain and signatures, the newest days' records; `proof_verify` reads them all."""
    return proof_findings(newest=PROOF_DAYS_READ)


def rules_cover_today() -> list[str]:
    today = clock.today()
    with acting_as(system="selfcheck"):
        try:
            book = rule_book()
        except RuleOverlap as error:
            return [str(error)]
    if not book.rules:
        return ["no tax rule was ever put in force"]
    return [str(gap) for gap in book.gaps(until=today)]


# --- What ops see of the last ledger check --------------------------------------------------


def ledger_check_record() -> list[str]:
    """Check the ledger and write the result down, where the admin's home shows it. Payouts stop at
    a finding, and go on after a check without any."""
    findings = ledger_findings()
    with acting_as(system="ledger check"):
        AuditEntry.objects.create(
            actor="system:ledger check",
            origin="system:ledger check",
            action=LEDGER_CHECKED,
            object_type="ledger",
            object_id="all",
            after={"findings": findings},
        )
    payouts_follow_check(check=PayoutStop.Check.LEDGER, findings=findings)
    return findings


def money_check_follow() -> list[str]:
    """The same of what the ledger is about."""
    findings = money_findings()
    payouts_follow_check(check=PayoutStop.Check.MONEY, findings=findings)
    return findings


CHECKS = (
    Check("migrations are applied", migrations_wait, "run manage.py migrate"),
    Check(
        "the login may not go around the policies",
        login_is_plain,
        "let DATABASE_URL use x_app as tools/sql/roles.sql makes it",
    ),
    Check(
        "the sides are plain roles",
        sides_are_plain,
        "run tools/sql/roles.sql as the cluster's administrator",
    ),
    Check(
        "every table has policies, or a reason to need none",
        tables_have_rules,
        "give it tenant_table or shared_table in a migration (core/tenancy/policies.py)",
    ),
    Check(
        "no foreign key crosses tenants",
        keys_are_bound,
        "add same_tenant in a migration (core/tenancy/policies.py)",
    ),
    Check(
        "triggers, policies, keys and rights are as migrated",
        walls_stand,
        "find out who changed the database by hand, and undo it",
    ),
    Check(
        "days are cut at Kazakhstan's midnight",
        zone_faults,
        "then restart every process",
    ),
    Check(
        "the ledger is whole",
        ledger_check_record,
        "payouts are stopped: follow docs/runbooks/ledger-out-of-balance.md",
    ),
    Check(
        "rewards and payouts are what the ledger says",
        money_check_follow,
        "payouts are stopped: find the event that moved one and not the other in the audit log",
    ),
    Check(
        "invoices are numbered without gaps, and say what the ledger says",
        invoice_findings,
        "issue no invoice until the audit log tells what changed one; a wrong one is credited",
    ),
    Check(
        "yesterday's sums of clicks are what the clicks say",
        click_sums_of_yesterday,
        "run manage.py clicks_rebuild, with --from for earlier days",
    ),
    Check(
        "orders in other currencies have their rate",
        rates_are_there,
        "see why attribution.tasks.rates_keep_up cannot fetch it: NATIONAL_BANK_URL, and its log",
    ),
    Check(
        "every day is published, and holds",
        proofs_hold,
        "run manage.py proof_publish for what is missing, and read docs/proofs.md for the rest",
    ),
    Check(
        "the law's figures cover today",
        rules_cover_today,
        "put compliance/data in force with manage.py tax_rules_load, or enter what is missing in"
        " the admin under Tax rules; another person puts it in force",
    ),
)
