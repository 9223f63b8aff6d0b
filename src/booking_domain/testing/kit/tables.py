"""Tables in memory: frozen rows by key, and what an erasure, or a handover of the account, does to them.

A repository in memory has one `table`; its base class has the methods that are the same for every table.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any, Generic, Self, TypeVar, cast, overload

from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.events import Event
from booking_domain.shared.ids import Entropy, EventId, UserId

Key = TypeVar("Key")
Row = TypeVar("Row")
Made = TypeVar("Made")


class MissingRow(LookupError):
    """A row refers to a row that does not exist: a bug in the caller, which a foreign key rejects too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountHandover:
    """An account that changes hands, and the events that tell others what has ended."""

    user_id: UserId
    keep_factor: bool
    now: datetime
    entropy: Entropy
    events: list[Event] = field(default_factory=list)

    def event_id(self) -> EventId:
        """The id of a new event."""
        return EventId(self.entropy.new_id())


class SharedState(Exception):
    """A call locks or writes: its database transaction has to wait for the others first."""


class Rows(dict[Key, Row]):
    """The rows of a table, by key."""

    __slots__ = ("_state", "_table")

    def __init__(self, table: "Table[Key, Row]", state: "State", rows: Mapping[Key, Row]) -> None:
        super().__init__(rows)
        self._table = table
        self._state = state

    def __setitem__(self, key: Key, row: Row) -> None:
        self._state.write()
        super().__setitem__(key, row)

    def __delitem__(self, key: Key) -> None:
        self._state.write()
        super().__delitem__(key)

    def setdefault(self, key: Key, default: Row) -> Row:
        """Store a row unless there is one, and return what is there."""
        self._state.write()
        return super().setdefault(key, default)

    @overload  # type: ignore[override]
    def pop(self, key: Key, /) -> Row: ...
    @overload
    def pop(self, key: Key, default: None, /) -> Row | None: ...
    def pop(self, key: Key, /, *default: None) -> Row | None:
        """Delete a row and return it."""
        self._state.write()
        return super().pop(key, *default)

    def update(self, rows: Mapping[Key, Row]) -> None:  # type: ignore[override]
        """Store rows."""
        self._state.write()
        super().update(rows)

    def put(self, row: Row) -> None:
        """Store a row.

        Raises:
            MissingRow: a row that it refers to does not exist.
        """
        for table, key in self._table.refers(row):
            if key is not None:
                self._state.require(table, key)
        self[self._table.key(row)] = row

    def save(self, row: Row, *, was: Row) -> None:
        """Replace a row that still has the version that it had in `was`.

        Raises:
            ConcurrentChange: it has another version, or is gone.
        """
        version, key = attrgetter("version"), self._table.key(was)
        if key not in self or version(self[key]) != version(was):
            raise ConcurrentChange(what=self._table.what)
        self[key] = row

    def where(self, matches: Callable[[Row], bool]) -> list[Row]:
        """The rows that match."""
        return [row for row in self.values() if matches(row)]

    def delete(self, when: Callable[[Row], bool]) -> list[Row]:
        """Delete the rows that match, and return them."""
        return [self.pop(key) for key in [key for key, row in self.items() if when(row)]]

    def delete_keys(self, when: Callable[[Key], bool]) -> list[Row]:
        """Delete the rows whose keys match, and return them."""
        return [self.pop(key) for key in [key for key in self if when(key)]]

    def change(self, when: Callable[[Row], bool], changed: Callable[[Row], Row]) -> None:
        """Replace the rows that match."""
        self.update({key: changed(row) for key, row in self.items() if when(row)})

    def page(
        self,
        matches: Callable[[Row], bool] = lambda _: True,
        after: Any = None,
        limit: int | None = None,
        *,
        newest_first: bool = False,
    ) -> list[Row]:
        """The rows that match, by key, from the one that follows `after`."""
        keys = sorted(cast("dict[Any, Row]", self), reverse=newest_first)
        following = (key for key in keys if after is None or (key < after if newest_first else key > after))
        return [self[key] for key in following if matches(self[key])][:limit]

    def due(self, at: Callable[[Row], datetime | None], now: datetime, limit: int) -> list[Row]:
        """The rows whose time has come, the earliest first."""
        found = [(when, key) for key, row in self.items() if (when := at(row)) is not None and when <= now]
        return [self[key] for _, key in sorted(cast("list[tuple[datetime, Any]]", found))[:limit]]


Erase = Callable[["State", Rows[Key, Row], UserId], None]


@dataclass(frozen=True, eq=False)
class Table(Generic[Key, Row]):
    """The declaration of a table.

    `erase` removes the personal data of a user from the rows. It is None for a table without personal data. `handover`
    ends what reaches or acts for an account that changes hands; with `ends`, that is what `erase` removes.

    >>> names = Table[int, str]("names", key=len, erase=delete_rows(lambda row: None))
    >>> state = State()
    >>> state[names].put("Dorj")
    >>> state.copy() == state, state[names]
    (True, {4: 'Dorj'})
    """

    name: str
    key: Callable[[Row], Key] = attrgetter("id")
    refers: Callable[[Row], Iterable[tuple["Table[Any, Any]", object]]] = lambda _: ()
    """The rows of other tables that a row needs, by key; None refers to no row."""
    what: str = ""
    """What `ConcurrentChange` calls a row with a version."""
    erase: Erase[Key, Row] | None = None
    handover: Callable[["State", Rows[Key, Row], AccountHandover], None] | None = None
    ends: bool = False

    def hand_over(self, state: "State", account: AccountHandover) -> None:
        """End what the account is handed over without."""
        if self.ends and self.erase is not None:
            self.erase(state, state[self], account.user_id)
        if self.handover is not None:
            self.handover(state, state[self], account)


