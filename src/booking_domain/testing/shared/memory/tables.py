"""The tables that every use case writes to, in memory."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from booking_domain.shared.audit import AuditEntry
from booking_domain.shared.events import Event
from booking_domain.shared.ids import AuditId, EventId, UserId
from booking_domain.testing.kit.tables import Table, delete_key


@dataclass(frozen=True, slots=True)
class ResponseRecord:
    """The answer that was stored under an idempotency key, and when."""

    fingerprint: bytes
    answer: bytes
    at: datetime


ANSWERS: Final = Table[tuple[UserId, str], ResponseRecord]("answers", erase=delete_key(lambda key: key[0]), ends=True)
OUTBOX: Final = Table[EventId, Event]("outbox")
AUDIT_LOG: Final = Table[AuditId, AuditEntry]("audit_log")

HITS: Final = Table[str, tuple[datetime, ...]]("rate_limits")

PUBLIC_VERSIONS: Final = Table[UUID, int]("public_versions")

TABLES: Final = (ANSWERS, OUTBOX, AUDIT_LOG, HITS, PUBLIC_VERSIONS)
