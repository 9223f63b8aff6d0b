"""Runs and findings of the reconciliation in memory."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from booking_domain.reconciliation.model import (
    Finding,
    FindingId,
    FindingKind,
    FindingStatus,
    LedgerDifference,
    LedgerKind,
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
from booking_domain.shared.ids import UserId
from booking_domain.testing.bookings.memory.tables import BOOKINGS
from booking_domain.testing.gift_cards.memory import GIFT_CARD_ENTRIES, GIFT_CARDS
from booking_domain.testing.kit.tables import Group, Lookup, Part, Rows, State, Table
from booking_domain.testing.loyalty.memory import LOYALTY_ACCOUNTS, LOYALTY_ENTRIES
from booking_domain.testing.packages.memory import PACKAGE_ENTRIES, PACKAGES
from booking_domain.testing.payments.memory.tables import PAYMENTS


def _erase_notes(state: State, rows: Rows[FindingId, Finding], user_id: UserId) -> None:
    booked = {each.id for each in state[BOOKINGS].values() if each.customer_id == user_id}
    rows.change(
        lambda finding: bool(finding.note) and finding.booking_id in booked,
        lambda finding: replace(finding, note="", version=finding.version + 1),
    )


RUNS: Final = Table[RunId, Run]("reconciliation_runs", what="reconciliation run")
FINDINGS: Final = Table[FindingId, Finding](
    "reconciliation_findings",
    refers=lambda row: ((RUNS, row.run_id), (PAYMENTS, row.payment_id), (BOOKINGS, row.booking_id)),
    what="finding",
    erase=_erase_notes,
)
DIFFERENCES: Final = Table[tuple[str, UUID], LedgerDifference](
    "ledger_differences", key=lambda row: (row.ledger.value, row.subject_id)
)
TABLES: Final = (RUNS, FINDINGS, DIFFERENCES)


class MemoryReconciliation(Lookup[FindingId, Finding], Reconciliation):
    """The runs and findings of one database transaction."""

    table = FINDINGS

    async def add_run(self, run: Run) -> bool:
        scheduled = ((each.gateway, each.day, each.scheduled_on) for each in self._state[RUNS].values())
        if run.scheduled_on is not None and (run.gateway, run.day, run.scheduled_on) in scheduled:
            return False
        self._state[RUNS][run.id] = run
        return True

    async def lock_run(self, run_id: RunId) -> Run | None:
        self._state.lock()
        return self._state[RUNS].get(run_id)

    async def save_run(self, run: Run, *, was: Run) -> None:
        self._state[RUNS].save(run, was=was)

    async def count(self, run_id: RunId) -> dict[FindingStatus, int]:
        return dict(Counter(each.status for each in self._rows.values() if each.run_id == run_id))

    async def add(self, finding: Finding) -> bool:
        if await self.lock_by_reference(finding.gateway, finding.kind, finding.reference) is not None:
            return False
        self._rows.put(finding)
        return True

    async def save(self, finding: Finding, *, was: Finding) -> None:
        self._rows.save(finding, was=was)

    async def lock_by_reference(self, gateway: str, kind: FindingKind, reference: str) -> Finding | None:
        self._state.lock()
        key = (gateway, kind, reference)
        return next((each for each in self._rows.values() if (each.gateway, each.kind, each.reference) == key), None)

    async def compare_ledgers(self, now: datetime) -> Sequence[LedgerDifference]:
        known, rows = dict(self._state[DIFFERENCES]), self._state[DIFFERENCES]
        rows.delete(lambda _: True)
        for ledger, subject_id, stored, entries in _ledgers(self._state):
            if stored != entries:
                before = known.get((ledger.value, subject_id))
                rows.put(
                    LedgerDifference(
                        ledger=ledger,
                        subject_id=subject_id,
                        stored=stored,
                        entries=entries,
                        found_at=now if before is None else before.found_at,
                        checked_at=now,
                    )
                )
        return _in_order(self._state)


def _ledgers(state: State) -> Iterator[tuple[LedgerKind, UUID, int, int]]:
    """What is stored, and the sum of its entries."""
    of_cards, of_payments, visits, prices, points = (Counter[UUID]() for _ in range(5))
    for card_entry in state[GIFT_CARD_ENTRIES].values():
        of_cards[card_entry.card_id] += card_entry.amount
        if card_entry.payment_id is not None:
            of_payments[card_entry.payment_id] -= card_entry.amount
    for visit in state[PACKAGE_ENTRIES].values():
        visits[visit.package_id] += visit.visits
        prices[visit.package_id] += visit.amount
    for entry in state[LOYALTY_ENTRIES].values():
        points[entry.account_id] += entry.points
    for card in state[GIFT_CARDS].values():
        yield LedgerKind.GIFT_CARD, card.id, card.balance.amount, of_cards[card.id]
    for payment in state[PAYMENTS].values():
        if payment.of_gift_card:
            yield LedgerKind.GIFT_CARD_PAYMENT, payment.id, payment.held.amount, of_payments[payment.id]
    for package in state[PACKAGES].values():
        yield LedgerKind.PACKAGE_VISITS, package.id, package.balance, visits[package.id]
        yield LedgerKind.PACKAGE_PRICE, package.id, package.worth(package.unused), prices[package.id]
    for account in state[LOYALTY_ACCOUNTS].values():
        yield LedgerKind.POINTS, account.id, account.balance, points[account.id]


def _in_order(state: State) -> Sequence[LedgerDifference]:
    return sorted(state[DIFFERENCES].values(), key=lambda each: (each.ledger, each.subject_id))


class MemoryReconciliationReads(Lookup[FindingId, Finding], ReconciliationReads):
    """The committed runs and findings."""

    table = FINDINGS

    async def run(self, run_id: RunId) -> Run | None:
        return self._state[RUNS].get(run_id)

    async def runs(self, criteria: RunFilter) -> Sequence[Run]:
        return self._state[RUNS].page(
            lambda each: criteria.status in {None, each.status} and criteria.gateway in {None, each.gateway},
            criteria.after,
            criteria.limit,
            newest_first=True,
        )

    async def to_retry(self, now: datetime, limit: int) -> Sequence[Run]:
        return self._state[RUNS].due(lambda each: each.retry_at, now, limit)

    async def page(self, criteria: FindingFilter) -> Sequence[Finding]:
        rows = self._rows
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
        return self._rows.page(
            lambda each: (
                each.gateway == gateway
                and each.status is FindingStatus.OPEN
                and each.invoice_reference in invoice_references
            )
        )

    async def ledger_differences(self) -> Sequence[LedgerDifference]:
        return _in_order(self._state)


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


class ReconciliationRepositories(Group):
    """The repositories of this context."""

    reconciliation: Final = Part(MemoryReconciliation)


class ReconciliationReadGroup(Group):
    """The reads of this context."""

    reconciliation: Final = Part(MemoryReconciliationReads)
