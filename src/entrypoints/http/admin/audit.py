"""`/admin/audit`: the audit log."""

from litestar import get

from booking_domain.shared.actor import Actor
from booking_domain.shared.audit import AuditFilter
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import AuditId, UserId
from booking_domain.use_cases.audit.queries import list_audit_entries
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.admin.audit_schemas import AuditJson, AuditQuery, entry_json
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.queries import utc_moment


@get("/audit", opt=documented(list_audit_entries, raises=(InvalidValue,)))
async def list_audit(params: Injected[AuditQuery], actor: Injected[Actor], reads: Injected[Reads]) -> AuditJson:
    """List entries of the audit log, newest first; for admins.

    The log records every command and read of admins, and the commands of other users that change access. Entries are
    never changed or deleted. They contain ids, but no personal data from before or after a change.
    """
    chosen = AuditFilter(
        actor_id=None if params.actor_id is None else UserId(params.actor_id),
        subject_kind=params.subject_kind,
        subject_id=params.subject_id,
        action=params.action,
        at_from=utc_moment(params.from_, name="from"),
        at_before=utc_moment(params.to, name="to"),
        after=params.after(AuditId),
        limit=params.limit + 1,
    )
    found = await list_audit_entries(actor, chosen, reads.audit_log)
    return AuditJson.of(found, params.limit, entry_json, lambda entry: entry.id)
