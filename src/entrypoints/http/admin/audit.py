"""`/admin/audit`: the audit log."""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import get
from msgspec import Meta, field

from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.audit import AuditEntry, AuditFilter
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import UserId
from booking_domain.use_cases.audit.queries import list_audit_entries
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.kit.cursors import PAGE_AND_ONE, Page, PageQuery
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.fields import Json, Moment, Timestamp, one_of
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.projection import projection
from entrypoints.http.kit.queries import utc_moment

Word = Annotated[str, Meta(min_length=1, max_length=64)]


class AuditQuery(PageQuery, frozen=True, kw_only=True):
    """A filter of entries, and the page."""

    actor_id: UserId | None = None
    subject_kind: Word | None = None
    subject_id: UUID | None = None
    action: Word | None = None
    from_: Moment | None = field(default=None, name="from")
    to: Moment | None = None


_chosen: Final = projection(
    AuditQuery,
    AuditFilter,
    at_from=lambda query: utc_moment(query.from_, name="from"),
    at_before=lambda query: utc_moment(query.to, name="to"),
    **PAGE_AND_ONE,
)


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


@get("/audit", opt=documented(list_audit_entries, raises=(InvalidValue,)))
async def list_audit(params: Injected[AuditQuery], actor: Injected[Actor], replica_reads: Injected[Reads]) -> AuditJson:
    """List entries of the audit log, newest first; for admins.

    The log records every command and read of admins, and the commands of other users that change access. Entries are
    never changed or deleted. They contain ids, but no personal data from before or after a change.
    """
    found = await list_audit_entries(actor, _chosen(params), replica_reads.audit_log)
    return AuditJson.of(found, params.limit, entry_json, lambda entry: entry.id)
