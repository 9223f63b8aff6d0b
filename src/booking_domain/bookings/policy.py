"""Refunds on cancellation: pure functions of the cancellation policy, and of the starts that were agreed."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from booking_domain.bookings.errors import RescheduleTooLate, TooManyReschedules
from booking_domain.shared.checks import checks_types
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.money import Money
from booking_domain.shared.time import MINUTES_A_DAY
from booking_domain.shared.values import dataclass

MAX_TIERS: Final = 10
MAX_RESCHEDULE_NOTICE: Final = 365 * MINUTES_A_DAY
MAX_RESCHEDULES: Final = 100
_WHOLE: Final = 100
_KEEPS: Final = ("cancellation_preset", "late_cancellation_keeps_percent", "no_show_keeps_percent")


@dataclass(frozen=True, slots=True, order=True)
@checks_types
class Tier:
    """A cancellation at least `hours_before` the start refunds `percent` of what was paid."""

    hours_before: int
    percent: int

    def __post_init__(self) -> None:
        if self.hours_before < 0 or not 0 <= self.percent <= _WHOLE:
            raise InvalidValue(
                field="cancellation_policy", problem="a tier must have hours ≥ 0 and a percentage of 0 to 100"
            )


class Preset(StrEnum):
    """The name of a list of tiers. A booking keeps its tiers even if a preset changes."""

    FLEXIBLE = "flexible"
    """Everything is refunded until a day before the start."""
    MODERATE = "moderate"
    """Everything is refunded until three days before the start, half of it until a day before."""
    STRICT = "strict"
    """Everything is refunded until a week before the start, half of it until three days before."""
    CUSTOM = "custom"
    """Tiers that the provider has chosen."""


PRESETS: Final[dict[Preset, tuple[Tier, ...]]] = {
    Preset.FLEXIBLE: (Tier(24, 100),),
    Preset.MODERATE: (Tier(72, 100), Tier(24, 50)),
    Preset.STRICT: (Tier(168, 100), Tier(72, 50)),
}


@dataclass(frozen=True, slots=True)
@checks_types
class CancellationPolicy:
    """What is refunded if the customer cancels or does not come; until when, and how often, they may reschedule."""

    tiers: tuple[Tier, ...] = PRESETS[Preset.FLEXIBLE]
    """For a cancellation by the customer before the start."""
    late_keeps: int = 100
    """The percentage that is kept of what was paid if the customer cancels later than all tiers."""
    no_show_keeps: int = 100
    """The percentage that is kept if the customer does not come, or cancels after the start."""
    reschedule_notice_minutes: int = 0
    """How long before the start the customer may reschedule at the latest."""
    max_reschedules: int | None = None
    """How often the customer may reschedule at most; None: as often as they like. What others do does not count."""

    def __post_init__(self) -> None:
        if len(self.tiers) > MAX_TIERS:
            raise InvalidValue(field="cancellation_policy", problem=f"at most {MAX_TIERS} tiers")
        if len({tier.hours_before for tier in self.tiers}) != len(self.tiers):
            raise InvalidValue(field="cancellation_policy", problem="at most one tier per number of hours")
        if not (0 <= self.late_keeps <= _WHOLE and 0 <= self.no_show_keeps <= _WHOLE):
            raise InvalidValue(field="cancellation_policy", problem="percentages are from 0 to 100")
        if not 0 <= self.reschedule_notice_minutes <= MAX_RESCHEDULE_NOTICE:
            raise InvalidValue(field="reschedule_notice_minutes", problem=f"from 0 to {MAX_RESCHEDULE_NOTICE} minutes")
        if self.max_reschedules is not None and not 0 <= self.max_reschedules <= MAX_RESCHEDULES:
            raise InvalidValue(field="max_reschedules", problem=f"from 0 to {MAX_RESCHEDULES} times")

    @property
    def preset(self) -> Preset:
        """The preset that has these tiers."""
        mine = frozenset(self.tiers)
        return next((preset for preset, its in PRESETS.items() if frozenset(its) == mine), Preset.CUSTOM)

    def require_monotonic(self) -> None:
        """Raise `InvalidValue` unless more notice never gives less back."""
        latest_first = (tier.percent for tier in sorted(self.tiers))
        back = [_WHOLE - self.no_show_keeps, _WHOLE - self.late_keeps, *latest_first]
        if back != sorted(back):
            raise InvalidValue(
                field="cancellation_policy", problem="more notice must never give less back", besides=_KEEPS
            )

    def tier(self, *, start: datetime, cancelled_at: datetime) -> Tier | None:
        """The tier with the most hours that the cancellation still meets."""
        met = (tier for tier in self.tiers if start - cancelled_at >= timedelta(hours=tier.hours_before))
        return max(met, default=None)

    def better_tier(self, *, start: datetime, cancelled_at: datetime) -> Tier | None:
        """The tier that an earlier cancellation would have met last, and that gives more back."""
        now = self.percent(start=start, cancelled_at=cancelled_at)
        missed = (tier for tier in self.tiers if start - cancelled_at < timedelta(hours=tier.hours_before))
        return min((tier for tier in missed if tier.percent > now), default=None)

    def percent(self, *, start: datetime, cancelled_at: datetime) -> int:
        """The percentage that is refunded: of the tier, else what is not kept of a late cancellation or no-show."""
        tier = self.tier(start=start, cancelled_at=cancelled_at)
        if tier is not None:
            return tier.percent
        return _WHOLE - (self.late_keeps if cancelled_at < start else self.no_show_keeps)

    def ends(self, tier: Tier, start: datetime) -> datetime:
        """Until when, inclusive, a cancellation meets the tier."""
        return start - timedelta(hours=tier.hours_before)

    def deadlines(self, start: datetime) -> Iterator[datetime]:
        """The instants from which on a cancellation may give less back than just before."""
        for tier in self.tiers:
            yield self.ends(tier, start) + timedelta.resolution
        yield start

    def reschedule_deadline(self, start: datetime) -> datetime | None:
        """Until when a customer may reschedule a booking with this start; None if only the start ends it."""
        notice = self.reschedule_notice_minutes
        return start - timedelta(minutes=notice) if notice else None

    def require_reschedulable(self, start: datetime, *, reschedules: int, now: datetime, zone: str) -> None:
        """Raise unless a customer may reschedule a booking that they have rescheduled so many times.

        Raises:
            RescheduleTooLate: later than the notice; it names the deadline in this time zone.
            TooManyReschedules: as often as they may, or more.
        """
        deadline = self.reschedule_deadline(start)
        if deadline is not None and deadline < now:
            raise RescheduleTooLate(deadline=deadline, zone=zone)
        if self.max_reschedules is not None and reschedules >= self.max_reschedules:
            raise TooManyReschedules(limit=self.max_reschedules)

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


def start_after_reschedule(policy: CancellationPolicy, before: datetime, to: datetime, *, at: datetime) -> datetime:
    """The start by which a cancellation is judged after the customer has rescheduled to `to` at `at`.

    `before` is the start by which it was judged so far. Once one of its deadlines has passed it stays passed: the
    earlier start counts. So rescheduling never increases what a cancellation refunds.

    >>> from datetime import UTC
    >>> friday, monday = (datetime(2026, 11, day, 2, tzinfo=UTC) for day in (20, 23))
    >>> start_after_reschedule(DEFAULT_POLICY, friday, monday, at=friday - timedelta(hours=24)) == monday
    True
    >>> start_after_reschedule(DEFAULT_POLICY, friday, monday, at=friday - timedelta(hours=23)) == friday
    True
    """
    return min(before, to) if policy.deadline_passed(start=before, at=at) else to


def tiers(pairs: Iterable[tuple[int, int]]) -> CancellationPolicy:
    """A policy from pairs of (hours before, percent), in any order."""
    return CancellationPolicy(tuple(sorted((Tier(hours, percent) for hours, percent in pairs), reverse=True)))
