"""Ports of disputes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from booking_domain.disputes.events import EVENTS
from booking_domain.disputes.model import Dispute, DisputeId, Statement, StatementId
from booking_domain.disputes.transitions import DISPUTE_LIFECYCLE, DisputeStatus
from booking_domain.shared.contexts import DomainContext
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.ids import BookingId, ProviderId, UserId


class Disputes(Protocol):
    """The disputes of a database transaction. A dispute changes only while its booking is locked."""

    async def add(self, dispute: Dispute) -> None:
        """Add a dispute.

        Raises:
            DisputeExists: the booking has an open dispute. Raised at this call or at the next wait.
        """
        ...

    async def add_statements(self, statements: Sequence[Statement]) -> None:
        """Add statements of disputes."""
        ...

    async def get(self, dispute_id: DisputeId) -> Dispute | None:
        """One dispute."""
        ...

    async def of_booking(self, booking_id: BookingId) -> Sequence[Dispute]:
        """All disputes about a booking, oldest first."""
        ...

    async def statements(self, dispute_id: DisputeId) -> Sequence[Statement]:
        """The statements of a dispute, oldest first."""
        ...

    async def statement(self, statement_id: StatementId) -> Statement | None:
        """One statement."""
        ...

    async def save(self, dispute: Dispute, *, was: Dispute) -> None:
        """Replace `was` by `dispute`.

        Raises:
            ConcurrentChange: the stored version is not `was.version`. Raised at this call or at the next wait.
        """
        ...


class DisputeOrder(StrEnum):
    """How disputes are sorted."""

    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class DisputeFilter:
    """Which disputes to list; None matches any value. `after` is the last id of the previous page."""

    party_id: UserId | None = None
    """The customer or the provider."""
    status: DisputeStatus | None = None
    opened_from: datetime | None = None
    opened_before: datetime | None = None
    overdue_at: datetime | None = None
    """Only open ones whose decision was due before this time."""
    provider_id: ProviderId | None = None
    customer_id: UserId | None = None
    booking_id: BookingId | None = None
    reference: str | None = None
    """The reference of the booking."""
    text: str | None = None
    """A part of the reference, of a party's name, or of the customer's e-mail address or phone number, folded."""
    order: DisputeOrder = DisputeOrder.NEWEST
    after: DisputeId | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeView:
    """A dispute with the reference and currency of its booking, and the names of both parties."""

    dispute: Dispute
    booking_reference: str
    currency: str
    customer_name: str
    provider_name: str


class DisputeReads(Protocol):
    """Reads of disputes, outside any database transaction."""

    async def get(self, dispute_id: DisputeId) -> DisputeView | None:
        """One dispute."""
        ...

    async def page(self, criteria: DisputeFilter) -> Sequence[DisputeView]:
        """The disputes that match, by id, at most `limit`."""
        ...

    async def statements(self, dispute_id: DisputeId) -> Sequence[Statement]:
        """The statements of a dispute, oldest first."""
        ...

    async def to_remind(self, now: datetime, limit: int) -> Sequence[DisputeId]:
        """Disputes of which a reminder is due (`Dispute.due_reminders`), oldest first."""
        ...

    async def of_party(self, user_id: UserId, after: DisputeId | None, limit: int) -> Sequence[Dispute]:
        """The disputes of a party, by id: those after `after`."""
        ...


class DisputeRepositories(Protocol):
    """The repositories of this context."""

    @property
    def disputes(self) -> Disputes: ...


class DisputeReadGroup(Protocol):
    """The reads of this context."""

    @property
    def disputes(self) -> DisputeReads: ...


CONTEXT: Final = DomainContext(events=EVENTS, lifecycles=(DISPUTE_LIFECYCLE,), news=frozenset({"dispute"}))
