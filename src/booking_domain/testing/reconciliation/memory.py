"""Runs and findings of the reconciliation in memory."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from booking_domain.reconciliation.model import (
    Finding,
    FindingId,
    FindingKind,
    FindingStatus,
    Run,
    RunId,
)
from booking_domain.reconciliation.ports import (
    FindingFilter,
    FindingOrder,
    Reconciliation,
    ReconciliationReads,
    RunFilter,
)
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import UserId
from booking_domain.testing.bookings.memory.tables import BOOKINGS
from booking_domain.testing.kit.tables import ReadGroup, RepositoryGroup, State, Table
from booking_domain.testing.payments.memory.tables import PAYMENTS


def _erase_notes(state: State, rows: dict[FindingId, Finding], user_id: UserId) -> None:
    for key, finding in list(rows.items()):
        booking = None if finding.booking_id is None else state[BOOKINGS].get(finding.booking_id)
        if booking is not None and booking.customer_id == user_id and finding.note:
            rows[key] = replace(finding, note="", version=finding.version + 1)


RUNS: Final = Table[RunId, Run]("reconciliation_runs")
FINDINGS: Final = Table[FindingId, Finding]("reconciliation_findings", erase=_erase_notes)
TABLES: Final = (RUNS, FINDINGS)


class MemoryReconciliation(Reconciliation):
    """The runs and findings of one database transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def add_run(self, run: Run) -> bool:
        scheduled = ((each.gateway, each.day, each.scheduled_on) for each in self._state[RUNS].values())
        if run.scheduled_on is not None and (run.gateway, run.day, run.scheduled_on) in scheduled:
            return False
        self._state[RUNS][run.id] = run
        return True

    async def lock_run(self, run_id: RunId) -> Run | None:
        return self._state[RUNS].get(run_id)

    async def save_run(self, run: Run, *, was: Run) -> None:
        kept = self._state[RUNS].get(was.id)
        if kept is None or kept.version != was.version:
            raise ConcurrentChange(what="reconciliation run")
        self._state[RUNS][run.id] = run

    async def count(self, run_id: RunId) -> dict[FindingStatus, int]:
        return dict(Counter(each.status for each in self._state[FINDINGS].values() if each.run_id == run_id))

    async def add(self, finding: Finding) -> bool:
        self._state.require(RUNS, finding.run_id)
        if finding.payment_id is not None:
            self._state.require(PAYMENTS, finding.payment_id)
        if finding.booking_id is not None:
            self._state.require(BOOKINGS, finding.booking_id)
        if await self.lock_by_reference(finding.gateway, finding.kind, finding.reference) is not None:
            return False
        self._state[FINDINGS][finding.id] = finding
        return True

    async def lock(self, finding_id: FindingId) -> Finding | None:
        return self._state[FINDINGS].get(finding_id)

    async def lock_by_reference(self, gateway: str, kind: FindingKind, reference: str) -> Finding | None:
        key = (gateway, kind, reference)
        found = (each for each in self._state[FINDINGS].values())
        return next((each for each in found if (each.gateway, each.kind, each.reference) == key), None)

    async def save(self, finding: Finding, *, was: Finding) -> None:
        kept = self._state[FINDINGS].get(was.id)
        if kept is None or kept.version != was.version:
            raise ConcurrentChange(what="finding")
        self._state[FINDINGS][finding.id] = finding


class MemoryReconciliationReads(ReconciliationReads):
    """The committed runs and findings."""

    def __init__(self, committed: Callable[[], State]) -> None:
        self._committed = committed

    async def run(self, run_id: RunId) -> Run | None:
        return self._committed()[RUNS].get(run_id)

    async def runs(self, criteria: RunFilter) -> Sequence[Run]:
        found = [
            each
            for each in self._committed()[RUNS].values()
            if criteria.status in {None, each.status}
            and criteria.gateway in {None, each.gateway}
            and (criteria.after is None or each.id < criteria.after)
        ]
        return sorted(found, key=lambda each: each.id, reverse=True)[: criteria.limit]

    async def to_retry(self, now: datetime, limit: int) -> Sequence[Run]:
        due = [
            (each.retry_at, each.id, each)
            for each in self._committed()[RUNS].values()
            if each.retry_at is not None and each.retry_at <= now
        ]
        return [run for _, _, run in sorted(due, key=lambda each: each[:2])][:limit]

    async def get(self, finding_id: FindingId) -> Finding | None:
        return self._committed()[FINDINGS].get(finding_id)

    async def page(self, criteria: FindingFilter) -> Sequence[Finding]:
        rows = self._committed()[FINDINGS]
        falls = criteria.order in {FindingOrder.NEWEST, FindingOrder.HIGHEST}

        def rank(finding: Finding) -> tuple[Any, ...]:
            if criteria.order in {FindingOrder.HIGHEST, FindingOrder.LOWEST}:
                return finding.reported.currency, finding.reported.amount, finding.id
            return (finding.id,)

        found = sorted((each for each in rows.values() if _matches(each, criteria)), key=rank, reverse=falls)
        if criteria.after is not None:
            last = rows.get(criteria.after)
            bound = (criteria.after,) if last is None else rank(last)
            found = [each for each in found if (rank(each) < bound if falls else rank(each) > bound)]
        return found[: criteria.limit]

    async def open_findings(self, gateway: str, invoice_references: Sequence[str]) -> Sequence[Finding]:
        found = [
            each
            for each in self._committed()[FINDINGS].values()
            if each.gateway == gateway
            and each.status is FindingStatus.OPEN
            and each.invoice_reference in invoice_references
        ]
        return sorted(found, key=lambda each: each.id)


def _matches(finding: Finding, criteria: FindingFilter) -> bool:
    amount, at = finding.reported.amount, finding.created_at
    return (
        criteria.status in {None, finding.status}
        and criteria.kind in {None, finding.kind}
        and criteria.gateway in {None, finding.gateway}
        and criteria.run_id in {None, finding.run_id}
        and (criteria.at_from is None or criteria.at_from <= at)
        and (criteria.at_before is None or at < criteria.at_before)
        and (criteria.amount_from is None or criteria.amount_from <= amount)
        and (criteria.amount_to is None or amount <= criteria.amount_to)
    )


class ReconciliationRepositories(RepositoryGroup):
    """The repositories of this context."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.reconciliation = MemoryReconciliation(state)


class ReconciliationReadGroup(ReadGroup):
    """The reads of this context."""

    def __init__(self, committed: Callable[[], State]) -> None:
        super().__init__(committed)
        self.reconciliation = MemoryReconciliationReads(committed)
