"""Decoding of calendars and claims from the JSON of the HTTP API."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from booking_domain.scheduling.claims import Claim, ClaimKind
from booking_domain.scheduling.model import (
    Anchoring,
    Block,
    Calendar,
    DateException,
    Hours,
    OpeningHours,
    SlotSettings,
    WeeklyRule,
)
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import BlockId, ClaimId, ExceptionId, ProviderId, RuleId, UserId
from booking_domain.shared.time import TimeRange, WallTime, instant

Json = Mapping[str, Any]

_NOBODY: Final = UUID(int=0)
_SETTINGS: Final = {
    "slotStepMinutes": "step_minutes",
    "slotDurationMinutes": "duration_minutes",
    "bufferBeforeMinutes": "buffer_before_minutes",
    "bufferAfterMinutes": "buffer_after_minutes",
    "minNoticeMinutes": "min_notice_minutes",
    "horizonDays": "horizon_days",
    "maxPerDay": "max_per_day",
    "maxPerWeek": "max_per_week",
    "capacity": "capacity",
}


def calendar_of(json: Json) -> Calendar:
    """Decode a calendar. Raises `InvalidValue` for an invalid value and `KeyError` for a missing member.

    >>> calendar_of({"timeZone": "Asia/Ulaanbaatar", "rules": [{"day": 1, "startTime": "10:00", "endTime": "24:00"}]})
    ... # doctest: +ELLIPSIS
    Calendar(time_zone='Asia/Ulaanbaatar', rules=(WeeklyRule(...),), ...)
    """
    _only(json, "timeZone", "settings", "rules", "exceptions", "blocks", "busy", "salon")
    hours = opening_hours_of({name: json[name] for name in ("timeZone", "rules", "exceptions") if name in json})
    salon = json.get("salon")
    return Calendar(
        time_zone=hours.time_zone,
        rules=hours.rules,
        exceptions=hours.exceptions,
        settings=settings_of(json.get("settings", {})),
        blocks=tuple(
            Block(id=BlockId(UUID(int=number)), range=range_of(each))
            for number, each in enumerate(json.get("blocks", ()), 1)
        ),
        busy=tuple(range_of(each) for each in json.get("busy", ())),
        salon=None if salon is None else opening_hours_of(salon),
    )


def opening_hours_of(json: Json) -> OpeningHours:
    """Decode the hours of a provider or a salon."""
    _only(json, "timeZone", "rules", "exceptions")
    return OpeningHours(
        time_zone=json["timeZone"],
        rules=tuple(_rule(each, number) for number, each in enumerate(json.get("rules", ()), 1)),
        exceptions=tuple(_exception(each, number) for number, each in enumerate(json.get("exceptions", ()), 1)),
    )


def settings_of(json: Json) -> SlotSettings:
    """Decode settings. Missing members have the default."""
    _only(json, *_SETTINGS, "anchoring")
    numbers = {_SETTINGS[name]: value for name, value in json.items() if name != "anchoring"}
    return SlotSettings(**numbers, anchoring=Anchoring(json.get("anchoring", Anchoring.OPEN_RANGE)))


def claims_of(jsons: Iterable[Json]) -> tuple[Claim, ...]:
    """Decode claims. `start` and `end` are those of the appointment, without buffers."""
    return tuple(_claim(each, number) for number, each in enumerate(jsons, 1))


def range_of(json: Json) -> TimeRange:
    """Decode `{start, end}`."""
    _only(json, "start", "end")
    return TimeRange(instant_of(json["start"]), instant_of(json["end"]))


def instant_of(text: str) -> datetime:
    """Decode an RFC 3339 instant and convert it to UTC."""
    return instant(datetime.fromisoformat(text))


def _rule(json: Json, number: int) -> WeeklyRule:
    _only(json, "id", "day", "startTime", "endTime", "validFrom", "validUntil", "everyWeeks")
    return WeeklyRule(
        id=RuleId(UUID(int=number)),
        day=json["day"],
        hours=_hours(json),
        valid_from=_date(json.get("validFrom")),
        valid_until=_date(json.get("validUntil")),
        every_weeks=json.get("everyWeeks", 1),
    )


def _exception(json: Json, number: int) -> DateException:
    _only(json, "id", "date", "closed", "ranges")
    if bool(json.get("closed")) is bool(json.get("ranges")):
        raise InvalidValue(field="ranges", problem="either closed, or open at these hours")
    return DateException(
        id=ExceptionId(UUID(int=number)),
        date=date.fromisoformat(json["date"]),
        ranges=tuple(_hours(each) for each in json.get("ranges", ())),
    )


def _claim(json: Json, number: int) -> Claim:
    _only(json, "start", "end", "bufferBeforeMinutes", "bufferAfterMinutes", "expiresAt")
    span = TimeRange(instant_of(json["start"]), instant_of(json["end"]))
    expires_at = json.get("expiresAt")
    return Claim(
        id=ClaimId(UUID(int=number)),
        provider_id=ProviderId(_NOBODY),
        customer_id=UserId(_NOBODY),
        kind=ClaimKind.BOOKING if expires_at is None else ClaimKind.HOLD,
        span=span,
        blocked=TimeRange(
            span.start - timedelta(minutes=json.get("bufferBeforeMinutes", 0)),
            span.end + timedelta(minutes=json.get("bufferAfterMinutes", 0)),
        ),
        expires_at=None if expires_at is None else instant_of(expires_at),
    )


def _hours(json: Json) -> Hours:
    return Hours(WallTime.parse(json["startTime"]), WallTime.parse(json["endTime"]))


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _only(json: Json, *names: str) -> None:
    """Reject unknown members, so that a misspelt name cannot weaken a vector."""
    for name in json:
        if name not in names:
            raise InvalidValue(field=name, problem=f"there is no {name!r} here, only {', '.join(names)}")
