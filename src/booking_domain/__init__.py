"""Appointment booking as a library: slots, claims, bookings, payments, and the ports around them.

Framework-free, standard library only, typed. Public is what `__all__` names here, in `booking_domain.scheduling` and in
the modules it points to; the rest may move.

- `booking_domain.scheduling`: calendars, slots, why a time is not offered. Pure functions over frozen values.
- `booking_domain.bookings.model`, `.transitions` and `.policy`: the booking, its lifecycle as data, what a cancellation
  gives back. `booking_domain.payments` likewise.
- `booking_domain.workflows`: the use cases, over the ports that `booking_domain.workflows.ports` names.
- `booking_domain.testing`: every port in memory, contracts for adapters of yours, strategies and properties for slot
  functions of yours, and the conformance suite (`python -m booking_domain.testing.conformance`).

What is free tomorrow, for somebody who is open from ten to one and has a booking at eleven?

>>> from datetime import UTC, datetime
>>> from booking_domain import Calendar, Claim, Hours, TimeRange, WeeklyRule, offered_slots
>>> calendar = Calendar(time_zone="Asia/Ulaanbaatar", rules=WeeklyRule.every_day(Hours.parse("10:00-13:00")))
>>> eleven = TimeRange.parse("2026-11-24T11:00+08:00", "2026-11-24T12:00+08:00")
>>> slots = offered_slots(
...     calendar,
...     [Claim.of(eleven)],
...     window=TimeRange.parse("2026-11-24T00:00+08:00", "2026-11-25T00:00+08:00"),
...     now=datetime(2026, 11, 23, tzinfo=UTC),
... )
>>> [f"{slot.start.astimezone(calendar.zone):%H:%M}" for slot in slots]
['10:00', '12:00']
"""

from booking_domain.bookings.policy import CancellationPolicy, Tier, refund_due
from booking_domain.bookings.transitions import BOOKING_LIFECYCLE, BOOKING_PAYMENT_LIFECYCLE, CLAIMS_TIME
from booking_domain.scheduling import (
    Anchoring,
    Block,
    Calendar,
    Claim,
    ClaimKind,
    DateException,
    Explanation,
    Hours,
    OpeningHours,
    Reason,
    Slot,
    SlotSettings,
    TimeRange,
    WallTime,
    WeeklyRule,
    explain,
    is_offered,
    offered_slots,
)
from booking_domain.shared.errors import DomainError
from booking_domain.shared.money import Money

__all__ = [
    "BOOKING_LIFECYCLE",
    "BOOKING_PAYMENT_LIFECYCLE",
    "CLAIMS_TIME",
    "Anchoring",
    "Block",
    "Calendar",
    "CancellationPolicy",
    "Claim",
    "ClaimKind",
    "DateException",
    "DomainError",
    "Explanation",
    "Hours",
    "Money",
    "OpeningHours",
    "Reason",
    "Slot",
    "SlotSettings",
    "Tier",
    "TimeRange",
    "WallTime",
    "WeeklyRule",
    "explain",
    "is_offered",
    "offered_slots",
    "refund_due",
]
