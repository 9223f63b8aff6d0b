"""The contexts of the test kit. Everything that spans contexts is derived from `CONTEXTS`."""

from typing import Final

from booking_domain.testing import bookings, catalogue, identity, notifications, payments, scheduling, shared, workflows

CONTEXTS: Final = (
    identity.CONTEXT,
    catalogue.CONTEXT,
    scheduling.CONTEXT,
    bookings.CONTEXT,
    payments.CONTEXT,
    notifications.CONTEXT,
    shared.CONTEXT,
    workflows.CONTEXT,
)
