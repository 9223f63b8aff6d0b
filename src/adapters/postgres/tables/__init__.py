"""The schema, in SQLAlchemy Core. Migrations create it; a test holds the two together."""

from adapters.postgres.tables.audit import audit_log
from adapters.postgres.tables.bookings import booking_events, bookings
from adapters.postgres.tables.identity import (
    calendar_links,
    external_identities,
    login_history,
    one_time_codes,
    phone_changes,
    recovery_codes,
    sessions,
    totp_factors,
    used_assertions,
    users,
    wrong_passwords,
)
from adapters.postgres.tables.messaging import gateway_tokens, idempotency_keys, outbox
from adapters.postgres.tables.metadata import metadata
from adapters.postgres.tables.notifications import sms_messages
from adapters.postgres.tables.payments import payments
from adapters.postgres.tables.providers import (
    availability_blocks,
    availability_exceptions,
    availability_rules,
    busy_times,
    calendar_feeds,
    claims,
    providers,
    salon_invitations,
    salons,
    waiting_list,
)
from adapters.postgres.tables.rate_limits import rate_limits

__all__ = [
    "audit_log",
    "availability_blocks",
    "availability_exceptions",
    "availability_rules",
    "booking_events",
    "bookings",
    "busy_times",
    "calendar_feeds",
    "calendar_links",
    "claims",
    "external_identities",
    "gateway_tokens",
    "idempotency_keys",
    "login_history",
    "metadata",
    "one_time_codes",
    "outbox",
    "payments",
    "phone_changes",
    "providers",
    "rate_limits",
    "recovery_codes",
    "salon_invitations",
    "salons",
    "sessions",
    "sms_messages",
    "totp_factors",
    "used_assertions",
    "users",
    "waiting_list",
    "wrong_passwords",
]
