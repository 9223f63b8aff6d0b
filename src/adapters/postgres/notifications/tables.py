"""Notifications, their messages, and the devices that show them.

Also sent text messages, without their text and with the number masked.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
    null,
    or_,
    update,
)
from sqlalchemy import text as sql
from sqlalchemy.sql.dml import UpdateBase

from adapters.postgres.kit.encryption import encrypted
from adapters.postgres.kit.metadata import instant, metadata, one_of
from adapters.postgres.kit.personal_data import DELETE, ENDED, Ended, Kept, NotExported, personal_data
from booking_domain.notifications.model import MessageChannel, MessageStatus
from booking_domain.notifications.sms import SmsStatus


def _clear_recipient(table: Table, owned: ColumnElement[bool]) -> UpdateBase:
    return update(table).where(owned).values(to_masked="", to_digest=b"")


def _skip(table: Table, owned: ColumnElement[bool]) -> UpdateBase:
    """Skip what waits for the contacts of the former user."""
    waits = or_(*(table.c.status == each.value for each in (MessageStatus.PENDING, MessageStatus.STANDBY)))
    skipped = {"status": MessageStatus.SKIPPED.value, "next_attempt_at": null(), "version": table.c.version + 1}
    return update(table).where(owned, waits).values(skipped)


notifications: Final = Table(
    "notifications",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("type", Text, nullable=False),
    Column("about_id", Uuid, nullable=False),
    Column("booking_id", Uuid, ForeignKey("bookings.id"), index=True),
    encrypted("subject_sealed", field="notifications.subject", nullable=False),
    encrypted("text_sealed", field="notifications.text", nullable=False),
    Column("language", Text, nullable=False),
    instant("created_at"),
    instant("read_at", nullable=True),
    Index("notifications_user_id_event_id_key", "user_id", "event_id", unique=True),
    Index("notifications_user_id_id_idx", "user_id", "id"),
    Index("notifications_unread_idx", "user_id", "id", postgresql_where=sql("read_at IS NULL")),
    Index("notifications_created_at_idx", "created_at"),
    info=personal_data(
        "user_id", erase=DELETE, handover=Kept("what the account was told; the owner reads it"), export="notifications"
    ),
)


messages: Final = Table(
    "messages",
    metadata,
    Column("id", Uuid, primary_key=True),
    # The order of messages about one subject.
    Column("seq", BigInteger, Identity(always=True), nullable=False),
    Column("notification_id", Uuid, ForeignKey("notifications.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("about_id", Uuid, nullable=False),
    Column("channel", Text, nullable=False),
    encrypted("to_sealed", field="messages.to", nullable=False),
    Column("rank", SmallInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    instant("first_attempt_at", nullable=True),
    instant("next_attempt_at", nullable=True),
    Column("failure", Text, nullable=False),
    instant("created_at"),
    instant("sent_at", nullable=True),
    Column("version", Integer, nullable=False),
    one_of("channel", MessageChannel),
    one_of("status", MessageStatus),
    CheckConstraint("(status = 'pending') = (next_attempt_at IS NOT NULL)", name="due"),
    Index("messages_user_id_id_idx", "user_id", "id"),
    Index(
        "messages_pending_idx",
        "user_id",
        "about_id",
        "channel",
        "seq",
        postgresql_where=sql("status = 'pending'"),
    ),
    info=personal_data(
        "user_id",
        erase=Kept("deleted with the notifications that they carry"),
        handover=Ended(_skip),
        export=NotExported("the notifications that they carry are exported"),
    ),
)


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
    Column("country", Text),
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
    info=personal_data(
        "user_id", erase=_clear_recipient, handover=Kept("the log of what was sent"), export="text_messages"
    ),
)


push_subscriptions: Final = Table(
    "push_subscriptions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False, index=True),
    Column("session_id", Uuid, ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False, index=True),
    encrypted("endpoint_sealed", field="push_subscriptions.endpoint", index="endpoint_index", nullable=False),
    Column("endpoint_index", LargeBinary, nullable=False),
    encrypted("public_key_sealed", field="push_subscriptions.public_key", nullable=False),
    encrypted("auth_secret_sealed", field="push_subscriptions.auth_secret", nullable=False),
    Column("user_agent", Text, nullable=False),
    instant("created_at"),
    Index("push_subscriptions_endpoint_index_key", "endpoint_index", unique=True),
    info=personal_data("user_id", erase=Kept("removed with the session"), handover=ENDED, export="push_subscriptions"),
)

message_overrides: Final = Table(
    "message_overrides",
    metadata,
    Column("template_key", Text, primary_key=True),
    Column("language", Text, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    instant("changed_at"),
)
