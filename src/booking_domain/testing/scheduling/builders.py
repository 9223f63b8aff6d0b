"""Builders of calendars, claims and waiting-list entries."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from booking_domain.catalogue.model import Profile
from booking_domain.identity.model import User
from booking_domain.scheduling.claims import Claim, ClaimKind
from booking_domain.scheduling.model import Block, DateException
from booking_domain.scheduling.owned_resources import Resource
from booking_domain.scheduling.services import Service
from booking_domain.scheduling.waiting_list import WaitingListEntry
from booking_domain.scheduling.weekly import Hours, WeeklyRule
from booking_domain.shared.deadlines import Deadlines
from booking_domain.shared.ids import (
    BlockId,
    ClaimId,
    ExceptionId,
    ProviderId,
    ResourceId,
    RuleId,
    SalonId,
    ServiceId,
    WaitingId,
)
from booking_domain.shared.time import TimeRange, WallTime
from booking_domain.testing.kit.builders import DEPOSIT, HOUR, NOW, PRICE, TOMORROW, BaseBuilder

_HOLD: Final = Deadlines().hold


def hours(text: str) -> Hours:
    """Read opening hours.

    >>> hours("10:00-24:00").end.minutes
    1440
    """
    start, _, end = text.partition("-")
    return Hours(WallTime.parse(start), WallTime.parse(end))


class SchedulingBuilder(BaseBuilder):
    """Builds calendars, claims and waiting-list entries."""

    def rule(self, day: int = 2, opening: str = "10:00-19:00") -> WeeklyRule:
        """A rule, by default for Tuesdays."""
        return WeeklyRule(id=RuleId(self.entropy.new_id()), day=day, hours=hours(opening))

    def exception(self, day: date, *openings: str) -> DateException:
        """An exception for a date, closed if no opening hours are given."""
        ranges = tuple(hours(opening) for opening in openings)
        return DateException(id=ExceptionId(self.entropy.new_id()), date=day, ranges=ranges)

    def block(self, span: TimeRange, note: str = "Амралт") -> Block:
        """A block of time off."""
        return Block(id=BlockId(self.entropy.new_id()), range=span, note=note)

    def waiting(self, profile: Profile, customer: User, window: TimeRange) -> WaitingListEntry:
        """An open waiting-list entry."""
        return WaitingListEntry(
            id=WaitingId(self.entropy.new_id()),
            provider_id=profile.id,
            customer_id=customer.id,
            window=window,
            created_at=NOW,
        )

    def service(
        self,
        *,
        provider_id: ProviderId | None = None,
        salon_id: SalonId | None = None,
        name: str = "Үс засах",
        description: str = "",
        minutes: int = 45,
    ) -> Service:
        """An active service of a provider or a salon."""
        return Service(
            id=ServiceId(self.entropy.new_id()),
            provider_id=provider_id,
            salon_id=salon_id,
            name=name,
            description=description,
            minutes=minutes,
            price=PRICE,
            deposit=DEPOSIT,
            created_at=NOW,
        )

    def resource(
        self,
        *,
        provider_id: ProviderId | None = None,
        salon_id: SalonId | None = None,
        name: str = "Өрөө",
        quantity: int = 1,
    ) -> Resource:
        """A resource of a provider or a salon."""
        return Resource(
            id=ResourceId(self.entropy.new_id()),
            provider_id=provider_id,
            salon_id=salon_id,
            name=name,
            quantity=quantity,
            created_at=NOW,
        )

    def hold(
        self,
        profile: Profile,
        customer: User,
        start: datetime = TOMORROW,
        *,
        lasts: timedelta = HOUR,
        expires_at: datetime = NOW + _HOLD,
    ) -> Claim:
        """A hold without buffers."""
        span = TimeRange(start, start + lasts)
        return Claim(
            id=ClaimId(self.entropy.new_id()),
            provider_id=profile.id,
            customer_id=customer.id,
            kind=ClaimKind.HOLD,
            span=span,
            blocked=span,
            expires_at=expires_at,
        )

    def place(
        self, of_class: ServiceId, profile: Profile, customer: User, start: datetime = TOMORROW, *, capacity: int = 2
    ) -> Claim:
        """The claim of a place in a one-hour occurrence of a class, with buffers of five minutes."""
        claim = self.claim(profile, customer, start, buffer=timedelta(minutes=5))
        return replace(claim, class_id=of_class, capacity=capacity)

    def paused(
        self, profile: Profile, customer: User, start: datetime = TOMORROW, *, buffer: timedelta = timedelta(0)
    ) -> Claim:
        """The claim of a booking of three hours, of which the second is a pause."""
        span = TimeRange(start, start + 3 * HOUR)
        return replace(
            self.claim(profile, customer, start, buffer=buffer),
            span=span,
            blocked=TimeRange(span.start - buffer, span.end + buffer),
            pauses=(TimeRange(start + HOUR, start + 2 * HOUR),),
        )

    def claim(
        self, profile: Profile, customer: User, start: datetime = TOMORROW, *, buffer: timedelta = timedelta(0)
    ) -> Claim:
        """The claim of a one-hour booking."""
        span = TimeRange(start, start + HOUR)
        return Claim(
            id=ClaimId(self.entropy.new_id()),
            provider_id=profile.id,
            customer_id=customer.id,
            kind=ClaimKind.BOOKING,
            span=span,
            blocked=TimeRange(span.start - buffer, span.end + buffer),
        )
