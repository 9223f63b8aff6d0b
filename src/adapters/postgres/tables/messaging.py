"""The outbox, stored responses by idempotency key, and the gateway's token."""

from typing import Final

from sqlalchemy import BigInteger, Column, Identity, Index, LargeBinary, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from adapters.postgres.tables.metadata import instant, metadata

outbox: Final = Table(
    "outbox",
    metadata,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    Column("id", Uuid, nullable=False),
    Column("topic", Text, nullable=False),
    Column("subject", Uuid, nullable=False),
    Column("payload", JSONB, nullable=False),
    instant("occurred_at"),
    # When the relay found that it cannot read the message; null while the message waits.
    instant("parked_at", nullable=True),
    Index("outbox_parked_idx", "parked_at", postgresql_where=text("parked_at IS NOT NULL")),
)

idempotency_keys: Final = Table(
    "idempotency_keys",
    metadata,
    Column("caller", Uuid, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("answer", LargeBinary),
    instant("created_at"),
    Index("idempotency_keys_created_at_idx", "created_at"),
)

# One live token per merchant: all processes share it.
gateway_tokens: Final = Table(
    "gateway_tokens",
    metadata,
    Column("gateway", Text, primary_key=True),
    Column("token", Text, nullable=False),
)
