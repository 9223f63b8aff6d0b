"""Slots: which starts a provider offers, in the provider's time zone, correct across daylight-saving changes.

`Calendar` says when a provider is open, `Claim` is time that is taken, and `offered_slots` computes what is left:

>>> from datetime import UTC, datetime
>>> from booking_domain.scheduling import Calendar, Hours, TimeRange, WeeklyRule, explain, offered_slots
>>> calendar = Calendar(time_zone="Asia/Ulaanbaatar", rules=WeeklyRule.every_day(Hours.parse("10:00-12:00")))
>>> tuesday = TimeRange.parse("2026-11-24T00:00+08:00", "2026-11-25T00:00+08:00")
>>> now = datetime(2026, 11, 23, tzinfo=UTC)
>>> slots = offered_slots(calendar, [], window=tuesday, now=now)
>>> [f"{slot.start.astimezone(calendar.zone):%H:%M}" for slot in slots]
['10:00', '10:30', '11:00']

`explain` says why a start is not offered:

>>> explain(calendar, [], datetime(2026, 11, 24, 2, 10, tzinfo=UTC), now=now).reasons
(<Reason.OFF_GRID: 'off_grid'>,)

`compose` adds up the services of one booking, and `least_busy` says which of several providers takes an appointment
that any of them can do:

>>> from datetime import timedelta
>>> from uuid import UUID
>>> from booking_domain.scheduling import least_busy, workload
>>> nine = datetime(2026, 11, 23, 9, tzinfo=UTC)
>>> hour = TimeRange(nine, nine + timedelta(hours=1))
>>> loads = [workload(UUID(int=1), [hour], at=nine, zone="UTC"), workload(UUID(int=2), [], at=nine, zone="UTC")]
>>> least_busy(loads)[0].provider_id.int
2

All public names are in `__all__`. They are frozen values and pure functions; nothing here does I/O. `docs/glossary.md`
defines the terms.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from booking_domain.scheduling.claims import Claim, ClaimKind
from booking_domain.scheduling.explain import Explanation, Reason, explain
from booking_domain.scheduling.model import (
    Anchoring,
    Block,
    Calendar,
    ClockChanges,
    DateException,
    OpeningHours,
    Slot,
    SlotSettings,
    Way,
)
from booking_domain.scheduling.pauses import Pause
from booking_domain.scheduling.resources import RequiredResource, ResourceUnit
from booking_domain.scheduling.slots import is_offered, offered_slots
from booking_domain.scheduling.weekly import Hours, ServiceHours, WeeklyRule
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.time import TimeRange, WallTime

if TYPE_CHECKING:
    from booking_domain.scheduling.as_json import calendar_json, calendar_of, claim_json, claims_of
    from booking_domain.scheduling.clock_changes import UnusualTime, unusual_times
    from booking_domain.scheduling.recurrence import Recurrence, rrule_of, rules_of_rrule
    from booking_domain.scheduling.series import dates_of_rrule
    from booking_domain.scheduling.services import ComposedService, OfferedService, choose, compose
    from booking_domain.scheduling.several import Pool, all_of, chosen, offered_together
    from booking_domain.scheduling.workloads import Workload, least_busy, workload
    from booking_domain.shared.turns import Turn
else:  # what a first booking does not need is imported when it is first used

    def __getattr__(name: str) -> object:
        if name in __all__:
            for module in ("as_json", "clock_changes", "recurrence", "series", "services", "several", "workloads"):
                found = vars(import_module(f"{__name__}.{module}"))
                if name in found:
                    return globals().setdefault(name, found[name])
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return [*globals(), *__all__]


__all__ = [
    "Anchoring",
    "Block",
    "Calendar",
    "Claim",
    "ClaimKind",
    "ClockChanges",
    "ComposedService",
    "DateException",
    "Explanation",
    "Hours",
    "InvalidValue",
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
    "rrule_of",
    "rules_of_rrule",
    "unusual_times",
    "workload",
]
