"""Builders of valid values of every context. Use `dataclasses.replace` for variants."""

from booking_domain.testing.bookings.builders import BookingsBuilder, terms
from booking_domain.testing.catalogue.builders import CatalogueBuilder
from booking_domain.testing.identity.builders import IdentityBuilder
from booking_domain.testing.kit.builders import DEPOSIT, HOUR, NOW, PRICE, TOMORROW
from booking_domain.testing.notifications.builders import NotificationsBuilder
from booking_domain.testing.payments.builders import PaymentsBuilder
from booking_domain.testing.scheduling.builders import SchedulingBuilder, hours
from booking_domain.testing.shared.builders import SharedBuilder

__all__ = ["DEPOSIT", "HOUR", "NOW", "PRICE", "TOMORROW", "Builder", "hours", "terms"]


class Builder(
    IdentityBuilder,
    CatalogueBuilder,
    SchedulingBuilder,
    BookingsBuilder,
    PaymentsBuilder,
    NotificationsBuilder,
    SharedBuilder,
):
    """Builds values of every context.

    >>> make = Builder()
    >>> make.profile(make.user()).display_name
    'Ink of Болд 1'
    """
