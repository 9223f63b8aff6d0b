"""Search on PostgreSQL: entries of published providers, their terms, and the vocabulary for misspelt words.

Words are matched fuzzily, never rows: similar words are looked up in the vocabulary, and rows by a full-text index. A
place is bounded by an index on points. The points of a rank are those of `booking_domain.search.model.points_of`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from itertools import combinations
from math import cos, degrees, radians
from typing import Any, Final

from psycopg.types.json import Jsonb
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    Double,
    ForeignKey,
    FromClause,
    Index,
    Integer,
    Select,
    SmallInteger,
    Table,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    tuple_,
    type_coerce,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, BIT, JSONB, TSQUERY, TSVECTOR, insert
from sqlalchemy.sql.dml import UpdateBase

from adapters.postgres.bookings.tables import booking_events, bookings
from adapters.postgres.catalogue.salons import metres_to
from adapters.postgres.catalogue.tables import providers
from adapters.postgres.kit.codec import Converted, Mapper
from adapters.postgres.kit.context import PostgresContext, RepositoryGroup, part
from adapters.postgres.kit.listing import parameters
from adapters.postgres.kit.metadata import instant, metadata, one_of
from adapters.postgres.kit.personal_data import DELETE, Kept, NotExported, personal_data
from adapters.postgres.kit.statements import Statement, if_given
from adapters.postgres.kit.work import Row, WithWork, Work
from adapters.postgres.public_versions import public_versions
from booking_domain.bookings.transitions import PROVIDER_SIDE, Status
from booking_domain.catalogue.model import EARTH_RADIUS_METRES, ProfileStatus
from booking_domain.search.free_time import QUARTERS, QUARTERS_A_DAY, FreeTime, text_of
from booking_domain.search.model import (
    ALL_FREE_SOON_AT,
    HALF_POINTS_AT_METRES,
    LOTS,
    MOST_CANDIDATES,
    MOST_FREE_SOON,
    MOST_NEARNESS,
    MOST_RATING,
    NEW_FOR_DAYS,
    NO_RATING_AT,
    SCORE_PER_POINT,
    TEXT_POINTS,
    THOUSANDTHS_PER_COMPLETENESS,
    THOUSANDTHS_PER_RELIABILITY,
    Box,
    Facets,
    Facts,
    Found,
    Near,
    Place,
    Position,
    Record,
    SearchCriteria,
    SearchEntry,
    SearchFinding,
    SearchFindingCounts,
    SearchFindingFilter,
    SearchFindingKind,
    SearchOrder,
    Term,
    TermKind,
    draw_of,
)
from booking_domain.search.ports import SearchEntries, SearchReads
from booking_domain.search.words import (
    MOST_SIMILAR,
    SIMILAR,
    Searched,
    keys_of,
    keys_of_all,
    may_be_misspelt,
    needed,
    searched,
)
from booking_domain.shared.folding import folded
from booking_domain.shared.ids import ProviderId, ServiceId

_PLACES: Final = tuple(Place)
_WEIGHTS: Final = "ABCD"
"""The weight of each place. The words of a text are searched in the first one, the first two, and so on."""
_BITS: Final = BIT(QUARTERS)


def _vector(words: Mapping[Place, Iterable[str]]) -> str:
    """A `tsvector`: the position and the weight of a word are its places."""
    found: dict[str, list[str]] = {}
    for number, place in enumerate(_PLACES):
        for word in words.get(place, ()):
            found.setdefault(word, []).append(f"{number + 1}{_WEIGHTS[number]}")
    return " ".join(f"'{word}':{','.join(places)}" for word, places in found.items())


def _words(vector: str) -> dict[Place, tuple[str, ...]]:
    found: dict[Place, list[str]] = {}
    for each in vector.split():
        word, places = each.rsplit(":", 1)
        for place in places.split(","):
            found.setdefault(_PLACES[int(place.rstrip(_WEIGHTS)) - 1], []).append(word.strip("'"))
    return {place: tuple(sorted(words)) for place, words in found.items()}


# The words of entries, to which a misspelt word is compared. A job removes those of no entry.
search_words: Final = Table(
    "search_words",
    metadata,
    Column("word", Text, primary_key=True),
    Index("search_words_word_idx", "word", postgresql_using="gin", postgresql_ops={"word": "gin_trgm_ops"}),
    Index("search_words_prefix_idx", "word", postgresql_ops={"word": "text_pattern_ops"}),
)


def _delete_with_words(table: Table, owned: ColumnElement[bool]) -> UpdateBase:
    """Delete the entries, and the words that no other entry has."""
    gone = delete(table).where(owned).returning(table.c.words).cte("gone")
    theirs = select(func.unnest(func.tsvector_to_array(gone.c.words)))
    others = select(table.c.provider_id).where(~owned, table.c.words.op("@@")(_exactly(search_words.c.word)))
    return delete(search_words).where(search_words.c.word.in_(theirs), ~others.correlate(search_words).exists())


def _exactly(word: ColumnElement[str]) -> ColumnElement[Any]:
    return cast(func.quote_literal(word), TSQUERY)


search_entries: Final = Table(
    "search_entries",
    metadata,
    Column("provider_id", Uuid, ForeignKey("providers.id"), primary_key=True),
    Column("words", TSVECTOR, nullable=False),
    Column("styles", ARRAY(Text), nullable=False),
    Column("categories", ARRAY(Text), nullable=False),
    Column("lat", Double),
    Column("lon", Double),
    Column("price_from", BigInteger),
    Column("currency", Text, nullable=False),
    Column("minutes", SmallInteger, nullable=False),
    Column("quickest", Uuid),
    Column("free_since", Date, nullable=False),
    Column("free", _BITS, nullable=False),
    Column("reliability", SmallInteger, nullable=False),
    Column("completeness", SmallInteger, nullable=False),
    Column("version", Text, nullable=False),
    instant("put_at", index=True),
    Index("search_entries_words_idx", "words", postgresql_using="gin"),
    info=personal_data(
        "provider_id",
        erase=_delete_with_words,
        handover=Kept("what a published provider is found by"),
        export=NotExported("derived from the profile, its services and its calendar"),
    ),
)
_e: Final = search_entries.c
Index("search_entries_point_idx", func.point(_e.lon, _e.lat), postgresql_using="gist")

search_terms: Final = Table(
    "search_terms",
    metadata,
    Column("provider_id", Uuid, ForeignKey("search_entries.provider_id", ondelete="CASCADE"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("term", Text, primary_key=True),
    Column("words", TSVECTOR, nullable=False),
    one_of("kind", TermKind),
    Index("search_terms_words_idx", "words", postgresql_using="gin"),
    info=personal_data(
        "provider_id",
        erase=DELETE,
        handover=Kept("what a published provider is found by"),
        export=NotExported("derived from the profile, its services and its calendar"),
    ),
)

search_findings: Final = Table(
    "search_findings",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("provider_id", Uuid, ForeignKey("providers.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("quarters", SmallInteger, nullable=False),
    instant("first_at"),
    Column("repaired", Boolean, nullable=False),
    instant("created_at", index=True),
    one_of("kind", SearchFindingKind),
    info=personal_data(
        "provider_id",
        erase=DELETE,
        handover=Kept("what a check of search found"),
        export=NotExported("about the entry of search, which is derived"),
    ),
)

ENTRY: Final = Mapper(
    search_entries,
    SearchEntry,
    words=Converted("words", write=_vector, read=_words),
    free=Converted(
        "free_since",
        "free",
        write=lambda free: (free.since, text_of(free.quarters)),
        read=lambda since, quarters: FreeTime(since=since, quarters=int(quarters, 2)),
    ),
    transient=("terms",),
    elsewhere=("put_at",),
)
FINDING: Final = Mapper(search_findings, SearchFinding)
_p: Final = providers.c
_f: Final = search_findings.c
_t: Final = search_terms.c
_w: Final = search_words.c
_PUBLIC: Final = _p.status == ProfileStatus.APPROVED.value
_OF: Final = bindparam("provider_id", type_=Uuid())


def _put() -> Statement:
    values: dict[str, ColumnElement[Any]] = {
        column.name: bindparam(column.name, type_=column.type) for column in (*ENTRY.columns, _e.put_at)
    }
    values["words"] = cast(bindparam("words", type_=Text()), TSVECTOR)
    values["free"] = cast(bindparam("free", type_=Text()), _BITS)
    new = insert(search_entries).values(values)
    replaced = {name: new.excluded[name] for name in values if name != "provider_id"}
    return Statement(new.on_conflict_do_update(index_elements=[_e.provider_id], set_=replaced))


_PUT: Final = _put()
_GET: Final = Statement(select(*ENTRY.columns).where(_e.provider_id == _OF))
_REMOVE: Final = Statement(_delete_with_words(search_entries, _e.provider_id == _OF))
_TERMS: Final = Statement(select(_t.kind, _t.term).where(_t.provider_id == _OF).order_by(_t.kind, _t.term))
_REMOVE_TERMS: Final = Statement(delete(search_terms).where(_t.provider_id == _OF))
_each_term: Final = (
    func.jsonb_to_recordset(bindparam("terms", type_=JSONB()))
    .table_valued(Column("kind", Text), Column("term", Text), Column("words", Text))
    .render_derived(with_types=True)
)
_ADD_TERMS: Final = Statement(
    insert(search_terms).from_select(
        ["provider_id", "kind", "term", "words"],
        select(
            _OF,
            _each_term.c.kind,
            _each_term.c.term,
            cast(_each_term.c.words, TSVECTOR),
        ).select_from(_each_term),
    )
)
_ADD_WORDS: Final = Statement(
    insert(search_words)
    .from_select(["word"], select(func.unnest(bindparam("words", type_=ARRAY(Text)))))
    .on_conflict_do_nothing()
)


_REMOVE_UNUSED: Final = Statement(
    delete(search_words)
    .where(~select(_e.provider_id).where(_e.words.op("@@")(_exactly(_w.word))).correlate(search_words).exists())
    .returning(_w.word)
)


_ADD_FINDING: Final = FINDING.insert()
_REMOVE_FINDINGS: Final = Statement(
    delete(search_findings).where(_f.created_at < bindparam("before", type_=_f.created_at.type)).returning(_f.id)
)


async def _entry(work: Work, provider_id: ProviderId) -> SearchEntry | None:
    terms = await work.each(_term_of, _TERMS, provider_id=provider_id)
    row = await work.one(_GET, provider_id=provider_id)
    return None if row is None else replace(ENTRY.read(row), terms=tuple(terms))


class PostgresSearchEntries(WithWork, SearchEntries):
    """`SearchEntries` in `search_entries`, `search_terms` and `search_words`."""

    async def put(self, entry: SearchEntry, now: datetime) -> None:
        await self._work.execute(_PUT, **ENTRY.write(entry), put_at=now)
        await self._work.execute(_REMOVE_TERMS, provider_id=entry.provider_id)
        terms = [{"kind": kind.value, "term": text, "words": _term_vector(text)} for kind, text in entry.terms]
        await self._work.execute(_ADD_TERMS, provider_id=entry.provider_id, terms=Jsonb(terms))
        words = sorted({word for of_place in entry.words.values() for word in of_place})
        await self._work.execute(_ADD_WORDS, words=words)

    async def get(self, provider_id: ProviderId) -> SearchEntry | None:
        return await _entry(self._work, provider_id)

    async def remove(self, provider_id: ProviderId) -> None:
        await self._work.execute(_REMOVE, provider_id=provider_id)

    async def add_finding(self, finding: SearchFinding) -> None:
        await self._work.execute(_ADD_FINDING, **FINDING.write(finding))

    async def remove_findings(self, before: datetime) -> int:
        return len(await self._work.all(_REMOVE_FINDINGS, before=before))

    async def remove_unused_words(self) -> int:
        return len(await self._work.all(_REMOVE_UNUSED))


_v: Final = search_words.alias("vocabulary")
_searched: Final = func.unnest(bindparam("words", type_=ARRAY(Text))).column_valued("searched")
_SIMILAR: Final = Statement(
    select(_searched, _w.word)
    .where(
        _w.word.op("%")(_searched),
        func.similarity(_w.word, _searched) >= SIMILAR,
        ~select(_v.c.word).where(_v.c.word.like(_searched + "%")).exists(),
    )
    .order_by(_searched, func.similarity(_w.word, _searched).desc(), _w.word)
)


def tsquery_of(
    words: Sequence[Searched],
    similar: Mapping[str, Sequence[str]],
    weights: str,
    *,
    synonyms: bool = True,
    all_but_one: bool = False,
) -> str:
    """The `tsquery` of texts that have all of the words, or all but one, in places of these weights."""
    suffix = f":{weights}" if weights else ""

    def one_of(keys: Iterable[str], *, beginning: bool) -> str:
        marks = f":*{weights}" if beginning else suffix
        return " | ".join(f"'{key}'{marks}" for key in sorted(keys))

    alternatives = (
        [
            one_of(each.begins, beginning=True),
            *(
                " & ".join(f"({one_of(keys_of(part), beginning=False)})" for part in phrase)
                for phrase in (each.phrases if synonyms else ())
            ),
            *(one_of([alike], beginning=False) for alike in similar.get(each.word, ())),
        ]
        for each in words
    )
    each_word = [f"({' | '.join(f'({each})' for each in of_word)})" for of_word in alternatives]
    enough = combinations(each_word, needed(words, all_but_one=all_but_one))
    return " | ".join(f"({' & '.join(of_words)})" for of_words in enough)


def _bits(name: str) -> ColumnElement[Any]:
    return cast(bindparam(name, type_=Text()), _BITS)


def _runs(free: ColumnElement[Any], quarters: ColumnElement[Any]) -> ColumnElement[Any]:
    """Where the first `LONGEST_RUN` of an appointment of so many quarters may start.

    Each step doubles what is covered: one quarter, two, four, eight.
    """
    for covered in (1, 2, 4):
        moved = func.greatest(0, func.least(covered, quarters - covered))
        free = free.op("&")(free.op("<<")(moved))
    return free


NEAR: Final = "near"
_BOX: Final = "box"
TEXT: Final = "text"
_TIME: Final = "time"


def candidates(shape: frozenset[str]) -> Select[Any]:
    """Those that match, with what their points come from."""
    free = type_coerce(_e.free.op("<<")((bindparam("day", type_=Date()) - _e.free_since) * QUARTERS_A_DAY), _BITS)
    quarters = (func.coalesce(bindparam("minutes", type_=Integer()), _e.minutes) + 14) // 15
    opening = type_coerce(_runs(free, quarters).op("&")(_bits("allowed")), _BITS)
    place: ColumnElement[Any] = literal(0, Integer)
    if TEXT in shape:
        place = case(
            *(
                (_e.words.op("@@")(cast(bindparam(f"query_{each}", type_=Text()), TSQUERY)), TEXT_POINTS[each])
                for each in _PLACES[:-1]
            ),
            else_=TEXT_POINTS[Place.OTHER],
        )
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
        _BOX: or_(
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
        _TIME: opening != cast(literal("0" * QUARTERS), _BITS),
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
            (
                func.position(literal_column("B'1'").op("IN")(opening)) if _TIME in shape else cast(null(), Integer)
            ).label("opens"),
            _e.styles,
            _e.categories,
            _p.languages,
        )
        .select_from(search_entries.join(providers, _p.id == _e.provider_id))
        .where(_PUBLIC, *(condition for name, condition in conditions.items() if name in shape))
    )


@lru_cache(maxsize=1_024)
def _search(shape: frozenset[str], order: SearchOrder, after: bool) -> Statement:  # noqa: FBT001 - a part of the shape
    """The statement of searches that ask for these things."""
    found = candidates(shape).subquery("candidates")
    return Statement(ranked(found, found.c.provider_id, order, near=NEAR in shape, after=after))


def ranked(found: FromClause, hit: ColumnElement[Any], order: SearchOrder, *, near: bool, after: bool) -> Select[Any]:
    """Sort the hits that have these ids."""
    c = found.c
    total = (
        c.place
        + func.least(MOST_RATING, func.greatest(0, c.score - NO_RATING_AT) // SCORE_PER_POINT)
        + func.coalesce(MOST_NEARNESS * HALF_POINTS_AT_METRES // (HALF_POINTS_AT_METRES + c.metres), 0)
        + func.least(c.free_soon, ALL_FREE_SOON_AT) * MOST_FREE_SOON // ALL_FREE_SOON_AT
        + c.reliability // THOUSANDTHS_PER_RELIABILITY
        + c.completeness // THOUSANDTHS_PER_COMPLETENESS
        + func.greatest(0, NEW_FOR_DAYS - c.days)
    )
    keys: dict[SearchOrder, ColumnElement[Any]] = {
        SearchOrder.BEST: -total,
        SearchOrder.NEAREST: c.metres,
        SearchOrder.SOONEST: c.opens,
        SearchOrder.CHEAPEST: c.price_from,
        SearchOrder.RATING: -c.score,
    }
    key = cast(keys[order], BigInteger).label("key")
    number = cast(cast(literal("x").concat(func.right(cast(hit, Text), 8)), BIT(32)), BigInteger)
    lot = (number * bindparam("draw", type_=BigInteger()) % LOTS).label("lot")
    last = (
        bindparam(name, type_=kind) for name, kind in (("key", BigInteger()), ("lot", BigInteger()), ("id", Uuid()))
    )
    within = [c.metres <= bindparam("radius", type_=Integer())] if near else []
    follows = [tuple_(key, lot, hit) > tuple_(*last)] if after else []
    return select(key, lot, *found.c).where(*within, *follows).order_by(key, lot, hit).limit(bindparam("most"))


@lru_cache(maxsize=256)
def _facets(shape: frozenset[str]) -> Statement:
    """What the first of those that match have."""
    found = candidates(shape).subquery("candidates")
    near = [found.c.metres <= bindparam("radius", type_=Integer())] if NEAR in shape else []
    first = select(found).where(*near).limit(MOST_CANDIDATES).cte("first")
    counted = (
        select(literal(name), func.unnest(first.c[name]), func.count()).group_by(literal_column("2"))
        for name in ("styles", "categories", "languages")
    )
    return Statement(union_all(select(literal("total"), literal(""), func.count()).select_from(first), *counted))


_SUGGEST: Final = Statement(
    select(_t.kind, _t.term)
    .select_from(search_terms.join(providers, _p.id == _t.provider_id))
    .where(_PUBLIC, _t.words.op("@@")(cast(bindparam("query", type_=Text()), TSQUERY)))
    .group_by(_t.kind, _t.term)
    .order_by(func.count().desc(), func.length(_t.term), _t.term.collate("C"), _t.kind)
    .limit(bindparam("most"))
)
_own: Final = public_versions.alias("own")
_of_salon: Final = public_versions.alias("of_salon")
_version: Final = func.concat(
    func.to_hex(func.coalesce(_own.c.version, 0)), ".", func.to_hex(func.coalesce(_of_salon.c.version, 0))
)
"""As `PostgresPublicVersionReads` writes that of a provider; the contract compares them."""
_with_versions: Final = (
    providers.outerjoin(search_entries, _e.provider_id == _p.id)
    .outerjoin(_own, _own.c.id == _p.id)
    .outerjoin(_of_salon, _of_salon.c.id == _p.salon_id)
)
_IS_CURRENT: Final = Statement(
    select(_p.id)
    .select_from(_with_versions)
    .where(_p.id == _OF, _e.version == _version, _e.free_since == bindparam("since", type_=Date()))
)
_DUE: Final = Statement(
    select(_p.id)
    .select_from(_with_versions)
    .where(
        _PUBLIC,
        or_(_e.put_at.is_(None), _e.version != _version, _e.free_since < bindparam("since", type_=Date())),
    )
    .order_by(_e.put_at.is_not(None), _e.version == _version, _e.put_at, _p.id)
    .limit(bindparam("most"))
)
_IDS: Final = Statement(
    select(_p.id)
    .select_from(providers.outerjoin(search_entries, _e.provider_id == _p.id))
    .where(
        or_(_PUBLIC, _e.provider_id.is_not(None)), if_given("after", _p.id, _p.id > bindparam("after", type_=Uuid()))
    )
    .order_by(_p.id)
    .limit(bindparam("most"))
)
_SAMPLE: Final = Statement(select(_p.id).where(_PUBLIC).order_by(func.random()).limit(bindparam("most")))
_FINDINGS: Final = Statement(
    select(*FINDING.columns)
    .where(
        if_given("provider_id", _f.provider_id, _f.provider_id == _OF),
        if_given("after", _f.id, _f.id < bindparam("after", type_=Uuid())),
    )
    .order_by(_f.id.desc())
    .limit(bindparam("most"))
)
_FINDING_COUNTS: Final = Statement(
    select(func.count().filter(_f.repaired), func.count().filter(~_f.repaired)).where(
        _f.created_at >= bindparam("since", type_=_f.created_at.type)
    )
)
_SINCE: Final = bindparam("since", type_=_e.put_at.type)
_b: Final = bookings.c
_h: Final = booking_events.c


def _count(*conditions: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.count().filter(*conditions)


_RECORD: Final = Statement(
    select(
        _count(_h.to_status == Status.CONFIRMED.value),
        _count(
            _h.to_status == Status.CANCELLED.value,
            _h.from_status == Status.CONFIRMED.value,
            or_(*(_h.by_role == each.value for each in PROVIDER_SIDE)),
        ),
        _count(_h.from_status.is_(None), _h.to_status == Status.REQUESTED.value),
        _count(_h.from_status == Status.REQUESTED.value, _h.to_status == Status.EXPIRED.value),
    )
    .select_from(booking_events.join(bookings, _b.id == _h.booking_id))
    .where(_b.provider_id == _OF, _h.at >= _SINCE, _b.starts_at >= _SINCE)
)


class PostgresSearchReads(WithWork, SearchReads):
    """`SearchReads` of `search_entries`, `search_terms` and `search_words`."""

    async def search(self, criteria: SearchCriteria) -> Sequence[Found]:
        values = await self._values(criteria)
        after = criteria.after
        if after is not None:
            values |= {"key": after.key, "lot": after.lot, "id": after.id}
        statement = _search(shape_of(criteria), criteria.order, after is not None)
        return [_found(row) for row in await self._work.all(statement, **values, most=criteria.limit)]

    async def facets(self, criteria: SearchCriteria) -> Facets:
        return facets_of(await self._work.all(_facets(shape_of(criteria)), **await self._values(criteria)))

    async def suggest(self, text: str, limit: int) -> Sequence[Term]:
        words = searched(text)
        if not words:
            return []
        query = tsquery_of(words, await self._similar(words), "", synonyms=False)
        return await self._work.each(_term_of, _SUGGEST, query=query, most=limit)

    async def due(self, since: date, limit: int) -> Sequence[ProviderId]:
        return [ProviderId(row[0]) for row in await self._work.all(_DUE, since=since, most=limit)]

    async def get(self, provider_id: ProviderId) -> SearchEntry | None:
        return await _entry(self._work, provider_id)

    async def ids(self, after: ProviderId | None, limit: int) -> Sequence[ProviderId]:
        return [ProviderId(row[0]) for row in await self._work.all(_IDS, after=after, most=limit)]

    async def sample(self, size: int) -> Sequence[ProviderId]:
        return [ProviderId(row[0]) for row in await self._work.all(_SAMPLE, most=size)]

    async def findings(self, criteria: SearchFindingFilter) -> Sequence[SearchFinding]:
        return await self._work.each(FINDING.read, _FINDINGS, **parameters(criteria))

    async def finding_counts(self, since: datetime) -> SearchFindingCounts:
        return SearchFindingCounts(*(await self._work.one(_FINDING_COUNTS, since=since) or ()))

    async def is_current(self, provider_id: ProviderId, since: date) -> bool:
        return await self._work.one(_IS_CURRENT, provider_id=provider_id, since=since) is not None

    async def record(self, provider_id: ProviderId, since: datetime) -> Record:
        row = await self._work.one(_RECORD, provider_id=provider_id, since=since)
        return Record(*(row or ()))

    async def _values(
        self, criteria: SearchCriteria, similar: Mapping[str, Sequence[str]] | None = None
    ) -> dict[str, Any]:
        """The parameters of the statements of a shape, and more."""
        near, box, day = criteria.near, criteria.box, criteria.day
        words = searched(criteria.text or "")
        if similar is None:
            similar = await self._similar(words) if words else {}
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
                    words,
                    similar,
                    "" if place is Place.OTHER else _WEIGHTS[: number + 1],
                    all_but_one=criteria.all_but_one,
                )
                for number, place in enumerate(_PLACES)
            },
            "styles": [folded(each) for each in criteria.styles],
            "category": None if criteria.category is None else folded(criteria.category),
            **{
                name: getattr(criteria, name)
                for name in ("language", "price_to", "currency", "rating_from", "salon_id")
            },
            "lat": None if near is None else near.lat,
            "lon": None if near is None else near.lon,
            "radius": None if near is None else near.radius_metres,
            **({} if box is None else _halves(box)),
        }

    async def _similar(self, words: Sequence[Searched]) -> dict[str, list[str]]:
        """Similar words for those with which none begins."""
        found: dict[str, list[str]] = {}
        misspelt = [each.word for each in words if may_be_misspelt(each.word)]
        for word, similar in await self._work.all(_SIMILAR, words=misspelt) if misspelt else ():
            if len(found.setdefault(word, [])) < MOST_SIMILAR:
                found[word].append(similar)
        return found


def shape_of(criteria: SearchCriteria) -> frozenset[str]:
    """What a search asks for."""
    asked = {
        TEXT: searched(criteria.text or ""),
        NEAR: criteria.near,
        _BOX: criteria.near or criteria.box,
        _TIME: criteria.windows or criteria.order == SearchOrder.SOONEST,
        "currency": criteria.order == SearchOrder.CHEAPEST,
        "styles": criteria.styles,
        **{
            name: getattr(criteria, name) is not None
            for name in ("category", "language", "price_to", "rating_from", "salon_id")
        },
    }
    return frozenset(name for name, wanted in asked.items() if wanted)


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


def facets_of(rows: Iterable[Row]) -> Facets:
    """The counts of values, by name."""
    counts: dict[str, dict[str, int]] = {}
    for name, value, count in rows:
        counts.setdefault(name, {})[value] = count
    total = counts.pop("total")[""]
    return Facets(total=total, **{name: dict(sorted(each.items(), key=_commonest)) for name, each in counts.items()})


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


def _found(row: Row) -> Found:
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


def _term_of(row: Row) -> Term:
    return Term(TermKind(row[0]), row[1])


def _term_vector(text: str) -> str:
    return " ".join(f"'{key}'" for key in keys_of_all([text]))


def _commonest(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]


_PLACE_OF: Final = {points: place for place, points in TEXT_POINTS.items()}
CONTEXT: Final = PostgresContext(tables=(search_entries, search_terms, search_words, search_findings))


class SearchRepositories(RepositoryGroup):
    """The repositories of this context."""

    search_entries = part(PostgresSearchEntries)
