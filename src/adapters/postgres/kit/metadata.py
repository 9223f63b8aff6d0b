"""Shared parts of all tables: names of constraints, and the CHECK of an enum."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import CheckConstraint, Column, DateTime, MetaData

metadata: Final = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)

PUBLIC: Final = {"public": True}
"""The `info` of tables whose rows the public is shown. Triggers count their changes: see `public_versions`."""


def instant(name: str, **options: Any) -> Column[Any]:
    """A `timestamptz` column, NOT NULL by default."""
    return Column(name, DateTime(timezone=True), **{"nullable": False, **options})


def one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    """A CHECK that allows exactly the values of the enum."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def is_any(column: str, values: Iterable[str]) -> str:
    """The condition of such a CHECK for tables that are written often: each statement parses it anew, and so faster."""
    return f"{column} = ANY ('{{{','.join(values)}}}')"
