"""Search of services and works: by their own words, and else by what their providers are found by."""

from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    func,
    literal,
    literal_column,
    select,
)

from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Row
from adapters.postgres.search.facets import VALUES, counts_of, with_counts
from adapters.postgres.search.hits import Page, facts_of, ranked
from adapters.postgres.search.matching import TAG, TEXT, entries_of_parts, has_words, place_in
from adapters.postgres.search.tables import search_parts
from booking_domain.search.model import Found, Position, SearchKind, SearchOrder
from booking_domain.shared.ids import ProviderId, ServiceId


def _parts(shape: frozenset[str], kind: SearchKind, order: SearchOrder, by: SearchOrder, most: int) -> Select[Any]:
    """The services or works that match and are ranked, with what their points come from."""
    services, p = kind is SearchKind.SERVICES, search_parts.c
    own = _own_of_services() if services else {TAG: bindparam("tag", type_=Text()) == func.any(p.labels)}
    own[TEXT] = has_words(p.words)
    conditions = [
        p.kind == literal_column(f"'{kind.value}'"),
        *(condition for name, condition in own.items() if name in shape),
    ]
    by_price = services and by is SearchOrder.CHEAPEST
    of = (found := entries_of_parts(shape, order, by, most, conditions, by_price=by_price)).c
    return select(
        p.id,
        of.provider_id,
        (place_in(p.words) if TEXT in shape else literal(0, Integer)).label("place"),
        *(of.score, of.metres, of.free_soon, of.reliability, of.completeness, of.days),
        (p.price if services else of.price_from).label("price_from"),
        (p.currency if services else of.currency).label("currency"),
        (p.minutes if services else of.minutes).label("minutes"),
        (p.id if services else of.quickest).label("quickest"),
        *(of.opens, of.styles, of.languages, of.open),
        (p.labels if services else of.categories).label("categories"),
        *([] if services else [p.labels.label("tags")]),
    ).select_from(
        search_parts.join(found, and_(p.provider_id == of.provider_id, p.kind == of.part_kind, p.id == of.part_id))
    )


def _own_of_services() -> dict[str, ColumnElement[bool]]:
    """What is asked of a service, not of its provider."""
    p = search_parts.c
    return {
        "category": bindparam("category", type_=Text()) == func.any(p.labels),
        "price_to": and_(p.currency == bindparam("currency"), p.price <= bindparam("price_to")),
        "currency": and_(p.currency == bindparam("currency"), p.price.is_not(None)),
    }


@lru_cache(maxsize=512)
def search_of_parts(
    shape: frozenset[str], kind: SearchKind, order: SearchOrder, by: SearchOrder, page: Page, *, most: int
) -> Statement:
    """The statement of searches of a kind that ask for these things, and rank so many."""
    found = _parts(shape, kind, order, by, most).cte("parts")
    ids = [found.c.id, found.c.provider_id]
    hits = ranked(found, ids, order, page)
    if page is not Page.COUNTED:
        return Statement(hits)
    return with_counts(hits, ids, counts_of(found, (*VALUES, "tags") if kind is SearchKind.WORKS else VALUES))


def found_part(row: Row, kind: SearchKind) -> Found:
    key, lot, part_id, provider_id = row[:4]
    price_from, currency, minutes, quickest = row[11:15]
    services = kind is SearchKind.SERVICES
    return Found(
        provider_id=ProviderId(provider_id),
        position=Position(key, lot, part_id, provider_id),
        facts=facts_of(row[4:11]),
        price_from=price_from,
        currency=currency,
        minutes=minutes,
        quickest=None if quickest is None else ServiceId(quickest),
        service_id=ServiceId(part_id) if services else None,
        work_id=None if services else part_id,
    )
