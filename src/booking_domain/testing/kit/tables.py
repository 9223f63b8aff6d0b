"""Tables in memory: frozen rows by key, and what an erasure, or a handover of the account, does to them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Self, TypeVar, cast

from booking_domain.shared.events import Event
from booking_domain.shared.ids import Entropy, EventId, UserId

Key = TypeVar("Key")
Row = TypeVar("Row")


class MissingRow(LookupError):
    """A row refers to a row that does not exist: a bug in the caller, which a foreign key rejects too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """An account that changes hands, and the events that tell others what has ended."""

    user_id: UserId
    keep_factor: bool
    now: datetime
    entropy: Entropy
    told: list[Event] = field(default_factory=list)

    def event_id(self) -> EventId:
        """The id of a new event."""
        return EventId(self.entropy.new_id())


@dataclass(frozen=True, eq=False)
class Table(Generic[Key, Row]):
    """The declaration of a table.

    `erase` removes the personal data of a user from the rows. It is None for a table without personal data. `handover`
    ends what reaches or acts for an account that changes hands.

    >>> names = Table[int, str]("names", erase=delete_rows(lambda row: None))
    >>> state = State()
    >>> state[names][1] = "Dorj"
    >>> state.copy() == state
    True
    """

    name: str
    erase: Callable[["State", dict[Key, Row], UserId], None] | None = None
    handover: Callable[["State", dict[Key, Row], Handed], None] | None = None


@dataclass(slots=True)
class State:
    """The rows of all tables. Rows are frozen, so a copy of the tables is a snapshot."""

    _rows: dict[Table[Any, Any], dict[Any, Any]] = field(default_factory=dict)

    def __getitem__(self, table: Table[Key, Row]) -> dict[Key, Row]:
        return cast("dict[Key, Row]", self._rows.setdefault(table, {}))

    def __setitem__(self, table: Table[Key, Row], rows: dict[Key, Row]) -> None:
        self._rows[table] = rows

    def copy(self) -> Self:
        """Return a snapshot."""
        return type(self)({table: dict(rows) for table, rows in self._rows.items() if rows})

    def require(self, table: Table[Key, Row], key: Key) -> None:
        """Check a reference to a row.

        Raises:
            MissingRow: the table has no row with this key.
        """
        if key not in self[table]:
            message = f"{table.name} has no row {key}"
            raise MissingRow(message)


def delete_rows(
    owner: Callable[[Row], UserId | None], when: Callable[[Row], bool] = lambda _: True
) -> Callable[[State, dict[Key, Row], UserId], None]:
    """Erase by deleting the rows that belong to the user and fulfil a condition."""

    def erase(_: State, rows: dict[Key, Row], user_id: UserId) -> None:
        for key in [key for key, row in rows.items() if owner(row) == user_id and when(row)]:
            del rows[key]

    return erase


def delete_key(user_of: Callable[[Key], object]) -> Callable[[State, dict[Key, Row], UserId], None]:
    """Erase by deleting the rows whose key names the user."""

    def erase(_: State, rows: dict[Key, Row], user_id: UserId) -> None:
        for key in [key for key in rows if user_of(key) == user_id]:
            del rows[key]

    return erase


def change_rows(
    owner: Callable[[Row], UserId | None], erased: Callable[[Row], Row]
) -> Callable[[State, dict[Key, Row], UserId], None]:
    """Erase by replacing the rows that belong to the user."""

    def erase(_: State, rows: dict[Key, Row], user_id: UserId) -> None:
        for key, row in rows.items():
            if owner(row) == user_id:
                rows[key] = erased(row)

    return erase


def ended(
    erase: Callable[[State, dict[Key, Row], UserId], None],
) -> Callable[[State, dict[Key, Row], Handed], None]:
    """End rows, when the account changes hands, as an erasure does."""

    def end(state: State, rows: dict[Key, Row], handed: Handed) -> None:
        erase(state, rows, handed.user_id)

    return end


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a context brings to the test kit."""

    package: str
    """The name of the package. Its module `contracts` holds `CONTRACTS`: each port with its contract."""
    tables: tuple[Table[Any, Any], ...] = ()


class RepositoryGroup:
    """Base of the classes with which each context adds its repositories to a database transaction."""

    def __init__(self, state: State) -> None:
        pass


class ReadGroup:
    """Base of the classes with which each context adds its reads."""

    def __init__(self, committed: Callable[[], State]) -> None:
        pass
