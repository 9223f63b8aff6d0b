"""The tables of search: entries of published providers, their terms, the vocabulary, and what checks found."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from struct import Struct, pack, unpack
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Select,
    SmallInteger,
    Table,
    Text,
    Uuid,
    and_,
    bindparam,
    cast,
    delete,
    func,
    literal_column,
    select,
    tuple_,
    update,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, BIT, TSQUERY, TSVECTOR
from sqlalchemy.sql.dml import Update, UpdateBase

from adapters.postgres.catalogue.tables import providers
from adapters.postgres.kit.codec import Converted, Mapper
from adapters.postgres.kit.metadata import instant, metadata, one_of
from adapters.postgres.kit.personal_data import DELETE, Kept, NotExported, personal_data
from booking_domain.catalogue.model import ProfileStatus
from booking_domain.search.free_time import QUARTERS, FreeTime, text_of
from booking_domain.search.model import PartKind, Place, SearchEntry, SearchFinding, SearchFindingKind, TermKind
from booking_domain.search.next_starts import NextStarts

PLACES: Final = tuple(Place)
WEIGHTS: Final = "ABCD"
"""The weight of each place. The words of a text are searched in the first one, the first two, and so on."""
BITS: Final = BIT(QUARTERS)
MARK: Final = "~"
"""How a mark begins: see `marks`. No word of a text has it."""
_WORD: Final = re.compile(r"'(\w+)':(\S+)")


def vector_of(words: Mapping[Place, Iterable[str]]) -> str:
    """A `tsvector`: the position and the weight of a word are its places."""
    found: dict[str, list[str]] = {}
    for number, place in enumerate(PLACES):
        for word in words.get(place, ()):
            found.setdefault(word, []).append(f"{number + 1}{WEIGHTS[number]}")
    return " ".join(f"'{word}':{','.join(places)}" for word, places in found.items())


_LONGEST_PLACES: Final = 1_000


def places_of(words: Mapping[Place, Iterable[str]]) -> str | None:
    """The words of the name, and as of an address those that are in the address or beyond alone; None: they are many.

    Whoever matches a text has its words in name and offer if none of them is one of the latter. So most entries take
    their place in a rank by these few words, which are in the row.
    """
    first = {*words.get(Place.NAME, ()), *words.get(Place.OFFER, ())}
    beyond = {*words.get(Place.ADDRESS, ()), *words.get(Place.OTHER, ())} - first
    vector = vector_of({Place.NAME: words.get(Place.NAME, ()), Place.ADDRESS: sorted(beyond)})
    return vector if len(vector.encode()) <= _LONGEST_PLACES else None


def words_of(vector: str) -> dict[Place, tuple[str, ...]]:
    """The words of a `tsvector`, by place."""
    found: dict[Place, list[str]] = {}
    for word, places in _WORD.findall(vector):  # marks have no places
        for place in places.split(","):
            found.setdefault(PLACES[int(place.rstrip(WEIGHTS)) - 1], []).append(word)
    return {place: tuple(sorted(words)) for place, words in found.items()}


_STARTS: Final = Struct(">qqIH")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def packed(starts: NextStarts) -> bytes:
    """The starts in few bytes: the two instants, the notice and what is known, and then each in two bytes."""
    instants = ((each - _EPOCH) // timedelta.resolution for each in (starts.made_at, starts.until))
    head = _STARTS.pack(*instants, starts.notice_minutes, starts.known_minutes)
    return head + pack(f">{len(starts.starts)}H", *starts.starts)


def starts_of(value: bytes) -> NextStarts:
    """The inverse of `packed`."""
    made_at, until, notice, known = _STARTS.unpack_from(value)
    return NextStarts(
        made_at=_EPOCH + timedelta(microseconds=made_at),
        until=_EPOCH + timedelta(microseconds=until),
        notice_minutes=notice,
        known_minutes=known,
        starts=unpack(f">{(len(value) - _STARTS.size) // 2}H", value[_STARTS.size :]),
    )


# The words of entries, to which a misspelt word is compared. A job removes those of no entry.
search_words: Final = Table(
    "search_words",
    metadata,
    Column("word", Text, primary_key=True),
    # See `words.meanings_of`; null: a former release has stored it, and it means itself.
    Column("means", ARRAY(Text)),
    Index("search_words_word_idx", "word", postgresql_using="gin", postgresql_ops={"word": "gin_trgm_ops"}),
    Index("search_words_prefix_idx", "word", postgresql_ops={"word": "text_pattern_ops"}),
)


def delete_with_words(table: Table, owned: ColumnElement[bool]) -> UpdateBase:
    """Delete the entries, and the words that no other entry has."""
    gone = delete(table).where(owned).returning(table.c.words).cte("gone")
    theirs = select(func.unnest(func.tsvector_to_array(gone.c.words)))
    others = select(table.c.provider_id).where(~owned, table.c.words.op("@@")(exactly(search_words.c.word)))
    unused = search_words.c.word.in_(theirs), ~others.correlate(search_words).exists()
    deleted = delete(search_words).where(*unused).returning(search_words.c.word).cte("unused")
    return no_longer_meant(select(deleted.c.word)).where(search_words.c.word.in_(theirs))


def delete_with_suggestions(table: Table, owned: ColumnElement[bool]) -> UpdateBase:
    """Delete the terms, and the suggestions that no other entry has."""
    s, t = search_suggestions.c, table.c
    gone = delete(table).where(owned).returning(t.kind, t.term).cte("gone")
    others = select(t.provider_id).where(~owned, t.kind == s.kind, t.term == s.term).correlate(search_suggestions)
    return delete(search_suggestions).where(tuple_(s.kind, s.term).in_(select(*gone.c)), ~others.exists())


def no_longer_meant(unused: Select[str]) -> Update:
    """Let no other word mean one of these: see `words.meanings_of`."""
    meant = func.unnest(search_words.c.means).column_valued("meant")
    is_unused = func.replace(meant, " ", "").in_(unused)
    kept = select(meant).where(~is_unused).order_by(meant)
    return (
        update(search_words)
        .where(search_words.c.word.not_in(unused), select(meant).where(is_unused).exists())
        .values(means=func.array(kept.scalar_subquery()))
    )


def exactly(word: ColumnElement[str]) -> ColumnElement[Any]:
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
    Column("free", BITS, nullable=False),
    Column("open_hours", BITS, nullable=False, server_default=sql(f"'0'::bit({QUARTERS})")),
    Column("starts", LargeBinary),
    Column("starts_version", Text),
    Column("reliability", SmallInteger, nullable=False),
    Column("completeness", SmallInteger, nullable=False),
    Column("merit", SmallInteger, nullable=False),
    Column("score", Integer, nullable=False, server_default="0"),
    Column("stars", SmallInteger, nullable=False, server_default="5"),
    Column("version", Text, nullable=False),
    # See `places_of`, and the version of the entry that they are of: a former release leaves those of an earlier one.
    Column("places", TSVECTOR),
    Column("places_version", Text),
    instant("put_at", index=True),
    Index("search_entries_words_idx", "words", postgresql_using="gin"),
    # Words are stored beside the table: thousands of rows are read to rank those with most merit, and not their words.
    postgresql_with={"toast_tuple_target": 128},
    info=personal_data(
        "provider_id",
        erase=delete_with_words,
        handover=Kept("what a published provider is found by"),
        export=NotExported("derived from the profile, its services and its calendar"),
    ),
)
_e: Final = search_entries.c
Index("search_entries_merit_idx", _e.merit.desc(), _e.provider_id)
Index("search_entries_price_idx", _e.currency, _e.price_from)
_MERITS: Final = (320, 300, 290, 280, 270, 260, 250, 240, 220)
"""The lowest merit of each band but the last one: a provider without reviews has at most 250."""
_SCORES: Final = (4_700_000, 4_550_000, 4_400_000, 4_300_000, 4_200_000, 4_150_000, 4_100_000, 4_050_000, 4_000_000)
"""The lowest score of each band but the last one: a provider without reviews has 4,000,000."""
PRICES: Final = (10, 12, 14, 16, 18, 20, 25, 30, 40, 50, 60, 80, 90)
"""The first two digits of the lowest price of each band: so there are as many, whatever prices in a currency are."""


def _band(of: ColumnElement[int], lowest: int | None, below: int | None) -> ColumnElement[bool]:
    """Those from one value to another, as the index of their words says it: with constants."""
    at_least = [] if lowest is None else [of >= literal_column(str(lowest))]
    return and_(*at_least, *([] if below is None else [of < literal_column(str(below))]))


def _bands(of: ColumnElement[int], name: str, lowest: Iterable[int]) -> tuple[ColumnElement[bool], ...]:
    """The entries with the highest values, the next ones, and so on.

    The words of each band have an index of their own: those that begin a search are few, and the index compares them in
    a tenth of the time that it takes to find them among all.
    """
    found = []
    for below, each in pairwise((None, *lowest, None)):
        found.append(_band(of, each, below))
        Index(f"search_entries_{name}_{each or 0}_idx", _e.words, postgresql_using="gin", postgresql_where=found[-1])
    return tuple(found)


_first_digits: Final = cast(func.rpad(cast(_e.price_from, Text), literal_column("2"), literal_column("'0'")), Integer)
MERIT_BANDS: Final = _bands(_e.merit, "words", _MERITS)
SCORE_BANDS: Final = _bands(_e.score, "score_words", _SCORES)
PRICE_BANDS: Final = _bands(_first_digits, "price_words", reversed(PRICES[1:]))[::-1]
"""The entries whose prices have the first digits of each of `PRICES`, or more, and less than the next one."""
Index("search_entries_point_idx", func.point(_e.lon, _e.lat), postgresql_using="gist")

CELLS_A_DEGREE: Final = 32
# The hours of the day, in UTC, at which somebody in a cell of the map has, or once had, free time: a trigger of
# `search_entries` adds them, and nobody removes them. So a search of other hours reads no entries.
search_hours: Final = Table(
    "search_hours",
    metadata,
    Column("x", Integer, primary_key=True, autoincrement=False),
    Column("y", Integer, primary_key=True, autoincrement=False),
    Column("hour", SmallInteger, primary_key=True, autoincrement=False),
)

search_terms: Final = Table(
    "search_terms",
    metadata,
    Column("provider_id", Uuid, ForeignKey("search_entries.provider_id", ondelete="CASCADE"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("term", Text, primary_key=True),
    Column("words", TSVECTOR, nullable=False),
    one_of("kind", TermKind),
    Index("search_terms_words_idx", "words", postgresql_using="gin"),  # of a former release
    Index("search_terms_term_idx", "kind", "term"),
    info=personal_data(
        "provider_id",
        erase=delete_with_suggestions,
        handover=Kept("what a published provider is found by"),
        export=NotExported("derived from the profile, its services and its calendar"),
    ),
)

# The terms of all entries, each once. A job counts them, and removes those of no entry.
search_suggestions: Final = Table(
    "search_suggestions",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("term", Text, primary_key=True),
    Column("words", TSVECTOR, nullable=False),
    Column("providers", Integer, nullable=False),
    one_of("kind", TermKind),
    Index("search_suggestions_words_idx", "words", postgresql_using="gin"),
)
SUGGESTED: Final = (20, 2)
"""How many providers the terms of each band have at least, but of the last one: a beginning has thousands of terms."""
for _least in SUGGESTED:
    Index(
        f"search_suggestions_words_{_least}_idx",
        search_suggestions.c.words,
        postgresql_using="gin",
        postgresql_where=search_suggestions.c.providers >= literal_column(str(_least)),
    )

search_parts: Final = Table(
    "search_parts",
    metadata,
    Column("provider_id", Uuid, ForeignKey("search_entries.provider_id", ondelete="CASCADE"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("words", TSVECTOR, nullable=False),
    Column("labels", ARRAY(Text), nullable=False),
    Column("price", BigInteger),
    Column("currency", Text),
    Column("minutes", SmallInteger),
    one_of("kind", PartKind),
    Index("search_parts_price_idx", "provider_id", "price"),
    info=personal_data(
        "provider_id",
        erase=DELETE,
        handover=Kept("what a published provider is found by"),
        export=NotExported("derived from the profile, its services and its portfolio"),
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
    words=Converted("words", write=vector_of, read=words_of),
    free=Converted(
        "free_since",
        "free",
        write=lambda free: (free.since, text_of(free.quarters)),
        read=lambda since, quarters: FreeTime(since=since, quarters=int(quarters, 2)),
    ),
    open_hours=Converted("open_hours", write=text_of, read=lambda quarters: int(quarters, 2)),
    starts=Converted("starts", write=packed, read=starts_of),
    transient=("terms", "parts"),
    elsewhere=("put_at", "starts_version", "places", "places_version"),
)
FINDING: Final = Mapper(search_findings, SearchFinding)
_p: Final = providers.c
PUBLIC: Final = _p.status == ProfileStatus.APPROVED.value
OF: Final = bindparam("provider_id", type_=Uuid())
