"""What the database must look like for the walls to stand. `selfcheck` and the matrix test ask.

Each function names what is wrong and is empty when all is well. Nothing is read but catalogues
and the migrations, so that any login may ask.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.migrations import RunSQL
from django.db.migrations.executor import MigrationExecutor

from core.tenancy.context import SETTINGS
from core.tenancy.policies import EXEMPT, LOGIN

ROLES = (LOGIN, *(f"x_{side}" for side in SETTINGS))
TENANTS = ("brand_id", "influencer_id")


def tables_without_rules() -> set[str]:
    """Tables with neither policies nor a comment that says why they need none."""
    return {table for (table,) in _rows(_WITHOUT_RULES, [f"{EXEMPT}_%"])}


def back_doors() -> set[str]:
    """Partitions and tables outside `public` that a role may reach without passing the policies
    of a table in `public`."""
    return {table for (table,) in _rows(_BACK_DOORS, [list(ROLES)])}


def leaky_views() -> set[str]:
    """Views that read with the rights of their owner, who is above every policy."""
    return {view for (view,) in _rows(_LEAKY_VIEWS)}


def loose_functions() -> set[str]:
    """Functions that run as their owner and that everybody may call, or whose meaning the caller
    can change by a search path."""
    return {function for (function,) in _rows(_LOOSE_FUNCTIONS)}


def strong_roles() -> set[str]:
    """Sides that a policy does not hold: superuser, BYPASSRLS, owner of something, may log in."""
    sides = list(ROLES[1:])
    found = {role for (role,) in _rows(_STRONG_ROLES, [sides])}
    known = {role for (role,) in _rows("SELECT rolname FROM pg_roles")}
    return found | (set(sides) - known)


def unbound_keys() -> set[tuple[str, str]]:
    """(table, column) of foreign keys between two tables of tenants that do not take the tenant
    along: the row of another tenant would be accepted. See `policies.same_tenant`."""
    wanted = set(_wanted_keys())
    bound = set(_rows(_BOUND_KEYS, [list(TENANTS)]))
    return {(table, column) for table, column, tenant in wanted - bound}


def _wanted_keys() -> Iterator[tuple[str, str, str]]:
    """(table, column, tenant's column) of every key that must be composite."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            parent = field.related_model
            if not isinstance(parent, type) or not issubclass(parent, models.Model):
                continue
            shared = [name for name in TENANTS if _has(model, name) and _has(parent, name)]
            if shared and field.attname not in TENANTS:
                yield model._meta.db_table, field.attname, shared[0]


def _has(model: type[models.Model], column: str) -> bool:
    return any(field.column == column for field in model._meta.concrete_fields)


def missing_walls() -> set[str]:
    """What the migrations promised and the database does not have, or has switched off; and
    policies and rights on tables that no migration gave."""
    promised = _promised()
    real = set(_rows(_REAL, [list(ROLES)]))
    missing = {f"missing: {kind} {name} on {table}" for kind, name, table in promised - real}
    given = {
        f"not from a migration: {kind} {name} on {table}"
        for kind, name, table in real - promised
        if kind in ("policy", "right")
    }
    return missing | given


Wall = tuple[str, str, str]  # kind, name, table

_STATEMENTS = re.compile(
    r"""
    \b(?P<verb>CREATE|DROP)\s+(?:CONSTRAINT\s+)?(?P<kind>TRIGGER|POLICY)\s+(?P<name>\w+)\b
        [^;]*?\bON\s+(?:public\.)?(?P<table>\w+)
    | \bALTER\s+TABLE\s+(?P<bound>\w+)\s+(?P<how>ADD|DROP)\s+CONSTRAINT\s+(?P<constraint>\w+)
    | \b(?P<give>GRANT|REVOKE)\s+(?P<rights>(?:SELECT|INSERT|UPDATE|DELETE|ALL|,\s*)+)\s+ON\s+
        (?:TABLE\s+)?(?:public\.)?(?P<on>\w+)\s+(?:TO|FROM)\s+(?P<role>\w+)
    """,
    re.VERBOSE,
)


def _promised() -> set[Wall]:
    """What the RunSQL of all migrations, in their order, leaves in the database."""
    walls: set[Wall] = set()
    executor = MigrationExecutor(connection)
    leaves = executor.loader.graph.leaf_nodes()
    for migration, _backwards in executor.migration_plan(leaves, clean_start=True):
        for operation in migration.operations:
            if isinstance(operation, RunSQL) and isinstance(operation.sql, str):
                for made, wall in walls_of(operation.sql):
                    (walls.add if made else walls.discard)(wall)
    return walls


def walls_of(sql: str) -> Iterator[tuple[bool, Wall]]:
    """(made or dropped, wall) of each statement of a migration that is about one."""
    for found in _STATEMENTS.finditer(sql):
        if found["kind"]:
            wall = (found["kind"].lower(), found["name"], found["table"])
            yield found["verb"] == "CREATE", wall
        elif found["constraint"]:
            yield found["how"] == "ADD", ("constraint", found["constraint"], found["bound"])
        else:
            for right in _rights(found["rights"]):
                yield (
                    found["give"] == "GRANT",
                    ("right", f"{right} of {found['role']}", found["on"]),
                )


def _rights(text: str) -> Sequence[str]:
    if text.strip() == "ALL":
        return ("SELECT", "INSERT", "UPDATE", "DELETE")
    return [right.strip() for right in text.split(",")]


def _rows(sql: str, params: Sequence[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


_WITHOUT_RULES = """
SELECT relname FROM pg_class
 WHERE relkind IN ('r', 'p', 'f', 'm') AND NOT relispartition
   AND relnamespace = 'public'::regnamespace
   AND NOT (relrowsecurity AND EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid))
   AND coalesce(obj_description(oid, 'pg_class'), '') NOT LIKE %s
"""
_BACK_DOORS = """
SELECT format('%%s.%%s', nspname, relname) FROM pg_class
  JOIN pg_namespace ON pg_namespace.oid = relnamespace
 WHERE relkind IN ('r', 'p', 'f', 'm', 'v') AND (relispartition OR nspname <> 'public')
   AND nspname <> 'information_schema' AND nspname NOT LIKE 'pg\\_%%'
   AND EXISTS (SELECT FROM unnest(%s::name[]) role
                WHERE has_schema_privilege(role, nspname, 'USAGE')
                  AND has_table_privilege(role, pg_class.oid, 'SELECT, INSERT, UPDATE, DELETE'))
"""
_LEAKY_VIEWS = """
SELECT relname FROM pg_class WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace
   AND NOT coalesce(reloptions::text LIKE '%security_invoker=true%', false)
"""
_LOOSE_FUNCTIONS = """
SELECT pg_proc.oid::regprocedure::text FROM pg_proc
  JOIN pg_namespace ON pg_namespace.oid = pronamespace
 WHERE prosecdef AND nspname NOT IN ('pg_catalog', 'information_schema')
   AND (NOT EXISTS (SELECT FROM unnest(proconfig) setting WHERE setting LIKE 'search_path=%')
        OR EXISTS (SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner)))
                    WHERE grantee = 0 AND privilege_type = 'EXECUTE'))
"""
_STRONG_ROLES = """
SELECT rolname FROM pg_roles WHERE rolname = ANY (%s)
   AND (rolsuper OR rolbypassrls OR rolcanlogin OR rolcreaterole
        OR EXISTS (SELECT FROM pg_class WHERE pg_has_role(pg_roles.oid, relowner, 'MEMBER')
                      AND relpersistence <> 't'))  -- the drain's staging table is temporary
"""
_BOUND_KEYS = """
SELECT fk.conrelid::regclass::text, child.attname, tenant.attname FROM pg_constraint fk
  JOIN pg_attribute tenant ON tenant.attrelid = fk.conrelid AND tenant.attname = ANY (%s)
  JOIN pg_attribute child ON child.attrelid = fk.conrelid AND child.attnum = ANY (fk.conkey)
 WHERE fk.contype = 'f' AND tenant.attnum = ANY (fk.conkey) AND child.attnum <> tenant.attnum
"""
# tgenabled: 'O' fires in every session that is no replica, 'A' always.
_REAL = """
SELECT 'trigger', tgname, tgrelid::regclass::text FROM pg_trigger
 WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')
UNION ALL
SELECT 'policy', polname, polrelid::regclass::text FROM pg_policy
UNION ALL
SELECT 'constraint', conname, conrelid::regclass::text FROM pg_constraint
 WHERE convalidated AND conrelid <> 0
UNION ALL
SELECT 'right', format('%%s of %%s', privilege_type, rolname), relname
  FROM pg_class CROSS JOIN LATERAL aclexplode(relacl)
  JOIN pg_roles ON pg_roles.oid = grantee
 WHERE relnamespace = 'public'::regnamespace AND rolname = ANY (%s)
   AND privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
   AND relkind IN ('r', 'p', 'f', 'm', 'v')
"""
