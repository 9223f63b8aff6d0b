"""The contexts of the PostgreSQL adapter. Every hub collects from this tuple."""

from adapters.postgres import gateway_tokens, idempotency, rate_limits
from adapters.postgres.audit import tables as audit
from adapters.postgres.bookings import tables as bookings
from adapters.postgres.catalogue import tables as catalogue
from adapters.postgres.identity import tables as identity
from adapters.postgres.kit.metadata import metadata
from adapters.postgres.notifications import tables as notifications
from adapters.postgres.outbox import tables as outbox
from adapters.postgres.payments import tables as payments
from adapters.postgres.scheduling import tables as scheduling

CONTEXTS = (
    identity,
    catalogue,
    scheduling,
    bookings,
    payments,
    notifications,
    audit,
    outbox,
    idempotency,
    rate_limits,
    gateway_tokens,
)
__all__ = ["CONTEXTS", "metadata"]
