"""Proofs that the ledger is whole. Each finding is a sentence for whoever is on duty.

Every query sees one moment, so the checks may run while others post.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from core.patience import be_patient
from core.tenancy.context import acting_as
from ledger.domain.accounts import AccountRef, kind_rule

RUNBOOK = "docs/runbooks/ledger-out-of-balance.md"
FINDINGS_MAX = 20  # of each check: a broken ledger has thousands, and the first tell the story


def ledger_findings() -> list[str]:
    """What is wrong with the ledger; empty when nothing is. Reads every entry."""
    with acting_as(system="ledger check"), connection.cursor() as cursor:
        be_patient(cursor)
        return [finding for check in CHECKS for finding in check()[:FINDINGS_MAX]]


def _rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


# --- Money ----------------------------------------------------------------------------------


def journals_balance() -> list[str]:
    rows = _rows("""
        SELECT journal_id, currency, sum(amount_minor)
          FROM ledger_entry GROUP BY journal_id, currency
        HAVING sum(amount_minor) <> 0 ORDER BY journal_id""")
    return [f"journal {id} is out of balance by {total} {currency}" for id, currency, total in rows]


def journals_have_legs() -> list[str]:
    rows = _rows("""
        SELECT coalesce(j.business_key, 'of entry ' || min(e.id)), count(e.id)
          FROM ledger_journal j FULL JOIN ledger_entry e ON e.journal_id = j.id
      GROUP BY j.id, j.business_key
        HAVING count(e.id) < 2 OR j.id IS NULL ORDER BY j.id""")
    return [f"journal {key} has {legs} legs and must have two or more" for key, legs in rows]


def balances_match_entries() -> list[str]:
    rows = _rows("""
        SELECT a.code, b.balance_minor, coalesce(e.total_minor, 0)
          FROM ledger_balance b
          JOIN ledger_account a ON a.id = b.account_id
          LEFT JOIN (SELECT account_id, sum(amount_minor) AS total_minor
                       FROM ledger_entry GROUP BY account_id) e ON e.account_id = b.account_id
         WHERE b.balance_minor <> coalesce(e.total_minor, 0) ORDER BY a.id""")
    return [f"balance of {code} says {said}, its entries sum to {sum}" for code, said, sum in rows]


def balances_are_within_limits() -> list[str]:
    rows = _rows("""
        SELECT a.code, b.balance_minor
          FROM ledger_balance b JOIN ledger_account a ON a.id = b.account_id
         WHERE b.balance_minor < b.floor_minor OR b.balance_minor > b.ceiling_minor
      ORDER BY a.id""")
    return [f"balance of {code} is past its limit at {balance}" for code, balance in rows]


# --- Whose it is ----------------------------------------------------------------------------


def copies_match_accounts() -> list[str]:
    """Policies read the copies: a wrong one shows a row to somebody else."""
    rows = _rows("""
        SELECT 'entry ' || e.id, coalesce(a.code, 'nobody')
          FROM ledger_entry e LEFT JOIN ledger_account a ON a.id = e.account_id
         WHERE (e.brand_id, e.influencer_id, e.currency)
               IS DISTINCT FROM (a.brand_id, a.influencer_id, a.currency)
     UNION ALL
        SELECT 'balance ' || b.account_id, a.code
          FROM ledger_balance b JOIN ledger_account a ON a.id = b.account_id
         WHERE (b.brand_id, b.influencer_id) IS DISTINCT FROM (a.brand_id, a.influencer_id)""")
    return [f"{what} does not carry the owners of its account {code}" for what, code in rows]


def accounts_follow_their_kind() -> list[str]:
    """Owners, subject and limits are as ledger.domain.accounts says. One account of a shape is
    enough, so this is a handful of rows."""
    rows = _rows("""
        SELECT min(a.code), b.account_id IS NOT NULL AS keeps, b.floor_minor, b.ceiling_minor,
               a.kind, min(a.brand_id), min(a.influencer_id), min(a.subject_id), a.currency
          FROM ledger_account a LEFT JOIN ledger_balance b ON b.account_id = a.id
      GROUP BY keeps, b.floor_minor, b.ceiling_minor, a.kind, a.currency,
               a.brand_id IS NULL, a.influencer_id IS NULL, a.subject_id IS NULL""")
    return [
        f"account {code} is not kept as its kind demands"
        for code, keeps, floor, ceiling, *columns in rows
        if _limits(*columns) != (keeps, floor, ceiling)
    ]


def _limits(kind: str, *ids: Any) -> tuple[bool, int | None, int | None] | None:
    """Whether a balance is kept, and its floor and ceiling. None: there is no such account."""
    try:
        AccountRef(kind, *ids)
    except ValueError:
        return None
    rule = kind_rule(kind)
    return rule.keeps_balance, rule.floor_minor, rule.ceiling_minor


# --- The walls ------------------------------------------------------------------------------

TRIGGERS = {
    "ledger_legs_post",
    "ledger_account_open",
    "ledger_account_append_only",
    "ledger_journal_append_only",
    "ledger_entry_append_only",
    "ledger_balance_by_trigger_only",
}
CONSTRAINTS = {
    "ledger_account_is_opened_once",
    "ledger_account_has_an_owner_or_is_the_platforms",
    "ledger_journal_is_posted_once",
    "ledger_entry_is_not_zero",
    "ledger_balance_is_not_below_its_floor",
    "ledger_balance_is_not_above_its_ceiling",
}


def walls_stand() -> list[str]:
    """Triggers and constraints that the ledger relies on are there and switched on."""
    found = _rows("""
        SELECT tgname FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid
         WHERE relname LIKE 'ledger\\_%' AND relnamespace = 'public'::regnamespace
           AND tgenabled IN ('O', 'A')
     UNION ALL
        SELECT conname FROM pg_constraint JOIN pg_class c ON c.oid = conrelid
         WHERE relname LIKE 'ledger\\_%' AND relnamespace = 'public'::regnamespace
           AND convalidated""")
    missing = (TRIGGERS | CONSTRAINTS) - {name for (name,) in found}
    return [f"{name} is missing or switched off in the database" for name in sorted(missing)]


def nobody_may_change() -> list[str]:
    """Triggers do not see TRUNCATE, and balances are written by a trigger: rights matter too. A
    correction is a request and no money: it is decided on."""
    rows = _rows("""
        SELECT rolname, verb, relname
          FROM pg_class c, pg_roles r, unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) verb
         WHERE relname LIKE 'ledger\\_%' AND relnamespace = 'public'::regnamespace
           AND relkind = 'r' AND NOT rolsuper AND r.oid <> relowner AND rolname !~ '^pg_'
           AND (relname, verb) <> ('ledger_correction', 'UPDATE')
           AND has_table_privilege(r.oid, c.oid, verb) ORDER BY 1, 2, 3""")
    return [f"{role} may {verb} {table}, and nobody may" for role, verb, table in rows]


CHECKS = (
    journals_balance,
    journals_have_legs,
    balances_match_entries,
    balances_are_within_limits,
    copies_match_accounts,
    accounts_follow_their_kind,
    walls_stand,
    nobody_may_change,
)
