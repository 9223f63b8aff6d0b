"""What counts under rate limits that all processes share."""

from typing import Final

from sqlalchemy import ARRAY, Boolean, Column, DateTime, LargeBinary, Table

from adapters.postgres.tables.metadata import instant, metadata

# Unlogged: it costs no write-ahead log, and a crash of the server, which empties it, forgives the last minute. There is
# no index but the key's: an update that changes no indexed column stays in its page (HOT), and the table is small.
rate_limits: Final = Table(
    "rate_limits",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("hits", ARRAY(DateTime(timezone=True)), nullable=False),
    Column("allowed", Boolean, nullable=False),
    instant("counts_until"),
    prefixes=["UNLOGGED"],
)
