"""The schema, in SQLAlchemy Core. Migrations create it; a test holds the two together."""

from adapters.postgres.tables.bookings import booking_events, bookings
from adapters.postgres.tables.identity import sessions, users
from adapters.postgres.tables.messaging import gateway_tokens, idempotency_keys, outbox
from adapters.postgres.tables.metadata import metadata
from adapters.postgres.tables.payments import transactions
from adapters.postgres.tables.providers import availability_exceptions, availability_rules, claims, providers

__all__ = [
    "availability_exceptions",
    "availability_rules",
    "booking_events",
    "bookings",
    "claims",
    "gateway_tokens",
    "idempotency_keys",
    "metadata",
    "outbox",
    "providers",
    "sessions",
    "transactions",
    "users",
]
