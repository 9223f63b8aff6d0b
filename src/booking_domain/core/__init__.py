"""A small core: slots, holds, bookings, cancellation and a waiting list over a store of five small protocols.

`Diary` has no accounts, no approval, and prices only if you give them. It runs the same functions and lifecycles as the
platform: `claimable_in`, `offered_slots`, `explain`, `BOOKING_LIFECYCLE` and `WAITING_LIFECYCLE`. The protocols are in
`stores`, their contract in `booking_domain.testing.core`. All that a first program needs can be imported from here.
"""

from booking_domain.bookings.errors import AlreadyOver, BookingNotFound, RescheduleTooLate, TooEarly, TooManyReschedules
from booking_domain.bookings.policy import CancellationPolicy, refund_due
from booking_domain.bookings.transitions import InvalidBookingTransition, Party, Status
from booking_domain.core.diary import Diary, SystemClock
from booking_domain.core.icalendar import icalendar_of
from booking_domain.core.model import Booking, Waiting
from booking_domain.core.stores import BookingStore, ClaimSource, ClaimStore, MemoryStore, Store, WaitingStore
from booking_domain.scheduling import (
    Anchoring,
    Block,
    Calendar,
    Claim,
    ClockChanges,
    DateException,
    Explanation,
    Hours,
    InvalidValue,
    OpeningHours,
    Slot,
    SlotSettings,
    TimeRange,
    WallTime,
    WeeklyRule,
)
from booking_domain.scheduling.errors import HoldNotFound, SlotNotOffered, SlotTaken
from booking_domain.scheduling.waiting import NotWaiting, WaitingStatus
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import Conflict, DomainError, NotFound, RuleViolated
from booking_domain.shared.money import Money

__all__ = [
    "AlreadyOver",
    "Anchoring",
    "Block",
    "Booking",
    "BookingNotFound",
    "BookingStore",
    "Calendar",
    "CancellationPolicy",
    "Claim",
    "ClaimSource",
    "ClaimStore",
    "Clock",
    "ClockChanges",
    "Conflict",
    "DateException",
    "Diary",
    "DomainError",
    "Explanation",
    "HoldNotFound",
    "Hours",
    "InvalidBookingTransition",
    "InvalidValue",
    "MemoryStore",
    "Money",
    "NotFound",
    "NotWaiting",
    "OpeningHours",
    "Party",
    "RescheduleTooLate",
    "RuleViolated",
    "Slot",
    "SlotNotOffered",
    "SlotSettings",
    "SlotTaken",
    "Status",
    "Store",
    "SystemClock",
    "TimeRange",
    "TooEarly",
    "TooManyReschedules",
    "Waiting",
    "WaitingStatus",
    "WaitingStore",
    "WallTime",
    "WeeklyRule",
    "icalendar_of",
    "refund_due",
]
