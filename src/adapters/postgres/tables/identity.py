"""Accounts and sessions."""

from typing import Final

from sqlalchemy import Column, ForeignKey, LargeBinary, Table, Text, Uuid

from adapters.postgres.tables.metadata import instant, metadata, one_of
from booking_domain.identity.model import UserStatus
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
)

# Who knows the secret of a link reads the calendar of its user, and nothing else.
calendar_links: Final = Table(
    "calendar_links",
    metadata,
    Column("user_id", Uuid, ForeignKey("users.id"), primary_key=True),
    Column("secret_digest", LargeBinary, nullable=False, unique=True),
    instant("created_at"),
)
