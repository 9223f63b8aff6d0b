"""Disputes in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from booking_domain.disputes.model import Dispute, DisputeExists, DisputeId, Statement, StatementId
from booking_domain.disputes.ports import DisputeFilter, DisputeOrder, DisputeReads, Disputes, DisputeView
from booking_domain.disputes.transitions import DisputeStatus
from booking_domain.shared.ids import BookingId, UserId
from booking_domain.testing.bookings.memory.bookings import customer_name, is_searched
from booking_domain.testing.bookings.memory.tables import BOOKINGS
from booking_domain.testing.catalogue.memory.tables import PROFILES
from booking_domain.testing.kit.tables import Group, InMemory, Part, State, Table, VersionedRepository, change_rows


def _erase_words(_: State, rows: dict[DisputeId, Dispute], user_id: UserId) -> None:
    for key, dispute in list(rows.items()):
        erased = dispute
        if dispute.initiator_id == user_id:
            erased = replace(erased, reason="")
        if dispute.side_of(user_id) is not None and dispute.verdict is not None:
            erased = replace(erased, verdict=replace(dispute.verdict, note=""))
        if erased != dispute:
            rows[key] = replace(erased, version=dispute.version + 1)


DISPUTES: Final = Table[DisputeId, Dispute](
    "disputes", refers=lambda row: ((BOOKINGS, row.booking_id),), what="dispute", erase=_erase_words
)
STATEMENTS: Final = Table[StatementId, Statement](
    "dispute_statements",
    refers=lambda row: ((DISPUTES, row.dispute_id),),
    erase=change_rows(lambda each: each.author_id, lambda each: replace(each, text="")),
)
TABLES: Final = (DISPUTES, STATEMENTS)


def _statements(state: State, dispute_id: DisputeId) -> list[Statement]:
    return state[STATEMENTS].page(lambda each: each.dispute_id == dispute_id)


class MemoryDisputes(VersionedRepository[DisputeId, Dispute], Disputes):
    """The disputes of one database transaction."""

    table = DISPUTES

    async def add(self, dispute: Dispute) -> None:
        if any(each.status is DisputeStatus.OPEN for each in await self.of_booking(dispute.booking_id)):
            raise DisputeExists
        await super().add(dispute)

    async def add_statements(self, statements: Sequence[Statement]) -> None:
        for statement in statements:
            self._state[STATEMENTS].put(statement)

    async def of_booking(self, booking_id: BookingId) -> Sequence[Dispute]:
        return self._rows.page(lambda each: each.booking_id == booking_id)

    async def statements(self, dispute_id: DisputeId) -> Sequence[Statement]:
        return _statements(self._state, dispute_id)

    async def statement(self, statement_id: StatementId) -> Statement | None:
        return self._state[STATEMENTS].get(statement_id)


class MemoryDisputeReads(InMemory, DisputeReads):
    """The committed disputes."""

    async def get(self, dispute_id: DisputeId) -> DisputeView | None:
        dispute = self._state[DISPUTES].get(dispute_id)
        return None if dispute is None else self._view(dispute)

    async def page(self, criteria: DisputeFilter) -> Sequence[DisputeView]:
        found = self._state[DISPUTES].page(
            lambda each: (
                _matches(self._view(each), criteria)
                and is_searched(self._state, self._state[BOOKINGS][each.booking_id], criteria.text)
            ),
            criteria.after,
            criteria.limit,
            newest_first=criteria.order is DisputeOrder.NEWEST,
        )
        return [self._view(each) for each in found]

    async def statements(self, dispute_id: DisputeId) -> Sequence[Statement]:
        return _statements(self._state, dispute_id)

    async def to_remind(self, now: datetime, limit: int) -> Sequence[DisputeId]:
        return [each.id for each in self._state[DISPUTES].page(lambda each: bool(each.due_reminders(now)), limit=limit)]

    async def of_party(self, user_id: UserId, after: DisputeId | None, limit: int) -> Sequence[Dispute]:
        return self._state[DISPUTES].page(lambda each: each.side_of(user_id) is not None, after, limit)

    def _view(self, dispute: Dispute) -> DisputeView:
        state = self._state
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
    )


class DisputeRepositories(Group):
    """The repositories of this context."""

    disputes: Final = Part(MemoryDisputes)


class DisputeReadGroup(Group):
    """The reads of this context."""

    disputes: Final = Part(MemoryDisputeReads)
