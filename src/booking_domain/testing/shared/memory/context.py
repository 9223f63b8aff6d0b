"""What shared adds to the database in memory."""

from typing import Final

from booking_domain.testing.kit.tables import Group, Part
from booking_domain.testing.shared.memory.audit import MemoryAuditLog, MemoryAuditReads
from booking_domain.testing.shared.memory.idempotency import MemoryIdempotency
from booking_domain.testing.shared.memory.outbox import MemoryOutbox
from booking_domain.testing.shared.memory.rate_limits import MemoryTxRateLimiter


class SharedRepositories(Group):
    """The repositories of this context."""

    idempotency: Final = Part(MemoryIdempotency)
    outbox: Final = Part(MemoryOutbox)
    audit_log: Final = Part(MemoryAuditLog)
    rate_limits: Final = Part(MemoryTxRateLimiter)


class SharedReads(Group):
    """The reads of this context."""

    audit_log: Final = Part(MemoryAuditReads)
