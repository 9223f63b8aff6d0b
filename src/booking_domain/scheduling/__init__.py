"""Open hours, slots and claims: what is free when, in the provider's own time zone, right over every change of clocks.

Public: the names below. All of them are frozen values and pure functions; nothing here does I/O.
"""

from booking_domain.scheduling.claims import Claim, ClaimKind
from booking_domain.scheduling.model import Calendar, DateException, Hours, Slot, SlotSettings, WeeklyRule
from booking_domain.scheduling.slots import is_offered, offered_slots
from booking_domain.shared.time import TimeRange, WallTime

__all__ = [
    "Calendar",
    "Claim",
    "ClaimKind",
    "DateException",
    "Hours",
    "Slot",
    "SlotSettings",
    "TimeRange",
    "WallTime",
    "WeeklyRule",
    "is_offered",
    "offered_slots",
]
