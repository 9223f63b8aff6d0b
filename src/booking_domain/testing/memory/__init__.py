"""Every port in memory, held to the same contracts as the real adapters: the whole library runs without a server.

Start with `MemoryPlatform`, which is all of it wired up.
"""

from booking_domain.testing.memory.clock import ManualClock
from booking_domain.testing.memory.codes import MemoryCodeMessenger, MemorySecretCodes
from booking_domain.testing.memory.database import MemoryDatabase, MemoryRepositories
from booking_domain.testing.memory.entropy import SeededEntropy
from booking_domain.testing.memory.gateway import MemoryGateway
from booking_domain.testing.memory.notifier import MemoryNotifier
from booking_domain.testing.memory.passwords import MemoryPasswordHasher
from booking_domain.testing.memory.platform import MemoryPlatform
from booking_domain.testing.memory.rate_limits import MemoryRateLimiter
from booking_domain.testing.memory.reads import MemoryReads
from booking_domain.testing.memory.second_factors import MemoryTimeCodes
from booking_domain.testing.memory.sms import MemorySmsSender
from booking_domain.testing.memory.tokens import MemoryAccessTokens, MemoryCallbackTokens, MemoryRefreshTokens

__all__ = [
    "ManualClock",
    "MemoryAccessTokens",
    "MemoryCallbackTokens",
    "MemoryCodeMessenger",
    "MemoryDatabase",
    "MemoryGateway",
    "MemoryNotifier",
    "MemoryPasswordHasher",
    "MemoryPlatform",
    "MemoryRateLimiter",
    "MemoryReads",
    "MemoryRefreshTokens",
    "MemoryRepositories",
    "MemorySecretCodes",
    "MemorySmsSender",
    "MemoryTimeCodes",
    "SeededEntropy",
]
