"""Ports of search."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from booking_domain.search.model import (
    Box,
    Facets,
    Found,
    Offer,
    Record,
    SearchCriteria,
    SearchEntry,
    SearchFinding,
    SearchFindingCounts,
    SearchFindingFilter,
    Suggestion,
)
from booking_domain.search.next_starts import NextStarts
from booking_domain.search.recommendations import Around, Tastes
from booking_domain.shared.ids import ProviderId, UserId


class SearchEntries(Protocol):
    """The entries of a database transaction."""

    async def put(self, entry: SearchEntry, now: datetime) -> None:
        """Add or replace the provider's entry."""
        ...

    async def get(self, provider_id: ProviderId) -> SearchEntry | None:
        """The provider's entry."""
        ...

    async def remove(self, provider_id: ProviderId) -> None:
        """Remove the provider's entry, if there is one, and the words that no other entry has."""
        ...

    async def add_finding(self, finding: SearchFinding) -> None:
        """Add what a check found."""
        ...

    async def remove_findings(self, before: datetime) -> int:
        """Remove the findings from before this time, and return how many there were."""
        ...

    async def remove_unused_words(self) -> int:
        """Forget the words that no entry has any more, and return how many there were."""
        ...


class SearchReads(Protocol):
    """Reads of entries, outside any database transaction. Providers that are not published are never found."""

    async def search(self, criteria: SearchCriteria) -> Sequence[Found]:
        """The hits of the kind, in the order, after the position: at most `limit`.

        A word matches a key that begins with it or one of its keys, a synonym, or a similar word of an entry
        (`words.similarity` from `words.SIMILAR` on). All words of the text must match, or all but one.

        A salon is found by its members: by those who match all but the text, of which each word is in the name of the
        salon or of one of them. It has the best that they have. The members who are free first are named.
        Of many members who match, `MOST_MEMBERS` are ranked, chosen as providers are.

        A service is found by its own words, category and price, and else by what its provider is found by; a work by
        its words and tags.
        """
        ...

    async def search_and_count(self, criteria: SearchCriteria) -> tuple[Sequence[Found], Facets]:
        """The first page of `search`, and what those that are ranked have."""
        ...

    async def first_to_match(self, searches: Sequence[SearchCriteria]) -> int | None:
        """Which of these searches is the first that may find somebody, counted from 0; None: none of them does.

        It may be one that finds nobody, as only what an index knows is asked. None that finds somebody is passed over.
        """
        ...

    async def next_starts(self, offers: Collection[Offer]) -> Mapping[Offer, NextStarts]:
        """The next starts of those offers that are the shortest appointment of a published provider.

        Only of entries of the present public version: no calendar, booking, service or profile has changed since.
        """
        ...

    async def suggest(self, text: str, limit: int) -> Sequence[Suggestion]:
        """Terms that have a word that begins with the last word of the text, and its other words; the commonest first.

        If there are none: terms with similar words. At most `MOST_COUNTED` providers who have a term are counted.
        """
        ...

    async def due(self, since: date, limit: int) -> Sequence[ProviderId]:
        """Published providers without an entry, or with one of a former version, or whose free time begins earlier.

        In this order, so that the many of a new day let nobody wait whose profile has changed; each the oldest first.
        """
        ...

    async def get(self, provider_id: ProviderId) -> SearchEntry | None:
        """The provider's entry, whether the provider is published or not."""
        ...

    async def ids(self, after: ProviderId | None, limit: int) -> Sequence[ProviderId]:
        """Those who are published or have an entry, by id, after this one."""
        ...

    async def sample(self, size: int) -> Sequence[ProviderId]:
        """So many published providers, drawn anew each time."""
        ...

    async def findings(self, criteria: SearchFindingFilter) -> Sequence[SearchFinding]:
        """The findings that match, newest first."""
        ...

    async def finding_counts(self, since: datetime) -> SearchFindingCounts:
        """How many findings there are from this time on."""
        ...

    async def is_current(self, provider_id: ProviderId, since: date) -> bool:
        """Whether a published provider has an entry of the present public version with free time from this date on."""
        ...

    async def record(self, provider_id: ProviderId, since: datetime) -> Record:
        """What the provider has made of bookings that start at or after this time."""
        ...


class SimilarProviders(Protocol):
    """Which providers have customers in common, and how many customers each had lately."""

    async def rebuild(self, now: datetime) -> int:
        """Count anew, and return how many providers had customers lately.

        A customer likes providers with a completed booking within `KNOWN_FOR`, and saved ones: all of them count once.
        The similarity of two providers is the cosine of their customers; those with fewer than `LEAST_IN_COMMON` have
        none, and a provider has the `MOST_SIMILAR_TO_ONE` most similar. Customers who are not active, have opted out or
        like more than `MOST_LIKED` do not count.
        """
        ...


class RecommendationReads(Protocol):
    """What speaks for recommending a provider, outside any database transaction: of published ones with an entry."""

    async def tastes(self, user_id: UserId, since: datetime) -> Tastes:
        """What the user booked from this time on (completed ones), saved, and wrote as a customer in the last ideas."""
        ...

    async def similar(self, provider_ids: Sequence[ProviderId], limit: int) -> Mapping[ProviderId, int]:
        """The most similar to these, without them: the sums of their similarities, in thousandths."""
        ...

    async def around(self, box: Box | None, styles: Sequence[str], limit: int) -> Mapping[ProviderId, Around]:
        """Those with most customers and those with most of the styles, in the box if there is one.

        At most `limit` of each kind. Providers without customers and styles are left out; without a box, those who
        had no customers lately are left out as well.
        """
        ...


class SearchRepositories(Protocol):
    """The repositories of this context."""

    @property
    def search_entries(self) -> SearchEntries: ...
    @property
    def similar_providers(self) -> SimilarProviders: ...


class SearchReadGroup(Protocol):
    """The reads of this context."""

    @property
    def search(self) -> SearchReads: ...
    @property
    def recommendations(self) -> RecommendationReads: ...
