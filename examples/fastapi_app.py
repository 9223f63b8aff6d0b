"""Bookings over HTTP with FastAPI: a `Diary` behind five routes.

    granian --interface asgi --factory examples.fastapi_app:shop

Handlers are plain functions, which FastAPI runs in threads, so a store may block. A request that is sent again books
nothing twice: the time is taken then (409). `tests/acceptance/test_examples.py` runs it.
"""

from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from examples.sqlite_store import SqliteStore
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, StringConstraints

from booking_domain.core import (
    Booking,
    BookingNotFound,
    BookingStore,
    Calendar,
    Conflict,
    Diary,
    DomainError,
    Hours,
    NotFound,
    RuleViolated,
    TimeRange,
    WeeklyRule,
)

STATUSES: dict[type, int] = {NotFound: 404, Conflict: 409, RuleViolated: 422}
"""The status of each family of errors."""


class Wanted(BaseModel):
    """What a customer books."""

    start: AwareDatetime
    customer: Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]


class Free(BaseModel):
    """A slot."""

    start: datetime
    end: datetime


class Booked(Free):
    """A booking."""

    id: UUID
    calendar: str
    status: str


async def the_diary(request: Request) -> Diary[BookingStore]:
    """The diary of the app."""
    diary: Diary[BookingStore] = request.app.state.diary
    return diary


TheDiary = Annotated[Diary[BookingStore], Depends(the_diary)]
routes = APIRouter()


@routes.get("/calendars/{name}/slots")
def slots(name: str, day: date, diary: TheDiary) -> list[Free]:
    """The free slots of a local date."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=_known(diary, name).zone)
    window = TimeRange(midnight, midnight + timedelta(days=1))
    return [Free(start=slot.start, end=slot.end) for slot in diary.slots(name, window)]


@routes.get("/calendars/{name}/why")
def why(name: str, start: AwareDatetime, diary: TheDiary) -> list[str]:
    """Why a start is not free."""
    _known(diary, name)
    return [str(reason) for reason in diary.explain(name, start).reasons]


@routes.post("/calendars/{name}/bookings", status_code=201)
def book(name: str, wanted: Wanted, diary: TheDiary) -> Booked:
    """Book a free slot."""
    _known(diary, name)
    return _shown(diary.book(name, wanted.start, customer=wanted.customer))


@routes.get("/bookings/{booking_id}")
def read(booking_id: UUID, diary: TheDiary) -> Booked:
    """One booking."""
    booking = diary.store.booking(booking_id)
    if booking is None:
        raise BookingNotFound
    return _shown(booking)


@routes.delete("/bookings/{booking_id}")
def cancel(booking_id: UUID, diary: TheDiary) -> Booked:
    """Cancel a booking, which frees its time."""
    return _shown(diary.cancel(booking_id))


def _known(diary: Diary[BookingStore], name: str) -> Calendar:
    if name not in diary.calendars:
        raise HTTPException(404)
    return diary.calendars[name]


def _shown(booking: Booking) -> Booked:
    span = booking.span
    return Booked(id=booking.id, calendar=booking.calendar, status=booking.status, start=span.start, end=span.end)


async def refuse(_: Request, error: Exception) -> JSONResponse:
    """What the diary refuses, with the code of the error."""
    if not isinstance(error, DomainError):
        raise error
    status = next((STATUSES[family] for family in type(error).__mro__ if family in STATUSES), 409)
    return JSONResponse({"code": error.code, "detail": str(error)}, status)


def make_app(diary: Diary[BookingStore]) -> FastAPI:
    """The routes over this diary."""
    app = FastAPI(title="Diary", exception_handlers={DomainError: refuse})
    app.state.diary = diary
    app.include_router(routes)
    return app


def shop() -> FastAPI:
    """A shop with one calendar, in a file."""
    anna = Calendar(time_zone="Asia/Ulaanbaatar", rules=WeeklyRule.every_day(Hours.parse("10:00-19:00")))
    return make_app(Diary({"anna": anna}, SqliteStore("diary.sqlite")))
