"""Sealing everything again with the newest key, so that older ones can go.

Rows are found by the number of the key in their first byte: a run that was killed is simply
started again, and a second run finds nothing. What is sealed elsewhere than in a Sealed*Field
(inside JSON, or an index whose plain text another row keeps) is rotated by its own app, in a
module `field_rotation` with a function `rotate() -> int`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce
from importlib import import_module
from importlib.util import find_spec
from operator import or_
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import F, Func, IntegerField, Q, Value

from core.crypto import blind_index
from core.fields import SealedBytesField

BATCH = 500
PURPOSE = "rotate field keys"  # core_is_rotation lets it into append-only tables


@dataclass(frozen=True, slots=True)
class SealedTable:
    """A model with sealed columns. `indexes` maps a blind index to (sealed field, purpose)."""

    model: type[models.Model]
    fields: tuple[str, ...]
    indexes: dict[str, tuple[str, str]]

    @property
    def name(self) -> str:
        return self.model._meta.db_table

    def stale(self) -> Any:
        """Rows of which at least one column is under an older key."""
        keys = {f"key_of_{name}": _key_of(name) for name in self.fields}
        is_stale = reduce(or_, (Q(**{f"{name}__lt": max(settings.FIELD_KEYS)}) for name in keys))
        return self.model._base_manager.alias(**keys).filter(is_stale).order_by("pk")


def _key_of(field: str) -> Func:
    return Func(F(field), Value(0), function="get_byte", output_field=IntegerField())


def sealed_tables() -> Iterator[SealedTable]:
    """Every model with sealed fields. A model says in BLIND_INDEXES which of its columns are
    blind indexes of which."""
    for model in apps.get_models():
        fields = [f.name for f in model._meta.concrete_fields if isinstance(f, SealedBytesField)]
        if fields:
            indexes = getattr(model, "BLIND_INDEXES", {})
            yield SealedTable(model, tuple(fields), dict(indexes))


def table_rotate(table: SealedTable) -> int:
    """Seal all stale rows of a table again; returns how many. Commits every BATCH rows.

    Runs as the owner of the tables: some of them nobody else may change.
    """
    done = 0
    while count := _batch_rotate(table):
        done += count
    return done


def _batch_rotate(table: SealedTable) -> int:
    with rotating():
        rows = list(table.stale().select_for_update()[:BATCH])
        for row in rows:
            for index, (field, purpose) in table.indexes.items():
                setattr(row, index, blind_index(getattr(row, field), purpose=purpose))
            row.save(update_fields=[*table.fields, *table.indexes])  # saving seals anew
    return len(rows)


@contextmanager
def rotating() -> Iterator[None]:
    """A transaction in which the guards let sealed columns of frozen rows change."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.purpose', %s, true)", [PURPOSE])
        yield


def app_rotations() -> Iterator[tuple[str, Callable[[], int]]]:
    """(app, rotate) of the apps that seal more than fields."""
    for config in apps.get_app_configs():
        name = f"{config.name}.field_rotation"
        if config.name != "core" and find_spec(name) is not None:
            yield config.name, import_module(name).rotate
