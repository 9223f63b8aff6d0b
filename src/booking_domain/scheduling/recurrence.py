"""Weekly rules from and to recurrence rules of calendars: the part of RFC 5545 that opening hours need.

Read are `FREQ=WEEKLY` and `FREQ=DAILY` (§3.3.10) with `INTERVAL`, `BYDAY` without numbers, `WKST`, and `UNTIL` or
`COUNT`; `DAILY` only with an interval of one. Everything else is refused by name, never ignored. `EXDATE` is a
`DateException` without ranges.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple

from booking_domain.scheduling.weekly import DAYS_A_WEEK, MAX_WEEKS_APART, Hours, WeeklyRule
from booking_domain.shared.checks import require_type
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.time import time_zone

_DAYS: Final = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
_PARTS: Final = ("FREQ", "INTERVAL", "BYDAY", "WKST", "UNTIL", "COUNT")
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,8}")
_UNTIL: Final = re.compile(r"([0-9]{8})(?:T([0-9]{6})(Z)?)?")
_LATEST: Final = date(9000, 1, 1)
"""Rules that would end later go on."""


class Recurrence(NamedTuple):
    """The first hours of a weekly rule, as local times with their zone, and the `RRULE` by which they repeat."""

    start: datetime
    end: datetime
    rrule: str


def rules_of_rrule(rrule: str, *, starts: date, hours: Hours, zone: str) -> tuple[WeeklyRule, ...]:
    """The weekly rules of an `RRULE` whose `DTSTART` is on the local date `starts`, one for each day of the week.

    `hours` are the local times of `DTSTART` and `DTEND`. A date of `starts` that the rule does not name is not one of
    its dates. An `UNTIL` is inclusive; with a `Z` it is in UTC, otherwise in `zone`.

    Raises:
        InvalidValue: the text is no `RRULE`, or has a part that is not read.

    >>> rules = rules_of_rrule(
    ...     "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;UNTIL=20261231",
    ...     starts=date(2026, 11, 25),
    ...     hours=Hours.parse("10:00-19:00"),
    ...     zone="Asia/Ulaanbaatar",
    ... )
    >>> [(rule.day, str(rule.valid_from), rule.every_weeks) for rule in rules]
    [(1, '2026-12-07', 2), (5, '2026-11-27', 2)]
    """
    require_type("rrule", rrule, str)
    require_type("hours", hours, Hours)
    if type(starts) is not date:
        require_type("starts", starts, date)
        raise InvalidValue(field="starts", problem="must be a date without a time")
    parts = _parts_of(rrule)
    every = number_in(parts, "INTERVAL", _NUMBER)
    days = _days(parts, starts)
    if parts["FREQ"] == "DAILY" and every > 1:
        raise unread("INTERVAL", "daily rules repeat every day")
    if every > MAX_WEEKS_APART:
        raise unread("INTERVAL", f"at most {MAX_WEEKS_APART} weeks")
    monday_is = _DAYS.index(parts.get("WKST", "MO"))
    week = starts - timedelta(days=(starts.isoweekday() - monday_is) % DAYS_A_WEEK)
    firsts: dict[int, date] = {}
    for day in days:
        first = week + timedelta(days=(day - monday_is) % DAYS_A_WEEK)
        firsts[day] = first if first >= starts else first + timedelta(weeks=every)
    until = _until(parts, firsts, every, hours, zone)
    return tuple(
        WeeklyRule(day=day, hours=hours, valid_from=first, valid_until=until, every_weeks=every)
        for day, first in sorted(firsts.items())
        if until is None or first <= until
    )


def rrule_of(rule: WeeklyRule, *, since: date, zone: str) -> Recurrence:
    """The first hours of a rule on or after `since` (or its `valid_from`), and its `RRULE`.

    Raises:
        InvalidValue: the rule has no hours on or after that date.

    >>> rule = WeeklyRule(day=1, hours=Hours.parse("22:00-02:00"), valid_until=date(2026, 12, 31))
    >>> found = rrule_of(rule, since=date(2026, 11, 25), zone="Asia/Ulaanbaatar")
    >>> found.start.isoformat(), found.rrule
    ('2026-11-30T22:00:00+08:00', 'FREQ=WEEKLY;BYDAY=MO;UNTIL=20261228T140000Z')
    """
    require_type("rule", rule, WeeklyRule)
    begin = max(since, rule.valid_from or since)
    weeks = range(DAYS_A_WEEK * rule.every_weeks)
    first = next((day for day in (begin + timedelta(days=away) for away in weeks) if rule.applies_on(day)), None)
    if first is None:
        raise InvalidValue(field="since", problem="the rule has no hours on or after this date")
    text = "FREQ=WEEKLY" if rule.every_weeks == 1 else f"FREQ=WEEKLY;INTERVAL={rule.every_weeks}"
    text += f";BYDAY={_DAYS[rule.day]}"
    start, end = rule.hours.seconds
    if rule.valid_until is not None:
        away = (rule.valid_until - first).days // (DAYS_A_WEEK * rule.every_weeks)
        last = first + timedelta(weeks=away * rule.every_weeks)
        text += f";UNTIL={_local(last, start, zone).astimezone(UTC):%Y%m%dT%H%M%SZ}"
    return Recurrence(_local(first, start, zone), _local(first, end, zone), text)


def _local(day: date, seconds: int, zone: str) -> datetime:
    days, seconds = divmod(seconds, 86_400)
    midnight = datetime.combine(day + timedelta(days=days), time(), tzinfo=time_zone(zone))
    return midnight + timedelta(seconds=seconds)  # by the clock on the wall


def _parts_of(rrule: str) -> Mapping[str, str]:
    parts: dict[str, str] = {}
    for part in rrule.strip().upper().removeprefix("RRULE:").split(";"):
        name, _, value = part.partition("=")
        if name not in _PARTS:
            raise unread(name, f"only {', '.join(_PARTS)}")
        if name in parts or not value:
            raise unread(name, "once, with a value")
        parts[name] = value
    if parts.get("FREQ") not in {"DAILY", "WEEKLY"}:
        raise unread("FREQ", "WEEKLY or DAILY")
    require_end_and_week_start(parts)
    return parts


def unread(name: str, reads: str) -> InvalidValue:
    """The error about a part of an `RRULE`, with what is read there."""
    return InvalidValue(field="rrule", problem=f"{name or 'an empty part'} cannot be read so: {reads}")


def number_in(parts: Mapping[str, str], name: str, form: re.Pattern[str]) -> int:
    """The number of a part, which has this form; 1 without the part."""
    text = parts.get(name, "1")
    if form.fullmatch(text) is None:
        raise unread(name, "a number from 1")
    return int(text)


def require_end_and_week_start(parts: Mapping[str, str]) -> None:
    """Raise `InvalidValue` if the rule has two ends, or its weeks begin on no day."""
    if {"UNTIL", "COUNT"} <= parts.keys():
        raise unread("COUNT", "not beside UNTIL")
    if parts.get("WKST", "MO") not in _DAYS:
        raise unread("WKST", "a day such as MO")


def _days(parts: Mapping[str, str], starts: date) -> list[int]:
    if "BYDAY" in parts:
        days = parts["BYDAY"].split(",")
        if not {*days} <= {*_DAYS}:
            raise unread("BYDAY", "days such as MO, without numbers")
        return sorted({_DAYS.index(day) for day in days})
    return [*range(DAYS_A_WEEK)] if parts["FREQ"] == "DAILY" else [starts.isoweekday() % DAYS_A_WEEK]


def _until(parts: Mapping[str, str], firsts: Mapping[int, date], every: int, hours: Hours, zone: str) -> date | None:
    """The last date on which hours may start."""
    if "COUNT" in parts:
        rounds, more = divmod(number_in(parts, "COUNT", _NUMBER) - 1, len(firsts))
        days = rounds * every * DAYS_A_WEEK
        first = sorted(firsts.values())[more]
        return first + timedelta(days=days) if days < (_LATEST - first).days else None
    if "UNTIL" not in parts:
        return None
    read, refused = _UNTIL.fullmatch(parts["UNTIL"]), unread("UNTIL", "a date or a time such as 20261231T150000Z")
    if read is None:
        raise refused
    try:
        at = datetime.strptime(read[1] + (read[2] or "235959"), "%Y%m%d%H%M%S")  # noqa: DTZ007 - the zone is added
    except ValueError as error:
        raise refused from error
    if read[3]:
        at = at.replace(tzinfo=UTC).astimezone(time_zone(zone)).replace(tzinfo=None)
    starts_at = time(*divmod(hours.start.minutes, 60))
    return at.date() if at.time() >= starts_at else at.date() - timedelta(days=1)
