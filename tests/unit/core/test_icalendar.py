"""Bookings as iCalendar: another library reads what was booked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar as File
from tests.unit.effort import examples

from booking_domain.core import Booking, InvalidValue, Status, TimeRange, icalendar_of

NOW = datetime(2026, 11, 28, 1, 2, 3, tzinfo=UTC)
SPAN = TimeRange(NOW + timedelta(days=1), NOW + timedelta(days=1, hours=1))
BOOKING = Booking(id=UUID(int=7), calendar="anna", customer="bold", span=SPAN, blocked=SPAN, placed_at=NOW)
TEXTS = st.text(st.characters(blacklist_categories=("Cc", "Cs")) | st.sampled_from("\\;,:\n \"'"), max_size=200)


def events(text: str) -> list[Any]:
    return File.from_ical(text).walk("VEVENT")


@examples(200)
@given(TEXTS.filter(str.strip), TEXTS, TEXTS.map(lambda text: text.replace("\n", " ")[:100]), st.sampled_from(Status))
def test_another_library_reads_it(summary: str, description: str, venue: str, status: Status) -> None:
    text = icalendar_of([replace(BOOKING, venue=venue, status=status)], summary=summary, description=description)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    [event] = events(text)
    assert (event["SUMMARY"], event.get("DESCRIPTION", ""), event.get("LOCATION", "")) == (summary, description, venue)
    assert (event["DTSTART"].dt, event["DTEND"].dt, event["DTSTAMP"].dt) == (SPAN.start, SPAN.end, NOW)
    gone = status in {Status.CANCELLED, Status.EXPIRED}
    assert (event["STATUS"] == "CANCELLED", event["TRANSP"] == "TRANSPARENT") == (gone, gone)
    assert event["UID"] == str(BOOKING.id)


def test_several_bookings_are_one_file() -> None:
    text = icalendar_of([BOOKING, replace(BOOKING, id=UUID(int=8))], summary="Cut")
    assert len(events(text)) == 2
    assert events(icalendar_of([], summary="Cut")) == []


@pytest.mark.parametrize(("field", "wrong"), [("summary", {"summary": None}), ("bookings", {"bookings": [7]})])
def test_arguments_of_another_type_are_named(field: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue) as refused:
        icalendar_of(**{"bookings": [BOOKING], "summary": "Cut", **wrong})
    assert refused.value.field == field
