"""The audit log: who did what, to which object, from where and when.

Entries can be added and read; the database rejects updates and deletes. So an entry holds ids, and no names, e-mail
addresses or phone numbers: erasing an account leaves no copy of its personal data here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeAlias
from uuid import UUID

from booking_domain.shared.actor import Actor
from booking_domain.shared.ids import AuditId, UserId

Detail: TypeAlias = "str | int | bool | Sequence[Detail] | Mapping[str, Detail] | None"
Details: TypeAlias = Mapping[str, Detail]
"""A JSON object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a command comes from, as far as it is known. Empty by default, as in a test."""

    address: str = ""
    user_agent: str = ""
    """The client's user agent, or the name of a process of the platform."""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """The object of an audit entry."""

    kind: str
    """`user`, `booking`, `provider`, …"""
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """An audit entry that a use case asks for explicitly."""

    action: str
    """`context.what`, e.g. `user.disabled`."""
    subject: Subject | None = None
    """None: the subject of the use case."""
    actor: Actor | None = None
    """None: the actor of the use case. Another one where the platform acts on behalf of a user."""
    details: Details = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One entry of the audit log."""

    id: AuditId
    at: datetime
    actor: Actor
    action: str
    subject: Subject | None
    origin: Origin
    details: Details = field(default_factory=dict)
    """No personal data: names of changed fields, without their old or new values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which entries to read. None matches any value."""

    actor_id: UserId | None = None
    subject_kind: str | None = None
    subject_id: UUID | None = None
    action: str | None = None
    at_from: datetime | None = None
    at_before: datetime | None = None
    after: AuditId | None = None
    """The last entry of the previous page."""
    limit: int


class AuditLog(Protocol):
    """The audit log inside a database transaction."""

    async def add(self, entry: AuditEntry) -> None:
        """Add the entry, if and only if the database transaction commits."""
        ...


class AuditReads(Protocol):
    """Reads of the audit log, outside any database transaction."""

    async def page(self, criteria: AuditFilter) -> Sequence[AuditEntry]:
        """The matching entries, newest first (by id), at most `limit`."""
        ...