@dataclass(slots=True)
class State:
    """The rows of all tables. Rows are frozen, so a copy of the tables is a snapshot."""

    _rows: dict[Table[Any, Any], Rows[Any, Any]] = field(default_factory=dict)
    shared: bool = field(default=False, compare=False)
    """Whether it is the committed state, which a database transaction reads that has not locked or written anything."""
    taken: bool = field(default=False, compare=False)
    """Whether a database transaction that has not ended has locked or written something."""

    def lock(self) -> None:
        """Lock what is read now: let no other database transaction write or lock anything until this one ends."""
        self.write()

    def try_lock(self) -> bool:
        """Lock what is read now, or return False at once if another database transaction has locked or written."""
        if not self.taken:
            self.lock()
        return not self.taken

    def write(self) -> None:
        """Begin to write.

        Raises:
            SharedState: the database transaction has to wait for the others, and to make the call again.
        """
        if self.shared:
            raise SharedState

    def __getitem__(self, table: Table[Key, Row]) -> Rows[Key, Row]:
        found = self._rows.get(table)
        if found is None:
            found = self._rows[table] = Rows(table, self, {})
        return cast("Rows[Key, Row]", found)

    def __setitem__(self, table: Table[Key, Row], rows: Mapping[Key, Row]) -> None:
        self.write()
        self._rows[table] = Rows(table, self, rows)

    def copy(self) -> Self:
        """Return a snapshot."""
        copied = type(self)()
        for table, rows in self._rows.items():
            if rows:
                copied[table] = rows
        return copied

    def require(self, table: Table[Key, Row], key: Key) -> None:
        """Check a reference to a row.

        Raises:
            MissingRow: the table has no row with this key.
        """
        if key not in self[table]:
            message = f"{table.name} has no row {key}"
            raise MissingRow(message)


def delete_rows(owner: Callable[[Row], UserId | None], when: Callable[[Row], bool] = lambda _: True) -> Erase[Key, Row]:
    """Erase by deleting the rows that belong to the user and fulfil a condition."""

    def erase(_: State, rows: Rows[Key, Row], user_id: UserId) -> None:
        rows.delete(lambda row: owner(row) == user_id and when(row))

    return erase


def delete_key(user_of: Callable[[Key], object]) -> Erase[Key, Row]:
    """Erase by deleting the rows whose key names the user."""

    def erase(_: State, rows: Rows[Key, Row], user_id: UserId) -> None:
        rows.delete_keys(lambda key: user_of(key) == user_id)

    return erase


def change_rows(owner: Callable[[Row], UserId | None], erased: Callable[[Row], Row]) -> Erase[Key, Row]:
    """Erase by replacing the rows that belong to the user."""

    def erase(_: State, rows: Rows[Key, Row], user_id: UserId) -> None:
        rows.change(lambda row: owner(row) == user_id, erased)

    return erase


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryContext:
    """What a context brings to the test kit."""

    package: str
    """The name of the package. Its module `contracts` holds `CONTRACTS`: each port with its contract."""
    tables: tuple[Table[Any, Any], ...] = ()


class InMemory:
    """Base of repositories and reads: `self._state` has the rows of the database transaction, or the committed rows."""

    def __init__(self, current: Callable[[], State]) -> None:
        self._current = current

    @property
    def _state(self) -> State:
        return self._current()


class Lookup(InMemory, Generic[Key, Row]):
    """Finds rows of one table by their key."""

    table: Table[Key, Row]

    @property
    def _rows(self) -> Rows[Key, Row]:
        return self._state[self.table]

    async def get(self, key: Key) -> Row | None:
        """Find a row."""
        return self._rows.get(key)

    async def lock(self, key: Key) -> Row | None:
        """Find a row, and lock it."""
        self._state.lock()
        return self._rows.get(key)


class Repository(Lookup[Key, Row]):
    """Adds rows to one table, and removes them."""

    async def add(self, row: Row) -> None:
        """Store a row."""
        self._rows.put(row)

    async def remove(self, key: Key) -> None:
        """Delete a row, if there is one."""
        self._rows.pop(key, None)


class VersionedRepository(Repository[Key, Row]):
    """Saves rows that have a version."""

    async def save(self, row: Row, *, was: Row) -> None:
        """Replace a row that nobody has changed."""
        self._rows.save(row, was=was)


class Group:
    """Base of the classes with which each context adds its repositories to a database transaction, or its reads."""

    def __init__(self, current: Callable[[], State]) -> None:
        self.current = current

    def made(self, part: Made) -> Made:
        """What the group has of a repository, or of reads, that is made at its first use."""
        return part


class Part(Generic[Made]):
    """An attribute of a group that is made at its first use."""

    def __init__(self, make: Callable[[Callable[[], State]], Made]) -> None:
        self._make = make
        self._name = ""

    def __set_name__(self, _: type[Group], name: str) -> None:
        self._name = name

    def __get__(self, group: Group, _: type[Group] | None = None) -> Made:
        made = group.made(self._make(group.current))
        group.__dict__[self._name] = made  # found before this descriptor from now on
        return made


def part(make: Callable[[Callable[[], State]], Made]) -> Part[Made]:
    """Declare a repository, or reads."""
    return Part(make)
