"""What shared adds to the database in memory."""

from collections.abc import Callable

from booking_domain.testing.kit.tables import ReadGroup, RepositoryGroup, State
from booking_domain.testing.shared.memory.audit import MemoryAuditLog, MemoryAuditReads
from booking_domain.testing.shared.memory.idempotency import MemoryIdempotency
from booking_domain.testing.shared.memory.outbox import MemoryOutbox
from booking_domain.testing.shared.memory.rate_limits import MemoryTxRateLimiter


class SharedRepositories(RepositoryGroup):
    """The repositories of this context."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.idempotency = MemoryIdempotency(state)
        self.outbox = MemoryOutbox(state)
        self.audit_log = MemoryAuditLog(state)
        self.rate_limits = MemoryTxRateLimiter(state)


class SharedReads(ReadGroup):
    """The reads of this context."""

    def __init__(self, committed: Callable[[], State]) -> None:
        super().__init__(committed)
        self.audit_log = MemoryAuditReads(committed)
