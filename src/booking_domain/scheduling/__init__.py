"""Open hours, slots and claims: what is free when, in the provider's own time zone, right over every change of clocks.

Public: the names below. All of them are frozen values and pure functions; nothing here does I/O.
"""

from booking_domain.scheduling.claims import Claim, ClaimKind
from booking_domain.scheduling.explain import Explanation, Reason, explain
from booking_domain.scheduling.model import (
    Anchoring,
    Block,
    Calendar,
    DateException,
    Hours,
    OpeningHours,
    Slot,
    SlotSettings,
    WeeklyRule,
)
from booking_domain.scheduling.slots import is_offered, offered_slots
from booking_domain.shared.time import TimeRange, WallTime

__all__ = [
    "Anchoring",
    "Block",
    "Calendar",
    "Claim",
    "ClaimKind",
    "DateException",
    "Explanation",
    "Hours",
    "OpeningHours",
    "Reason",
    "Slot",
    "SlotSettings",
    "TimeRange",
    "WallTime",
    "WeeklyRule",
    "explain",
    "is_offered",
    "offered_slots",
]
