"""Whom a search matches: the conditions of its statement, and their parameters.

A place is bounded by an index on points, and words by a full-text index.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from math import floor, radians
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Date,
    Double,
    FromClause,
    Integer,
    Select,
    Subquery,
    Text,
    Uuid,
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
    true,
    type_coerce,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, BIT, TSQUERY

from adapters.postgres.catalogue.salons import metres_to
from adapters.postgres.catalogue.tables import providers
from adapters.postgres.kit.statements import Statement
from adapters.postgres.search.marks import (
    IN_A_SALON,
    WITH_WORKS,
    all_of,
    any_of,
    category_mark,
    cell_marks,
    price_marks,
    style_mark,
)
from adapters.postgres.search.tables import (
    BITS,
    CELLS_A_DEGREE,
    MERIT_BANDS,
    PLACES,
    PRICE_BANDS,
    PUBLIC,
    SCORE_BANDS,
    search_entries,
    search_hours,
    search_parts,
)
from adapters.postgres.search.tiers import HALVES, RINGS, TIERS, beyond, halves_of
from adapters.postgres.search.words import Vocabulary, any_key_of, tsquery_of
from booking_domain.search.free_time import QUARTERS, QUARTERS_A_DAY, text_of
from booking_domain.search.model import (
    LONGEST_RUN,
    MAX_RADIUS_METRES,
    MOST_MEMBERS,
    SOON,
    TEXT_POINTS,
    Near,
    Place,
    SearchCriteria,
    SearchKind,
    SearchOrder,
    draw_of,
)
from booking_domain.search.words import keys_of_all, searched
from booking_domain.shared.earth import EARTH_RADIUS_METRES
from booking_domain.shared.folding import folded

_e: Final = search_entries.c
_p: Final = providers.c


_SLICE: Final = 256
_SOON: Final = QUARTERS_A_DAY * (SOON // timedelta(days=1) + 1)
"""How many quarters, from the day on, may be within `SOON`."""
NEAR: Final = "near"
BOX: Final = "box"
TEXT: Final = "text"
TIME: Final = "time"
SOME_DAYS: Final = "some_days"
"""The times that are allowed are within `_SLICE` quarters, so only these are compared for each entry."""
HOURS: Final = "hours"
"""The times that are allowed are at some hours of the day, near a place: who has none of these is not looked for."""
OPEN: Final = "open_at"
TAG: Final = "tag"
IN_SALON: Final = "in_salon"
OF_WORKS: Final = "of_works"
"""Those who have works."""
SEVERAL: Final = "several"
"""Several words."""
NUMBERED: Final = range(4)
"""How many `tsquery`s of what is asked a statement has room for."""
_ASKED: Final = tuple(f"asked_{number}" for number in NUMBERED)
_CHEAPEST: Final = tuple(f"cheapest_{number}" for number in range(len(PRICE_BANDS)))
"""Which band has the lowest prices: those before it have higher ones, with one digit more."""
ANY: Final = "any_"
"""How the names of `tsquery`s begin that find those who have any of the words."""
_A_DAY: Final = (1 << QUARTERS_A_DAY) - 1
_MOST_HOURS: Final = 12
_MOST_CELLS: Final = 400
_OPENS: Final = "opens"
"""The first quarter at which an appointment may start is known of those that are chosen."""
_FREE: Final = ("free", "free_since", "minutes")
_MANY: Final = 1_000_000_000
"""More than there are."""
_NEARBY: Final = 2.1
"""How many are read by distance, before rings are, for each one that is ranked: enough up to 60 degrees of latitude."""
_METRES_A_DEGREE: Final = radians(1) * EARTH_RADIUS_METRES
_ROW: Final[ColumnElement[Any]] = literal_column("search_entries.ctid")
"""Where the row is: by it, one that was chosen is read again without a look-up in the index."""


def given(name: str, type_: Any) -> ColumnElement[Any]:
    """A parameter that is read once for all rows, whatever the plan."""
    return select(cast(bindparam(name, type_=Text()), type_)).scalar_subquery()


def has_words(words: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether the words of a row that is read anyway are those of the text: no index is asked."""
    return func.ts_match_vq(words, given("query_other", TSQUERY))


