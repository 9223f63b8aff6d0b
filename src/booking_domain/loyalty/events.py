"""Domain events of loyalty."""

from typing import Final

from booking_domain.loyalty.lots import LoyaltyAccountId
from booking_domain.shared.events import Event
from booking_domain.shared.ids import BookingId


class PointsRedeemed(Event, topic="loyalty.redeemed", subject="booking_id"):
    """A customer has redeemed points on a booking that was made before: its price is lower."""

    booking_id: BookingId


class PointsExpireSoon(Event, topic="loyalty.expiring", subject="account_id"):
    """Points of a customer expire within 30 days."""

    account_id: LoyaltyAccountId


EVENTS: Final[tuple[type[Event], ...]] = (PointsRedeemed, PointsExpireSoon)
