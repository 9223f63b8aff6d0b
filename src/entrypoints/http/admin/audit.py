"""`/admin/audit`: who has done what."""

from typing import Any, Final

from litestar import get

from booking_domain.shared.actor import Actor
from booking_domain.shared.audit import AuditFilter
from booking_domain.shared.errors import InvalidValue, NotPermitted
from booking_domain.shared.ids import AuditId, UserId
from booking_domain.shared.permissions import Permission, authorise
from booking_domain.workflows.ports import Reads
from entrypoints.http.admin.audit_schemas import AuditJson, AuditQuery, entry_json
from entrypoints.http.kit.cursors import cursor_of, cut, read_cursor
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.queries import utc_moment

_ENTRY: Final[dict[str, Any]] = {
    "id": "0199f3a2-1b40-7c11-9a55-0d6a4f0e8d10",
    "at": "2026-11-23T02:00:00Z",
    "actorId": "0199f3a2-1b40-7c11-9a55-0d6a4f0e8d11",
    "actorRole": "admin",
    "action": "user.disabled",
    "subjectKind": "user",
    "subjectId": "0199f3a2-1b40-7c11-9a55-0d6a4f0e8d12",
    "address": "192.0.2.7",
    "userAgent": "Mozilla/5.0",
    "requestId": "0199f3a2-1b40-7c11-9a55-0d6a4f0e8d13",
    "details": {"changed": ["status"], "before": {"status": "active"}, "after": {"status": "disabled"}},
}


@get("/audit", opt=documented(answer={"items": [_ENTRY], "nextCursor": None}, refusals=(NotPermitted, InvalidValue)))
async def list_audit(asked: Injected[AuditQuery], actor: Injected[Actor], reads: Injected[Reads]) -> AuditJson:
    """Who has done what, the latest first; for admins.

    All that admins do and read, and of others what changes who may do what. Entries stay as they are, for good; they
    hold ids, and nothing of what was personal before or after a change.
    """
    authorise(actor, Permission.SEE_AUDIT_LOG)
    after = read_cursor(asked.cursor)
    chosen = AuditFilter(
        actor_id=None if asked.actor_id is None else UserId(asked.actor_id),
        subject_kind=asked.subject_kind,
        subject_id=asked.subject_id,
        action=asked.action,
        at_from=utc_moment(asked.from_, name="from"),
        at_before=utc_moment(asked.to, name="to"),
        after=None if after is None else AuditId(after),
        limit=asked.limit + 1,
    )
    page, more = cut(await reads.audit_log.page(chosen), asked.limit)
    return AuditJson(items=tuple(map(entry_json, page)), next_cursor=cursor_of(page[-1].id) if more else None)
