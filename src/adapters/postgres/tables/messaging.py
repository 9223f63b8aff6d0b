"""What leaves with a transaction, and what was answered under a key."""

from typing import Final

from sqlalchemy import BigInteger, Column, Identity, Index, LargeBinary, Table, Text, Uuid
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
