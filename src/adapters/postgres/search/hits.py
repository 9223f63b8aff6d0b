"""The hits of a search in order: their points are those of `booking_domain.search.model.points_of`."""

from collections.abc import Callable, Sequence
from enum import Enum, auto
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    Text,
    Uuid,
    bindparam,
    cast,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import BIT

from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Row
from adapters.postgres.search.facets import COUNTED, VALUES, counts_of, with_counts
from adapters.postgres.search.matching import candidates, candidates_by_key, with_facts
from booking_domain.search.model import (
    ALL_FREE_SOON_AT,
    HALF_POINTS_AT_METRES,
    LOTS,
    MOST_FREE_SOON,
    MOST_NEARNESS,
    MOST_RATING,
    NEW_FOR_DAYS,
    NO_RATING_AT,
    SCORE_PER_POINT,
    TEXT_POINTS,
    THOUSANDTHS_PER_COMPLETENESS,
    THOUSANDTHS_PER_RELIABILITY,
    Facts,
    Found,
    Position,
    SearchOrder,
)
from booking_domain.shared.ids import ProviderId, ServiceId


class Page(Enum):
    """Which page of hits is asked for."""

    FIRST = auto()
    COUNTED = auto()
    """The first one, with facets."""
    NEXT = auto()


_PLACE_OF: Final = {points: place for place, points in TEXT_POINTS.items()}


@lru_cache(maxsize=1_024)
def search_of(shape: frozenset[str], order: SearchOrder, by: SearchOrder, page: Page, *, most: int) -> Statement:
    """The statement of searches that ask for these things, and rank so many."""
    best = order is SearchOrder.BEST
    chosen = candidates(shape, by, most) if best else candidates_by_key(shape, order, by, most)
    found = chosen.cte("candidates")
    ids = [found.c.provider_id]
    hits = ranked(found, ids, order, page)
    if not best:
        hits = with_facts(hits, shape)
    return with_counts(hits, ids, counts_of(found, VALUES)) if page is Page.COUNTED else Statement(hits)


def ranked(found: FromClause, ids: Sequence[ColumnElement[Any]], order: SearchOrder, page: Page) -> Select[Any]:
    """Sort the hits that have these ids: the fields of a position after the first two."""
    c = found.c
    keys: dict[SearchOrder, Callable[[], ColumnElement[Any]]] = {
        SearchOrder.BEST: lambda: -_total(found),
        SearchOrder.NEAREST: lambda: c.metres,
        SearchOrder.SOONEST: lambda: c.opens,
        SearchOrder.CHEAPEST: lambda: c.price_from,
        SearchOrder.RATING: lambda: -c.score,
    }
    key = cast(keys[order](), BigInteger).label("key")
    names = (("key", BigInteger()), ("lot", BigInteger()), ("id", Uuid()), ("of", Uuid()))
    last = (bindparam(name, type_=kind) for name, kind in names[: 2 + len(ids)])
    follows = [tuple_(key, _lot_of(ids[0]), *ids) > tuple_(*last)] if page is Page.NEXT else []
    most = bindparam("most", type_=Integer())
    # Lots are drawn for these alone: those of a page, and others with as many points as its last one.
    shown = (each for each in c if each.key not in COUNTED)
    first = select(key, *shown).where(*follows).order_by(key).fetch(most, with_ties=True).subquery("first")
    drawn, *facts = first.c
    lot = _lot_of(first.c[str(ids[0].key)]).label("lot")
    return select(drawn, lot, *facts).order_by(drawn, lot, *(first.c[str(each.key)] for each in ids)).limit(most)


def _total(found: FromClause) -> ColumnElement[int]:
    """As `booking_domain.search.model.Points.total`."""
    c = found.c
    return (
        c.place
        + func.least(MOST_RATING, func.greatest(0, c.score - NO_RATING_AT, type_=BigInteger()) // SCORE_PER_POINT)
        + func.coalesce(MOST_NEARNESS * HALF_POINTS_AT_METRES // (HALF_POINTS_AT_METRES + c.metres), 0)
        + func.least(c.free_soon, ALL_FREE_SOON_AT) * MOST_FREE_SOON // ALL_FREE_SOON_AT
        + c.reliability // THOUSANDTHS_PER_RELIABILITY
        + c.completeness // THOUSANDTHS_PER_COMPLETENESS
        + func.greatest(0, NEW_FOR_DAYS - c.days)
    )


def _lot_of(hit: ColumnElement[Any]) -> ColumnElement[Any]:
    """As `booking_domain.search.model.lot_of`."""
    number = cast(cast(literal("x").concat(func.right(cast(hit, Text), 8)), BIT(32)), BigInteger)
    return number * bindparam("draw", type_=BigInteger()) % LOTS


def facts_of(columns: Sequence[Any]) -> Facts:
    """What the points come from."""
    points, score, metres, free_soon, reliability, completeness, days = columns
    return Facts(
        place=_PLACE_OF.get(points),
        score=score,
        metres=metres,
        free_soon=free_soon,
        reliability=reliability,
        completeness=completeness,
        days_published=max(0, days),
    )


def found_of(row: Row) -> Found:
    key, lot, provider_id, *facts = row[:10]
    price_from, currency, minutes, quickest = row[10:14]
    return Found(
        provider_id=ProviderId(provider_id),
        position=Position(key, lot, provider_id),
        facts=facts_of(facts),
        price_from=price_from,
        currency=currency,
        minutes=minutes,
        quickest=None if quickest is None else ServiceId(quickest),
    )
