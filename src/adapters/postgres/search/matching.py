"""Whom a search matches: the conditions of its statement, and their parameters.

A place is bounded by an index on points, and words by a full-text index.
"""

from collections.abc import Mapping, Sequence
from math import cos, degrees, radians
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Date,
    Double,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY

from adapters.postgres.catalogue.salons import metres_to
from adapters.postgres.catalogue.tables import providers
from adapters.postgres.search.tables import BITS, PLACES, PUBLIC, WEIGHTS, search_entries
from adapters.postgres.search.words import tsquery_of
from booking_domain.catalogue.model import EARTH_RADIUS_METRES
from booking_domain.search.free_time import QUARTERS, QUARTERS_A_DAY, text_of
from booking_domain.search.model import TEXT_POINTS, Box, Near, Place, SearchCriteria, SearchOrder, draw_of
from booking_domain.search.words import searched
from booking_domain.shared.folding import folded

_e: Final = search_entries.c
_p: Final = providers.c


NEAR: Final = "near"
BOX: Final = "box"
TEXT: Final = "text"
TIME: Final = "time"


def _bits(name: str) -> ColumnElement[Any]:
    return cast(bindparam(name, type_=Text()), BITS)


def _runs(free: ColumnElement[Any], quarters: ColumnElement[Any]) -> ColumnElement[Any]:
    """Where the first `LONGEST_RUN` of an appointment of so many quarters may start.

    Each step doubles what is covered: one quarter, two, four, eight.
    """
    for covered in (1, 2, 4):
        moved = func.greatest(0, func.least(covered, quarters - covered))
        free = free.op("&")(free.op("<<")(moved))
    return free


def place_in(words: ColumnElement[Any]) -> ColumnElement[Any]:
    """The points of the first place that has all words of the text, or of the places before it."""
    return case(
        *(
            (words.op("@@")(cast(bindparam(f"query_{each}", type_=Text()), TSQUERY)), TEXT_POINTS[each])
            for each in PLACES[:-1]
        ),
        else_=TEXT_POINTS[Place.OTHER],
    )


def candidates(shape: frozenset[str]) -> Select[Any]:
    """Those that match, with what their points come from."""
    free = type_coerce(_e.free.op("<<")((bindparam("day", type_=Date()) - _e.free_since) * QUARTERS_A_DAY), BITS)
    quarters = (func.coalesce(bindparam("minutes", type_=Integer()), _e.minutes) + 14) // 15
    opening = type_coerce(_runs(free, quarters).op("&")(_bits("allowed")), BITS)
    place = place_in(_e.words) if TEXT in shape else literal(0, Integer)
    metres = cast(func.floor(metres_to(search_entries)), Integer) if NEAR in shape else cast(null(), Integer)
    point = func.point(_e.lon, _e.lat)
    conditions: dict[str, ColumnElement[bool]] = {
        TEXT: _e.words.op("@@")(cast(bindparam("query_other", type_=Text()), TSQUERY)),
        "styles": _e.styles.op("&&")(bindparam("styles", type_=ARRAY(Text))),
        "category": bindparam("category", type_=Text()) == func.any(_e.categories),
        "language": bindparam("language", type_=Text()) == func.any(_p.languages),
        "price_to": and_(_e.currency == bindparam("currency"), _e.price_from <= bindparam("price_to")),
        "currency": and_(_e.currency == bindparam("currency"), _e.price_from.is_not(None)),
        "rating_from": and_(_p.rating_count > 0, _p.rating_total >= bindparam("rating_from") * _p.rating_count),
        "salon_id": _p.salon_id == bindparam("salon_id"),
        BOX: or_(
            *(
                point.op("<@")(
                    func.box(
                        func.point(bindparam(f"west_{half}", type_=Double()), bindparam("south", type_=Double())),
                        func.point(bindparam(f"east_{half}", type_=Double()), bindparam("north", type_=Double())),
                    )
                )
                for half in ("left", "right")
            )
        ),
        TIME: opening != cast(literal("0" * QUARTERS), BITS),
    }
    published = bindparam("day", type_=Date()) - cast(func.timezone("UTC", _p.created_at), Date)
    return (
        select(
            _e.provider_id,
            place.label("place"),
            _p.rating_score.label("score"),
            metres.label("metres"),
            func.bit_count(free.op("&")(_bits("soon"))).label("free_soon"),
            _e.reliability,
            _e.completeness,
            published.label("days"),
            _e.price_from,
            _e.currency,
            _e.minutes,
            _e.quickest,
            (func.position(literal_column("B'1'").op("IN")(opening)) if TIME in shape else cast(null(), Integer)).label(
                "opens"
            ),
            _e.styles,
            _e.categories,
            _p.languages,
        )
        .select_from(search_entries.join(providers, _p.id == _e.provider_id))
        .where(PUBLIC, *(condition for name, condition in conditions.items() if name in shape))
    )


def shape_of(criteria: SearchCriteria) -> frozenset[str]:
    """What a search asks for."""
    asked = {
        TEXT: searched(criteria.text or ""),
        NEAR: criteria.near,
        BOX: criteria.near or criteria.box,
        TIME: criteria.windows or criteria.order == SearchOrder.SOONEST,
        "currency": criteria.order == SearchOrder.CHEAPEST,
        "styles": criteria.styles,
        **{
            name: getattr(criteria, name) is not None
            for name in ("category", "language", "price_to", "rating_from", "salon_id")
        },
    }
    return frozenset(name for name, wanted in asked.items() if wanted)


def values_of(criteria: SearchCriteria, similar: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The parameters of the statements of a shape, and more."""
    near, box, day = criteria.near, criteria.box, criteria.day
    words = searched(criteria.text or "")
    if near is not None:
        box = _around(near)
    return {
        "day": day,
        "draw": draw_of(day),
        "minutes": criteria.minutes,
        "soon": text_of(criteria.soon),
        "allowed": text_of(criteria.starts_allowed),
        **{
            f"query_{place}": tsquery_of(
                words, similar, "" if place is Place.OTHER else WEIGHTS[: number + 1], all_but_one=criteria.all_but_one
            )
            for number, place in enumerate(PLACES)
        },
        "styles": [folded(each) for each in criteria.styles],
        "category": None if criteria.category is None else folded(criteria.category),
        **{name: getattr(criteria, name) for name in ("language", "price_to", "currency", "rating_from", "salon_id")},
        "lat": None if near is None else near.lat,
        "lon": None if near is None else near.lon,
        "radius": None if near is None else near.radius_metres,
        **({} if box is None else _halves(box)),
    }


def _around(near: Near) -> Box:
    """A box that contains the circle."""
    high = degrees(near.radius_metres / EARTH_RADIUS_METRES)
    south, north = max(-90.0, near.lat - high), min(90.0, near.lat + high)
    narrowest = cos(radians(max(abs(south), abs(north))))
    wide = 180.0 if narrowest * 180 <= high else high / narrowest
    if wide >= 180:  # noqa: PLR2004 - a pole is inside
        return Box(south=south, north=north, west=-180.0, east=180.0)
    return Box(
        south=south, north=north, west=(near.lon - wide + 180) % 360 - 180, east=(near.lon + wide + 180) % 360 - 180
    )


def _halves(box: Box) -> dict[str, float]:
    """The parameters of a box: one that crosses the 180th meridian is two."""
    crosses = box.west > box.east
    return {
        "south": box.south,
        "north": box.north,
        "west_left": box.west,
        "east_left": 180.0 if crosses else box.east,
        "west_right": -180.0 if crosses else box.west,
        "east_right": box.east,
    }
