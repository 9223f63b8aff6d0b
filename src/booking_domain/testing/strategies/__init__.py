"""Hypothesis strategies for questions about slots and their parts. They need the extra `testing`.

- `zones`, `zones_and_dates`, `named_zones_and_dates`: time zones and clock changes; `transitions` computes them.
- `opening_hours`, `slot_settings`, `calendars`: calendars and their parts.
- `claims`: bookings, live holds and expired holds.
- `instants`, `spans`, `clocks`, `jumps`: time, and clocks that jump.
- `questions`: complete questions (`booking_domain.testing.question.Question`) for any slot function.

Every drawn value is valid and shrinks to a simple one.
"""

from booking_domain.testing.question import Question, SlotFunction
from booking_domain.testing.strategies.calendars import (
    calendars,
    hours_in_two_parts,
    opening_hours,
    slot_settings,
)
from booking_domain.testing.strategies.claims import claims
from booking_domain.testing.strategies.moments import (
    JumpingClock,
    clocks,
    instants,
    jumps,
    midnight,
    minutes_from,
    spans,
)
from booking_domain.testing.strategies.questions import questions
from booking_domain.testing.strategies.zones import (
    CHANGES_OF_CLOCKS,
    ORDINARY_DAYS,
    Transition,
    named_zones_and_dates,
    transitions,
    zone_names,
    zones,
    zones_and_dates,
)

__all__ = [
    "CHANGES_OF_CLOCKS",
    "ORDINARY_DAYS",
    "JumpingClock",
    "Question",
    "SlotFunction",
    "Transition",
    "calendars",
    "claims",
    "clocks",
    "hours_in_two_parts",
    "instants",
    "jumps",
    "midnight",
    "minutes_from",
    "named_zones_and_dates",
    "opening_hours",
    "questions",
    "slot_settings",
    "spans",
    "transitions",
    "zone_names",
    "zones",
    "zones_and_dates",
]
