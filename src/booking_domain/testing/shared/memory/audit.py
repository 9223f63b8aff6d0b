"""The audit log in memory."""

from collections.abc import Sequence

from booking_domain.shared.audit import AuditEntry, AuditFilter, AuditLog, AuditReads
from booking_domain.shared.ids import AuditId
from booking_domain.testing.kit.tables import InMemory, Repository
from booking_domain.testing.shared.memory.tables import AUDIT_LOG


class MemoryAuditLog(Repository[AuditId, AuditEntry], AuditLog):
    """The entries of one database transaction."""

    table = AUDIT_LOG


def _matches(entry: AuditEntry, criteria: AuditFilter) -> bool:
    subject = entry.subject
    return (
        criteria.actor_id in {None, entry.actor.id}
        and criteria.subject_kind in {None, None if subject is None else subject.kind}
        and criteria.subject_id in {None, None if subject is None else subject.id}
        and criteria.action in {None, entry.action}
        and (criteria.at_from is None or criteria.at_from <= entry.at)
        and (criteria.at_before is None or entry.at < criteria.at_before)
    )


class MemoryAuditReads(InMemory, AuditReads):
    """The committed audit log."""

    async def page(self, criteria: AuditFilter) -> Sequence[AuditEntry]:
        return self._state[AUDIT_LOG].page(
            lambda entry: _matches(entry, criteria), criteria.after, criteria.limit, newest_first=True
        )
