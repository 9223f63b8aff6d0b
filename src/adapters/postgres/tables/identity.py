"""Accounts, sessions and attempts to sign in."""

from typing import Final

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table, Text, Uuid

from adapters.postgres.tables.metadata import instant, metadata, one_of
from booking_domain.identity.model import UserStatus
from booking_domain.identity.sessions import LoginMethod, LoginOutcome
from booking_domain.shared.actor import Role

users: Final = Table(
    "users",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("email", Text, unique=True),
    Column("phone", Text, unique=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    instant("created_at"),
    one_of("role", Role),
    one_of("status", UserStatus),
)

sessions: Final = Table(
    "sessions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False, index=True),
    Column("token_digest", LargeBinary, nullable=False),
    instant("created_at"),
    instant("expires_at"),
    instant("ended_at", nullable=True),
    Column("family_digest", LargeBinary, nullable=False),
    Column("previous_digest", LargeBinary),
    Column("seed", LargeBinary),
    instant("last_used_at"),
    Column("address", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
    Index("sessions_expires_at_idx", "expires_at"),
)

# Without a user: an attempt at an account that there is not.
login_history: Final = Table(
    "login_history",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.id")),
    instant("at"),
    Column("address", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    one_of("method", LoginMethod),
    one_of("outcome", LoginOutcome),
    Index("login_history_user_id_id_idx", "user_id", "id"),
    Index("login_history_at_idx", "at"),
)

# Who knows the secret of a link reads the calendar of its user, and nothing else.
calendar_links: Final = Table(
    "calendar_links",
    metadata,
    Column("user_id", Uuid, ForeignKey("users.id"), primary_key=True),
    Column("secret_digest", LargeBinary, nullable=False, unique=True),
    instant("created_at"),
)
