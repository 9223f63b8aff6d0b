"""Domain events of disputes."""

from typing import Final

from booking_domain.disputes.model import Dispute, DisputeId, Side
from booking_domain.shared.events import Event
from booking_domain.shared.executor import UseCaseContext
from booking_domain.shared.ids import BookingId, EventId


class DisputeChanged(Event, subject="booking_id"):
    """The common fields of all events of a dispute."""

    booking_id: BookingId
    dispute_id: DisputeId


class DisputeOpened(DisputeChanged, topic="dispute.opened"):
    """A dispute was opened."""


class DisputeStatementMade(DisputeChanged, topic="dispute.statement_made"):
    """A party made a statement."""

    side: Side


class DisputeImageDeleted(DisputeChanged, topic="dispute.image_deleted"):
    """An admin deleted an image of a statement."""

    side: Side
    """Whose statement it is."""


class DisputeStatementDue(DisputeChanged, topic="dispute.statement_due"):
    """The other party has yet to make a statement, and the deadline is near."""


class DisputeDecisionDue(DisputeChanged, topic="dispute.decision_due"):
    """The platform has yet to decide, and the deadline is near."""


class DisputeWithdrawn(DisputeChanged, topic="dispute.withdrawn"):
    """The opener withdrew the dispute."""


class DisputeResolved(DisputeChanged, topic="dispute.resolved"):
    """An admin decided the dispute."""


EVENTS: Final[tuple[type[DisputeChanged], ...]] = (
    DisputeOpened,
    DisputeStatementMade,
    DisputeImageDeleted,
    DisputeStatementDue,
    DisputeDecisionDue,
    DisputeWithdrawn,
    DisputeResolved,
)


def dispute_event(
    kind: type[DisputeChanged], dispute: Dispute, context: UseCaseContext, **more: Side
) -> DisputeChanged:
    """Return the event of a dispute that changes now."""
    return kind(
        id=EventId(context.entropy.new_id()),
        occurred_at=context.now,
        booking_id=dispute.booking_id,
        dispute_id=dispute.id,
        **more,
    )
