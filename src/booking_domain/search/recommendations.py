"""Which providers a customer is recommended, and why: pure rules, in the open. Nobody can buy a place.

What is known of a customer: completed bookings, saved providers and the customer's own ideas. What is known of all:
which providers have customers in common, and how many customers a provider had; both are counted every night, without
those who opted out.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from booking_domain.shared.enums import checks_enums
from booking_domain.shared.folding import folded
from booking_domain.shared.ids import ProviderId

KNOWN_FOR: Final = timedelta(days=365)
"""How long a booking says what a customer likes."""
POPULAR_FOR: Final = timedelta(days=90)
"""How long a customer counts for a provider's popularity."""
LEAST_IN_COMMON: Final = 3
"""Two providers with fewer customers in common are not similar: what is shown tells nothing of a single customer."""
MOST_SIMILAR_TO_ONE: Final = 20
MOST_LIKED: Final = 50
"""A customer who likes more providers says nothing about which are similar."""
MOST_RECOMMENDED: Final = 20
CANDIDATES: Final = 60
"""How many providers of each kind are looked at."""
IDEAS_READ: Final = 20
AROUND_METRES: Final = 10_000
MOST_AGAIN: Final = 400
ALL_AGAIN_AT: Final = 4
"""The bookings that have all points of frequency."""
HALF_AGAIN_DAYS: Final = 90
MOST_SIMILAR: Final = 200
THOUSANDTHS_PER_SIMILAR: Final = 3
MOST_STYLE: Final = 80
POINTS_PER_STYLE: Final = 40
MOST_POPULAR: Final = 100
HALF_POPULAR: Final = 20
"""The customers with whom a provider has half of the points of popularity."""
_LONGEST_STYLE_WORDS: Final = 3
_MARKS: Final = ".,;:!?()\"'«»،؛؟"


class Reason(StrEnum):
    """Why a provider is recommended: what has the most points."""

    BOOK_AGAIN = "book_again"
    """The customer was there, often or lately."""
    SIMILAR = "similar"
    """Customers of providers that the customer booked or saved go there too."""
    STYLE = "style"
    """It has styles of providers that the customer booked or saved, or of the customer's ideas."""
    POPULAR = "popular"
    """Many customers were there lately: nearby, if a place is known."""
    RANKS_WELL = "ranks_well"
    """Nothing else speaks for anybody more: it ranks well in a search, nearby if a place is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownProvider:
    """A published provider that the customer booked or saved."""

    provider_id: ProviderId
    times: int = 0
    """Completed bookings within `KNOWN_FOR`."""
    last_at: datetime | None = None
    """When the last of them began."""
    styles: tuple[str, ...] = ()
    """Folded."""
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tastes:
    """What is known of a customer."""

    known: tuple[KnownProvider, ...] = ()
    ideas: tuple[str, ...] = ()
    """The descriptions of the customer's latest ideas."""

    @property
    def styles(self) -> tuple[str, ...]:
        """Styles that the customer may like, folded; some are only words of ideas."""
        of_known = (style for each in self.known for style in each.styles)
        return tuple(sorted({*of_known, *(phrase for text in self.ideas for phrase in phrases_of(text))}))

    @property
    def place(self) -> tuple[float, float] | None:
        """Where the customer was last, of places that are known."""
        been = ((each.last_at, each.lat, each.lon) for each in self.known if each.last_at is not None)
        for _, lat, lon in sorted(been, key=lambda each: each[0], reverse=True):
            if lat is not None and lon is not None:
                return lat, lon
        return None


def phrases_of(text: str) -> Iterable[str]:
    """The runs of up to three words, folded, to be compared with styles.

    >>> list(phrases_of("Fine line, small"))
    ['fine', 'fine line', 'fine line small', 'line', 'line small', 'small']
    """
    words = [word for each in folded(text).split() if (word := each.strip(_MARKS))]
    for first in range(len(words)):
        for length in range(1, min(_LONGEST_STYLE_WORDS, len(words) - first) + 1):
            yield " ".join(words[first : first + length])


class Around(NamedTuple):
    """What is known of a provider in a place."""

    customers: int = 0
    """How many customers it had within `POPULAR_FOR`."""
    styles: int = 0
    """How many of the customer's styles it has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """Published providers, by what speaks for them."""

    known: tuple[KnownProvider, ...] = ()
    similar: Mapping[ProviderId, int] = field(default_factory=dict)
    """The sum of similarities to known ones, in thousandths."""
    around: Mapping[ProviderId, Around] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Recommendation:
    """A provider to show, and why."""

    provider_id: ProviderId
    reason: Reason
    points: int
    """By which recommendations are ranked."""


def recommended(signals: Signals, now: datetime, limit: int) -> list[Recommendation]:
    """The providers to show: first those that the customer has been to, then others, each the best first.

    The former are at most half of them, unless there are too few others.
    """
    again: list[Recommendation] = []
    others: list[Recommendation] = []
    for provider_id, points in _points(signals, now).items():
        reason = max(points, key=lambda each: points[each])
        found = Recommendation(provider_id=provider_id, reason=reason, points=points.total())
        (again if Reason.BOOK_AGAIN in points else others).append(found)
    again.sort(key=_rank)
    others.sort(key=_rank)
    most_again = max((limit + 1) // 2, limit - len(others))
    chosen = again[:most_again]
    return [*chosen, *others[: limit - len(chosen)]]


def _rank(each: Recommendation) -> tuple[int, ProviderId]:
    return -each.points, each.provider_id


def _points(signals: Signals, now: datetime) -> dict[ProviderId, Counter[Reason]]:
    points: dict[ProviderId, Counter[Reason]] = {}
    for each in signals.known:
        if each.last_at is not None:
            points[each.provider_id] = Counter({Reason.BOOK_AGAIN: again_points(each.times, now - each.last_at)})
    for provider_id, similarity in signals.similar.items():
        similar = min(MOST_SIMILAR, similarity // THOUSANDTHS_PER_SIMILAR)
        points.setdefault(provider_id, Counter())[Reason.SIMILAR] += similar
    for provider_id, around in signals.around.items():
        counter = points.setdefault(provider_id, Counter())
        counter[Reason.STYLE] += min(MOST_STYLE, around.styles * POINTS_PER_STYLE)
        counter[Reason.POPULAR] += MOST_POPULAR * around.customers // (HALF_POPULAR + around.customers)
    return {provider_id: counter for provider_id, counter in points.items() if Reason.BOOK_AGAIN in counter or +counter}


def again_points(times: int, since: timedelta) -> int:
    """The points of a provider that the customer has been to, by frequency and recency.

    >>> again_points(4, timedelta()), again_points(1, timedelta()), again_points(4, timedelta(days=90))
    (400, 100, 200)
    """
    days = max(0, since.days)
    return MOST_AGAIN * min(times, ALL_AGAIN_AT) * HALF_AGAIN_DAYS // (ALL_AGAIN_AT * (HALF_AGAIN_DAYS + days))
