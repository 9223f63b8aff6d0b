"""Ports of the reconciliation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from booking_domain.reconciliation.events import EVENTS
from booking_domain.reconciliation.model import (
    FINDING_LIFECYCLE,
    RUN_LIFECYCLE,
    Finding,
    FindingId,
    FindingKind,
    FindingStatus,
    LedgerDifference,
    Run,
    RunId,
    RunStatus,
)
from booking_domain.shared.contexts import DomainContext
from booking_domain.shared.enums import checks_enums


class FindingOrder(StrEnum):
    """How findings are sorted; of equal amounts the newest is first."""

    NEWEST = "newest"
    OLDEST = "oldest"
    HIGHEST = "highest"
    LOWEST = "lowest"


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class FindingFilter:
    """Which findings to list; None matches any value. `after` is the last id of the previous page."""

    status: FindingStatus | None = None
    kind: FindingKind | None = None
    gateway: str | None = None
    run_id: RunId | None = None
    at_from: datetime | None = None
    """Found at or after this."""
    at_before: datetime | None = None
    amount_from: int | None = None
    """The amount that the gateway reports, in minor units, inclusive."""
    amount_to: int | None = None
    order: FindingOrder = FindingOrder.NEWEST
    after: FindingId | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class RunFilter:
    """Which runs to list, newest first; None matches any value. `after` is the last id of the previous page."""

    status: RunStatus | None = None
    gateway: str | None = None
    after: RunId | None = None
    limit: int = 50


class Reconciliation(Protocol):
    """Runs and findings inside a database transaction."""

    async def add_run(self, run: Run) -> bool:
        """Add a run. Return False if the same day was scheduled on the same date before; it changes nothing then."""
        ...

    async def lock_run(self, run_id: RunId) -> Run | None:
        """One run, locked until the database transaction ends."""
        ...

    async def save_run(self, run: Run, *, was: Run) -> None:
        """Replace a run, or raise `ConcurrentChange` if the stored version is not `was.version`."""
        ...

    async def count(self, run_id: RunId) -> dict[FindingStatus, int]:
        """The number of the run's findings by status."""
        ...

    async def add(self, finding: Finding) -> bool:
        """Add a finding. Return False if there is one of this gateway, kind and reference; it changes nothing then."""
        ...

    async def lock(self, finding_id: FindingId) -> Finding | None:
        """One finding, locked until the database transaction ends."""
        ...

    async def lock_by_reference(self, gateway: str, kind: FindingKind, reference: str) -> Finding | None:
        """The finding of this gateway, kind and reference, locked until the database transaction ends."""
        ...

    async def save(self, finding: Finding, *, was: Finding) -> None:
        """Replace a finding, or raise `ConcurrentChange` if the stored version is not `was.version`."""
        ...

    async def compare_ledgers(self, now: datetime) -> Sequence[LedgerDifference]:
        """Compare what is stored of gift cards, packages and points with their entries.

        What differs is kept until it agrees again, and returned.
        """
        ...


class ReconciliationReads(Protocol):
    """Reads of runs and findings, outside any database transaction."""

    async def run(self, run_id: RunId) -> Run | None:
        """One run."""
        ...

    async def runs(self, criteria: RunFilter) -> Sequence[Run]:
        """The runs that match, newest first, at most `limit`."""
        ...

    async def to_retry(self, now: datetime, limit: int) -> Sequence[Run]:
        """Runs that are to be started again at `now`, the longest overdue first."""
        ...

    async def get(self, finding_id: FindingId) -> Finding | None:
        """One finding."""
        ...

    async def page(self, criteria: FindingFilter) -> Sequence[Finding]:
        """The findings that match, in the filter's order, at most `limit`."""
        ...

    async def open_findings(self, gateway: str, invoice_references: Sequence[str]) -> Sequence[Finding]:
        """The open findings of these invoices, oldest first."""
        ...

    async def ledger_differences(self) -> Sequence[LedgerDifference]:
        """What the last comparison of the ledgers has found, by ledger."""
        ...


class ReconciliationRepositories(Protocol):
    """The repositories of this context."""

    @property
    def reconciliation(self) -> Reconciliation: ...


class ReconciliationReadGroup(Protocol):
    """The reads of this context."""

    @property
    def reconciliation(self) -> ReconciliationReads: ...


CONTEXT: Final = DomainContext(events=EVENTS, lifecycles=(RUN_LIFECYCLE, FINDING_LIFECYCLE))
