"""The contracts of the ports in `booking_domain.shared`."""

from typing import Final

from booking_domain.testing.kit.assertions import rewrite_assertions

rewrite_assertions(__name__)

# ruff: noqa: E402 - pytest rewrites the assertions of modules that are imported after the registration
from booking_domain.shared.audit import AuditLog, AuditReads
from booking_domain.shared.cache import AnswerCache
from booking_domain.shared.clock import Clock
from booking_domain.shared.idempotency import IdempotencyStore
from booking_domain.shared.ids import Entropy
from booking_domain.shared.outbox import Outbox
from booking_domain.shared.rate_limits import RateLimiter
from booking_domain.shared.signals import Signals
from booking_domain.shared.unit_of_work import UnitOfWork
from booking_domain.testing.shared.contracts.audit import AuditContract
from booking_domain.testing.shared.contracts.cache import AnswerCacheContract
from booking_domain.testing.shared.contracts.idempotency import IdempotencyContract
from booking_domain.testing.shared.contracts.outbox import OutboxContract
from booking_domain.testing.shared.contracts.rate_limits import RateLimiterContract
from booking_domain.testing.shared.contracts.signals import SignalsContract
from booking_domain.testing.shared.contracts.sources import ClockContract, EntropyContract
from booking_domain.testing.shared.contracts.units_of_work import UnitOfWorkContract

CONTRACTS: Final[dict[type, type]] = {
    AnswerCache: AnswerCacheContract,
    AuditLog: AuditContract,
    AuditReads: AuditContract,
    Clock: ClockContract,
    Entropy: EntropyContract,
    IdempotencyStore: IdempotencyContract,
    Outbox: OutboxContract,
    RateLimiter: RateLimiterContract,
    Signals: SignalsContract,
    UnitOfWork: UnitOfWorkContract,
}
