"""Appointment booking as a library: slots, claims, bookings, payments and their ports.

A provider is open daily from 10:00 to 13:00 and has a booking at 11:00. Which slots are free on Tuesday?

>>> from datetime import UTC, datetime
>>> from booking_domain import Calendar, Hours, TimeRange, WeeklyRule, offered_slots
>>> calendar = Calendar(time_zone="Asia/Ulaanbaatar", rules=WeeklyRule.every_day(Hours.parse("10:00-13:00")))
>>> eleven = TimeRange.parse("2026-11-24T11:00+08:00", "2026-11-24T12:00+08:00")
>>> slots = offered_slots(
...     calendar,
...     [calendar.claim(eleven)],
...     window=TimeRange.parse("2026-11-24T00:00+08:00", "2026-11-25T00:00+08:00"),
...     now=datetime(2026, 11, 23, tzinfo=UTC),
... )
>>> [f"{slot.start.astimezone(calendar.zone):%H:%M}" for slot in slots]
['10:00', '12:00']

The library needs the standard library only. It has type annotations, and does no I/O outside the ports that you
implement.

- `booking_domain.core`: a diary that holds, books and cancels over a small store, without accounts or approval.
- `booking_domain.scheduling`: calendars, slots, and why a start is not offered. Frozen values and pure functions.
- `booking_domain.bookings`: the lifecycle of bookings as data (`transitions`), and refunds on cancellation (`policy`).
  `booking_domain.payments.transitions` and `booking_domain.disputes.transitions`: those of payments and disputes.
- `booking_domain.testing`: contracts of stores, strategies and properties for your slot functions, and the conformance
  suite (`python -m booking_domain.testing.conformance`).

The distribution `booking-domain-platform` has the rest of this package: a booking platform's aggregates and ports, its
use cases (`booking_domain.use_cases.platform.ports` lists the ports that they need), and every port in memory.

The public names are those in `__all__` here, in `booking_domain.core` and in `booking_domain.scheduling`; other modules
may change between versions. `docs/glossary.md` defines the terms.
"""

from typing import TYPE_CHECKING

from booking_domain import scheduling
from booking_domain.bookings.policy import CancellationPolicy, Tier, refund_due
from booking_domain.bookings.transitions import BOOKING_LIFECYCLE, CLAIMS_TIME
from booking_domain.scheduling import (
    Anchoring,
    Block,
    Calendar,
    Claim,
    ClaimKind,
    ClockChanges,
    DateException,
    Explanation,
    Hours,
    OpeningHours,
    Pause,
    Reason,
    RequiredResource,
    ResourceUnit,
    ServiceHours,
    Slot,
    SlotSettings,
    TimeRange,
    WallTime,
    Way,
    WeeklyRule,
    explain,
    is_offered,
    offered_slots,
)
from booking_domain.shared.errors import DomainError, InvalidValue
from booking_domain.shared.money import Money

if TYPE_CHECKING:
    from booking_domain.scheduling import (
        ComposedService,
        OfferedService,
        Pool,
        Recurrence,
        Turn,
        UnusualTime,
        Workload,
        all_of,
        calendar_json,
        calendar_of,
        choose,
        chosen,
        claim_json,
        claims_of,
        compose,
        dates_of_rrule,
        least_busy,
        offered_together,
        rrule_of,
        rules_of_rrule,
        unusual_times,
        workload,
    )
else:  # `scheduling` imports it when it is first used

    def __getattr__(name: str) -> object:
        if name in __all__:
            return getattr(scheduling, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return [*globals(), *__all__]


__version__ = "0.1.0"

__all__ = [
    "BOOKING_LIFECYCLE",
    "CLAIMS_TIME",
    "Anchoring",
    "Block",
    "Calendar",
    "CancellationPolicy",
    "Claim",
    "ClaimKind",
    "ClockChanges",
    "ComposedService",
    "DateException",
    "DomainError",
    "Explanation",
    "Hours",
    "InvalidValue",
    "Money",
    "OfferedService",
    "OpeningHours",
    "Pause",
    "Pool",
    "Reason",
    "Recurrence",
    "RequiredResource",
    "ResourceUnit",
    "ServiceHours",
    "Slot",
    "SlotSettings",
    "Tier",
    "TimeRange",
    "Turn",
    "UnusualTime",
    "WallTime",
    "Way",
    "WeeklyRule",
    "Workload",
    "all_of",
    "calendar_json",
    "calendar_of",
    "choose",
    "chosen",
    "claim_json",
    "claims_of",
    "compose",
    "dates_of_rrule",
    "explain",
    "is_offered",
    "least_busy",
    "offered_slots",
    "offered_together",
    "refund_due",
    "rrule_of",
    "rules_of_rrule",
    "unusual_times",
    "workload",
]
