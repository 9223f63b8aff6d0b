"""The transactional outbox."""

from typing import Final

from sqlalchemy import BigInteger, Column, Identity, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from adapters.postgres.kit.metadata import instant, metadata

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
