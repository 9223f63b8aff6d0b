"""Disputes in memory."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from booking_domain.disputes.model import Dispute, DisputeExists, DisputeId, DisputeStatus, Statement, StatementId
from booking_domain.disputes.ports import DisputeFilter, DisputeOrder, DisputeReads, Disputes, DisputeView
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import BookingId, UserId
from booking_domain.testing.bookings.memory.bookings import customer_name
from booking_domain.testing.bookings.memory.tables import BOOKINGS
from booking_domain.testing.catalogue.memory.tables import PROFILES
from booking_domain.testing.kit.tables import ReadGroup, RepositoryGroup, State, Table, change_rows


def _erase_words(_: State, rows: dict[DisputeId, Dispute], user_id: UserId) -> None:
    for key, dispute in list(rows.items()):
        erased = dispute
        if dispute.initiator_id == user_id:
            erased = replace(erased, reason="")
        if dispute.side_of(user_id) is not None and dispute.verdict is not None:
            erased = replace(erased, verdict=replace(dispute.verdict, note=""))
        if erased != dispute:
            rows[key] = replace(erased, version=dispute.version + 1)


DISPUTES: Final = Table[DisputeId, Dispute]("disputes", erase=_erase_words)
STATEMENTS: Final = Table[StatementId, Statement](
    "dispute_statements", erase=change_rows(lambda each: each.author_id, lambda each: replace(each, text=""))
)
TABLES: Final = (DISPUTES, STATEMENTS)


def _statements(state: State, dispute_id: DisputeId) -> list[Statement]:
    return sorted(
        (each for each in state[STATEMENTS].values() if each.dispute_id == dispute_id), key=lambda each: each.id
    )


class MemoryDisputes(Disputes):
    """The disputes of one database transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def add(self, dispute: Dispute) -> None:
        self._state.require(BOOKINGS, dispute.booking_id)
        if any(each.status is DisputeStatus.OPEN for each in await self.of_booking(dispute.booking_id)):
            raise DisputeExists
        self._state[DISPUTES][dispute.id] = dispute

    async def add_statements(self, statements: Sequence[Statement]) -> None:
        for statement in statements:
            self._state.require(DISPUTES, statement.dispute_id)
            self._state[STATEMENTS][statement.id] = statement

    async def get(self, dispute_id: DisputeId) -> Dispute | None:
        return self._state[DISPUTES].get(dispute_id)

    async def of_booking(self, booking_id: BookingId) -> Sequence[Dispute]:
        found = (each for each in self._state[DISPUTES].values() if each.booking_id == booking_id)
        return sorted(found, key=lambda each: each.id)

    async def statements(self, dispute_id: DisputeId) -> Sequence[Statement]:
        return _statements(self._state, dispute_id)

    async def statement(self, statement_id: StatementId) -> Statement | None:
        return self._state[STATEMENTS].get(statement_id)

    async def save(self, dispute: Dispute, *, was: Dispute) -> None:
        kept = self._state[DISPUTES].get(was.id)
        if kept is None or kept.version != was.version:
            raise ConcurrentChange(what="dispute")
        self._state[DISPUTES][dispute.id] = dispute


class MemoryDisputeReads(DisputeReads):
    """The committed disputes."""

    def __init__(self, committed: Callable[[], State]) -> None:
        self._committed = committed

    async def get(self, dispute_id: DisputeId) -> DisputeView | None:
        dispute = self._committed()[DISPUTES].get(dispute_id)
        return None if dispute is None else self._view(dispute)

    async def page(self, criteria: DisputeFilter) -> Sequence[DisputeView]:
        newest_first = criteria.order is DisputeOrder.NEWEST
        found = [each for each in map(self._view, self._committed()[DISPUTES].values()) if _matches(each, criteria)]
        found.sort(key=lambda each: each.dispute.id, reverse=newest_first)
        return found[: criteria.limit]

    async def statements(self, dispute_id: DisputeId) -> Sequence[Statement]:
        return _statements(self._committed(), dispute_id)

    async def to_remind(self, now: datetime, limit: int) -> Sequence[DisputeId]:
        due = (each.id for each in self._committed()[DISPUTES].values() if each.due_reminders(now))
        return sorted(due)[:limit]

    async def of_party(self, user_id: UserId, after: DisputeId | None, limit: int) -> Sequence[Dispute]:
        found = [
            each
            for each in self._committed()[DISPUTES].values()
            if each.side_of(user_id) is not None and (after is None or each.id > after)
        ]
        return sorted(found, key=lambda each: each.id)[:limit]

    def _view(self, dispute: Dispute) -> DisputeView:
        state = self._committed()
        booking = state[BOOKINGS][dispute.booking_id]
        return DisputeView(
            dispute=dispute,
            booking_reference=booking.reference,
            currency=booking.price.currency,
            customer_name=customer_name(state, state[BOOKINGS][dispute.booking_id]),
            provider_name=state[PROFILES][dispute.provider_id].display_name,
        )


def _matches(view: DisputeView, criteria: DisputeFilter) -> bool:
    dispute = view.dispute
    before = criteria.order is DisputeOrder.NEWEST
    return (
        (criteria.party_id is None or dispute.side_of(criteria.party_id) is not None)
        and criteria.status in {None, dispute.status}
        and (criteria.opened_from is None or dispute.opened_at >= criteria.opened_from)
        and (criteria.opened_before is None or dispute.opened_at < criteria.opened_before)
        and (
            criteria.overdue_at is None
            or (dispute.status is DisputeStatus.OPEN and dispute.decision_due_at < criteria.overdue_at)
        )
        and criteria.provider_id in {None, dispute.provider_id}
        and criteria.customer_id in {None, dispute.customer_id}
        and criteria.booking_id in {None, dispute.booking_id}
        and criteria.reference in {None, view.booking_reference}
        and (criteria.after is None or (dispute.id < criteria.after if before else dispute.id > criteria.after))
    )


class DisputeRepositories(RepositoryGroup):
    """The repositories of this context."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.disputes = MemoryDisputes(state)


class DisputeReadGroup(ReadGroup):
    """The reads of this context."""

    def __init__(self, committed: Callable[[], State]) -> None:
        super().__init__(committed)
        self.disputes = MemoryDisputeReads(committed)
