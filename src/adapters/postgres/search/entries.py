"""The entries of search, as they are stored."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from psycopg.types.json import Jsonb
from sqlalchemy import (
    Column,
    ColumnElement,
    Text,
    and_,
    bindparam,
    cast,
    delete,
    func,
    literal,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR, insert

from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import WithWork, Work
from adapters.postgres.search.marks import marks_of, vector_of_marks
from adapters.postgres.search.parts import parts_of, put_parts
from adapters.postgres.search.suggestions import COUNT_TERMS, FORGET_TERMS, term_of, term_vector
from adapters.postgres.search.tables import (
    BITS,
    ENTRY,
    FINDING,
    OF,
    delete_with_suggestions,
    delete_with_words,
    exactly,
    no_longer_meant,
    places_of,
    search_entries,
    search_findings,
    search_suggestions,
    search_terms,
    search_words,
)
from adapters.postgres.search.words import meanings_of
from booking_domain.search.model import SearchEntry, SearchFinding
from booking_domain.search.ports import SearchEntries
from booking_domain.search.words import keys_of_all
from booking_domain.shared.ids import ProviderId

_e: Final = search_entries.c
_f: Final = search_findings.c
_s: Final = search_suggestions.c
_t: Final = search_terms.c
_w: Final = search_words.c


def _put() -> Statement:
    values: dict[str, ColumnElement[Any]] = {
        column.name: bindparam(column.name, type_=column.type)
        for column in (*ENTRY.columns, _e.put_at, _e.starts_version, _e.places_version)
    }
    for name in ("words", "places"):
        values[name] = cast(bindparam(name, type_=Text()), TSVECTOR)
    for name in ("free", "open_hours"):
        values[name] = cast(bindparam(name, type_=Text()), BITS)
    new = insert(search_entries).values(values)
    replaced = {name: new.excluded[name] for name in values if name != "provider_id"}
    return Statement(new.on_conflict_do_update(index_elements=[_e.provider_id], set_=replaced))


_PUT: Final = _put()
_GET: Final = Statement(select(*ENTRY.columns).where(_e.provider_id == OF))
_REMOVE: Final = Statement(delete_with_words(search_entries, _e.provider_id == OF))
_TERMS: Final = Statement(select(_t.kind, _t.term).where(_t.provider_id == OF).order_by(_t.kind, _t.term))
_each_term: Final = (
    func.jsonb_to_recordset(bindparam("terms", type_=JSONB()))
    .table_valued(Column("kind", Text), Column("term", Text), Column("words", Text))
    .render_derived(name="given", with_types=True)
)
_given: Final = _each_term.c.kind, _each_term.c.term, cast(_each_term.c.words, TSVECTOR)
_REMOVE_TERMS: Final = Statement(
    delete_with_suggestions(
        search_terms,
        and_(_t.provider_id == OF, tuple_(_t.kind, _t.term).not_in(select(_each_term.c.kind, _each_term.c.term))),
    )
)


def _add_terms() -> Statement:
    """Those that are as they were are not written again: a booking makes the whole entry anew."""
    new = insert(search_terms).from_select(["provider_id", "kind", "term", "words"], select(OF, *_given))
    return Statement(
        new.on_conflict_do_update(
            index_elements=[_t.provider_id, _t.kind, _t.term],
            set_={"words": new.excluded.words},
            where=_t.words != new.excluded.words,
        )
    )


_ADD_TERMS: Final = _add_terms()
_suggested: Final = select(_s.kind).where(_s.kind == _each_term.c.kind, _s.term == _each_term.c.term)
_ADD_SUGGESTIONS: Final = Statement(
    insert(search_suggestions)
    .from_select(
        ["kind", "term", "words", "providers"],
        select(*_given, literal(1))
        .where(~_suggested.correlate(_each_term).exists())
        .order_by(_each_term.c.kind, _each_term.c.term),
    )
    .on_conflict_do_nothing()
)
_each_word: Final = (
    func.jsonb_to_recordset(bindparam("words", type_=JSONB()))
    .table_valued(Column("word", Text), Column("means", ARRAY(Text)))
    .render_derived(with_types=True)
)


def _add_words() -> Statement:
    """Only those that are new, or mean more than was known: most are words of many entries, which would wait."""
    known = select(_w.word).where(_w.word == _each_word.c.word, _w.means.contains(_each_word.c.means))
    new = insert(search_words).from_select(
        ["word", "means"], select(*_each_word.c).where(~known.exists()).order_by(_each_word.c.word)
    )
    means: ColumnElement[Any] = literal_column(
        "ARRAY(SELECT DISTINCT unnest(search_words.means || excluded.means) ORDER BY 1)"
    )
    return Statement(new.on_conflict_do_update(index_elements=[_w.word], set_={"means": means}))


_ADD_WORDS: Final = _add_words()


_REMOVE_UNUSED: Final = Statement(
    delete(search_words)
    .where(~select(_e.provider_id).where(_e.words.op("@@")(exactly(_w.word))).correlate(search_words).exists())
    .returning(_w.word)
)
_NO_LONGER_MEANT: Final = Statement(
    no_longer_meant(select(func.unnest(bindparam("words", type_=ARRAY(Text))).column_valued("word")))
)


_ADD_FINDING: Final = FINDING.insert()
_REMOVE_FINDINGS: Final = Statement(
    delete(search_findings).where(_f.created_at < bindparam("before", type_=_f.created_at.type)).returning(_f.id)
)


def _words_of(entry: SearchEntry) -> list[dict[str, Any]]:
    of_texts = (*entry.words.values(), *(words for part in entry.parts for words in part.words.values()))
    meanings = meanings_of([*of_texts, *(keys_of_all([term.text]) for term in entry.terms)])
    return [{"word": word, "means": sorted(means)} for word, means in meanings.items()]


async def entry_of(work: Work, provider_id: ProviderId) -> SearchEntry | None:
    terms = await work.each(term_of, _TERMS, provider_id=provider_id)
    parts = await parts_of(work, provider_id)
    row = await work.one(_GET, provider_id=provider_id)
    return None if row is None else replace(ENTRY.read(row), terms=tuple(terms), parts=parts)


class PostgresSearchEntries(WithWork, SearchEntries):
    """`SearchEntries` in `search_entries`, `search_terms`, `search_parts` and `search_words`."""

    async def put(self, entry: SearchEntry, now: datetime) -> None:
        values = ENTRY.write(entry)
        values["words"] = f"{values['words']} {vector_of_marks(marks_of(entry))}"
        # A former release makes entries without starts and places, and so leaves those of an earlier version.
        versions = {"starts_version": entry.version, "places_version": entry.version}
        await self._work.execute(_PUT, **values, **versions, places=places_of(entry.words), put_at=now)
        terms = Jsonb([{"kind": kind.value, "term": text, "words": term_vector(text)} for kind, text in entry.terms])
        await self._work.execute(_REMOVE_TERMS, provider_id=entry.provider_id, terms=terms)
        await self._work.execute(_ADD_TERMS, provider_id=entry.provider_id, terms=terms)
        await self._work.execute(_ADD_SUGGESTIONS, terms=terms)
        await self._work.execute(_ADD_WORDS, words=Jsonb(_words_of(entry)))
        await put_parts(self._work, entry.provider_id, entry.parts)

    async def get(self, provider_id: ProviderId) -> SearchEntry | None:
        return await entry_of(self._work, provider_id)

    async def remove(self, provider_id: ProviderId) -> None:
        await self._work.execute(_REMOVE_TERMS, provider_id=provider_id, terms=Jsonb([]))
        await self._work.execute(_REMOVE, provider_id=provider_id)

    async def add_finding(self, finding: SearchFinding) -> None:
        await self._work.execute(_ADD_FINDING, **FINDING.write(finding))

    async def remove_findings(self, before: datetime) -> int:
        return len(await self._work.all(_REMOVE_FINDINGS, before=before))

    async def remove_unused_words(self) -> int:
        words = [word for (word,) in await self._work.all(_REMOVE_UNUSED)]
        if words:
            await self._work.execute(_NO_LONGER_MEANT, words=words)
        await self._work.execute(FORGET_TERMS)
        await self._work.execute(COUNT_TERMS)
        return len(words)
