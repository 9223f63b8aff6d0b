"""What speaks for recommending a provider, in memory."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from math import sqrt
from typing import Final, NamedTuple

from booking_domain.bookings.ideas import IdeaSide
from booking_domain.bookings.transitions import Status
from booking_domain.identity.model import UserStatus
from booking_domain.search.model import Box, SearchEntry
from booking_domain.search.ports import RecommendationReads, SimilarProviders
from booking_domain.search.recommendations import (
    IDEAS_READ,
    KNOWN_FOR,
    LEAST_IN_COMMON,
    MOST_LIKED,
    MOST_SIMILAR_TO_ONE,
    POPULAR_FOR,
    Around,
    KnownProvider,
    Tastes,
)
from booking_domain.shared.folding import folded
from booking_domain.shared.ids import ProviderId, UserId
from booking_domain.testing.bookings.memory.tables import BOOKINGS, IDEAS
from booking_domain.testing.catalogue.memory.tables import PROFILES, providers_of
from booking_domain.testing.favourites.memory import FAVOURITES
from booking_domain.testing.identity.memory.tables import USERS
from booking_domain.testing.kit.tables import InMemory, Rows, State, Table
from booking_domain.testing.search.entries import ENTRIES


class Pair(NamedTuple):
    """A provider, and one that is similar."""

    provider_id: ProviderId
    other_id: ProviderId
    thousandths: int


class Popular(NamedTuple):
    """A provider, and how many customers it had lately."""

    provider_id: ProviderId
    customers: int


def _erase_pairs(state: State, rows: Rows[tuple[ProviderId, ProviderId], Pair], user_id: UserId) -> None:
    theirs = set(providers_of(state, user_id))
    rows.delete(lambda pair: not theirs.isdisjoint(pair[:2]))


def _erase_popular(state: State, rows: Rows[ProviderId, Popular], user_id: UserId) -> None:
    theirs = providers_of(state, user_id)
    rows.delete_keys(lambda key: key in theirs)


SIMILAR: Final = Table[tuple[ProviderId, ProviderId], Pair](
    "similar_providers",
    key=lambda pair: (pair.provider_id, pair.other_id),
    refers=lambda pair: ((PROFILES, pair.provider_id), (PROFILES, pair.other_id)),
    erase=_erase_pairs,
)
POPULAR: Final = Table[ProviderId, Popular](
    "popular_providers",
    key=lambda row: row.provider_id,
    refers=lambda row: ((PROFILES, row.provider_id),),
    erase=_erase_popular,
)
TABLES: Final = (SIMILAR, POPULAR)


class MemorySimilarProviders(InMemory, SimilarProviders):
    """Counted from the rows of one database transaction."""

    async def rebuild(self, now: datetime) -> int:
        state = self._state
        counting = {
            each.id
            for each in state[USERS].values()
            if each.status is UserStatus.ACTIVE and each.preferences.recommendations
        }
        completed = [each for each in state[BOOKINGS].values() if each.status is Status.COMPLETED]
        liked: dict[UserId, set[ProviderId]] = defaultdict(set)
        popular: dict[ProviderId, set[UserId]] = defaultdict(set)
        for booking in completed:
            if booking.customer_id not in counting:
                continue
            if booking.span.start >= now - KNOWN_FOR:
                liked[booking.customer_id].add(booking.provider_id)
            if booking.span.start >= now - POPULAR_FOR:
                popular[booking.provider_id].add(booking.customer_id)
        for favourite in state[FAVOURITES].values():
            if favourite.user_id in counting:
                liked[favourite.user_id].add(favourite.provider_id)
        state[SIMILAR].clear()
        state[POPULAR].clear()
        for pair in _pairs([each for each in liked.values() if len(each) <= MOST_LIKED]):
            state[SIMILAR].put(pair)
        for provider_id, customers in popular.items():
            state[POPULAR].put(Popular(provider_id, len(customers)))
        return len(popular)


def _pairs(liked: Sequence[set[ProviderId]]) -> list[Pair]:
    sizes = Counter(each for of_one in liked for each in of_one)
    common = Counter((one, other) for of_one in liked for one in of_one for other in of_one if one != other)
    similar: dict[ProviderId, list[Pair]] = defaultdict(list)
    for (one, other), count in common.items():
        if count >= LEAST_IN_COMMON:
            cosine = count / sqrt(sizes[one] * sizes[other])
            similar[one].append(Pair(one, other, round(1_000 * cosine)))
    return [
        pair
        for pairs in similar.values()
        for pair in sorted(pairs, key=lambda pair: (-pair.thousandths, pair.other_id))[:MOST_SIMILAR_TO_ONE]
    ]


class MemoryRecommendationReads(InMemory, RecommendationReads):
    """What is committed."""

    async def tastes(self, user_id: UserId, since: datetime) -> Tastes:
        state = self._state
        visits: dict[ProviderId, list[datetime]] = {
            each.provider_id: [] for each in state[FAVOURITES].values() if each.user_id == user_id
        }
        for booking in state[BOOKINGS].values():
            if (booking.customer_id, booking.status) == (user_id, Status.COMPLETED) and booking.span.start >= since:
                visits.setdefault(booking.provider_id, []).append(booking.span.start)
        ideas = state[IDEAS].where(lambda each: (each.author_id, each.side) == (user_id, IdeaSide.CUSTOMER))
        return Tastes(
            known=tuple(
                KnownProvider(
                    provider_id=each,
                    times=len(visits[each]),
                    last_at=max(visits[each], default=None),
                    styles=entry.styles,
                    lat=entry.lat,
                    lon=entry.lon,
                )
                for each, entry in sorted(self._public().items())
                if each in visits
            ),
            ideas=tuple(
                each.content.description for each in sorted(ideas, key=lambda each: each.id, reverse=True)[:IDEAS_READ]
            ),
        )

    async def similar(self, provider_ids: Sequence[ProviderId], limit: int) -> Mapping[ProviderId, int]:
        found, public = Counter[ProviderId](), self._public()
        for provider_id, other_id, thousandths in self._state[SIMILAR].values():
            if provider_id in provider_ids and other_id not in provider_ids and other_id in public:
                found[other_id] += thousandths
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0]))[:limit])

    async def around(self, box: Box | None, styles: Sequence[str], limit: int) -> Mapping[ProviderId, Around]:
        wanted, popular = {folded(each) for each in styles}, self._state[POPULAR]
        found = {
            each: Around(popular[each].customers if each in popular else 0, len(wanted.intersection(entry.styles)))
            for each, entry in self._public().items()
            if (each in popular if box is None else _within(entry, box))
        }
        by_customers = sorted(found, key=lambda each: (-found[each].customers, each))[:limit]
        by_styles = sorted(found, key=lambda each: (-found[each].styles, -found[each].customers, each))[:limit]
        return {each: found[each] for each in by_customers if found[each].customers} | {
            each: found[each] for each in by_styles if found[each].styles
        }

    def _public(self) -> dict[ProviderId, SearchEntry]:
        entries = self._state[ENTRIES]
        return {
            each.id: entries[each.id][0]
            for each in self._state[PROFILES].values()
            if each.published and each.id in entries
        }


def _within(entry: SearchEntry, box: Box) -> bool:
    return entry.lat is not None and entry.lon is not None and box.contains(entry.lat, entry.lon)
