"""What all tables share: naming of constraints, and how an enum becomes a CHECK."""

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


def instant(name: str, **options: Any) -> Column[Any]:
    """A `timestamptz`; not null unless said otherwise."""
    return Column(name, DateTime(timezone=True), **{"nullable": False, **options})


def one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    """The database's CHECK equals the enum."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)
