"""The JSON of the audit log."""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from msgspec import Meta, field

from booking_domain.shared.actor import Role
from booking_domain.shared.audit import AuditEntry
from entrypoints.http.kit.cursors import Page, PageQuery
from entrypoints.http.kit.fields import Json, Moment, Timestamp, one_of
from entrypoints.http.kit.projection import projection

Word = Annotated[str, Meta(min_length=1, max_length=64)]


class AuditQuery(PageQuery, frozen=True, kw_only=True):
    """A filter of entries, and the page."""

    actor_id: UUID | None = None
    subject_kind: Word | None = None
    subject_id: UUID | None = None
    action: Word | None = None
    from_: Moment | None = field(default=None, name="from")
    to: Moment | None = None


class EntryJson(Json, frozen=True, kw_only=True):
    """An entry of the audit log."""

    id: UUID
    at: Timestamp
    actor_id: UUID
    actor_role: Annotated[str, one_of(Role)]
    """The role in which the actor did it."""
    action: str
    """What was done, e.g. `provider.approve`."""
    subject_kind: str | None = None
    """The kind of the subject: `user`, `booking`, `provider`, …. Absent: none, or the actor's own account."""
    subject_id: UUID | None = None
    address: str
    """The network address of the request."""
    user_agent: str
    request_id: str
    details: Mapping[str, Any]
    """More about it, by name."""


class AuditJson(Page[EntryJson], frozen=True, kw_only=True):
    """A page of the audit log."""


entry_json: Final = projection(
    AuditEntry,
    EntryJson,
    subject_kind="subject.kind",
    subject_id="subject.id",
    address="origin.address",
    user_agent="origin.user_agent",
    request_id="origin.request_id",
)
"""Show an entry."""
