"""The audit log, for admins."""

from collections.abc import Sequence
from typing import Final

from booking_domain.shared.actor import Actor
from booking_domain.shared.audit import AuditEntry, AuditFilter, AuditReads
from booking_domain.shared.errors import NotPermitted
from booking_domain.shared.permissions import Permission, authorise
from booking_domain.shared.queries import Query


async def _list_audit_entries(actor: Actor, criteria: AuditFilter, audit_log: AuditReads) -> Sequence[AuditEntry]:
    """A page of the audit log, newest first."""
    authorise(actor, Permission.SEE_AUDIT_LOG)
    return await audit_log.page(criteria)


list_audit_entries: Final = Query(_list_audit_entries, (NotPermitted,))
