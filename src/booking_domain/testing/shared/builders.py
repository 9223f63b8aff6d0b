"""Builders of audit entries and events."""

from booking_domain.bookings.events import BookingPlaced
from booking_domain.bookings.transitions import Status
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.audit import AuditEntry, Origin, Subject
from booking_domain.shared.ids import AuditId, BookingId, EventId, ProviderId, UserId
from booking_domain.testing.kit.builders import HOUR, NOW, BaseBuilder


class SharedBuilder(BaseBuilder):
    """Builds audit entries and events."""

    def audit_entry(self) -> AuditEntry:
        """An entry about an account that an admin has disabled."""
        admin = Actor(UserId(self.entropy.new_id()), Role.ADMIN)
        return AuditEntry(
            id=AuditId(self.entropy.new_id()),
            at=NOW,
            actor=admin,
            action="user.disabled",
            subject=Subject("user", self.entropy.new_id()),
            origin=Origin(address="192.0.2.7", user_agent="curl/8.5.0", request_id="r1"),
            details={"reason": "spam"},
        )

    def domain_event(self, booking_id: BookingId) -> BookingPlaced:
        """A domain event of a booking."""
        return BookingPlaced(
            id=EventId(self.entropy.new_id()),
            occurred_at=NOW,
            booking_id=booking_id,
            provider_id=ProviderId(self.entropy.new_id()),
            to=Status.PENDING,
            due_at=NOW + HOUR,
        )
