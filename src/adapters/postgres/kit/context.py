"""What a context of the adapter declares besides its tables; `adapters.postgres.contexts` collects it."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy import ColumnElement, Table
from sqlalchemy.sql.dml import UpdateBase

from adapters.postgres.kit.encryption import FieldCipher
from adapters.postgres.kit.work import Work
from booking_domain.shared.errors import DomainError


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
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


class RepositoryGroup:
    """Base of the classes with which each context adds its repositories to the transaction's facade."""

    def __init__(self, work: Work, cipher: FieldCipher) -> None:
        pass


class ReadGroup:
    """Base of the classes with which each context adds its reads to the facade of reads."""

    def __init__(self, source: ReadSource) -> None:
        pass
