"""Calendars and claims from and to JSON: the members of the HTTP API and of the conformance vectors.

What cannot be read raises `InvalidValue` with the path of the member, such as `rules.0.startTime`. Unknown members are
refused, so that a misspelt one is not ignored.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final, TypeVar
from uuid import UUID

from booking_domain.scheduling.claims import Claim, ClaimKind
from booking_domain.scheduling.model import Block, Calendar, DateException, OpeningHours, SlotSettings, Way
from booking_domain.scheduling.pauses import Pause
from booking_domain.scheduling.resources import RequiredResource, ResourceUnit
from booking_domain.scheduling.weekly import Hours, ServiceHours, WeeklyRule
from booking_domain.shared.checks import require_type
from booking_domain.shared.errors import InvalidValue, about, inside
from booking_domain.shared.ids import BlockId, ClaimId, ExceptionId, ProviderId, RuleId, UserId
from booking_domain.shared.time import TimeRange, WallTime, instant

_PAUSE: Final = {"afterMinutes": "after_minutes", "minutes": "minutes"}
_DATES: Final = {"validFrom": "valid_from", "validUntil": "valid_until"}
Json = Mapping[str, Any]
Decoded = TypeVar("Decoded")

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
    "anchoring": "anchoring",
    "clockChanges": "clock_changes",
    "wholeDays": "whole_days",
    "venue": "venue",
    "travelMinutes": "travel_minutes",
}
_RARE: Final = {
    name: getattr(SlotSettings(), _SETTINGS[name]) for name in ("clockChanges", "wholeDays", "venue", "travelMinutes")
}
"""Members that are left out as long as they are these."""


def calendar_of(json: Json) -> Calendar:
    """Decode a calendar. Raises `InvalidValue`.

    >>> calendar_of({"timeZone": "Asia/Ulaanbaatar", "rules": [{"day": 1, "startTime": "10:00", "endTime": "24:00"}]})
    ... # doctest: +ELLIPSIS
    Calendar(time_zone='Asia/Ulaanbaatar', rules=(WeeklyRule(...),), ...)
    """
    _only(json, "timeZone", "settings", "rules", "exceptions", "blocks", "busy", "resources", "serviceHours", "salon")
    hours = opening_hours_of({name: json[name] for name in ("timeZone", "rules", "exceptions") if name in json})
    salon = json.get("salon")
    return Calendar(
        time_zone=hours.time_zone,
        rules=hours.rules,
        exceptions=hours.exceptions,
        settings=inside(("settings",), lambda: settings_of(json.get("settings", {}))),
        blocks=_each(json, "blocks", lambda each, number: Block(id=BlockId(UUID(int=number)), range=range_of(each))),
        busy=_each(json, "busy", lambda each, _: range_of(each)),
        resources=_each(json, "resources", _resource),
        service_hours=_each(json, "serviceHours", _service_hours),
        salon=None if salon is None else inside(("salon",), lambda: opening_hours_of(salon)),
    )


def calendar_json(calendar: Calendar) -> dict[str, Any]:
    """Encode a calendar. `calendar_of` decodes it; ids are not kept.

    >>> calendar = Calendar(time_zone="Asia/Tokyo", rules=WeeklyRule.every_day(Hours.parse("22:00-06:00")))
    >>> calendar_json(calendar)["rules"][0]
    {'day': 0, 'startTime': '22:00', 'endTime': '06:00'}
    """
    settings = {name: getattr(calendar.settings, member) for name, member in _SETTINGS.items()}
    return {
        **_hours_json(calendar),
        "settings": {name: value for name, value in settings.items() if value != _RARE.get(name)}
        | ({"pauses": [*map(_pause_json, calendar.settings.pauses)]} if calendar.settings.pauses else {})
        | ({"ways": [*map(_way_json, calendar.settings.ways)]} if calendar.settings.ways else {}),
        "blocks": [_range_json(block.range) for block in calendar.blocks],
        "busy": [_range_json(each) for each in calendar.busy],
        **({"resources": [*map(_resource_json, calendar.resources)]} if calendar.resources else {}),
        **({"serviceHours": [*map(_service_hours_json, calendar.service_hours)]} if calendar.service_hours else {}),
        **({} if calendar.salon is None else {"salon": _hours_json(calendar.salon)}),
    }


def opening_hours_of(json: Json) -> OpeningHours:
    """Decode the hours of a provider or a salon."""
    _only(json, "timeZone", "rules", "exceptions")
    rules, exceptions = _each(json, "rules", _rule), _each(json, "exceptions", _exception)
    with about("timeZone"):
        return OpeningHours(time_zone=_member(json, "timeZone"), rules=rules, exceptions=exceptions)


def settings_of(json: Json) -> SlotSettings:
    """Decode settings. Missing members have the default."""
    _only(json, *_SETTINGS, "pauses", "ways")
    pauses, ways = _each(json, "pauses", lambda each, _: _pause(each)), _each(json, "ways", _way)
    given = {_SETTINGS[name]: value for name, value in json.items() if name in _SETTINGS}
    return _as_written(_SETTINGS, lambda: SlotSettings(**given, pauses=pauses, ways=ways))


def claims_of(jsons: Iterable[Json]) -> tuple[Claim, ...]:
    """Decode claims. `start` and `end` are those of the appointment, without buffers."""
    return tuple(inside((number - 1,), partial(_claim, each, number)) for number, each in enumerate(jsons, 1))


def range_of(json: Json) -> TimeRange:
    """Decode `{start, end}`."""
    _only(json, "start", "end")
    return TimeRange.parse(_member(json, "start"), _member(json, "end"))


def instant_of(text: str) -> datetime:
    """Decode an RFC 3339 instant and convert it to UTC."""
    return instant(datetime.fromisoformat(text))


def _rule(json: Json, number: int) -> WeeklyRule:
    _only(json, "id", "day", "startTime", "endTime", *_DATES, "everyWeeks")
    day, hours = _member(json, "day"), _hours(json)
    dates = {member: None if json.get(name) is None else _date(json, name) for name, member in _DATES.items()}
    return _as_written(
        _DATES | {"everyWeeks": "every_weeks"},
        lambda: WeeklyRule(
            id=RuleId(UUID(int=number)), day=day, hours=hours, every_weeks=json.get("everyWeeks", 1), **dates
        ),
    )


def _exception(json: Json, number: int) -> DateException:
    _only(json, "id", "date", "closed", "ranges")
    if bool(json.get("closed")) is bool(json.get("ranges")):
        raise InvalidValue(field="ranges", problem="either closed, or open at these hours")
    return DateException(
        id=ExceptionId(UUID(int=number)),
        date=_date(json, "date"),
        ranges=_each(json, "ranges", lambda each, _: _hours(each)),
    )


def _service_hours(json: Json, _: int) -> ServiceHours:
    _only(json, "rules")
    rules = _each(json, "rules", _rule)
    return _as_written({"rules": "hours"}, lambda: ServiceHours(rules))


def _service_hours_json(hours: ServiceHours) -> dict[str, Any]:
    return {"rules": [_rule_json(rule) for rule in hours.rules]}


def _pause(json: Json) -> Pause:
    _only(json, *_PAUSE)
    given = {_PAUSE[name]: _member(json, name) for name in _PAUSE}
    return _as_written(_PAUSE, lambda: Pause(**given))


def _pause_json(pause: Pause) -> dict[str, int]:
    return {"afterMinutes": pause.after_minutes, "minutes": pause.minutes}


def _way(json: Json, _: int) -> Way:
    _only(json, "venues", "minutes")
    venues = _member(json, "venues")
    require_type("venues", venues, list)
    return Way(tuple(venues), _member(json, "minutes"))


def _way_json(way: Way) -> dict[str, Any]:
    return {"venues": [*way.venues], "minutes": way.minutes}


def _resource(json: Json, _: int) -> RequiredResource:
    _only(json, "needed", "units")
    return RequiredResource(units=_each(json, "units", _unit), needed=json.get("needed", 1))


def _unit(json: Json, _: int) -> ResourceUnit:
    _only(json, "taken")
    return ResourceUnit(taken=_each(json, "taken", lambda each, _: range_of(each)))


def _claim(json: Json, number: int) -> Claim:
    _only(json, "start", "end", "bufferBeforeMinutes", "bufferAfterMinutes", "pauses", "expiresAt", "venue")
    span = TimeRange.parse(_member(json, "start"), _member(json, "end"))
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
        pauses=_each(json, "pauses", lambda each, _: range_of(each)),
        expires_at=None if expires_at is None else instant_of(expires_at),
        venue=json.get("venue", ""),
    )


def _resource_json(resource: RequiredResource) -> dict[str, Any]:
    units = [{"taken": [*map(_range_json, unit.taken)]} for unit in resource.units]
    return {"needed": resource.needed, "units": units}


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
    dates = {name: getattr(rule, member) for name, member in _DATES.items()}
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


def claim_json(claim: Claim) -> dict[str, Any]:
    """Encode a claim. `claims_of` decodes it; ids are not kept, nor parts of minutes of its buffers."""
    before, after = claim.span.start - claim.blocked.start, claim.blocked.end - claim.span.end
    return {
        **_range_json(claim.span),
        "bufferBeforeMinutes": before // timedelta(minutes=1),
        "bufferAfterMinutes": after // timedelta(minutes=1),
        **({"pauses": [*map(_range_json, claim.pauses)]} if claim.pauses else {}),
        **({} if claim.expires_at is None else {"expiresAt": claim.expires_at.isoformat()}),
        **({"venue": claim.venue} if claim.venue else {}),
    }


def _hours(json: Json) -> Hours:
    return Hours(*(_time(json, name) for name in ("startTime", "endTime")))


def _time(json: Json, name: str) -> WallTime:
    with about(name):
        return WallTime.parse(_member(json, name))


def _date(json: Json, name: str) -> date:
    text = _member(json, name)
    require_type(name, text, str)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidValue(field=name, problem="a date is needed (YYYY-MM-DD)") from error


def _each(json: Json, name: str, decode: Callable[[Json, int], Decoded]) -> tuple[Decoded, ...]:
    """Decode the elements of a list, which are numbered from 1."""
    elements = json.get(name, [])
    require_type(name, elements, list)
    return tuple(inside((name, number - 1), partial(decode, each, number)) for number, each in enumerate(elements, 1))


def _as_written(names: Mapping[str, str], make: Callable[[], Decoded]) -> Decoded:
    """Make a value; the error of a member has its name in JSON."""
    try:
        return make()
    except InvalidValue as wrong:
        raise replace(
            wrong, field=next((name for name, of in names.items() if of == wrong.field), wrong.field)
        ) from wrong


def _member(json: Json, name: str) -> Any:
    if name not in json:
        raise InvalidValue(field=name, problem="is missing")
    return json[name]


def _only(json: Json, *names: str) -> None:
    """Reject unknown members, so that a misspelt name is not ignored."""
    require_type("json", json, Mapping)
    for name in json:
        if name not in names:
            raise InvalidValue(field=name, problem=f"there is no {name!r} here, only {', '.join(names)}")
