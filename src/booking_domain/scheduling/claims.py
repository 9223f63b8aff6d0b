"""Claims: holds and bookings that occupy a provider's time."""

from dataclasses import field
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Final, Self
from uuid import UUID, uuid4

from booking_domain.scheduling.pauses import without
from booking_domain.scheduling.resources import ResourceNeed
from booking_domain.shared.checks import checks_types
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import ClaimId, ProviderId, ServiceId, UserId
from booking_domain.shared.time import TimeRange, instant
from booking_domain.shared.values import dataclass

HOLDS_PER_CUSTOMER: Final = 3
MAX_CAPACITY: Final = 1_000
MAX_LANES: Final = 2
"""How many overbooked claims of a provider may lie over one another, beside the claims below them."""


class ClaimKind(StrEnum):
    """What claims the time: a hold during checkout, or a booking."""

    HOLD = "hold"
    BOOKING = "booking"


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
@checks_types
class Claim:
    """Occupied time of one provider. The parts of a provider's live claims never overlap.

    The places of one occurrence of a class share their time: at most as many as its capacity. Those that the provider's
    side has overbooked lie over others, in lanes of their own: claims of one lane never overlap.

    `Calendar.claim` makes one with the buffers of the calendar.
    """

    id: ClaimId
    provider_id: ProviderId
    customer_id: UserId
    kind: ClaimKind
    span: TimeRange
    """The time of the appointment, without buffers."""
    blocked: TimeRange
    """The appointment with its buffers."""
    pauses: tuple[TimeRange, ...] = ()
    """When the provider is free within the appointment, in order. Other claims may lie in them."""
    expires_at: datetime | None = None
    """When a hold expires; None for a booking, which claims its time until it is released."""
    class_id: ServiceId | None = None
    """The class of which it takes a place; None: it shares its time with no other claim of the platform."""
    capacity: int = 1
    """The places of the class when the claim was made; 1 without a class."""
    lane: int = field(default=0, compare=False)
    """Above 0 it is overbooked: the provider's side has put it over others on purpose. `Claims.acquire` chooses it."""
    venue: str = ""
    """Where the appointment is; empty: nothing is said, and nobody travels to it or from it."""
    needs: tuple[ResourceNeed, ...] = field(default=(), compare=False)
    """The resources of which it takes units when it is acquired. A stored claim does not say them."""

    def __post_init__(self) -> None:
        if self.expires_at is not None:
            instant(self.expires_at, field="expires_at")
        if not (self.blocked.start <= self.span.start and self.span.end <= self.blocked.end):
            raise InvalidValue(field="blocked", problem="the blocked range must include the appointment")
        if self.pauses:
            self._require_pauses()
        if self.lane and (self.kind is ClaimKind.HOLD or self.class_id is not None or self.needs or self.pauses):
            problem = "only a booking without class, pauses and resources is overbooked"
            raise InvalidValue(field="lane", problem=problem)

    def _require_pauses(self) -> None:
        if self.class_id is not None:
            raise InvalidValue(field="pauses", problem="a class has no pauses")
        edges = [self.span.start, *(edge for pause in self.pauses for edge in (pause.start, pause.end)), self.span.end]
        if not all(one < other for one, other in pairwise(edges)):
            raise InvalidValue(
                field="pauses", problem="pauses must be in order, with work before, between and after them"
            )

    @classmethod
    def of(
        cls,
        span: TimeRange,
        *,
        blocked: TimeRange | None = None,
        pauses: tuple[TimeRange, ...] = (),
        expires_at: datetime | None = None,
        venue: str = "",
    ) -> Self:
        """A claim of the blocked range, with generated ids; a hold if it expires, else a booking.

        Without `blocked` it has no buffers. `Calendar.claim` makes a claim of a slot, with the calendar's buffers.

        Raises:
            InvalidValue: `span` is a slot.
        """
        if not isinstance(span, TimeRange):
            raise InvalidValue(field="span", problem="must be a TimeRange; for a slot use calendar.claim(slot)")
        no_id = UUID(int=0)
        return cls(
            id=ClaimId(uuid4()),
            provider_id=ProviderId(no_id),
            customer_id=UserId(no_id),
            kind=ClaimKind.BOOKING if expires_at is None else ClaimKind.HOLD,
            span=span,
            blocked=blocked or span,
            pauses=pauses,
            expires_at=expires_at,
            venue=venue,
        )

    @property
    def parts(self) -> tuple[TimeRange, ...]:
        """What it occupies: the blocked range without the pauses, in order."""
        return without(self.blocked, self.pauses)

    def shares(self, other: "Claim") -> bool:
        """Whether the claims are places of one occurrence: of the same class, provider, time, buffers and venue."""
        return (
            self.class_id is not None
            and (self.class_id, self.provider_id) == (other.class_id, other.provider_id)
            and (self.span, self.blocked, self.venue) == (other.span, other.blocked, other.venue)
        )

    def live(self, now: datetime) -> bool:
        """Whether the claim counts at `now`. An expired hold does not, even before the sweep deletes it."""
        return self.expires_at is None or self.expires_at > now
