"""The transactional outbox."""

from typing import Final

from sqlalchemy import BigInteger, Column, Identity, Index, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from adapters.postgres.kit.metadata import instant, metadata
from adapters.postgres.kit.personal_data import Kept, NotExported, personal_data

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
    info=personal_data(
        "subject",
        erase=Kept("ids only, delivered within moments"),
        handover=Kept("ids only, delivered within moments, to the contacts that the account has then"),
        export=NotExported("ids only, delivered within moments"),
    ),
)
