"""The repositories and reads that every context shares."""

from typing import Protocol

from booking_domain.shared.audit import AuditLog, AuditReads
from booking_domain.shared.idempotency import IdempotencyStore
from booking_domain.shared.outbox import Outbox
from booking_domain.shared.public_versions import PublicVersionReads
from booking_domain.shared.rate_limits import RateLimiter
from booking_domain.shared.session_holds import SessionHolds


class SharedRepositories(Protocol):
    """What use cases of all contexts need of a database transaction."""

    @property
    def idempotency(self) -> IdempotencyStore: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def audit_log(self) -> AuditLog: ...
    @property
    def rate_limits(self) -> RateLimiter:
        """Counts hits of this database transaction; a rollback takes them back."""
        ...

    @property
    def session_holds(self) -> SessionHolds: ...


class SharedReadGroup(Protocol):
    """Reads of the shared repositories, outside any database transaction."""

    @property
    def audit_log(self) -> AuditReads: ...
    @property
    def public_versions(self) -> PublicVersionReads: ...
