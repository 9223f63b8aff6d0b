"""The audit log in memory."""

from collections.abc import Callable, Sequence

from booking_domain.shared.audit import AuditEntry, AuditFilter, AuditLog, AuditReads
from booking_domain.testing.kit.tables import State
from booking_domain.testing.shared.memory.tables import AUDIT_LOG


class MemoryAuditLog(AuditLog):
    """The entries of one transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def add(self, entry: AuditEntry) -> None:
        self._state[AUDIT_LOG][entry.id] = entry


def audit_entries(state: State, chosen: AuditFilter) -> Sequence[AuditEntry]:
    """Return a page of the log."""
    found = [entry for entry in state[AUDIT_LOG].values() if _matches(entry, chosen)]
    return sorted(found, key=lambda entry: entry.id, reverse=True)[: chosen.limit]


def _matches(entry: AuditEntry, chosen: AuditFilter) -> bool:
    subject = entry.subject
    return (
        chosen.actor_id in {None, entry.actor.id}
        and chosen.subject_kind in {None, None if subject is None else subject.kind}
        and chosen.subject_id in {None, None if subject is None else subject.id}
        and chosen.action in {None, entry.action}
        and (chosen.at_from is None or chosen.at_from <= entry.at)
        and (chosen.at_before is None or entry.at < chosen.at_before)
        and (chosen.after is None or entry.id < chosen.after)
    )


class MemoryAuditReads(AuditReads):
    """The committed audit log."""

    def __init__(self, committed: Callable[[], State]) -> None:
        self._committed = committed

    async def page(self, chosen: AuditFilter) -> Sequence[AuditEntry]:
        return audit_entries(self._committed(), chosen)
