"""Builders of bookings."""

from datetime import datetime

from booking_domain.bookings.ideas import Idea, IdeaContent, IdeaSide
from booking_domain.bookings.model import Booking, BookingEvent, BookingMode, Terms
from booking_domain.bookings.policy import DEFAULT_POLICY, CancellationPolicy
from booking_domain.bookings.references import new_reference
from booking_domain.bookings.transitions import Status
from booking_domain.catalogue.model import Profile
from booking_domain.identity.model import User
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.ids import BookingId, EventId, IdeaId
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange, local_time
from booking_domain.testing.kit.builders import DEPOSIT, HOUR, NOW, PRICE, TOMORROW, BaseBuilder


def terms(
    *,
    mode: BookingMode = BookingMode.INSTANT,
    price: Money = PRICE,
    deposit: Money = DEPOSIT,
    cancellation: CancellationPolicy = DEFAULT_POLICY,
) -> Terms:
    """Return terms with a deposit."""
    return Terms(mode=mode, price=price, deposit=deposit, cancellation=cancellation)


class BookingsBuilder(BaseBuilder):
    """Builds bookings."""

    def booking(
        self, profile: Profile, customer: User, start: datetime = TOMORROW, *, status: Status = Status.PENDING
    ) -> Booking:
        """A booking of one hour, by default pending its deposit."""
        span = TimeRange(start, start + HOUR)
        nothing = Money.zero(PRICE.currency)
        return Booking(
            id=BookingId(self.entropy.new_id()),
            reference=new_reference(self.entropy),
            provider_id=profile.id,
            provider_user_id=profile.owner_id,
            customer_id=customer.id,
            status=status,
            span=span,
            blocked=TimeRange(span.start - HOUR / 4, span.end + HOUR / 2),
            time_zone="Asia/Ulaanbaatar",
            local_start=local_time(span.start, "Asia/Ulaanbaatar"),
            price=PRICE,
            deposit=DEPOSIT,
            paid=nothing,
            refunded=nothing,
            refund_pending=nothing,
            conceded=nothing,
            desk_paid=nothing,
            extra=nothing,
            tips=nothing,
            authorised=nothing,
            released=nothing,
            cancellation=DEFAULT_POLICY,
            due_at=NOW + HOUR / 4 if status in {Status.PENDING, Status.REQUESTED} else None,
            created_at=NOW,
            updated_at=NOW,
        )

    def idea(self, booking: Booking) -> Idea:
        """An idea of the customer."""
        return Idea(
            id=IdeaId(self.entropy.new_id()),
            booking_id=booking.id,
            author_id=booking.customer_id,
            side=IdeaSide.CUSTOMER,
            content=IdeaContent(description="A small swallow"),
            currency=booking.price.currency,
            created_at=NOW,
            updated_at=NOW,
        )

    def event(self, booking: Booking, from_status: Status | None = None) -> BookingEvent:
        """The event that led to the current status of the booking."""
        return BookingEvent(
            id=EventId(self.entropy.new_id()),
            booking_id=booking.id,
            type="placed" if from_status is None else booking.status.value,
            from_status=from_status,
            to_status=booking.status,
            by=_customer_of(booking),
            at=booking.updated_at,
        )


def _customer_of(booking: Booking) -> Actor:
    return Actor(booking.customer_id, Role.CUSTOMER)
