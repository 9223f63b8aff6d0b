"""Providers, their calendars, and the one table of claims."""

from typing import Final

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, ExcludeConstraint
from sqlalchemy.types import BigInteger

from adapters.postgres.tables.metadata import instant, metadata, one_of
from booking_domain.bookings.model import BookingMode
from booking_domain.catalogue.model import ProfileStatus
from booking_domain.scheduling.claims import ClaimKind

providers: Final = Table(
    "providers",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner_id", Uuid, ForeignKey("users.id"), nullable=False, unique=True),
    Column("display_name", Text, nullable=False),
    Column("bio", Text, nullable=False),
    Column("styles", ARRAY(Text), nullable=False),
    Column("address", Text, nullable=False),
    Column("lat", Double),
    Column("lon", Double),
    Column("status", Text, nullable=False),
    Column("review_note", Text),
    Column("version", Integer, nullable=False),
    instant("created_at"),
    # The calendar. The defaults stand from the INSERT of a profile to the UPDATE that follows in its transaction.
    Column("time_zone", Text, nullable=False, server_default="UTC"),
    Column("step_minutes", SmallInteger, nullable=False, server_default="30"),
    Column("duration_minutes", SmallInteger, nullable=False, server_default="60"),
    Column("buffer_before_minutes", SmallInteger, nullable=False, server_default="0"),
    Column("buffer_after_minutes", SmallInteger, nullable=False, server_default="0"),
    Column("min_notice_minutes", Integer, nullable=False, server_default="0"),
    Column("horizon_days", SmallInteger, nullable=False, server_default="90"),
    Column("max_per_day", SmallInteger),
    # The terms.
    Column("booking_mode", Text, nullable=False, server_default=BookingMode.INSTANT.value),
    Column("currency", Text, nullable=False, server_default="MNT"),
    Column("price_amount", BigInteger, nullable=False, server_default="0"),
    Column("deposit_amount", BigInteger, nullable=False, server_default="0"),
    Column("cancellation_policy", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    one_of("status", ProfileStatus),
    one_of("booking_mode", BookingMode),
    CheckConstraint("0 <= deposit_amount AND deposit_amount <= price_amount", name="deposit"),
    Index("providers_status_id_idx", "status", "id"),
)

availability_rules: Final = Table(
    "availability_rules",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("provider_id", Uuid, ForeignKey("providers.id"), nullable=False, index=True),
    Column("day", SmallInteger, nullable=False),
    Column("start_minute", SmallInteger, nullable=False),
    Column("end_minute", SmallInteger, nullable=False),
    Column("valid_from", Date),
    Column("valid_until", Date),
    Column("every_weeks", SmallInteger, nullable=False),
    CheckConstraint("day BETWEEN 0 AND 6", name="day"),
    CheckConstraint("start_minute BETWEEN 0 AND 1439 AND end_minute BETWEEN 0 AND 1440", name="minutes"),
)

availability_exceptions: Final = Table(
    "availability_exceptions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("provider_id", Uuid, ForeignKey("providers.id"), nullable=False),
    Column("date", Date, nullable=False),
    # Start and end minutes in turn; empty means closed.
    Column("minutes", ARRAY(SmallInteger), nullable=False),
    UniqueConstraint("provider_id", "date"),
)

claims: Final = Table(
    "claims",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("provider_id", Uuid, ForeignKey("providers.id"), nullable=False),
    Column("customer_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("kind", Text, nullable=False),
    instant("starts_at"),
    instant("ends_at"),
    instant("blocked_from"),
    instant("blocked_until"),
    instant("expires_at", nullable=True),
    one_of("kind", ClaimKind),
    CheckConstraint("(kind = 'hold') = (expires_at IS NOT NULL)", name="expiry"),
    CheckConstraint("starts_at < ends_at AND blocked_from <= starts_at AND ends_at <= blocked_until", name="ranges"),
    # The last line of defence: whatever the application does, no two claims of a provider overlap.
    ExcludeConstraint(
        (Column("provider_id", Uuid), "="),
        (func.tstzrange(Column("blocked_from"), Column("blocked_until")), "&&"),
        name="claims_no_overlap",
        using="gist",
    ),
    Index("claims_holds_customer_id_idx", "customer_id", postgresql_where=text("kind = 'hold'")),
    Index("claims_holds_expires_at_idx", "expires_at", postgresql_where=text("kind = 'hold'")),
)
