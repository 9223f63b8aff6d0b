"""Edges of whole days and of other long appointments, and of the way between venues."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from booking_domain.scheduling import (
    Anchoring,
    Block,
    Claim,
    DateException,
    Hours,
    OpeningHours,
    Pause,
    RequiredResource,
    ServiceHours,
    SlotSettings,
    TimeRange,
)
from booking_domain.shared.ids import ExceptionId
from booking_domain.shared.time import MINUTES_A_DAY
from booking_domain.testing.edges.moving import (
    BUFFERED,
    DAY,
    MINUTE,
    a_range,
    a_rule,
    a_unit,
    an_exception,
    changed,
    claimed,
    date_of,
    held,
    midnight_of,
    nearest_change,
    open_all_day,
    plain_settings,
)
from booking_domain.testing.question import Question

_HERE, _THERE = "salon", "home"
_DAYTIME: Final = ("09:00-18:00",)


def days_around_exceptions(question: Question) -> Question:
    """Whole days of which one date is closed, and another has other hours than usual."""
    day = date_of(question)
    closed = DateException(id=ExceptionId(UUID(int=98)), date=day + 2 * DAY)
    shorter = an_exception(day - 2 * DAY, Hours.parse("11:00-15:00"))
    return _in_days(question, 2 + day.day % 2, exceptions=(closed, shorter))


def days_of_other_hours(question: Question) -> Question:
    """Whole days of dates with different hours: two ranges, a night, midnight, 24 hours."""
    texts = {-1: ("09:00-12:00", "15:00-19:00"), 0: ("20:00-04:00",), 1: ("08:00-17:00",), 2: ("00:00-24:00",)}
    return _in_days(question, 1 + date_of(question).day % 3, {**texts, 3: ("10:00-10:00",)})


def days_across_a_change(question: Question) -> Question:
    """Whole days of which one has 23 or 25 hours, or another number."""
    change = nearest_change(question)
    if change is None:
        return days_of_other_hours(question)
    there = question.during(change - MINUTE, change + MINUTE)
    text = "00:00-24:00" if date_of(question).day % 2 else "01:00-23:00"
    return _in_days(there, 1 + date_of(question).day % 3, dict.fromkeys(range(-3, 4), (text,)))


def days_beside_others(question: Question) -> Question:
    """Whole days, a claim in one of their nights, a busy time and a block on later dates."""
    at = midnight_of(question.calendar, date_of(question))
    block = Block(range=a_range(at + 2 * DAY, 22 * 60, 60))
    claims = (claimed(at, -2 * 60, 60),)
    return _in_days(question, 2, claims=claims, busy=(a_range(at + DAY, 13 * 60, 30),), blocks=(block,))


def days_between_buffers(question: Question) -> Question:
    """Whole days with buffers: one claim just fits after a closing, one does not, nor one before an opening."""
    at = midnight_of(question.calendar, date_of(question))
    claims = (claimed(at, 18 * 60 + 29, 60), claimed(at - 2 * DAY, 18 * 60 + 30, 60), claimed(at + 2 * DAY, 480, 31))
    days = 1 + date_of(question).day % 2
    return _in_days(question, days, claims=claims, buffer_before_minutes=30, buffer_after_minutes=30)


def days_of_salon_and_service(question: Question) -> Question:
    """Whole days within the hours of a salon and of a service, which are open together on some dates only."""
    day, zone = date_of(question), question.calendar.time_zone
    of_salon = dict.fromkeys(range(-3, 4), ("10:00-17:00",)) | {1: ("12:00-20:00",), 2: ("19:00-21:00",)}
    of_service = {away: ("08:00-16:00", "17:30-18:30") for away in range(-3, 4) if away != -1}
    salon, service = (
        tuple(a_rule(day + away * DAY, text) for away, texts in each.items() for text in texts)
        for each in (of_salon, of_service)
    )
    opened = OpeningHours(time_zone=zone, rules=salon)
    return _in_days(question, 1 + day.day % 2, salon=opened, service_hours=(ServiceHours(service),))


def days_on_full_dates(question: Question) -> Question:
    """Whole days that begin before a date with as many bookings as it takes, on it, and after it."""
    at = midnight_of(question.calendar, date_of(question))
    return _in_days(question, 2, claims=(claimed(at, 19 * 60, 60),), max_per_day=1)


def days_up_to_the_horizon(question: Question) -> Question:
    """Whole days of which the last ones begin within horizon and window, and end beyond both."""
    there = _in_days(question, 2 + date_of(question).day % 2)
    now = midnight_of(question.calendar, date_of(question) - 2 * DAY) + 10 * 60 * MINUTE
    settings = replace(there.calendar.settings, min_notice_minutes=24 * 60, horizon_days=3)
    return replace(there, now=now, calendar=replace(there.calendar, settings=settings))


def days_at_another_length(question: Question) -> Question:
    """Appointments of 24 hours, which take no whole days where two days do."""
    there = _in_days(question, 2, dict.fromkeys(range(-3, 3), ("00:00-24:00",)), step_minutes=180)
    return replace(there, duration_minutes=MINUTES_A_DAY)


def units_taken_on_later_days(question: Question) -> Question:
    """Whole days that need a unit, which is taken on one of their later dates."""
    at = midnight_of(question.calendar, date_of(question))
    room = RequiredResource(units=(a_unit(at, (600, 660)), a_unit(at, (900, 960)), a_unit(at, (2000, 2100))), needed=2)
    return _in_days(question, 2, resources=(room,))


def longer_than_a_day(question: Question) -> Question:
    """Appointments of 36 hours in hours that do not close for days, and a claim on their second day."""
    at = midnight_of(question.calendar, date_of(question))
    settings = plain_settings(question, duration_minutes=36 * 60, **{**BUFFERED, "step_minutes": 180})
    hours = dict.fromkeys(range(-3, 3), ("00:00-24:00",))
    return _on_dates(question, settings, hours, claims=(claimed(at + DAY, 20 * 60, 60),))


def beside_claims_elsewhere(question: Question) -> Question:
    """Claims at another venue, at the same one and at none: a booking, a hold, one that has lapsed; a busy time."""
    at = midnight_of(question.calendar, date_of(question))
    lapsed = replace(held(at, 1020, 60), expires_at=at - 30 * DAY)
    claims = (
        *_there(claimed(at, 300, 60, buffer=10), lapsed, held(at, 1200, 60)),
        replace(claimed(at, 600, 60), venue=_HERE),
        claimed(at, 900, 60),
    )
    return open_all_day(question, _travelling(question, 40), claims=claims, busy=(a_range(at, 750, 30),))


def elsewhere_over_midnight(question: Question) -> Question:
    """Claims at another venue on the evening before, and early on the next date."""
    at = midnight_of(question.calendar, date_of(question))
    claims = _there(claimed(at, -40, 30), claimed(at + DAY, 30, 30))
    return open_all_day(question, _travelling(question, 120), claims=claims)


def a_long_way(question: Question) -> Question:
    """Claims at a venue that is most of a day away."""
    at = midnight_of(question.calendar, date_of(question))
    claims = _there(claimed(at, -1100, 60), claimed(at + DAY, 1000, 60))
    return open_all_day(question, _travelling(question, 1200), claims=claims)


def in_pauses_elsewhere(question: Question) -> Question:
    """Claims with pauses at another venue: the way there and back fits into some, and just not into another."""
    at = midnight_of(question.calendar, date_of(question))
    claims = _there(
        claimed(at, 120, 240, (60, 120)),
        claimed(at, 480, 240, (60, 100)),
        claimed(at, 840, 240, (60, 99)),
        claimed(at, 1200, 120, (30, 30)),
    )
    return open_all_day(question, _travelling(question, 20), claims=claims)


def others_elsewhere_in_a_pause(question: Question) -> Question:
    """Appointments with a pause, into which a claim elsewhere fits with the way, and another does not."""
    at = midnight_of(question.calendar, date_of(question))
    settings = _travelling(question, 20, duration_minutes=160, pauses=(Pause(30, 100),))
    claims = _there(claimed(at, 420, 30, buffer=15), claimed(at, 960, 31, buffer=15))
    return open_all_day(question, settings, claims=claims)


def steps_after_the_way(question: Question) -> Question:
    """Steps restart when the way from another venue is over, off the grid, and at the same venue after a claim."""
    at = midnight_of(question.calendar, date_of(question))
    settings = _travelling(question, 35, anchoring=Anchoring.AFTER_CLAIM, step_minutes=50)
    claims = (*_there(claimed(at, 407, 43)), replace(claimed(at, 1007, 41), venue=_HERE))
    return open_all_day(question, settings, claims=claims)


def places_elsewhere(question: Question) -> Question:
    """A class with one place left, and others at the same times at another venue."""
    at = midnight_of(question.calendar, date_of(question))
    settings = _travelling(question, 30, duration_minutes=60, capacity=2)
    place = replace(question.calendar, settings=settings).claim
    here = [place(a_range(at, start, 60)) for start in (360, 600, 600)]
    return open_all_day(question, settings, claims=(*here, *_there(place(a_range(at, 960, 60)))))


def at_no_venue(question: Question) -> Question:
    """An appointment at no venue, and claims at some."""
    at = midnight_of(question.calendar, date_of(question))
    claims = (*_there(claimed(at, 600, 60)), replace(claimed(at, 900, 60), venue=_HERE))
    return open_all_day(question, replace(_travelling(question, 45), venue=""), claims=claims)


def days_beside_claims_elsewhere(question: Question) -> Question:
    """Whole days, and claims at another venue soon after a closing and before an opening."""
    at = midnight_of(question.calendar, date_of(question))
    claims = (*_there(claimed(at, 18 * 60 + 30, 30), claimed(at + 2 * DAY, 420, 61)), claimed(at - 2 * DAY, 1090, 30))
    return _in_days(question, 2, claims=claims, venue=_HERE, travel_minutes=60)


def _there(*claims: Claim) -> tuple[Claim, ...]:
    return tuple(replace(claim, venue=_THERE) for claim in claims)


def _travelling(question: Question, minutes: int, **changes: Any) -> SlotSettings:
    more = {**BUFFERED, "duration_minutes": 30, "venue": _HERE, "travel_minutes": minutes, **changes}
    return plain_settings(question, **more)


def _in_days(
    question: Question,
    days: int,
    hours: Mapping[int, tuple[str, ...]] | None = None,
    *,
    claims: tuple[Claim, ...] = (),
    **changes: Any,
) -> Question:
    """The question about so many whole days on the dates around the middle of the window, by default in the daytime.

    What is changed is of the settings or of the calendar.
    """
    plain: dict[str, Any] = {"buffer_before_minutes": 0, "buffer_after_minutes": 0}
    of_settings = {name: changes.pop(name) for name in [*changes] if hasattr(question.calendar.settings, name)}
    length = {"duration_minutes": days * MINUTES_A_DAY, "whole_days": True}
    settings = plain_settings(question, **{**plain, **length, **of_settings})
    return _on_dates(question, settings, hours or dict.fromkeys(range(-3, 4), _DAYTIME), claims=claims, **changes)


def _on_dates(
    question: Question,
    settings: SlotSettings,
    hours: Mapping[int, tuple[str, ...]],
    *,
    claims: tuple[Claim, ...] = (),
    **changes: Any,
) -> Question:
    """The question about the week around the middle of the window, with hours on dates so many days away."""
    day = date_of(question)
    first, last = (_moment(question, timedelta(days=away)) for away in (-3, 4))
    return changed(
        replace(question, claims=claims, duration_minutes=None),
        settings=settings,
        rules=tuple(a_rule(day + away * DAY, text) for away, texts in hours.items() for text in texts),
        window=TimeRange(first, last),
        **{"exceptions": (), "blocks": (), "busy": (), **changes},
    )


def _moment(question: Question, away: timedelta) -> datetime:
    return midnight_of(question.calendar, date_of(question) + away)
