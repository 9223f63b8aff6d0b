"""Domain events of disputes."""

from dataclasses import dataclass
from typing import ClassVar, Final

from booking_domain.disputes.model import Dispute, DisputeId, Side
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.events import Event
from booking_domain.shared.executor import Context
from booking_domain.shared.ids import BookingId, EventId


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeChanged(Event):
    """The common fields of all events of a dispute."""

    subject_field: ClassVar[str] = "booking_id"

    booking_id: BookingId
    dispute_id: DisputeId


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeOpened(DisputeChanged):
    """A dispute was opened."""

    topic: ClassVar[str] = "dispute.opened"


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class DisputeStatementMade(DisputeChanged):
    """A party made a statement."""

    topic: ClassVar[str] = "dispute.statement_made"

    side: Side


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class DisputeImageDeleted(DisputeChanged):
    """An admin deleted an image of a statement."""

    topic: ClassVar[str] = "dispute.image_deleted"

    side: Side
    """Whose statement it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeStatementDue(DisputeChanged):
    """The other party has yet to make a statement, and the deadline is near."""

    topic: ClassVar[str] = "dispute.statement_due"


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeDecisionDue(DisputeChanged):
    """The platform has yet to decide, and the deadline is near."""

    topic: ClassVar[str] = "dispute.decision_due"


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeWithdrawn(DisputeChanged):
    """The opener withdrew the dispute."""

    topic: ClassVar[str] = "dispute.withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeResolved(DisputeChanged):
    """An admin decided the dispute."""

    topic: ClassVar[str] = "dispute.resolved"


EVENTS: Final[tuple[type[DisputeChanged], ...]] = (
    DisputeOpened,
    DisputeStatementMade,
    DisputeImageDeleted,
    DisputeStatementDue,
    DisputeDecisionDue,
    DisputeWithdrawn,
    DisputeResolved,
)


def dispute_event(kind: type[DisputeChanged], dispute: Dispute, context: Context, **more: Side) -> DisputeChanged:
    """Return the event of a dispute that changes now."""
    return kind(
        id=EventId(context.entropy.new_id()),
        occurred_at=context.now,
        booking_id=dispute.booking_id,
        dispute_id=dispute.id,
        **more,
    )
