"""The clock on which messages tell the times of a booking."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from booking_domain.identity.model import User
from booking_domain.notifications.notices import LocalTime


def clock_of(zone: str, customer: User | None) -> Callable[[datetime], LocalTime]:
    """Return the clock of the provider's time zone, with the customer's beside it.

    Every message about a booking uses it, so that both parties read the same time in all of them.
    """
    return partial(LocalTime, zone=zone, beside=None if customer is None else customer.time_zone)