def _opening(of: FromClause, shape: frozenset[str], *, first: bool) -> FromClause:
    """Where the first `LONGEST_RUN` of an appointment may start in the free time of a row; no row if nowhere.

    Each step doubles what is covered: one quarter, two, four, eight. Each is a query of its own, so that what it reads
    is computed once. `first`: of all quarters, so that the first of them is known.
    """
    free, allowed, none = _from_day(of.c.free, of), given("allowed", BITS), _NONE
    if SOME_DAYS in shape and not first:
        free, allowed, none = _slice_of_days(of), given("allowed_slice", BIT(_SLICE)), _NONE_OF_SLICE
    quarters = (func.coalesce(bindparam("minutes", type_=Integer()), of.c.minutes) + 14) // 15
    step = select(free.label("free"), quarters.label("quarters")).correlate(of).offset(0).lateral("covers_1")
    for covered in (1, 2, 4):
        moved = func.greatest(0, func.least(covered, step.c.quarters - covered))
        runs = step.c.free.op("&")(step.c.free.op("<<")(moved)).label("free")
        step = select(runs, step.c.quarters).correlate(of).offset(0).lateral(f"covers_{2 * covered}")
    bits = step.c.free.op("&")(allowed).label("bits")
    opening = select(bits).correlate(of).offset(0).lateral("may_start")
    return select(opening.c.bits).where(opening.c.bits != none).correlate(of).lateral("opening")


def _slice_of_days(of: FromClause) -> ColumnElement[Any]:
    """The free time of the days of `SOME_DAYS`."""
    return _some_from_day(of.c.free, bindparam("slice_from", type_=Integer()), _SLICE, of)


def words_of_row(of: FromClause) -> ColumnElement[Any]:
    """A copy of the words of a row, which are stored beside it: they are read once for all comparisons."""
    return func.setweight(of.c.words, literal_column("'D'"), literal_column("'{}'::text[]"))


def place_in(words: ColumnElement[Any]) -> ColumnElement[Any]:
    """The points of the first place that has all words of the text, or of the places before it."""
    return case(
        *((words.op("@@")(given(f"query_{each}", TSQUERY)), TEXT_POINTS[each]) for each in PLACES[:-1]),
        else_=TEXT_POINTS[Place.OTHER],
    )


def _place_of_entry() -> ColumnElement[Any]:
    """The points of the place of an entry that matches the text: by its `places` if they tell, else by all words.

    Most have no key of the text in their `places`, which is asked first: so these are compared once.
    """
    read = select(words_of_row(search_entries).label("words")).correlate(search_entries).offset(0).subquery("read")
    current, places = _e.places_version == _e.version, _e.places
    return case(
        (and_(current, ~places.bool_op("@@")(given("query_any", TSQUERY))), TEXT_POINTS[Place.OFFER]),
        (and_(current, places.op("@@")(given(f"query_{Place.NAME}", TSQUERY))), TEXT_POINTS[Place.NAME]),
        (and_(current, ~places.bool_op("@@")(given("query_beyond", TSQUERY))), TEXT_POINTS[Place.OFFER]),
        else_=select(place_in(read.c.words)).correlate(search_entries).scalar_subquery(),
    )


def _from_day(quarters: ColumnElement[Any], of: FromClause = search_entries) -> ColumnElement[Any]:
    """The quarters of a row as if they began on the day of the search."""
    return type_coerce(quarters.op("<<")((bindparam("day", type_=Date()) - of.c.free_since) * QUARTERS_A_DAY), BITS)


def _some_from_day(
    quarters: ColumnElement[Any], first: ColumnElement[int], number: int, of: FromClause = search_entries
) -> ColumnElement[Any]:
    """So many of `_from_day`, from a number on: all are moved only if some of these are before the first one stored."""
    at = first + (bindparam("day", type_=Date()) - of.c.free_since) * QUARTERS_A_DAY
    some = case(
        (at > 0, func.substring(quarters, at, number)),
        else_=func.substring(_from_day(quarters, of), first, number),
    )
    return cast(some, BIT(number))


def _zeros(number: int) -> ColumnElement[Any]:
    """So many bits, which PostgreSQL makes once: it would read the value of a parameter for each row."""
    return literal_column(f"CAST(repeat('0', {number}) AS bit({number}))", BIT(number))


def _in_box(number: str) -> ColumnElement[bool]:
    """Whether the point is in one of the halves of a box: see `tiers.halves_of`."""
    halves = (select(func.box(bindparam(f"{half}{number}", type_=Text()))).scalar_subquery() for half in HALVES)
    return or_(*(func.point(_e.lon, _e.lat).op("<@")(half) for half in halves))


