"""The services and works of entries, which are found by themselves."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import BigInteger, Column, SmallInteger, Text, Uuid, bindparam, cast, delete, func, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR, insert

from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Row, Work
from adapters.postgres.search.tables import OF, search_parts, vector_of, words_of
from booking_domain.search.model import PartKind, SearchPart
from booking_domain.shared.ids import ProviderId

_c: Final = search_parts.c
_given: Final = (
    func.jsonb_to_recordset(bindparam("parts", type_=JSONB()))
    .table_valued(
        Column("kind", Text),
        Column("id", Uuid),
        Column("words", Text),
        Column("labels", ARRAY(Text)),
        Column("price", BigInteger),
        Column("currency", Text),
        Column("minutes", SmallInteger),
    )
    .render_derived(name="given", with_types=True)
)
_REMOVE: Final = Statement(
    delete(search_parts).where(
        _c.provider_id == OF, tuple_(_c.kind, _c.id).not_in(select(_given.c.kind, _given.c.id).select_from(_given))
    )
)


def _put() -> Statement:
    """Those that are as they were are not written again: a booking makes the whole entry anew."""
    values = ("words", "labels", "price", "currency", "minutes")
    given = [cast(_given.c.words, TSVECTOR), *(_given.c[name] for name in values[1:])]
    new = insert(search_parts).from_select(
        ["provider_id", "kind", "id", *values],
        select(OF, _given.c.kind, _given.c.id, *given).select_from(_given),
    )
    changed = tuple_(*(_c[name] for name in values)).is_distinct_from(tuple_(*(new.excluded[name] for name in values)))
    return Statement(
        new.on_conflict_do_update(
            index_elements=[_c.provider_id, _c.kind, _c.id],
            set_={name: new.excluded[name] for name in values},
            where=changed,
        )
    )


_PUT: Final = _put()
_GET: Final = Statement(
    select(_c.kind, _c.id, _c.words, _c.labels, _c.price, _c.currency, _c.minutes)
    .where(_c.provider_id == OF)
    .order_by(_c.kind, _c.id)
)


async def put_parts(work: Work, provider_id: ProviderId, parts: Iterable[SearchPart]) -> None:
    """Replace the parts of an entry."""
    given = Jsonb([_json(each) for each in parts])
    await work.execute(_REMOVE, provider_id=provider_id, parts=given)
    await work.execute(_PUT, provider_id=provider_id, parts=given)


async def parts_of(work: Work, provider_id: ProviderId) -> tuple[SearchPart, ...]:
    """The parts of an entry."""
    return tuple(await work.each(_part, _GET, provider_id=provider_id))


def _json(part: SearchPart) -> dict[str, Any]:
    return {
        "kind": part.kind.value,
        "id": str(part.id),
        "words": vector_of(part.words),
        "labels": list(part.labels),
        "price": part.price,
        "currency": part.currency,
        "minutes": part.minutes,
    }


def _part(row: Row) -> SearchPart:
    kind, part_id, words, labels, price, currency, minutes = row
    return SearchPart(
        kind=PartKind(kind),
        id=UUID(str(part_id)),
        words=words_of(words),
        labels=tuple(labels),
        price=price,
        currency=currency,
        minutes=minutes,
    )
