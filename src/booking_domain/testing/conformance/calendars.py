"""Calendars, claims and questions from and to the JSON of the vectors, which is that of the HTTP API."""

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
from booking_domain.testing.question import Question

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
    "maxPerMonth": "max_per_month",
    "maxPerYear": "max_per_year",
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


def question_json(question: Question, *explained: datetime) -> dict[str, Any]:
    """Encode a question as a vector without an answer, with starts to explain. `calendar_of` and `claims_of` decode it.

    So an implementation in any language answers drawn questions: it reads such objects.
    """
    return {
        "calendar": calendar_json(question.calendar),
        "claims": [_claim_json(claim) for claim in question.claims],
        "now": question.now.isoformat(),
        "window": {"from": question.window.start.isoformat(), "to": question.window.end.isoformat()},
        "durationMinutes": question.duration_minutes,
        "explain": [{"slot": start.isoformat()} for start in explained],
    }


def calendar_json(calendar: Calendar) -> dict[str, Any]:
    """Encode a calendar. `calendar_of` decodes it; ids are not kept.

    >>> calendar = Calendar(time_zone="Asia/Tokyo", rules=WeeklyRule.every_day(Hours.parse("22:00-06:00")))
    >>> calendar_json(calendar)["rules"][0]
    {'day': 0, 'startTime': '22:00', 'endTime': '06:00'}
    """
    settings = {name: getattr(calendar.settings, member) for name, member in _SETTINGS.items()}
    return {
        **_hours_json(calendar),
        "settings": {name: value for name, value in settings.items() if value is not None}
        | {"anchoring": calendar.settings.anchoring.value},
        "blocks": [_range_json(block.range) for block in calendar.blocks],
        "busy": [_range_json(each) for each in calendar.busy],
        **({} if calendar.salon is None else {"salon": _hours_json(calendar.salon)}),
    }


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


def _hours_json(hours: OpeningHours) -> dict[str, Any]:
    return {
        "timeZone": hours.time_zone,
        "rules": [_rule_json(rule) for rule in hours.rules],
        "exceptions": [
            {"date": each.date.isoformat()}
            | ({"ranges": [_times_json(times) for times in each.ranges]} if each.ranges else {"closed": True})
            for each in hours.exceptions
        ],
    }


def _rule_json(rule: WeeklyRule) -> dict[str, Any]:
    dates = {"validFrom": rule.valid_from, "validUntil": rule.valid_until}
    return {
        "day": rule.day,
        **_times_json(rule.hours),
        **{name: day.isoformat() for name, day in dates.items() if day is not None},
        **({} if rule.every_weeks == 1 else {"everyWeeks": rule.every_weeks}),
    }


def _times_json(hours: Hours) -> dict[str, str]:
    return {"startTime": str(hours.start), "endTime": str(hours.end)}


def _range_json(range_: TimeRange) -> dict[str, str]:
    return {"start": range_.start.isoformat(), "end": range_.end.isoformat()}


def _claim_json(claim: Claim) -> dict[str, Any]:
    before, after = claim.span.start - claim.blocked.start, claim.blocked.end - claim.span.end
    return {
        **_range_json(claim.span),
        "bufferBeforeMinutes": before // timedelta(minutes=1),
        "bufferAfterMinutes": after // timedelta(minutes=1),
        **({} if claim.expires_at is None else {"expiresAt": claim.expires_at.isoformat()}),
    }


def _hours(json: Json) -> Hours:
    return Hours(WallTime.parse(json["startTime"]), WallTime.parse(json["endTime"]))


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _only(json: Json, *names: str) -> None:
    """Reject unknown members, so that a misspelt name cannot weaken a vector."""
    for name in json:
        if name not in names:
            raise InvalidValue(field=name, problem=f"there is no {name!r} here, only {', '.join(names)}")
