"""Every port in memory. The implementations pass the same contracts as the adapters of the server.

Start with `MemoryPlatform`, which connects them all:

    platform = MemoryPlatform()
    user = await platform.executor.run(register, command, actor=SYSTEM)
    platform.clock.advance(timedelta(hours=1))

Only the standard library is needed.
"""

from booking_domain.testing.clock import ManualClock
from booking_domain.testing.identity.memory.codes import MemoryCodeMessenger, MemorySecretCodes
from booking_domain.testing.identity.memory.passwords import MemoryPasswordHasher
from booking_domain.testing.identity.memory.second_factors import MemoryTimeCodes
from booking_domain.testing.identity.memory.tokens import MemoryAccessTokens, MemoryRefreshTokens
from booking_domain.testing.memory.database import MemoryDatabase, MemoryReads, MemoryRepositories
from booking_domain.testing.memory.platform import MemoryPlatform
from booking_domain.testing.notifications.memory.senders import MemoryMessageSender, MemoryNotifier
from booking_domain.testing.notifications.memory.sms import MemorySmsSender
from booking_domain.testing.payments.memory.callback_tokens import MemoryCallbackTokens
from booking_domain.testing.payments.memory.gateway import MemoryGateway
from booking_domain.testing.shared.memory.entropy import SeededEntropy
from booking_domain.testing.shared.memory.rate_limits import MemoryRateLimiter

__all__ = [
    "ManualClock",
    "MemoryAccessTokens",
    "MemoryCallbackTokens",
    "MemoryCodeMessenger",
    "MemoryDatabase",
    "MemoryGateway",
    "MemoryMessageSender",
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
