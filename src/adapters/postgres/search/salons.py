"""Search of what is not a provider: salons are found by the entries of their members, services and works by parts."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    Select,
    Subquery,
    Text,
    and_,
    bindparam,
    case,
    cast,
    distinct,
    func,
    literal,
    literal_column,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY, aggregate_order_by

from adapters.postgres.catalogue.tables import providers
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Row
from adapters.postgres.search.facets import MEMBERS, VALUES, total_of, with_counts
from adapters.postgres.search.hits import Page, facts_of, ranked
from adapters.postgres.search.matching import ANY, TEXT, members, shape_of, values_of, with_asked, words_of_row
from adapters.postgres.search.reads import PostgresSearchReads
from adapters.postgres.search.services_and_works import found_part, search_of_parts
from adapters.postgres.search.tables import search_entries, search_terms
from adapters.postgres.search.words import looked_up, tsqueries_of, tsquery_of
from booking_domain.search.model import (
    MOST_OTHERS,
    TEXT_POINTS,
    Found,
    Offer,
    Place,
    Position,
    SearchCriteria,
    SearchKind,
    SearchOrder,
    TermKind,
)
from booking_domain.search.words import needed, searched
from booking_domain.shared.ids import ProviderId, SalonId, ServiceId

_WEIGHTS_OF_MEMBERS: Final = {Place.OFFER: "B", Place.ADDRESS: "BC", Place.OTHER: ""}
"""Where in the entries of members the words are searched. Their names are not that of the salon."""
_entry: Final = search_entries.alias("entry")
_member: Final = providers.alias("member")
_name: Final = search_terms.alias("name")


def _tsqueries(name: str) -> ColumnElement[Any]:
    return cast(bindparam(name, type_=ARRAY(Text)), ARRAY(TSQUERY))


_asked: Final = (
    func.unnest(
        bindparam("numbers", type_=ARRAY(Integer)),
        *(_tsqueries(f"words_{place}") for place in _WEIGHTS_OF_MEMBERS),
    )
    .table_valued("number", *_WEIGHTS_OF_MEMBERS, name="asked")
    .render_derived()
)
"""The words one by one, in each place; in the name of the salon, which is a text by itself, they are in any."""


def _members(shape: frozenset[str], by: SearchOrder) -> CTE:
    """The members of salons who match all but the text, and have a word of it."""
    found = members(shape, by).subquery("candidates")
    words = words_of_row(_entry) if TEXT in shape else null()
    return (
        select(*found.c, _member.c.salon_id, words.label("words"), _name.c.words.label("name"))
        .select_from(
            found.join(_member, _member.c.id == found.c.provider_id)
            .join(_entry, _entry.c.provider_id == found.c.provider_id)
            .outerjoin(_name, and_(_name.c.provider_id == found.c.provider_id, _name.c.kind == TermKind.SALON.value))
        )
        .where(_member.c.salon_id.is_not(None))
        .cte("members")
    )


def _of_each(found: CTE) -> Select[Any]:
    """The best that the members of each salon have."""
    m = found.c
    first = (func.coalesce(m.opens, 0), m.free_soon.desc(), m.provider_id)

    def in_order(of: ColumnElement[Any], *order: Any) -> ColumnElement[Any]:
        return func.array_agg(aggregate_order_by(of, *order))

    return select(
        m.salon_id,
        func.max(m.score).label("score"),
        func.min(m.metres).label("metres"),
        func.max(m.free_soon).label("free_soon"),
        func.max(m.reliability).label("reliability"),
        func.max(m.completeness).label("completeness"),
        func.min(m.days).label("days"),
        func.min(m.price_from).label("price_from"),
        in_order(m.currency, m.price_from.nulls_last(), m.provider_id)[1].label("currency"),
        func.min(m.opens).label("opens"),
        in_order(m.provider_id, *first).label("provider_ids"),
        in_order(m.minutes, *first).label("minutes"),
        in_order(m.quickest, *first).label("quickest"),
    ).group_by(m.salon_id)


def _salons(shape: frozenset[str], matched: CTE) -> Select[Any]:
    """Those that match, with what their points come from."""
    found = _of_each(matched).subquery("found")
    if TEXT not in shape:
        return select(*found.c, literal(0, Integer).label("place"))
    a, m = _asked.c, matched.c
    in_place = case(
        (m.name.op("@@")(a[Place.OTHER]), TEXT_POINTS[Place.NAME]),
        *((m.words.op("@@")(a[place]), TEXT_POINTS[place]) for place in _WEIGHTS_OF_MEMBERS),
    )
    words = (
        select(m.salon_id, a.number, func.max(in_place).label("points"))
        .select_from(matched.join(_asked, true()))
        .group_by(m.salon_id, a.number)
        .subquery("words")
    )
    points = func.array_agg(aggregate_order_by(words.c.points, words.c.points.desc().nulls_last()))
    has = (
        select(words.c.salon_id, points[bindparam("needed", type_=Integer())].label("place"))
        .group_by(words.c.salon_id)
        .subquery("has")
    )
    # All salons have both. An outer join of both sides is never a loop: PostgreSQL expects one salon, and would read
    # all words again for each.
    both = found.outerjoin(has, has.c.salon_id == found.c.salon_id, full=True)
    return select(*found.c, has.c.place).select_from(both).where(func.coalesce(has.c.place, 0) > 0)


@lru_cache(maxsize=512)
def _search(
    shape: frozenset[str],
    order: SearchOrder,
    by: SearchOrder,
    page: Page,
) -> Statement:
    matched = _members(shape, by)
    found = _salons(shape, matched).cte("salons")
    ids = [found.c.salon_id]
    hits = ranked(found, ids, order, page)
    return with_counts(hits, ids, _counts(matched, found)) if page is Page.COUNTED else Statement(hits)


def _counts(found: CTE, salons: CTE) -> Subquery:
    """What the salons have, by their members that match."""
    # Within a function, so that PostgreSQL makes a hash table of the salons: it expects one, and would compare each
    # member with all of them.
    is_found = func.coalesce(found.c.salon_id.in_(select(salons.c.salon_id)), literal_column("false"))
    values = (
        select(literal(name).label("name"), func.unnest(found.c[name]).label("value"), found.c.salon_id)
        .where(is_found)
        .subquery(name)
        for name in VALUES
    )
    counted = (
        select(each.c.name, each.c.value, func.count(distinct(each.c.salon_id))).group_by(each.c.name, each.c.value)
        for each in values
    )
    return union_all(total_of("total", salons), total_of(MEMBERS, found), *counted).subquery("counts")


class PostgresKindSearchReads(PostgresSearchReads):
    """`SearchReads` of providers, of salons by their members, and of services and works."""

    async def _hits(self, criteria: SearchCriteria, page: Page) -> tuple[Sequence[Found], Sequence[Row]]:
        kind, asked = criteria.kind, (criteria.order, criteria.chosen_by, page)
        if kind is SearchKind.PROVIDERS:
            return await super()._hits(criteria, page)
        shape = shape_of(criteria)
        if kind is not SearchKind.SALONS:
            values = await self._values(criteria, shape)
            of_parts = search_of_parts(with_asked(shape, values), kind, *asked, most=criteria.candidates)
            rows = await self._work.all(of_parts, **values, most=criteria.limit)
            return [found_part(row, kind) for row in rows], rows
        values = await self._of_members(criteria, shape)
        statement = _search(with_asked(shape, values), *asked)
        rows = await self._work.all(statement, **values, most=criteria.limit)
        return [_found(row) for row in rows], rows

    async def _of_members(self, criteria: SearchCriteria, shape: frozenset[str]) -> dict[str, Any]:
        """The parameters of the statements of this shape: the words one by one, in each place."""
        words = searched(criteria.text or "")
        vocabulary = await looked_up(words, self._work)
        values = values_of(criteria, vocabulary)
        of_each = tsqueries_of(words, vocabulary)
        with_any = await self._tiers(criteria, shape, [" | ".join(of_each)])
        of_all = tsqueries_of(words, vocabulary, all_but_one=criteria.all_but_one)
        return {
            **values,
            **await self._tiers(criteria, shape, of_all),
            **{f"{ANY}{name}": value for name, value in with_any.items()},
            "numbers": list(range(len(words))),
            **{
                f"words_{place}": [tsquery_of([word], vocabulary, weights) for word in words]
                for place, weights in _WEIGHTS_OF_MEMBERS.items()
            },
            "needed": needed(words, all_but_one=criteria.all_but_one),
        }


def _found(row: Row) -> Found:
    key, lot, salon_id, *facts = row[:9]
    price_from, currency, _, provider_ids, minutes, quickest, points = row[9:16]
    first, *others = (
        Offer(ProviderId(provider_id), length, None if service is None else ServiceId(service))
        for provider_id, length, service in zip(provider_ids, minutes, quickest, strict=True)
    )
    return Found(
        provider_id=first.provider_id,
        position=Position(key, lot, salon_id),
        facts=facts_of([points, *facts]),
        price_from=price_from,
        currency=currency,
        minutes=first.minutes,
        quickest=first.quickest,
        salon_id=SalonId(salon_id),
        others=tuple(others[:MOST_OTHERS]),
    )
