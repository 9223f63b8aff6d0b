"""Calendars from and to JSON: our own reader, and pydantic's `TypeAdapter`."""

import json
from copy import deepcopy
from typing import Any, Final

import pytest
from hypothesis import given
from pydantic import TypeAdapter, ValidationError

from booking_domain.scheduling import (
    Calendar,
    Hours,
    InvalidValue,
    WeeklyRule,
    calendar_json,
    calendar_of,
    claim_json,
    claims_of,
)
from booking_domain.testing.question import Question
from booking_domain.testing.strategies import questions

WHOLE: Final[dict[str, Any]] = {
    "timeZone": "Europe/Berlin",
    "settings": {"slotStepMinutes": 15, "maxPerDay": 3, "anchoring": "after_claim"},
    "rules": [{"day": 1, "startTime": "10:00", "endTime": "24:00", "validFrom": "2026-01-05", "everyWeeks": 2}],
    "exceptions": [
        {"date": "2026-12-25", "closed": True},
        {"date": "2026-12-31", "ranges": [{"startTime": "10:00", "endTime": "14:00"}]},
    ],
    "blocks": [{"start": "2026-03-02T09:00:00+00:00", "end": "2026-03-02T10:00:00+00:00"}],
    "busy": [],
    "salon": {"timeZone": "Europe/Berlin", "rules": [], "exceptions": []},
}
ADAPTER: Final = TypeAdapter(Calendar)


def changed(value: object, *path: str | int) -> dict[str, Any]:
    """The calendar with another value there; `...` removes the member."""
    whole: Any = deepcopy(WHOLE)
    within = whole
    for step in path[:-1]:
        within = within[step]
    if value is ...:
        del within[path[-1]]
    else:
        within[path[-1]] = value
    return dict(whole)


@given(question=questions())
def test_a_calendar_and_claims_are_read_as_they_were_written(question: Question) -> None:
    written = json.loads(json.dumps(calendar_json(question.calendar)))
    assert calendar_json(calendar_of(written)) == written
    claims = [json.loads(json.dumps(claim_json(claim))) for claim in question.claims]
    again = Question(
        calendar=calendar_of(written),
        claims=claims_of(claims),
        now=question.now,
        window=question.window,
        duration_minutes=question.duration_minutes,
    )
    assert again.slots() == question.slots()


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (..., ("timeZone",)),
        ("Europe/Bärlin", ("timeZone",)),
        (1, ("timeZone",)),
        (True, ("settings", "slotStepMinutes")),
        (0, ("settings", "slotStepMinutes")),
        ("7", ("settings", "maxPerDay")),
        ("x", ("settings", "anchoring")),
        (9, ("rules", 0, "day")),
        (..., ("rules", 0, "day")),
        ("10 o'clock", ("rules", 0, "startTime")),
        (600, ("rules", 0, "startTime")),
        ("2026-13-01", ("rules", 0, "validFrom")),
        (0, ("rules", 0, "everyWeeks")),
        ({}, ("rules",)),
        (False, ("exceptions", 0, "closed")),
        ("2026-12-32", ("exceptions", 0, "date")),
        ("25:00", ("exceptions", 1, "ranges", 0, "endTime")),
        ("2026-03-02T09:00:00", ("blocks", 0, "start")),
        (None, ("blocks", 0, "end")),
        ("Mars", ("salon", "timeZone")),
        (1, ("misspelt",)),
    ],
)
def test_the_error_has_the_path_of_what_cannot_be_read(value: object, path: tuple[str | int, ...]) -> None:
    with pytest.raises(InvalidValue) as refused:
        calendar_of(changed(value, *path))
    found = refused.value.field_path
    assert found == (("exceptions", 0, "ranges") if path[-1] == "closed" else path)


def test_something_else_than_an_object_is_refused() -> None:
    values: tuple[object, ...] = ([], "x", None)
    for value in values:
        with pytest.raises(InvalidValue):
            calendar_of(value)  # type: ignore[arg-type]


@given(question=questions())
def test_pydantic_reads_what_it_writes(question: Question) -> None:
    assert ADAPTER.validate_json(ADAPTER.dump_json(question.calendar)) == question.calendar


def test_pydantic_refuses_what_the_calendar_refuses() -> None:
    written = ADAPTER.dump_python(
        Calendar(time_zone="UTC", rules=WeeklyRule.every_day(Hours.parse("10:00-12:00"))), mode="json"
    )
    assert ADAPTER.json_schema()["title"] == "Calendar"
    for wrong in (written | {"time_zone": "Mars"}, written | {"rules": [{"day": 9}]}):
        with pytest.raises(ValidationError):
            ADAPTER.validate_python(wrong)


def test_what_a_server_answers_is_read_with_its_ids() -> None:
    answered = changed({**WHOLE["rules"][0], "id": "1"}, "rules", 0)
    answered["exceptions"] = [{**each, "id": "2"} for each in WHOLE["exceptions"]]
    assert calendar_of(answered) == calendar_of(WHOLE)


def test_the_salon_and_the_hours_of_services_are_written() -> None:
    hours = {"rules": [{"day": 2, "startTime": "10:00", "endTime": "12:00"}]}
    written = calendar_json(calendar_of({**WHOLE, "serviceHours": [hours]}))
    assert (written["salon"], written["serviceHours"]) == (WHOLE["salon"], [hours])


def test_the_second_claim_is_named_by_its_index() -> None:
    good = {"start": "2026-03-02T09:00:00+00:00", "end": "2026-03-02T10:00:00+00:00"}
    with pytest.raises(InvalidValue) as refused:
        claims_of([good, {**good, "end": good["start"]}])
    assert refused.value.field_path[0] == 1
    assert [claim.id.int for claim in claims_of([good, good])] == [1, 2]


def test_an_exception_is_closed_or_open_and_not_both() -> None:
    both = {"date": "2026-12-25", "closed": True, "ranges": [{"startTime": "10:00", "endTime": "14:00"}]}
    for wrong in (both, {"date": "2026-12-25"}):
        with pytest.raises(InvalidValue, match=r"exceptions\.0\.ranges: either closed, or open at these hours"):
            calendar_of(changed([wrong], "exceptions"))
