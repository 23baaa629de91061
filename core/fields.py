"""Model fields for personal data."""

from __future__ import annotations

from typing import Any

from django.db import models

from core.crypto import seal, unseal


class SealedBytesField(models.BinaryField):
    """Bytes that are readable in Python and sealed in the database. Bound to its column."""

    def _purpose(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        sealed = None if value is None else seal(bytes(value), purpose=self._purpose())
        return super().get_db_prep_value(sealed, connection, prepared)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return None if value is None else unseal(bytes(value), purpose=self._purpose())


class SealedTextField(SealedBytesField):
    """Text that is readable in Python and sealed in the database."""

    # For django-stubs: BinaryField says bytes.
    _pyi_private_set_type: str
    _pyi_private_get_type: str  # type: ignore[assignment]

    def _check_str_default_value(self) -> list[Any]:
        """A default is text here, and BinaryField would refuse it."""
        return []

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        plain = None if value is None else str(value).encode()
        return super().get_db_prep_value(plain, connection, prepared)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        plain = super().from_db_value(value, expression, connection)
        return None if plain is None else plain.decode()

    def to_python(self, value: Any) -> Any:
        return value
