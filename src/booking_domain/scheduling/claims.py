"""Claims: what has taken time from a provider's calendar, be it a hold or a booking."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self
from uuid import UUID, uuid4

from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import ClaimId, ProviderId, UserId
from booking_domain.shared.time import TimeRange

HOLDS_PER_CUSTOMER: Final = 3
DEFAULT_HOLD: Final = timedelta(minutes=5)


class ClaimKind(StrEnum):
    """Who claims: a customer at the checkout, or a booking."""

    HOLD = "hold"
    BOOKING = "booking"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Time taken from one calendar. Of one provider, no two live claims' blocked ranges overlap."""

    id: ClaimId
    provider_id: ProviderId
    customer_id: UserId
    kind: ClaimKind
    span: TimeRange
    """The appointment itself."""
    blocked: TimeRange
    """The appointment and its buffers."""
    expires_at: datetime | None = None
    """When a hold lapses; a booking's claim lasts until the booking gives it up."""

    def __post_init__(self) -> None:
        if not (self.blocked.start <= self.span.start and self.span.end <= self.blocked.end):
            raise InvalidValue(field="blocked", problem="what is blocked includes the appointment itself")

    @classmethod
    def of(cls, span: TimeRange, *, blocked: TimeRange | None = None, expires_at: datetime | None = None) -> Self:
        """A claim on time alone, for who has no table of claims: a booking, or a hold if it expires."""
        nobody = UUID(int=0)
        return cls(
            id=ClaimId(uuid4()),
            provider_id=ProviderId(nobody),
            customer_id=UserId(nobody),
            kind=ClaimKind.BOOKING if expires_at is None else ClaimKind.HOLD,
            span=span,
            blocked=blocked or span,
            expires_at=expires_at,
        )

    def live(self, now: datetime) -> bool:
        """Whether it still stands in anybody's way. A lapsed hold does not, swept or not."""
        return self.expires_at is None or self.expires_at > now
