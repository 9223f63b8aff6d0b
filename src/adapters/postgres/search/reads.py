"""`SearchReads` of providers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from adapters.postgres.kit.listing import parameters
from adapters.postgres.kit.work import Row, WithWork, Work
from adapters.postgres.search.bounds import KNOWN, KnownBounds
from adapters.postgres.search.entries import entry_of
from adapters.postgres.search.facets import facets_of
from adapters.postgres.search.hits import Page, found_of, search_of
from adapters.postgres.search.matching import (
    asked_at_once,
    asked_of,
    is_marked,
    matches,
    numbered,
    shape_of,
    values_of,
    with_asked,
)
from adapters.postgres.search.suggestions import SUGGEST, suggestion_of
from adapters.postgres.search.tables import FINDING, starts_of
from adapters.postgres.search.tiers import bands_of_price, rings_of, tiers_of_price, tiers_of_score
from adapters.postgres.search.upkeep import DUE, FINDING_COUNTS, FINDINGS, IDS, IS_CURRENT, NEXT_STARTS, RECORD, SAMPLE
from adapters.postgres.search.words import Vocabulary, looked_up, tsqueries_of, tsquery_of
from booking_domain.search.model import (
    Facets,
    Found,
    Offer,
    Record,
    SearchCriteria,
    SearchEntry,
    SearchFinding,
    SearchFindingCounts,
    SearchFindingFilter,
    SearchKind,
    SearchOrder,
    Suggestion,
)
from booking_domain.search.next_starts import NextStarts
from booking_domain.search.ports import SearchReads
from booking_domain.search.words import searched
from booking_domain.shared.ids import ProviderId, ServiceId


class PostgresSearchReads(WithWork, SearchReads):
    """`SearchReads` of `search_entries`, `search_terms` and `search_words`."""

    def __init__(self, work: Work, bounds: KnownBounds = KNOWN) -> None:
        super().__init__(work)
        self._bounds = bounds

    async def search(self, criteria: SearchCriteria) -> Sequence[Found]:
        found, _ = await self._hits(criteria, Page.FIRST if criteria.after is None else Page.NEXT)
        return found

    async def search_and_count(self, criteria: SearchCriteria) -> tuple[Sequence[Found], Facets]:
        found, rows = await self._hits(replace(criteria, after=None), Page.COUNTED)
        return found, facets_of(rows, criteria.candidates)

    async def first_to_match(self, searches: Sequence[SearchCriteria]) -> int | None:
        vocabularies: dict[str | None, Vocabulary] = {}
        for number, criteria in enumerate(searches):
            words = searched(criteria.text or "")
            if criteria.text not in vocabularies:
                vocabularies[criteria.text] = await looked_up(words, self._work)
            vocabulary = vocabularies[criteria.text]
            values = values_of(criteria, vocabulary)
            # A salon has each of the words by some member.
            queries = tsqueries_of(words, vocabulary, all_but_one=criteria.all_but_one)
            if criteria.kind is SearchKind.SALONS:
                queries = [" | ".join(tsqueries_of(words, vocabulary))]
            asked = asked_at_once(criteria, queries)
            values |= numbered(asked)
            statement = matches(with_asked(shape_of(criteria), values), marked=bool(asked))
            if any(await self._work.one(statement, **values) or ()):
                return number
        return None

    async def next_starts(self, offers: Collection[Offer]) -> Mapping[Offer, NextStarts]:
        ids = list({each.provider_id for each in offers})
        rows = await self._work.all(NEXT_STARTS, provider_ids=ids) if ids else ()
        known = {
            Offer(ProviderId(id_), minutes, None if quickest is None else ServiceId(quickest)): starts
            for id_, minutes, quickest, starts in rows
        }
        return {offer: starts_of(known[offer]) for offer in offers if offer in known}

    async def suggest(self, text: str, limit: int) -> Sequence[Suggestion]:
        words = searched(text)
        if not words:
            return []
        vocabulary = await looked_up(words, self._work, synonyms=False)
        query = tsquery_of(words, vocabulary, "", synonyms=False)
        return await self._work.each(suggestion_of, SUGGEST, query=query, most=limit)

    async def due(self, since: date, limit: int) -> Sequence[ProviderId]:
        return [ProviderId(row[0]) for row in await self._work.all(DUE, since=since, most=limit)]

    async def get(self, provider_id: ProviderId) -> SearchEntry | None:
        return await entry_of(self._work, provider_id)

    async def ids(self, after: ProviderId | None, limit: int) -> Sequence[ProviderId]:
        return [ProviderId(row[0]) for row in await self._work.all(IDS, after=after, most=limit)]

    async def sample(self, size: int) -> Sequence[ProviderId]:
        return [ProviderId(row[0]) for row in await self._work.all(SAMPLE, most=size)]

    async def findings(self, criteria: SearchFindingFilter) -> Sequence[SearchFinding]:
        return await self._work.each(FINDING.read, FINDINGS, **parameters(criteria))

    async def finding_counts(self, since: datetime) -> SearchFindingCounts:
        return SearchFindingCounts(*(await self._work.one(FINDING_COUNTS, since=since) or ()))

    async def is_current(self, provider_id: ProviderId, since: date) -> bool:
        return await self._work.one(IS_CURRENT, provider_id=provider_id, since=since) is not None

    async def record(self, provider_id: ProviderId, since: datetime) -> Record:
        row = await self._work.one(RECORD, provider_id=provider_id, since=since)
        return Record(*(row or ()))

    async def _hits(self, criteria: SearchCriteria, page: Page) -> tuple[Sequence[Found], Sequence[Row]]:
        """What is found, and the rows of it: of a counted page, the first one has the counts."""
        shape = shape_of(criteria)
        values = await self._values(criteria, shape)
        shape = with_asked(shape, values)
        statement = search_of(shape, criteria.order, criteria.chosen_by, page, most=criteria.candidates)
        rows = await self._work.all(statement, **values, most=criteria.limit)
        return [found_of(row) for row in rows], rows

    async def _values(self, criteria: SearchCriteria, shape: frozenset[str]) -> dict[str, Any]:
        """The parameters of the statements of this shape."""
        words = searched(criteria.text or "")
        vocabulary = await looked_up(words, self._work)
        of_words = tsqueries_of(words, vocabulary, all_but_one=criteria.all_but_one)
        return values_of(criteria, vocabulary) | await self._tiers(criteria, shape, of_words)

    async def _tiers(self, criteria: SearchCriteria, shape: frozenset[str], words: Sequence[str]) -> dict[str, Any]:
        """The parameters of the tiers of those whom these `tsquery`s of words find."""
        values: dict[str, Any] = numbered(asked_of(criteria, words))
        marked = is_marked(shape)
        if criteria.near is not None and criteria.chosen_by is SearchOrder.NEAREST:
            return values | rings_of(criteria.near, values["asked_0"] if marked else None)
        if criteria.chosen_by is SearchOrder.CHEAPEST:
            of_parts = criteria.kind is SearchKind.SERVICES
            bounds, currency = await self._bounds.now(self._work), criteria.currency or ""
            bands = marked and not of_parts
            return values | (
                bands_of_price(bounds, currency) if bands else tiers_of_price(bounds, currency, of_parts=of_parts)
            )
        if criteria.chosen_by is SearchOrder.RATING and not marked:
            return values | tiers_of_score(await self._bounds.now(self._work))
        return values
