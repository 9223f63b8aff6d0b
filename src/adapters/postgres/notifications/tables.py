"""Sent text messages, without their text and with the number masked."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
    update,
)
from sqlalchemy import text as sql
from sqlalchemy.sql.dml import UpdateBase

from adapters.postgres.kit.metadata import instant, metadata, one_of
from adapters.postgres.kit.personal_data import personal_data
from booking_domain.notifications.sms import SmsStatus


def _clear_recipient(table: Table, owned: ColumnElement[bool]) -> UpdateBase:
    return update(table).where(owned).values(to_masked="", to_digest=b"")


sms_messages: Final = Table(
    "sms_messages",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.id"), index=True),
    Column("to_masked", Text, nullable=False),
    Column("to_digest", LargeBinary, nullable=False),
    Column("to_verified", Boolean, nullable=False, server_default=sql("true")),
    Column("template", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("provider_message_id", Text),
    Column("status", Text, nullable=False),
    Column("segments", SmallInteger, nullable=False),
    # In millionths of the currency's unit: prices are often fractions of a cent.
    Column("cost_millionths", BigInteger),
    Column("cost_currency", Text),
    Column("error", Text),
    instant("ask_at", nullable=True),
    instant("created_at"),
    instant("updated_at"),
    one_of("status", SmsStatus),
    CheckConstraint("segments > 0 AND cost_millionths >= 0", name="counts"),
    CheckConstraint("(cost_millionths IS NULL) = (cost_currency IS NULL)", name="cost"),
    Index("sms_messages_created_at_idx", "created_at"),
    Index("sms_messages_to_digest_idx", "to_digest", "created_at"),
    Index("sms_messages_ask_at_idx", "provider", "ask_at", postgresql_where=sql("ask_at IS NOT NULL")),
    info=personal_data("user_id", erase=_clear_recipient, export="text_messages"),
)
