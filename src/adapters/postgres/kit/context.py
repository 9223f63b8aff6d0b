"""What a context of the adapter declares besides its tables; `adapters.postgres.contexts` collects it."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from sqlalchemy import ColumnElement, Table
from sqlalchemy.sql.dml import UpdateBase

from adapters.postgres.kit.encryption import FieldCipher
from adapters.postgres.kit.work import Work
from booking_domain.shared.errors import DomainError

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresContext:
    """One context. The tables carry their own declarations (`personal_data`, `encrypted`)."""

    tables: tuple[Table, ...]
    conflicts: Mapping[str, Callable[[], DomainError]] = field(default_factory=dict)
    """The domain error of each constraint whose violation a caller can cause."""
    release: tuple[UpdateBase, ...] = ()
    """The statements that give up what a deleted account occupies: holds, places in queues. Parameter: `USER`."""
    erasure_blockers: Mapping[str, ColumnElement[bool]] = field(default_factory=dict)
    """Conditions under which an account cannot be erased, by field of `ErasureBlockers`. Parameters: `USER`, `now`."""
    profile_blockers: Mapping[str, ColumnElement[bool]] = field(default_factory=dict)
    """The same for a provider's profile. Parameters: `PROVIDER`, `now`."""


class ReadSource(Protocol):
    """What reads are made of."""

    @property
    def statements(self) -> Work:
        """Statements outside any transaction, each on a connection of its own."""
        ...

    @property
    def cipher(self) -> FieldCipher: ...
    def pipelined(self) -> AbstractAsyncContextManager[Work]:
        """Statements outside any transaction that are sent together."""
        ...


class _Group:
    """Base of the classes with which each context adds its attributes to a facade."""

    def __init__(self, work: Work, cipher: FieldCipher) -> None:
        self.work = work
        self.cipher = cipher


class RepositoryGroup(_Group):
    """The repositories of a context, which run their statements in a transaction."""


class ReadGroup(_Group):
    """The reads of a context, outside any transaction."""

    def __init__(self, source: ReadSource) -> None:
        super().__init__(source.statements, source.cipher)
        self.pipelined = source.pipelined


class Part(Generic[Made]):
    """An attribute of a group that is made at its first use: a transaction uses a few of some sixty repositories."""

    def __init__(self, make: Callable[[_Group], Made]) -> None:
        self._make = make
        self._name = ""

    def __set_name__(self, _: type[_Group], name: str) -> None:
        self._name = name

    def __get__(self, group: _Group, _: type[_Group] | None = None) -> Made:
        made = self._make(group)
        group.__dict__[self._name] = made  # found before this descriptor from now on
        return made


def part(make: Callable[[Work], Made]) -> Part[Made]:
    """Declare an attribute of a group: a repository, or reads."""
    return Part(lambda group: make(group.work))


def part_with_cipher(make: Callable[[Work, FieldCipher], Made]) -> Part[Made]:
    """Declare an attribute with encrypted columns."""
    return Part(lambda group: make(group.work, group.cipher))
