"""The audit log in memory."""

from collections.abc import Callable, Sequence

from booking_domain.shared.audit import AuditEntry, AuditFilter, AuditLog, AuditReads
from booking_domain.testing.kit.tables import State
from booking_domain.testing.shared.memory.tables import AUDIT_LOG


class MemoryAuditLog(AuditLog):
    """The entries of one database transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def add(self, entry: AuditEntry) -> None:
        self._state[AUDIT_LOG][entry.id] = entry


def audit_entries(state: State, criteria: AuditFilter) -> Sequence[AuditEntry]:
    """Return a page of the log."""
    found = [entry for entry in state[AUDIT_LOG].values() if _matches(entry, criteria)]
    return sorted(found, key=lambda entry: entry.id, reverse=True)[: criteria.limit]


def _matches(entry: AuditEntry, criteria: AuditFilter) -> bool:
    subject = entry.subject
    return (
        criteria.actor_id in {None, entry.actor.id}
        and criteria.subject_kind in {None, None if subject is None else subject.kind}
        and criteria.subject_id in {None, None if subject is None else subject.id}
        and criteria.action in {None, entry.action}
        and (criteria.at_from is None or criteria.at_from <= entry.at)
        and (criteria.at_before is None or entry.at < criteria.at_before)
        and (criteria.after is None or entry.id < criteria.after)
    )


class MemoryAuditReads(AuditReads):
    """The committed audit log."""

    def __init__(self, committed: Callable[[], State]) -> None:
        self._committed = committed

    async def page(self, criteria: AuditFilter) -> Sequence[AuditEntry]:
        return audit_entries(self._committed(), criteria)
