"""Search in memory: every entry is compared with what is searched."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from random import SystemRandom
from typing import Final, NamedTuple
from uuid import UUID

from booking_domain.bookings.transitions import PROVIDER_SIDE, Status
from booking_domain.catalogue.model import Location, Profile
from booking_domain.catalogue.salons import Salon
from booking_domain.search.free_time import QUARTERS, FreeTime, has, starts
from booking_domain.search.model import (
    LONGEST_RUN,
    MOST_CANDIDATES,
    MOST_COUNTED,
    MOST_OTHERS,
    Facets,
    Facts,
    Found,
    Offer,
    PartKind,
    Place,
    Position,
    Record,
    SearchCriteria,
    SearchEntry,
    SearchFinding,
    SearchFindingCounts,
    SearchFindingFilter,
    SearchFindingId,
    SearchKind,
    SearchOrder,
    SearchPart,
    Suggestion,
    lot_of,
    points_of,
)
from booking_domain.search.next_starts import NextStarts
from booking_domain.search.ports import SearchEntries, SearchReads
from booking_domain.search.words import (
    MOST_SIMILAR,
    SIMILAR,
    keys_of,
    keys_of_all,
    may_be_misspelt,
    needed,
    searched,
    similarity,
    spellings_of,
)
from booking_domain.shared.folding import folded
from booking_domain.shared.ids import ProviderId, SalonId, ServiceId, UserId
from booking_domain.testing.bookings.memory.tables import BOOKING_EVENTS, BOOKINGS
from booking_domain.testing.catalogue.memory.tables import PROFILES, SALON_MEMBERS, SALONS, providers_of
from booking_domain.testing.kit.tables import Group, InMemory, Part, Rows, State, Table
from booking_domain.testing.platform.memory.public_versions import MemoryPublicVersionReads
from booking_domain.testing.search import recommendations
from booking_domain.testing.search.entries import ENTRIES


def _erase_findings(state: State, rows: Rows[SearchFindingId, SearchFinding], user_id: UserId) -> None:
    theirs = providers_of(state, user_id)
    rows.delete(lambda each: each.provider_id in theirs)


WORDS: Final = Table[str, str]("search_words", key=lambda word: word)
FINDINGS: Final = Table[SearchFindingId, SearchFinding](
    "search_findings",
    refers=lambda finding: ((PROFILES, finding.provider_id),),
    erase=_erase_findings,
)
TABLES: Final = (ENTRIES, WORDS, FINDINGS, *recommendations.TABLES)


class MemorySearchEntries(InMemory, SearchEntries):
    """The entries of one database transaction."""

    async def put(self, entry: SearchEntry, now: datetime) -> None:
        self._state[ENTRIES].put((entry, now))
        for word in _all_words(entry):
            self._state[WORDS].put(word)

    async def get(self, provider_id: ProviderId) -> SearchEntry | None:
        found = self._state[ENTRIES].get(provider_id)
        return None if found is None else found[0]

    async def remove(self, provider_id: ProviderId) -> None:
        if (gone := self._state[ENTRIES].pop(provider_id, None)) is not None:
            theirs = _all_words(gone[0]) - self._used()
            self._state[WORDS].delete(lambda word: word in theirs)

    async def add_finding(self, finding: SearchFinding) -> None:
        self._state[FINDINGS].put(finding)

    async def remove_findings(self, before: datetime) -> int:
        return len(self._state[FINDINGS].delete(lambda each: each.created_at < before))

    async def remove_unused_words(self) -> int:
        used = self._used()
        return len(self._state[WORDS].delete(lambda word: word not in used))

    def _used(self) -> set[str]:
        return {word for entry, _ in self._state[ENTRIES].values() for word in _all_words(entry)}


_Public = tuple[SearchEntry, Profile]


class _Hit(NamedTuple):
    found: Found
    part: SearchPart | None
    of: list[_Public]
    """The provider, or the members of the salon who match."""


class MemorySearchReads(InMemory, SearchReads):
    """The committed entries."""

    async def search(self, criteria: SearchCriteria) -> Sequence[Found]:
        found = sorted((hit.found for hit in self._ranked(criteria)), key=lambda each: each.position)
        return [each for each in found if criteria.after is None or each.position > criteria.after][: criteria.limit]

    async def search_and_count(self, criteria: SearchCriteria) -> tuple[Sequence[Found], Facets]:
        return await self.search(criteria), self._facets(criteria)

    def _facets(self, criteria: SearchCriteria) -> Facets:
        found = self._ranked(criteria)[:MOST_CANDIDATES]
        return Facets(
            total=len(found),
            at_least=len(found) >= min(criteria.candidates, MOST_CANDIDATES),
            styles=_counts({style for entry, _ in hit.of for style in entry.styles} for hit in found),
            categories=_counts(_categories(hit) for hit in found),
            tags=_counts(hit.part.labels for hit in found if hit.part and hit.part.kind is PartKind.WORKS),
            languages=_counts({language for _, profile in hit.of for language in profile.languages} for hit in found),
            open=sum(any(_is_open(criteria, entry) for entry, _ in hit.of) for hit in found),
        )

    async def first_to_match(self, searches: Sequence[SearchCriteria]) -> int | None:
        return next((number for number, criteria in enumerate(searches) if any(self._hits(criteria))), None)

    async def next_starts(self, offers: Collection[Offer]) -> Mapping[Offer, NextStarts]:
        versions = await MemoryPublicVersionReads(self._current).of([each.provider_id for each in offers])
        known = {
            entry.offer: entry.starts
            for entry, _ in self._public()
            if entry.provider_id in versions and entry.version == versions[entry.provider_id].text
        }
        return {offer: starts for offer in offers if (starts := known.get(offer)) is not None}

    async def suggest(self, text: str, limit: int) -> Sequence[Suggestion]:
        words = [(each.begins, (), self._similar(each.word)) for each in searched(text)]
        found = Counter(
            term
            for entry, _ in self._public()
            for term in entry.terms
            if words and all(_has(keys_of_all([term.text]), *each) for each in words)
        )
        first = sorted(found, key=lambda term: (-found[term], len(term.text), term.text, term.kind.value))[:limit]
        return [
            Suggestion(each, min(found[each], MOST_COUNTED), at_least=found[each] >= MOST_COUNTED) for each in first
        ]

    async def due(self, since: date, limit: int) -> Sequence[ProviderId]:
        entries, published = self._state[ENTRIES], [each.id for each in self._published()]
        versions = await MemoryPublicVersionReads(self._current).of(published)
        without = [each for each in published if each not in entries]
        put = sorted((entries[each][1], each) for each in published if each in entries)
        former = [each for _, each in put if entries[each][0].version != versions[each].text]
        old = [
            each
            for _, each in put
            if each not in former and (entries[each][0].free.since < since or entries[each][0].score == 0)
        ]
        return [*sorted(without), *former, *old][:limit]

    async def get(self, provider_id: ProviderId) -> SearchEntry | None:
        return await MemorySearchEntries(self._current).get(provider_id)

    async def ids(self, after: ProviderId | None, limit: int) -> Sequence[ProviderId]:
        known = {each.id for each in self._published()} | set(self._state[ENTRIES])
        return [each for each in sorted(known) if after is None or each > after][:limit]

    async def sample(self, size: int) -> Sequence[ProviderId]:
        published = [each.id for each in self._published()]
        return SystemRandom().sample(published, min(size, len(published)))

    async def findings(self, criteria: SearchFindingFilter) -> Sequence[SearchFinding]:
        return self._state[FINDINGS].page(
            lambda each: criteria.provider_id in {None, each.provider_id},
            criteria.after,
            criteria.limit,
            newest_first=True,
        )

    async def finding_counts(self, since: datetime) -> SearchFindingCounts:
        found = [each.repaired for each in self._state[FINDINGS].values() if each.created_at >= since]
        return SearchFindingCounts(repaired=sum(found), not_repaired=len(found) - sum(found))

    async def is_current(self, provider_id: ProviderId, since: date) -> bool:
        entry = next((entry for entry, profile in self._public() if profile.id == provider_id), None)
        versions = await MemoryPublicVersionReads(self._current).of([provider_id])
        return (
            entry is not None
            and entry.score > 0
            and (entry.version, entry.free.since) == (versions[provider_id].text, since)
        )

    async def record(self, provider_id: ProviderId, since: datetime) -> Record:
        state, counts = self._state, Counter[str]()
        for booking in state[BOOKINGS].values():
            if booking.provider_id != provider_id or booking.span.start < since:
                continue
            for event in state[BOOKING_EVENTS].get(booking.id, ()):
                if event.at < since:
                    continue
                was, to = event.from_status, event.to_status
                staff = event.by.role.value in {each.value for each in PROVIDER_SIDE}
                counts["confirmed"] += to is Status.CONFIRMED
                counts["cancelled"] += to is Status.CANCELLED and was is Status.CONFIRMED and staff
                counts["requested"] += was is None and to is Status.REQUESTED
                counts["unanswered"] += was is Status.REQUESTED and to is Status.EXPIRED
        return Record(**counts)

    def _published(self) -> list[Profile]:
        return self._state[PROFILES].where(lambda each: each.published)

    def _public(self) -> Iterator[tuple[SearchEntry, Profile]]:
        entries = self._state[ENTRIES]
        return ((entries[each.id][0], each) for each in self._published() if each.id in entries)

    def _similar(self, word: str) -> tuple[str, ...]:
        known, found = self._state[WORDS], set[str]()
        for form in spellings_of(word) if may_be_misspelt(word) else ():
            if not any(each.startswith(form) for each in known):
                alike = ((-similarity(form, each), each) for each in known)
                found.update([each for unlike, each in sorted(alike) if -unlike >= SIMILAR][:MOST_SIMILAR])
        return tuple(sorted(found))

    def _ranked(self, criteria: SearchCriteria) -> Sequence[_Hit]:
        hits = list(self._hits(criteria))
        if criteria.kind is SearchKind.SALONS:
            return hits

        def key(hit: _Hit) -> tuple[int, ProviderId, UUID | None]:
            found, (entry, _) = hit.found, hit.of[0]
            keys = {
                SearchOrder.NEAREST: found.facts.metres,
                SearchOrder.CHEAPEST: found.price_from,
                SearchOrder.RATING: -entry.score,
            }
            first = keys.get(criteria.chosen_by, -entry.merit) or 0
            return first, entry.provider_id, None if hit.part is None else hit.part.id

        return sorted(hits, key=key)[: criteria.candidates]

    def _hits(self, criteria: SearchCriteria) -> Iterator[_Hit]:
        typed = searched(criteria.text or "")
        words = [(each.begins, each.phrases, self._similar(each.word)) for each in typed]
        enough = needed(typed, all_but_one=criteria.all_but_one)
        for salon, part, of in self._groups(criteria):
            texts = [entry.words if part is None else part.words for entry, _ in of]
            if salon is not None:
                texts = [*map(_in_salon, texts), {Place.NAME: keys_of_all([salon.name])}]
            place = _place_of(texts, words, enough)
            matching = [(entry, *each) for entry, profile in of if (each := _facts(criteria, entry, profile, place))]
            if matching and not (words and place is None):
                found = _found(criteria, matching, None if salon is None else salon.id)
                yield _Hit(found if part is None else _as_part(found, part, criteria), part, of)

    def _groups(self, criteria: SearchCriteria) -> Iterator[tuple[Salon | None, SearchPart | None, list[_Public]]]:
        """Those who match all but the text: each alone, with each of their services or works, or by salon."""
        members: dict[SalonId, list[_Public]] = {}
        for entry, profile in self._public():
            if not self._allowed(criteria, entry, profile) or _facts(criteria, entry, profile, None) is None:
                continue
            if criteria.kind is SearchKind.PROVIDERS:
                yield None, None, [(entry, profile)]
            elif criteria.kind is not SearchKind.SALONS:
                of_kind = (part for part in entry.parts if part.kind.value == criteria.kind.value)
                yield from ((None, part, [(entry, profile)]) for part in of_kind if _part_matches(part, criteria))
            elif (salon_id := self._state[SALON_MEMBERS].get(profile.id)) is not None:
                members.setdefault(salon_id, []).append((entry, profile))
        yield from ((self._state[SALONS][salon_id], None, of) for salon_id, of in members.items())

    def _allowed(self, criteria: SearchCriteria, entry: SearchEntry, profile: Profile) -> bool:
        box, services = criteria.box, criteria.kind is SearchKind.SERVICES
        priced = entry.price_from is not None and entry.currency == criteria.currency
        return (
            (not criteria.styles or not {folded(each) for each in criteria.styles}.isdisjoint(entry.styles))
            and (services or criteria.category is None or folded(criteria.category) in entry.categories)
            and (criteria.language is None or criteria.language in profile.languages)
            and (services or criteria.price_to is None or (priced and (entry.price_from or 0) <= criteria.price_to))
            and (services or criteria.order != SearchOrder.CHEAPEST or priced)
            and (criteria.rating_from is None or min(entry.stars, profile.rating.whole_stars) >= criteria.rating_from)
            and (criteria.open_at is None or _is_open(criteria, entry))
            and (criteria.among is None or profile.id in criteria.among)
            and (criteria.salon_id is None or self._state[SALON_MEMBERS].get(profile.id) == criteria.salon_id)
            and (
                box is None
                or criteria.near is not None
                or (entry.lat is not None and entry.lon is not None and box.contains(entry.lat, entry.lon))
            )
        )


def _is_open(criteria: SearchCriteria, entry: SearchEntry) -> bool:
    opened = FreeTime(since=entry.free.since, quarters=entry.open_hours)
    return has(opened.from_date(criteria.day), criteria.open_quarter)


def _facts(
    criteria: SearchCriteria, entry: SearchEntry, profile: Profile, place: Place | None
) -> tuple[Facts, int] | None:
    """What the points come from, and the quarters in which an appointment may start."""
    near, day = criteria.near, criteria.day
    metres = None
    if near is not None:
        if entry.lat is None or entry.lon is None:
            return None
        metres = int(Location(near.lat, near.lon).metres_to(Location(entry.lat, entry.lon)))
        if metres > near.radius_metres:
            return None
    free = entry.free.from_date(day)
    opening = starts(free, min(criteria.minutes or entry.minutes, LONGEST_RUN)) & criteria.starts_allowed
    if not opening and (criteria.windows or criteria.order == SearchOrder.SOONEST):
        return None
    facts = Facts(
        place=place,
        score=profile.rating.score,
        metres=metres,
        free_soon=(free & criteria.soon).bit_count(),
        reliability=entry.reliability,
        completeness=entry.completeness,
        days_published=max(0, (day - profile.created_at.astimezone(UTC).date()).days),
    )
    return facts, opening


def _found(
    criteria: SearchCriteria, matching: Sequence[tuple[SearchEntry, Facts, int]], salon_id: SalonId | None
) -> Found:
    """What is found of those who match: the best that they have."""
    of = [facts for _, facts, _ in matching]
    facts = Facts(
        place=of[0].place,
        score=max(each.score for each in of),
        metres=None if criteria.near is None else min(each.metres or 0 for each in of),
        free_soon=max(each.free_soon for each in of),
        reliability=max(each.reliability for each in of),
        completeness=max(each.completeness for each in of),
        days_published=min(each.days_published for each in of),
    )
    timed = bool(criteria.windows) or criteria.order == SearchOrder.SOONEST
    first, *others = sorted(
        matching, key=lambda each: (-each[2].bit_length() * timed, -each[1].free_soon, each[0].provider_id)
    )
    entry = first[0]
    cheapest = min((each for each, _, _ in matching), key=lambda each: (each.price_from is None, each.price_from or 0))
    keys = {
        SearchOrder.BEST: -points_of(facts).total,
        SearchOrder.NEAREST: facts.metres,
        SearchOrder.SOONEST: QUARTERS - first[2].bit_length() + 1,
        SearchOrder.CHEAPEST: cheapest.price_from,
        SearchOrder.RATING: -facts.score,
    }
    hit = salon_id or entry.provider_id
    return Found(
        provider_id=entry.provider_id,
        position=Position(keys[criteria.order] or 0, lot_of(hit, criteria.day), hit),
        facts=facts,
        price_from=cheapest.price_from,
        currency=cheapest.currency,
        minutes=entry.minutes,
        quickest=entry.quickest,
        salon_id=salon_id,
        others=tuple(Offer(each.provider_id, each.minutes, each.quickest) for each, _, _ in others[:MOST_OTHERS]),
    )


Alternatives = tuple[frozenset[str], tuple[tuple[str, ...], ...], tuple[str, ...]]


def _place_of(
    texts: Sequence[Mapping[Place, tuple[str, ...]]], words: Sequence[Alternatives], enough: int
) -> Place | None:
    """The first place in which, or before which, so many of the words are: each in one of the texts."""
    keys: list[set[str]] = [set() for _ in texts]
    for place in Place:
        for of_text, text in zip(keys, texts, strict=True):
            of_text |= set(text.get(place, ()))
        if words and sum(any(_has(each, *word) for each in keys) for word in words) >= enough:
            return place
    return None


def _part_matches(part: SearchPart, criteria: SearchCriteria) -> bool:
    if part.kind is PartKind.WORKS:
        return criteria.tag is None or folded(criteria.tag) in part.labels
    priced = part.price is not None and part.currency == criteria.currency
    return (
        (criteria.category is None or folded(criteria.category) in part.labels)
        and (criteria.price_to is None or (priced and (part.price or 0) <= criteria.price_to))
        and (criteria.order != SearchOrder.CHEAPEST or priced)
    )


def _as_part(found: Found, part: SearchPart, criteria: SearchCriteria) -> Found:
    """What is found of a provider, as of the service or work."""
    position = Position(found.position.key, lot_of(part.id, criteria.day), part.id, found.provider_id)
    if part.kind is PartKind.WORKS:
        return replace(found, position=position, work_id=part.id)
    if criteria.order == SearchOrder.CHEAPEST:
        position = position._replace(key=part.price or 0)
    return replace(
        found,
        position=position,
        service_id=ServiceId(part.id),
        price_from=part.price,
        currency=part.currency or found.currency,
        minutes=part.minutes or found.minutes,
        quickest=ServiceId(part.id),
    )


def _categories(hit: _Hit) -> set[str]:
    if hit.part is not None and hit.part.kind is PartKind.SERVICES:
        return set(hit.part.labels)
    return {category for entry, _ in hit.of for category in entry.categories}


def _in_salon(words: Mapping[Place, tuple[str, ...]]) -> dict[Place, tuple[str, ...]]:
    """The words of a member as those of the salon: the member's name is not its name."""
    other = words.get(Place.OTHER, ()) + words.get(Place.NAME, ())
    return {**words, Place.NAME: (), Place.OTHER: other}


def _has(
    keys: Iterable[str], begins: frozenset[str], phrases: tuple[tuple[str, ...], ...], similar: tuple[str, ...]
) -> bool:
    keys = set(keys)
    return (
        any(key.startswith(tuple(begins)) for key in keys)
        or any(all(not keys.isdisjoint(keys_of(part)) for part in phrase) for phrase in phrases)
        or not keys.isdisjoint(similar)
    )


def _all_words(entry: SearchEntry) -> set[str]:
    return {word for words in entry.words.values() for word in words}


def _counts(found: Iterable[Iterable[str]]) -> dict[str, int]:
    counts = Counter(each for values in found for each in values)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


class SearchRepositories(Group):
    """The repositories of this context."""

    search_entries: Final = Part(MemorySearchEntries)
    similar_providers: Final = Part(recommendations.MemorySimilarProviders)


class SearchReadGroup(Group):
    """The reads of this context."""

    search: Final = Part(MemorySearchReads)
    recommendations: Final = Part(recommendations.MemoryRecommendationReads)
