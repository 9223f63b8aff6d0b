"""Opening hours in their stored form: arrays of minutes, and JSON."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from booking_domain.scheduling.model import DateException, OpeningHours
from booking_domain.scheduling.weekly import Hours, WeeklyRule
from booking_domain.shared.ids import ExceptionId, RuleId
from booking_domain.shared.time import WallTime


def minutes_of_hours(ranges: Iterable[Hours]) -> list[int]:
    """Return the start and end minute of each range, in order."""
    return [wall.minutes for hours in ranges for wall in (hours.start, hours.end)]


def hours_of_minutes(minutes: Sequence[int]) -> tuple[Hours, ...]:
    """The inverse of `minutes_of_hours`."""
    return tuple(
        Hours(WallTime(opens), WallTime(closes)) for opens, closes in zip(minutes[::2], minutes[1::2], strict=True)
    )


def rules_json(rules: Iterable[WeeklyRule]) -> list[dict[str, Any]]:
    """Return rules as JSON."""
    return [
        {
            "id": str(rule.id),
            "day": rule.day,
            "minutes": minutes_of_hours([rule.hours]),
            "validFrom": None if rule.valid_from is None else rule.valid_from.isoformat(),
            "validUntil": None if rule.valid_until is None else rule.valid_until.isoformat(),
            "everyWeeks": rule.every_weeks,
        }
        for rule in rules
    ]


def rules_of(kept: Iterable[Mapping[str, Any]]) -> tuple[WeeklyRule, ...]:
    """The inverse of `rules_json`."""
    return tuple(
        WeeklyRule(
            id=RuleId(UUID(rule["id"])),
            day=rule["day"],
            hours=hours_of_minutes(rule["minutes"])[0],
            valid_from=_date(rule["validFrom"]),
            valid_until=_date(rule["validUntil"]),
            every_weeks=rule["everyWeeks"],
        )
        for rule in kept
    )


def opening_hours_json(hours: OpeningHours) -> dict[str, Any]:
    """Return opening hours without their time zone, which has a column of its own."""
    return {
        "rules": rules_json(hours.rules),
        "exceptions": [
            {"id": str(each.id), "date": each.date.isoformat(), "minutes": minutes_of_hours(each.ranges)}
            for each in hours.exceptions
        ],
    }


def opening_hours_of(time_zone: str, kept: Any) -> OpeningHours:
    """The inverse of `opening_hours_json`."""
    return OpeningHours(
        time_zone=time_zone,
        rules=rules_of(kept["rules"]),
        exceptions=tuple(
            DateException(
                id=ExceptionId(UUID(each["id"])),
                date=date.fromisoformat(each["date"]),
                ranges=hours_of_minutes(each["minutes"]),
            )
            for each in kept["exceptions"]
        ),
    )


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