_IS_OPEN: Final = _some_from_day(_e.open_hours, bindparam("open_quarter", type_=Integer()) + 1, 1) == literal_column(
    "B'1'"
)
_COUNTED: Final = (
    _e.styles,
    _e.categories,
    _p.languages,
    case((_IS_OPEN, literal_column("'{now}'::text[]")), else_=literal_column("'{}'::text[]")).label("open"),
)
_NONE: Final = _zeros(QUARTERS)
_NONE_OF_SLICE: Final = _zeros(_SLICE)
_MERIT: Final = (_e.merit + 0).desc()
"""So that no index of merits is walked, with a comparison of words for each entry."""
_SCORE: Final = (_e.score + 0).desc()
_PRICE: Final = _e.price_from + 0
"""So that no index of prices is read beside that of words: of the prices of a band it has thousands."""
_METRES: Final = cast(func.floor(metres_to(search_entries)), Integer)
_KEYS: Final[Mapping[SearchOrder, ColumnElement[Any]]] = {
    SearchOrder.NEAREST: _METRES.label("metres"),
    SearchOrder.CHEAPEST: _e.price_from,
    SearchOrder.RATING: _p.rating_score.label("score"),
}
_RATED: Final = and_(_p.rating_count > 0, _p.rating_total >= bindparam("rating_from") * _p.rating_count)
_OF_PROFILES: Final[Mapping[str, ColumnElement[bool]]] = {
    "language": bindparam("language", type_=Text()) == func.any(_p.languages),
    "salon_id": _p.salon_id == bindparam("salon_id"),
}
_CONDITIONS: Final[Mapping[str, ColumnElement[bool]]] = {
    **_OF_PROFILES,
    "among": _e.provider_id == func.any(bindparam("among", type_=ARRAY(Uuid))),
    "styles": _e.styles.op("&&")(bindparam("styles", type_=ARRAY(Text))),
    "category": bindparam("category", type_=Text()) == func.any(_e.categories),
    "rating_from": _e.stars >= bindparam("rating_from", type_=Integer()),
    "price_to": and_(_e.currency == bindparam("currency"), _e.price_from <= bindparam("price_to")),
    "currency": and_(_e.currency == bindparam("currency"), _e.price_from.is_not(None)),
    BOX: _in_box(""),
    OPEN: _IS_OPEN,
    # Compared first, as it is cheap: of those without a free quarter, neither runs nor distances are computed.
    SOME_DAYS: _slice_of_days(search_entries).op("&")(given("allowed_slice", BIT(_SLICE))) != _NONE_OF_SLICE,
}


def candidates(shape: frozenset[str], by: SearchOrder, most: int) -> Select[Any]:
    """Those that match and are ranked, with what their points and order come from: see `SearchCriteria.chosen_by`.

    They are chosen by what the entry has, so that all else is read of them alone. How many are chosen is written into
    the statement: PostgreSQL would expect a tenth of all entries otherwise, or plan the statement for each search.
    """
    chosen = _in_order(shape, by, most).limit(literal_column(str(most))).subquery("chosen")
    return _with_facts(shape - {TIME}, _with_entries(chosen))


def candidates_by_key(shape: frozenset[str], order: SearchOrder, by: SearchOrder, most: int) -> Select[Any]:
    """As `candidates`, with what any other order than the best one needs: see `with_facts`."""
    found = _in_order(shape | {_OPENS} if order is SearchOrder.SOONEST else shape, by, most)
    chosen = found.limit(literal_column(str(most))).subquery("chosen")
    key = chosen.c.opens if order is SearchOrder.SOONEST else _KEYS[order]
    return _published(shape, _with_entries(chosen), _e.provider_id, key, chosen.c["row"], *_COUNTED)


def with_facts(hits: Select[Any], shape: frozenset[str]) -> Select[Any]:
    """The facts of a page of hits, in their order."""
    hit = hits.subquery("hit")
    metres = _METRES if NEAR in shape else cast(null(), Integer)
    facts = _facts(shape, metres, hit.c.opens if "opens" in hit.c else None)
    found = _with_entries(hit).join(providers, _p.id == _e.provider_id)
    return select(hit.c.key, hit.c.lot, *facts).select_from(found).order_by(hit.c.key, hit.c.lot, hit.c.provider_id)


def members(shape: frozenset[str], by: SearchOrder) -> Select[Any]:
    """The members of salons who match all but the text and have a word of it, with what their points come from.

    They are chosen as `candidates` are: those who have all words first.
    """
    words = ("", ANY) if SEVERAL in shape else ("",)
    of_each = (_in_order(shape | {IN_SALON}, by, MOST_MEMBERS, each) for each in words)
    first = select(one_by_one(of_each).limit(MOST_MEMBERS).subquery("first")).distinct().subquery("chosen")
    return _with_facts(shape - {TEXT}, _with_entries(first))


