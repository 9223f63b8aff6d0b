"""Refunds on cancellation: pure functions of the cancellation policy, and of the starts that were agreed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.money import Money

MAX_TIERS: Final = 10
_WHOLE: Final = 100


@dataclass(frozen=True, slots=True, order=True)
class Tier:
    """A cancellation at least `hours_before` the start refunds `percent` of what was paid."""

    hours_before: int
    percent: int

    def __post_init__(self) -> None:
        if self.hours_before < 0 or not 0 <= self.percent <= _WHOLE:
            raise InvalidValue(
                field="cancellation_policy", problem="a tier must have hours ≥ 0 and a percentage of 0 to 100"
            )


@dataclass(frozen=True, slots=True)
class CancellationPolicy:
    """Tiers for a cancellation by the customer. Below the lowest tier nothing is refunded."""

    tiers: tuple[Tier, ...] = (Tier(24, 100),)

    def __post_init__(self) -> None:
        if len(self.tiers) > MAX_TIERS:
            raise InvalidValue(field="cancellation_policy", problem=f"at most {MAX_TIERS} tiers")
        if len({tier.hours_before for tier in self.tiers}) != len(self.tiers):
            raise InvalidValue(field="cancellation_policy", problem="at most one tier per number of hours")

    def percent(self, *, start: datetime, cancelled_at: datetime) -> int:
        """The percentage of the tier with the most hours that the cancellation still meets; 0 if it meets none."""
        return max(
            (tier for tier in self.tiers if start - cancelled_at >= timedelta(hours=tier.hours_before)),
            default=Tier(0, 0),
        ).percent

    def deadline_passed(self, *, start: datetime, at: datetime) -> bool:
        """Whether the deadline of any tier has passed: a cancellation at `at` no longer meets it."""
        return any(start - at < timedelta(hours=tier.hours_before) for tier in self.tiers)


DEFAULT_POLICY: Final = CancellationPolicy()


def refund_due(
    policy: CancellationPolicy, paid: Money, *, start: datetime, cancelled_at: datetime, by_customer: bool
) -> Money:
    """The part of `paid` to refund. If the customer does not cancel themselves, it is all of it.

    >>> from datetime import UTC
    >>> start = datetime(2026, 11, 23, 2, tzinfo=UTC)
    >>> refund_due(CancellationPolicy((Tier(24, 50),)), Money.of(20_000, "MNT"), start=start,
    ...            cancelled_at=datetime(2026, 11, 20, tzinfo=UTC), by_customer=True)
    Money(amount=1000000, currency='MNT')
    """
    return paid.percent(policy.percent(start=start, cancelled_at=cancelled_at) if by_customer else _WHOLE)


def start_after_reschedule(policy: CancellationPolicy, judged: datetime, to: datetime, *, at: datetime) -> datetime:
    """The start by which a cancellation is judged after the customer has rescheduled to `to` at `at`.

    `judged` is the start by which it was judged before. Once one of its deadlines has passed it stays passed: the
    earlier start counts. So rescheduling never increases what a cancellation refunds.

    >>> from datetime import UTC
    >>> friday, monday = (datetime(2026, 11, day, 2, tzinfo=UTC) for day in (20, 23))
    >>> start_after_reschedule(DEFAULT_POLICY, friday, monday, at=friday - timedelta(hours=24)) == monday
    True
    >>> start_after_reschedule(DEFAULT_POLICY, friday, monday, at=friday - timedelta(hours=23)) == friday
    True
    """
    return min(judged, to) if policy.deadline_passed(start=judged, at=at) else to


def tiers(pairs: Iterable[tuple[int, int]]) -> CancellationPolicy:
    """A policy from pairs of (hours before, percent), in any order."""
    return CancellationPolicy(tuple(sorted((Tier(hours, percent) for hours, percent in pairs), reverse=True)))
