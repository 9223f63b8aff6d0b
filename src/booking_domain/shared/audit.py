"""The audit log: who has done what, to what, from where and when.

It can be added to and read, and nothing else: the database itself refuses to change or remove an entry. So an entry
holds ids and no names, e-mail addresses or phone numbers: what is erased elsewhere has not been copied to where it
could not be erased.
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
"""What JSON can say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a command comes from, as far as can be seen; by default from nowhere, as in a test."""

    address: str = ""
    user_agent: str = ""
    """What the client calls itself; of a process of the platform: its name."""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """What something was done to."""

    kind: str
    """`user`, `booking`, `provider`, …"""
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What a use case itself has to say of what it did."""

    action: str
    """`context.what`, e.g. `user.disabled`."""
    subject: Subject | None = None
    """None: what the use case concerns."""
    actor: Actor | None = None
    """None: who asks; somebody else where the platform acts for them."""
    details: Details = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """An entry."""

    id: AuditId
    at: datetime
    actor: Actor
    action: str
    subject: Subject | None
    origin: Origin
    details: Details = field(default_factory=dict)
    """Nothing personal: of a personal field its name, and neither its old nor its new value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which entries to read; None: any."""

    actor_id: UserId | None = None
    subject_kind: str | None = None
    subject_id: UUID | None = None
    action: str | None = None
    at_from: datetime | None = None
    at_before: datetime | None = None
    after: AuditId | None = None
    """The last entry of the page before."""
    limit: int


class AuditLog(Protocol):
    """Where a transaction leaves its entries."""

    async def add(self, entry: AuditEntry) -> None:
        """Keep the entry for good, if and only if the transaction commits."""
        ...


class AuditReads(Protocol):
    """Reads of the audit log, outside any transaction."""

    async def page(self, chosen: AuditFilter) -> Sequence[AuditEntry]:
        """Those that match by id, the latest first; at most `limit`."""
        ...