@lru_cache(maxsize=1_024)
def matches(shape: frozenset[str], *, marked: bool) -> Statement:
    """Whether there is an entry of those who match, or of one who is not published; `marked`: there is `asked`."""

    def is_any(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
        # Planned as if all were read: for the first one alone PostgreSQL would rather read the table than an index.
        found = _matching(shape).where(*_within(shape), *conditions).cte().prefix_with("MATERIALIZED")
        return select(found.c.provider_id).exists()

    if not marked:
        return Statement(select(is_any()))
    return Statement(select(or_(*(is_any(_has(shape, "asked_0"), band) for band in MERIT_BANDS))))


def _for_order(shape: frozenset[str], order: SearchOrder) -> frozenset[str]:
    """What has to be known of those that were chosen: when they are free first only if they are sorted by it."""
    return shape if order is SearchOrder.SOONEST else shape - {TIME}


def entries_of_parts(
    shape: frozenset[str],
    order: SearchOrder,
    by: SearchOrder,
    most: int,
    conditions: Sequence[ColumnElement[bool]],
    *,
    by_price: bool,
) -> Subquery:
    """The parts with these conditions that are ranked, of entries that match, with the facts of the entries.

    Entries are taken in the order in which they are chosen, and parts of them until they are enough; or parts are
    chosen by their own price.
    """
    p = search_parts.c
    if by_price:
        ids: FromClause = _by_price(shape, conditions).subquery("of_parts")
    else:
        of = _in_order(shape, by, most).subquery("of_entries")
        own = select(p.kind, p.id).where(p.provider_id == of.c.provider_id, *conditions).order_by(p.id).lateral("own")
        ids = select(*of.c, own.c.kind, own.c.id).select_from(of.join(own, true())).subquery("of_parts")
    # Without the row: an index of merits has no rows, and no limit says how few of its entries are read.
    columns = ids.c.provider_id, ids.c.kind, ids.c.id
    chosen = select(*columns).limit(literal_column(str(most))).subquery("chosen")
    entries = chosen.join(search_entries, _e.provider_id == chosen.c.provider_id)
    found = _with_facts(_for_order(shape - {TEXT}, order), entries)
    return found.add_columns(chosen.c.kind.label("part_kind"), chosen.c.id.label("part_id")).subquery("of")


def _in_order(shape: frozenset[str], by: SearchOrder, most: int, words: str = "") -> Select[Any] | CompoundSelect[Any]:
    """Those that match, in the order in which they are chosen: a limit leaves out the last ones."""
    if by is SearchOrder.NEAREST:
        return _by_ring(shape, most, words)
    if by is not SearchOrder.BEST or is_marked(shape):
        return _by_tier(shape, by, words)
    return _in_time(_matching(shape - {TIME}).where(*_within(shape)), shape, _e.merit.desc())


def _entries(shape: frozenset[str]) -> FromClause:
    return search_entries.join(providers, _p.id == _e.provider_id) if _of_profile(shape) else search_entries


def _of_profile(shape: frozenset[str]) -> bool:
    return not _OF_PROFILES.keys().isdisjoint(shape)


def _within(shape: frozenset[str]) -> list[ColumnElement[bool]]:
    near = [given("radius", Integer) >= _METRES] if NEAR in shape else []
    return [*near, *([PUBLIC] if _of_profile(shape) else [])]


def is_marked(shape: frozenset[str]) -> bool:
    """Whether the full-text index finds those who match, or not many more."""
    return not shape.isdisjoint({TEXT, "styles", "category", TAG, IN_SALON, OF_WORKS})


def _matching(shape: frozenset[str]) -> Select[Any]:
    """Who has everything that is asked for, but for the words and the distance."""
    entries = _entries(shape)
    if TIME in shape:
        entries = entries.join(_opening(search_entries, shape, first=False), true())
    return select(_e.provider_id, _ROW.label("row")).select_from(entries).where(*_asked(shape), *_somebody(shape))


def _somebody(shape: frozenset[str]) -> list[ColumnElement[bool]]:
    """Whether there is anybody to be looked for: asked once, before entries are."""
    somebody = [_some_at_these_hours()] if HOURS in shape else []
    return [*somebody, _some_so_cheap()] if "price_to" in shape else somebody


def _some_so_cheap() -> ColumnElement[bool]:
    """Whether anybody has a price so low: asked once, before words are."""
    every = search_entries.alias("every").c
    lowest = select(func.min(every.price_from)).where(every.currency == bindparam("currency")).scalar_subquery()
    return lowest <= bindparam("price_to")


def _some_at_these_hours() -> ColumnElement[bool]:
    """Whether anybody in the cells of the place has free time at one of the hours: asked once, before entries are."""
    h = search_hours.c
    edges = (bindparam(name, type_=Integer()) for name in ("cells_west", "cells_east", "cells_south", "cells_north"))
    west, east, south, north = edges
    hour = h.hour == func.any(bindparam("hours", type_=ARRAY(Integer)))
    return select(h.hour).where(h.x.between(west, east), h.y.between(south, north), hour).exists()


def _with_entries(chosen: FromClause) -> FromClause:
    """The entries that were chosen."""
    return chosen.join(search_entries, and_(chosen.c["row"] == _ROW, _e.provider_id == chosen.c.provider_id))


def _in_time(
    found: Select[Any], shape: frozenset[str], key: ColumnElement[Any], of: FromClause = search_entries
) -> Select[Any]:
    """Those found, in their order, who are free at the times: the free time of those after a limit is not computed."""
    found = found.order_by(key, of.c.provider_id)
    if TIME not in shape:
        return found
    in_order = found.add_columns(*(of.c[name] for name in _FREE)).limit(_MANY).subquery("in_order")
    opening = _opening(in_order, shape, first=False)
    opens = _first_of(opening)
    if SOME_DAYS in shape:
        opens += bindparam("slice_from", type_=Integer()) - 1
    columns = in_order.c.provider_id, in_order.c["row"], *([opens.label("opens")] if _OPENS in shape else [])
    return select(*columns).select_from(in_order.join(opening, true()))


def _first_of(opening: FromClause) -> ColumnElement[Any]:
    """The number of the first quarter, from 1 on, at which an appointment may start."""
    return func.position(literal_column("B'1'").op("IN")(opening.c.bits), type_=Integer())


def _has(shape: frozenset[str], name: str, asked: str = "") -> ColumnElement[bool]:
    """Whether the index finds them by the `tsquery` with this name, and by those of `numbered` that there are.

    Each is a condition of its own: GIN takes ten times as long or more for one `tsquery` that joins them by `&`.
    """
    queries = [given(name, TSQUERY)]
    for other in (f"{asked}{each}" for each in _ASKED if each in shape):
        if other != name:  # those of all words may be fewer than those of any
            texts = (bindparam(each, type_=Text()) for each in (other, name))
            queries.append(select(cast(func.coalesce(*texts), TSQUERY)).scalar_subquery())
    return and_(*(_e.words.op("@@")(query) for query in queries))


def _has_any(shape: frozenset[str], name: str, asked: str) -> ColumnElement[bool]:
    """As `_has`, but whether anybody has the marks is asked first: mostly nobody has, and words cost the same."""
    marked = select(_e.provider_id).where(_e.words.op("@@")(given(name, TSQUERY)))
    found = marked.correlate(None).cte(f"of_{name}").prefix_with("MATERIALIZED")
    return and_(select(found.c.provider_id).exists(), _has(shape, name, asked))


def _by_tier(shape: frozenset[str], by: SearchOrder, words: str) -> CompoundSelect[Any]:
    """Those who match, by merit, rating or price: a tier is searched if those before it have too few."""
    matching = _matching(shape - {TIME}).where(*_within(shape))
    rest = matching.where(_has(shape, f"{words}asked_0", words)) if is_marked(shape) else matching
    if by is SearchOrder.BEST:
        return one_by_one(_in_time(rest.where(band), shape, _MERIT) for band in MERIT_BANDS)
    if by is SearchOrder.RATING and is_marked(shape):
        return one_by_one(_in_time(rest.where(band), shape, _SCORE) for band in SCORE_BANDS)
    if (first := next((number for number, name in enumerate(_CHEAPEST) if name in shape), None)) is not None:
        lowest, above = (bindparam(name, type_=BigInteger()) for name in ("lowest", "above"))
        bands = (
            matching.where(_has_any(shape, f"{words}tier_0", words), lowest > _PRICE),
            *(
                rest.where(band, lowest <= _PRICE, above > _PRICE)
                for band in (*PRICE_BANDS[first:], *PRICE_BANDS[:first])
            ),
            matching.where(_has_any(shape, f"{words}tier_1", words), above <= _PRICE),
        )
        return one_by_one(_in_time(band, shape, _PRICE) for band in bands)
    marked = [matching.where(_has(shape, f"{words}tier_{number}", words)) for number in TIERS]
    if by is SearchOrder.RATING:
        tiers = [*marked, rest.where(_e.score < beyond())]
        return one_by_one(_in_time(tier, shape, _SCORE) for tier in tiers)
    of_price = zip(marked, TIERS, strict=True)
    tiers = [
        *(
            tier.where(
                _e.price_from > bindparam(f"from_{number}", type_=BigInteger()),
                _e.price_from <= bindparam(f"to_{number}", type_=BigInteger()),
            )
            for tier, number in of_price
        ),
        rest.where(_e.price_from > beyond()),
    ]
    return one_by_one(_in_time(tier, shape, _PRICE) for tier in tiers)


def _by_price(shape: frozenset[str], conditions: Sequence[ColumnElement[bool]]) -> CompoundSelect[Any]:
    """The parts of those who match, by price: none is cheaper than its entry, so a tier has parts of those before."""
    p, matching = search_parts.c, _matching(shape).where(*_within(shape))

    def priced(of: Select[Any], *bounds: ColumnElement[bool]) -> Select[Any]:
        parts = select(p.kind, p.id, p.price).where(p.provider_id == _e.provider_id, *conditions, *bounds)
        own = parts.correlate(search_entries).offset(0).lateral("own")
        return of.add_columns(own.c.kind, own.c.id).join(own, true()).order_by(own.c.price, _e.provider_id, own.c.id)

    def tier(number: int) -> Select[Any]:
        highest = bindparam(f"to_{number}", type_=BigInteger())
        marked = matching.where(_has(shape, f"tier_{number}"), _e.price_from <= highest)
        return priced(marked, p.price > bindparam(f"from_{number}", type_=BigInteger()), p.price <= highest)

    rest = matching.where(_has(shape, "asked_0")) if is_marked(shape) else matching
    return one_by_one([*map(tier, TIERS), priced(rest, p.price > beyond())])


def _by_ring(shape: frozenset[str], most: int, words: str) -> CompoundSelect[Any]:
    """Those who match, by distance: a ring is searched if those within it have too few."""
    matching = _matching(shape - {BOX, TIME}).where(*_within(shape - {NEAR}))
    free = [_e[name] for name in _FREE] if TIME in shape else []
    by_point = not (is_marked(shape) or _of_profile(shape) or HOURS in shape)  # too few of the nearest match
    nearby, reached = _of_nearby(shape, most) if by_point else (None, None)

    def ring(number: int) -> Select[Any]:
        found = matching.where(
            _has(shape, f"{words}cells_{number}", words) if is_marked(shape) else _in_box(f"_{number}")
        )
        # The distance is computed once, for both comparisons and the order.
        of = found.add_columns(_METRES.label("metres"), *free).offset(0).subquery(f"ring_{number}")
        inner, outer = (given(f"{name}_{number}", Integer) for name in ("inner", "outer"))
        within = select(of.c.provider_id, of.c["row"]).where(inner < of.c.metres, outer >= of.c.metres)
        if reached is not None:
            within = within.where(outer > reached, of.c.metres > reached)
        return _in_time(within, shape, of.c.metres, of)

    return one_by_one([*([] if nearby is None else [nearby]), *map(ring, RINGS)])


def _of_nearby(shape: frozenset[str], most: int) -> tuple[Select[Any], ColumnElement[int]]:
    """Those who match of the nearest ones, and within how many metres from the point nobody else is.

    The index of points has them in the order of their distance in degrees. All others are farther away in degrees, and
    a degree has the fewest metres where meridians are closest. If nobody can match, no metres are known and none read.
    """
    around = select(func.point(bindparam("around", type_=Text()))).scalar_subquery()
    degrees: ColumnElement[float] = func.point(_e.lon, _e.lat).op("<->", return_type=Double())(around)
    free = [_e[name] for name in _FREE] if TIME in shape else []
    suits = and_(true(), *_asked(shape - {BOX})).label("suits")
    read: ColumnElement[int] = literal_column(str(int(_NEARBY * most)))
    nearest = select(_e.provider_id, _ROW.label("row"), _METRES.label("metres"), degrees.label("degrees"), suits, *free)
    nearby = nearest.order_by(degrees).limit(read).cte("nearby").prefix_with("MATERIALIZED")
    n, farthest = nearby.c, func.max(nearby.c.degrees)
    narrowest = func.cos(func.radians(func.least(90.0, func.abs(bindparam("lat", type_=Double())) + farthest)))
    metres = cast(func.floor(farthest * narrowest * _METRES_A_DEGREE), Integer) - 1
    within = case((func.count() < read, MAX_RADIUS_METRES), else_=func.coalesce(metres, -1)).label("metres")
    known = select(within).select_from(nearby).having(*_somebody(shape)).cte("reached").prefix_with("MATERIALIZED")
    reached = select(known.c.metres).scalar_subquery()
    found = select(n.provider_id, n["row"]).where(n.suits, n.metres <= given("radius", Integer), n.metres <= reached)
    return _in_time(found.where(*_somebody(shape)), shape, n.metres, nearby), reached


def one_by_one(parts: Iterable[Select[Any] | CompoundSelect[Any]]) -> CompoundSelect[Any]:
    """All of the first part in its order, then those of the next one: a limit leaves out the last ones.

    Each has a limit of its own: PostgreSQL would read some parts at once otherwise, in any order.
    """
    return union_all(*(part.limit(_MANY).subquery(f"part_{n}").select() for n, part in enumerate(parts)))


def _asked(shape: frozenset[str]) -> list[ColumnElement[bool]]:
    return [condition for name, condition in _CONDITIONS.items() if name in shape]


def _with_facts(shape: frozenset[str], entries: FromClause, *, opens: ColumnElement[Any] | None = None) -> Select[Any]:
    if TIME in shape:
        opening = _opening(search_entries, shape, first=True)
        opens, entries = _first_of(opening), entries.join(opening, true())
    metres = _METRES if NEAR in shape else cast(null(), Integer)
    return _published(shape, entries, *_facts(shape, metres, opens), *_COUNTED)


def _published(shape: frozenset[str], entries: FromClause, *columns: ColumnElement[Any]) -> Select[Any]:
    return (
        select(*columns)
        .select_from(entries.join(providers, _p.id == _e.provider_id))
        .where(PUBLIC, *([_RATED] if "rating_from" in shape else []))
    )


def _facts(
    shape: frozenset[str], metres: ColumnElement[Any], opens: ColumnElement[Any] | None
) -> Iterator[ColumnElement[Any]]:
    """What is shown of an entry: what its points come from, and its offer."""
    yield _e.provider_id
    yield (_place_of_entry() if TEXT in shape else literal(0, Integer)).label("place")
    yield _p.rating_score.label("score")
    yield metres.label("metres")
    soon = _some_from_day(_e.free, literal_column("1"), _SOON).op("&")(given("soon", BIT(_SOON)))
    yield func.bit_count(soon).label("free_soon")
    yield _e.reliability
    yield _e.completeness
    yield (bindparam("day", type_=Date()) - cast(func.timezone("UTC", _p.created_at), Date)).label("days")
    yield from (_e.price_from, _e.currency, _e.minutes, _e.quickest)
    yield (cast(null(), Integer) if opens is None else opens).label("opens")


def shape_of(criteria: SearchCriteria) -> frozenset[str]:
    """What a search asks for."""
    asked = {
        TEXT: (words := searched(criteria.text or "")),
        SEVERAL: len(words) > 1,
        NEAR: criteria.near,
        BOX: criteria.near or criteria.box,
        TIME: criteria.windows or criteria.order == SearchOrder.SOONEST,
        SOME_DAYS: _slice_of(criteria.starts_allowed) is not None,
        HOURS: _hours_of(criteria),
        "currency": criteria.order == SearchOrder.CHEAPEST,
        "styles": criteria.styles,
        TAG: criteria.tag is not None,
        OF_WORKS: criteria.kind is SearchKind.WORKS,
        **{
            name: getattr(criteria, name) is not None
            for name in ("category", "language", "price_to", "rating_from", "salon_id", "among", OPEN)
        },
    }
    return frozenset(name for name, wanted in asked.items() if wanted)


def values_of(criteria: SearchCriteria, vocabulary: Vocabulary) -> dict[str, Any]:
    """The parameters of the statements of a shape, and more."""
    near, box, day = criteria.near, criteria.box, criteria.day
    words = searched(criteria.text or "")
    if near is not None:
        box = near.box
    return {
        "day": day,
        "draw": draw_of(day),
        "minutes": criteria.minutes,
        "soon": text_of(criteria.soon)[:_SOON],
        "allowed": text_of(criteria.starts_allowed),
        **dict(zip(("slice_from", "allowed_slice"), _slice_of(criteria.starts_allowed) or (None, None), strict=True)),
        "open_quarter": criteria.open_quarter,
        **(_hours_of(criteria) or {}),
        **{
            f"query_{place}": tsquery_of(words, vocabulary, weights, all_but_one=criteria.all_but_one)
            for place, weights in zip(PLACES, ("A", "AB", "ABC", ""), strict=True)
        },
        "query_any": any_key_of(words, vocabulary, "AC") if words else None,
        "query_beyond": any_key_of(words, vocabulary, "C") if words else None,
        "styles": [folded(each) for each in criteria.styles],
        "category": None if criteria.category is None else folded(criteria.category),
        **{name: getattr(criteria, name) for name in ("language", "price_to", "currency", "rating_from", "salon_id")},
        "tag": None if criteria.tag is None else folded(criteria.tag),
        "among": None if criteria.among is None else list(criteria.among),
        "lat": None if near is None else near.lat,
        "lon": None if near is None else near.lon,
        "radius": None if near is None else near.radius_metres,
        "around": _around(near),
        **halves_of(box),
        **({} if criteria.after is None else criteria.after._asdict()),
    }


def _around(near: Near | None) -> str | None:
    """The point, as PostgreSQL writes points; None: distances in degrees mean nothing across the 180th meridian."""
    if near is None or not 0 <= near.box.east - near.box.west < 180:  # noqa: PLR2004
        return None
    return f"({near.lon!r},{near.lat!r})"


def _hours_of(criteria: SearchCriteria) -> dict[str, Any] | None:
    """The hours of the day at which a slot may start, and the edges of the cells of the place; None: all, or many."""
    if not criteria.windows:
        return None
    box = criteria.box if criteria.near is None else criteria.near.box
    folded_days, rest = 0, criteria.starts_allowed
    while rest:
        folded_days, rest = folded_days | rest & _A_DAY, rest >> QUARTERS_A_DAY
    hours = [hour for hour in range(24) if folded_days >> (QUARTERS_A_DAY - 4 * hour - 4) & 0b1111]
    if box is None or box.west > box.east or len(hours) > _MOST_HOURS:
        return None
    west, east = (floor((each + 180) * CELLS_A_DEGREE) for each in (box.west, box.east))
    south, north = (floor((each + 90) * CELLS_A_DEGREE) for each in (box.south, box.north))
    edges = {"cells_west": west, "cells_east": east, "cells_south": south, "cells_north": north}
    return None if (east - west) * (north - south) > _MOST_CELLS else {"hours": hours, **edges}


def _slice_of(quarters: int) -> tuple[int, str] | None:
    """The first of the quarters, from 1 on, and the next `_SLICE` of them, if appointments within these are all."""
    before = QUARTERS - quarters.bit_length()
    text = text_of(quarters)[before : before + _SLICE].ljust(_SLICE, "0")
    rest = text_of(quarters)[before + _SLICE - LONGEST_RUN // 15 :]
    return (before + 1, text) if quarters and "1" not in rest else None


def asked_of(criteria: SearchCriteria, words: Sequence[str]) -> list[str]:
    """The `tsquery`s that find those who have the words, and the marks of what else is asked for; empty: nothing is.

    The nearest ones have the marks of their ring.
    """
    near, price = criteria.near, criteria.price_to
    box = criteria.box if near is None else near.box
    queries = [
        *words,
        any_of(style_mark(folded(each)) for each in criteria.styles),
        "" if criteria.category is None else any_of([category_mark(folded(criteria.category))]),
        "" if criteria.tag is None else all_of([any_of([each]) for each in keys_of_all([criteria.tag])]) or "",
        any_of([IN_A_SALON]) if criteria.kind is SearchKind.SALONS else "",
        any_of([WITH_WORKS]) if criteria.kind is SearchKind.WORKS else "",
        "" if price is None or price < 1 else any_of(price_marks(criteria.currency or "", 0, price)),
        "" if box is None or criteria.chosen_by is SearchOrder.NEAREST else any_of(cell_marks(box)),
    ]
    return [each for each in queries if each]


def asked_at_once(criteria: SearchCriteria, words: Sequence[str]) -> list[str]:
    """As `asked_of`, for all rings at once."""
    asked, near = asked_of(criteria, words), criteria.near
    cells = "" if near is None or not asked else any_of(cell_marks(near.box))
    return [*asked, cells] if cells else asked


def with_asked(shape: frozenset[str], values: Mapping[str, Any]) -> frozenset[str]:
    """The shape with the names of the `tsquery`s that there are: each one more would read the index once more.

    And with the band of the lowest prices: bands are constants of the statement.
    """
    found = shape | {name for name in _ASKED if values.get(name) or values.get(f"{ANY}{name}")}
    return found | {_CHEAPEST[values["cheapest"]]} if "cheapest" in values else found


def numbered(asked: Sequence[str]) -> dict[str, str | None]:
    """The parameters of what is asked, some of it in one `tsquery` if there is more than statements have room for."""
    *first, last = NUMBERED
    found = {f"asked_{number}": asked[number] if number < len(asked) else None for number in first}
    return found | {f"asked_{last}": all_of(asked[last:])}
