"""Projections fail at import when they would lose a member, and make what a function written by hand would make."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, NewType
from uuid import UUID

import pytest
from msgspec import UNSET, UnsetType

from booking_domain.shared.unset import UNSET as UNCHANGED
from booking_domain.shared.unset import Unset
from entrypoints.http.kit.fields import Body, Json, Timestamp, one_of
from entrypoints.http.kit.projection import filled, members, projection

TripId = NewType("TripId", UUID)
OtherId = NewType("OtherId", UUID)
ID = TripId(UUID(int=7))
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


class Mood(StrEnum):
    CALM = "calm"
    WILD = "wild"


class Season(StrEnum):
    DRY = "dry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    start: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    id: TripId
    mood: Mood = Mood.CALM
    note: str = ""
    span: Span | None = None
    price: Stop = Stop(name="none")
    stops: tuple[Stop, ...] = ()
    first: Stop | None = None

    @property
    def nights(self) -> int:
        return 2


class StopJson(Json, frozen=True, kw_only=True):
    name: str


stop_json = projection(Stop, StopJson)


def test_a_projection_takes_attributes_properties_paths_and_computed_members() -> None:
    class TripJson(Json, frozen=True, kw_only=True):
        id: UUID
        mood: Annotated[str, one_of(Mood)]
        note: str | None = None
        nights: int
        start: Timestamp | None = None
        price_name: str
        title: str
        stops: tuple[StopJson, ...]
        first: StopJson | None = None
        again: StopJson | None = None

    trip_json = projection(
        Trip,
        TripJson,
        note=filled("note"),
        start="span.start",
        title=lambda trip: trip.id.hex[-2:],
        stops=stop_json,
        first=stop_json,
        again=("first", stop_json),
    )
    bare = TripJson(id=ID, mood="calm", nights=2, price_name="none", title="07", stops=())
    assert trip_json(Trip(id=ID)) == bare
    stop = Stop(name="Uliastai")
    full = trip_json(Trip(id=ID, mood=Mood.WILD, note="x", span=Span(start=NOON), stops=(stop, stop), first=stop))
    shown = StopJson(name="Uliastai")
    assert full == TripJson(
        id=ID,
        mood="wild",
        note="x",
        nights=2,
        start=NOON,
        price_name="none",
        title="07",
        stops=(shown, shown),
        first=shown,
        again=shown,
    )
    assert trip_json.members(Trip(id=ID))["price_name"] == "none"


def test_a_projection_of_the_same_view_shows_the_view_itself() -> None:
    class Card(Json, frozen=True, kw_only=True):
        id: UUID

    class Page(Json, frozen=True, kw_only=True):
        card: Card
        nights: int

    page = projection(Trip, Page, card=projection(Trip, Card))
    assert page(Trip(id=ID)) == Page(card=Card(id=ID), nights=2)


class _Missing(Json, frozen=True, kw_only=True):
    id: UUID
    renamed: str | None = None


class _Number(Json, frozen=True, kw_only=True):
    note: int


class _Required(Json, frozen=True, kw_only=True):
    start: Timestamp


class _OtherKind(Json, frozen=True, kw_only=True):
    mood: Annotated[str, one_of(Season)]


class _OtherText(Json, frozen=True, kw_only=True):
    mood: Literal["calm"]


class _OtherNumber(Json, frozen=True, kw_only=True):
    id: OtherId


class _Unlisted(Json, frozen=True, kw_only=True):
    stops: tuple[str, ...]


def _text(trip: Trip) -> str:
    return trip.note


@pytest.mark.parametrize(
    ("made", "sources", "says"),
    [
        pytest.param(_Missing, {}, "_Missing.renamed of Trip: Trip has no attribute 'renamed'", id="absent"),
        pytest.param(
            _Missing, {"renamed": "span.length"}, "Span | None has no attribute 'length'", id="absent on the way"
        ),
        pytest.param(_Number, {}, "_Number.note of Trip: the source is str, and the member int", id="other type"),
        pytest.param(_Number, {"note": _text}, "the source is str, and the member int", id="other result"),
        pytest.param(_Required, {"start": "span.start"}, "_Required.start of Trip: the source is", id="maybe None"),
        pytest.param(_OtherKind, {}, "the source is Mood", id="another enum"),
        pytest.param(_OtherText, {}, "the source is Mood", id="an enum with more values"),
        pytest.param(_OtherNumber, {}, "the source is TripId, and the member OtherId", id="another id"),
        pytest.param(_Unlisted, {}, "the source is tuple", id="other items"),
        pytest.param(_Unlisted, {"stops": ("first", stop_json)}, "the source is", id="one instead of several"),
        pytest.param(_Unlisted, {"stop": "stops"}, "_Unlisted has no member stop", id="unknown member"),
    ],
)
def test_a_member_without_a_source_of_its_type_fails_at_import(made: type[Any], sources: Any, says: str) -> None:
    with pytest.raises(TypeError) as caught:
        projection(Trip, made, **sources)
    assert says in str(caught.value)


def test_members_leave_what_the_caller_gives() -> None:
    make = members(Trip, _Missing, given=("renamed",))
    assert _Missing(renamed="given", **make(Trip(id=ID))) == _Missing(id=ID, renamed="given")


class StopBody(Body, frozen=True, kw_only=True):
    name: str


class _PlanBody(Body, frozen=True, kw_only=True):
    trip_id: TripId
    note: str | UnsetType = UNSET
    wish: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    trip_id: TripId
    note: str | None = None


def test_a_command_has_what_a_body_leaves_out_as_none() -> None:
    plan = projection(_PlanBody, _Plan, unused=("wish",))
    assert plan(_PlanBody(trip_id=ID)) == _Plan(trip_id=ID)
    assert plan(_PlanBody(trip_id=ID, note="x")) == _Plan(trip_id=ID, note="x")


def test_a_member_of_a_body_that_nothing_uses_fails_at_import() -> None:
    with pytest.raises(TypeError, match="_Plan of _PlanBody: nothing uses wish"):
        projection(_PlanBody, _Plan)
    computed = projection(_PlanBody, _Plan, note=lambda body: body.wish or body.note or "")
    assert computed(_PlanBody(trip_id=ID, wish="y")).note == "y"


class _Change(Body, frozen=True, kw_only=True):
    note: str | UnsetType | None = UNSET
    stop: StopBody | UnsetType = UNSET
    moods: tuple[str, ...] | UnsetType = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class _Edit:
    id: TripId
    note: str | Unset | None = UNCHANGED
    stop: Stop | Unset | None = UNCHANGED
    moods: tuple[Mood, ...] | Unset = UNCHANGED


def _moods(texts: tuple[str, ...]) -> tuple[Mood, ...]:
    return tuple(map(Mood, texts))


def test_a_command_leaves_unchanged_what_a_body_omits() -> None:
    changes = members(_Change, _Edit, given=("id",), stop=projection(StopBody, Stop), moods=("moods", _moods))
    assert _Edit(id=ID, **changes(_Change())) == _Edit(id=ID)
    assert _Edit(id=ID, **changes(_Change(note=None, stop=StopBody(name="x"), moods=("wild",)))) == _Edit(
        id=ID, note=None, stop=Stop(name="x"), moods=(Mood.WILD,)
    )


def test_a_function_of_a_path_is_not_asked_about_none() -> None:
    class Begun(Json, frozen=True, kw_only=True):
        start: str | None = None

    begun = projection(Trip, Begun, start=("span.start", datetime.isoformat))
    assert begun(Trip(id=ID)) == Begun()
    assert begun(Trip(id=ID, span=Span(start=NOON))) == Begun(start=NOON.isoformat())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    trip: Trip
    note: str


def test_members_that_the_view_has_not_come_from_what_it_has_within() -> None:
    class SeenJson(Json, frozen=True, kw_only=True):
        id: UUID
        note: str
        nights: int
        price_name: str
        stops: tuple[StopJson, ...]

    seen = projection(_Seen, SeenJson, within="trip", stops=stop_json)
    stop = Stop(name="Uliastai")
    shown = seen(_Seen(trip=Trip(id=ID, note="theirs", stops=(stop,)), note="ours"))
    assert shown == SeenJson(id=ID, note="ours", nights=2, price_name="none", stops=(StopJson(name="Uliastai"),))
    with pytest.raises(TypeError, match=r"_Missing\.renamed of _Seen: _Seen has no attribute 'renamed'"):
        projection(_Seen, _Missing, within="trip")


class _Shape(Body, frozen=True, kw_only=True):
    stops: tuple[StopBody, ...]
    wish: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tour:
    stops: Sequence[Stop]
    mood: Mood = Mood.WILD


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    tour: _Tour


def test_what_a_nested_projection_leaves_to_another_one_is_not_used() -> None:
    tour = projection(_Shape, _Tour, stops=projection(StopBody, Stop), default=("mood",), unused=("wish",))
    with pytest.raises(TypeError, match="_Order of _Shape: nothing uses wish"):
        projection(_Shape, _Order, tour=tour)
    order = projection(_Shape, _Order, tour=tour, unused=("wish",))
    assert order(_Shape(stops=(), wish="x")) == _Order(tour=_Tour(stops=()))


def test_a_property_that_several_paths_begin_with_is_read_once() -> None:
    read: list[str] = []

    @dataclass(frozen=True, slots=True)
    class Ferry:
        name: str

        @property
        def crossing(self) -> Span:
            read.append(self.name)
            return Span(start=NOON, end=NOON)

    class FerryJson(Json, frozen=True, kw_only=True):
        name: str
        start: Timestamp
        end: Timestamp | None

    shown = projection(Ferry, FerryJson, start="crossing.start", end="crossing.end")
    assert shown(Ferry("Selenge")) == FerryJson(name="Selenge", start=NOON, end=NOON)
    assert read == ["Selenge"]
