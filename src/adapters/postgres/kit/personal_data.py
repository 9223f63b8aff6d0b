"""What a table declares about an account's rows: who owns them, what erasure, handover and export do with them.

    passkeys: Final = Table(
        "passkeys", metadata, ..., info=personal_data("user_id", erase=DELETE, handover=ENDED, export="passkeys")
    )

A table that refers to an account, directly or through other tables, has to declare this; a test fails otherwise.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

from sqlalchemy import Boolean, ColumnElement, DateTime, Table, Uuid, bindparam, delete, select
from sqlalchemy.sql.dml import UpdateBase

from adapters.postgres.kit.work import Row
from booking_domain.shared.events import Event
from booking_domain.shared.ids import EventId

USER: Final = bindparam("who", type_=Uuid())
"""The account whose data is erased: a parameter of every statement here."""
PROVIDER: Final = bindparam("provider_id", type_=Uuid())
"""The provider whose profile is deleted."""
NOW: Final = bindparam("now", type_=DateTime(timezone=True))
KEEP_FACTOR: Final = bindparam("keep_factor", type_=Boolean())
"""Whether the account keeps its second factor when it changes hands: a parameter of handover statements, as `NOW`."""
_INFO: Final = "personal_data"


@dataclass(frozen=True, slots=True)
class Kept:
    """The rows stay as they are, for this reason."""

    reason: str


@dataclass(frozen=True, slots=True)
class NotExported:
    """An export does not show the rows, for this reason."""

    reason: str


Clear = Callable[[Table, ColumnElement[bool]], UpdateBase]
"""From a table, and the condition that its rows are the account's, to the statement that clears them."""
EndedEvent: TypeAlias = Callable[[Row, EventId, datetime], Event | None]
"""From a row that an ending statement returns to the event that tells others of it."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The statement that ends the rows when the account changes hands, and what tells others."""

    statement: Clear
    tells: EndedEvent | None = None


@dataclass(frozen=True, slots=True)
class LeftToOwner:
    """The rows stay when the account changes hands: `what` the owner finds from before, and is asked to look at."""

    what: str


Handover: TypeAlias = Ended | LeftToOwner | Kept


@dataclass(frozen=True, slots=True)
class PersonalRows:
    """`owner` is the column that names the account, or the row of another table that belongs to one.

    `handover` says what happens when the account changes hands: see `identity.handover`. `export` is the section of the
    export that shows the rows.
    """

    owner: str
    erase: Clear | Kept
    handover: Handover
    export: str | NotExported

    @classmethod
    def of(cls, table: Table) -> "PersonalRows | None":
        """Return the declaration of a table."""
        return table.info.get(_INFO)


def personal_data(owner: str, *, erase: Clear | Kept, handover: Handover, export: str | NotExported) -> dict[str, Any]:
    """Return the `info` of a table that declares this."""
    return {_INFO: PersonalRows(owner, erase, handover, export)}


def DELETE(table: Table, owned: ColumnElement[bool]) -> UpdateBase:  # noqa: N802 - reads as the statement it makes
    """Delete the rows."""
    return delete(table).where(owned)


ENDED: Final = Ended(DELETE)
"""The rows are deleted when the account changes hands."""


def owned_by_user(table: Table) -> ColumnElement[bool]:
    """The condition that a row of this table belongs to the account `USER`, followed through foreign keys."""
    declared = PersonalRows.of(table)
    if declared is None:
        raise LookupError(f"{table.name} refers to accounts and declares no personal data")
    column = table.c[declared.owner]
    for key in column.foreign_keys:
        target = key.column.table
        if target.name != "users":
            return column.in_(select(key.column).where(owned_by_user(target)))
    return column == USER


def belongs_to(table: Table, name: str) -> bool:
    """Whether the rows of this table are those of the table `name`, or belong to them."""
    declared = PersonalRows.of(table)
    if table.name == name or declared is None:
        return table.name == name
    targets = [key.column.table for key in table.c[declared.owner].foreign_keys]
    return any(belongs_to(target, name) for target in targets)


def erasure_statement(table: Table) -> UpdateBase | None:
    """The statement that clears an account's rows; None if they are kept."""
    declared = PersonalRows.of(table)
    if declared is None or isinstance(declared.erase, Kept):
        return None
    return declared.erase(table, owned_by_user(table))


def handover_statement(table: Table) -> tuple[UpdateBase, EndedEvent | None] | None:
    """The statement that ends an account's rows when it changes hands, and what tells others; None if they stay."""
    declared = PersonalRows.of(table)
    if declared is None or not isinstance(declared.handover, Ended):
        return None
    return declared.handover.statement(table, owned_by_user(table)), declared.handover.tells
