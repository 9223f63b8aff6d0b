"""The whole platform in memory."""

from datetime import UTC, datetime
from typing import Final

from booking_domain.identity.security import Identity, SecurityPorts
from booking_domain.shared.executor import Executor
from booking_domain.testing.clock import ManualClock
from booking_domain.testing.identity.memory.security import MemorySecurityLog, memory_identity, memory_security_ports
from booking_domain.testing.memory.database import MemoryDatabase
from booking_domain.testing.payments.memory.gateway import MemoryGateway
from booking_domain.testing.shared.memory.entropy import SeededEntropy
from booking_domain.use_cases.platform.ports import Reads, Repositories

MONDAY_MORNING: Final = datetime(2026, 11, 23, 0, tzinfo=UTC)
"""08:00 in Ulaanbaatar."""


class MemoryPlatform:
    """Runs use cases through the executor, as a server does.

    >>> platform = MemoryPlatform()
    >>> platform.clock.now().isoformat()
    '2026-11-23T00:00:00+00:00'
    """

    def __init__(self, now: datetime = MONDAY_MORNING, *, seed: int = 0) -> None:
        self.clock: ManualClock = ManualClock(now)
        self.entropy: SeededEntropy = SeededEntropy(seed)
        self.database: MemoryDatabase = MemoryDatabase()
        self.gateway: MemoryGateway = MemoryGateway()
        self.security: SecurityPorts = memory_security_ports()
        self.executor: Executor[Repositories] = Executor(
            begin=self.database.begin, clock=self.clock, entropy=self.entropy, ports=(self.security,)
        )
        self.security_log: MemorySecurityLog = MemorySecurityLog()
        self.identity: Identity = memory_identity(
            self.executor, self.database.reads, self.clock, self.security, log=self.security_log
        )

    @property
    def reads(self) -> Reads:
        """Reads of committed data."""
        return self.database.reads
