"""Rules about rows that the database keeps for everybody, whoever writes."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.migrations import RunSQL

FUNCTIONS = RunSQL(
    """
-- A row without what is sealed (core.fields), so that keys can be rotated: see fields_rotate.
CREATE FUNCTION core_unsealed(whole jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_object_agg(key, value) FROM jsonb_each(whole)
     WHERE NOT (jsonb_typeof(value) = 'string' AND starts_with(value #>> '{}', '\\x'))
       AND key NOT LIKE '%\\_index'
$$;
CREATE FUNCTION core_is_rotation(before jsonb, after jsonb) RETURNS boolean LANGUAGE sql AS $$
    SELECT current_setting('app.purpose', true) = 'rotate field keys'
           AND core_unsealed(before) = core_unsealed(after)
$$;
CREATE FUNCTION core_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND core_is_rotation(to_jsonb(OLD), to_jsonb(NEW)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION core_refuse_thaw() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    field text;
    before jsonb := to_jsonb(OLD);
    after jsonb := to_jsonb(NEW);
BEGIN
    FOREACH field IN ARRAY TG_ARGV LOOP
        IF before -> field IS DISTINCT FROM after -> field
           AND NOT core_is_rotation(before, after) THEN
            RAISE EXCEPTION '%.% is frozen', TG_TABLE_NAME, field
                USING ERRCODE = 'restrict_violation';
        END IF;
    END LOOP;
    RETURN NEW;
END $$;
""",
    "DROP FUNCTION core_refuse_thaw(); DROP FUNCTION core_refuse_change();"
    "DROP FUNCTION core_is_rotation(jsonb, jsonb); DROP FUNCTION core_unsealed(jsonb);",
)


def append_only(table: str) -> RunSQL:
    """No row of `table` is ever changed or deleted, not even by the owner."""
    return RunSQL(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION core_refuse_change()",
        f"DROP TRIGGER {table}_append_only ON {table}",
    )


def frozen(table: str, columns: Sequence[str]) -> RunSQL:
    """These columns of `table` never change once written, and no row is deleted."""
    names = ", ".join(f"'{column}'" for column in columns)
    return RunSQL(
        f"CREATE TRIGGER {table}_frozen BEFORE UPDATE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION core_refuse_thaw({names});"
        f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION core_refuse_change()",
        f"DROP TRIGGER {table}_kept ON {table}; DROP TRIGGER {table}_frozen ON {table}",
    )


def frozen_where_named(table: str, columns: Sequence[str]) -> RunSQL:
    """As `frozen`, asked only by an UPDATE that names one of the columns: no other can change them,
    and a row's whole content is not compared with every change of its state."""
    names = ", ".join(f"'{column}'" for column in columns)
    trigger = f"CREATE TRIGGER {table}_frozen BEFORE UPDATE {{of}}ON {table}" + (
        f" FOR EACH ROW EXECUTE FUNCTION core_refuse_thaw({names})"
    )
    drop = f"DROP TRIGGER {table}_frozen ON {table};"
    return RunSQL(
        drop + trigger.format(of=f"OF {', '.join(columns)} "), drop + trigger.format(of="")
    )
