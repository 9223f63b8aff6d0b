"""Domain events of loyalty."""

from typing import Final

from booking_domain.shared.events import Event
from booking_domain.shared.ids import BookingId


class PointsRedeemed(Event, topic="loyalty.redeemed", subject="booking_id"):
    """A customer has redeemed points on a booking that was made before: its price is lower."""

    booking_id: BookingId


EVENTS: Final[tuple[type[Event], ...]] = (PointsRedeemed,)
