"""What is stored to find a provider, what a search asks for, and how the found ones are ranked.

All points are integers, so that a database ranks as Python does. Nobody can buy any.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import reduce
from math import cos, degrees, radians
from operator import or_
from typing import Final, NamedTuple, NewType
from uuid import UUID

from booking_domain.search.free_time import DAYS, QUARTER, FreeTime, mask_of
from booking_domain.search.next_starts import NextStarts
from booking_domain.shared.earth import EARTH_RADIUS_METRES
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import ProviderId, SalonId, ServiceId
from booking_domain.shared.time import TimeRange

MAX_SEARCH_TEXT: Final = 100
MAX_RADIUS_METRES: Final = 100_000
MOST_CANDIDATES: Final = 300
"""How many providers that match are ranked; facets count them."""
MOST_MEMBERS: Final = 300
"""How many members of salons that match are ranked: see `SearchCriteria.chosen_by`."""
MOST_COUNTED: Final = 100
"""How many providers who have a suggested term are counted: a term that more have is common enough."""
MOST_OTHERS: Final = 4
"""How many more members of a salon are looked at for free slots."""
SOON: Final = timedelta(hours=72)
NEW_FOR_DAYS: Final = 30
HALF_POINTS_AT_METRES: Final = 2_000
MOST_RATING: Final = 200
NO_RATING_AT: Final = 3_000_000
"""The score, in millionths of a star, up to which a rating has no points."""
SCORE_WITHOUT_REVIEWS: Final = 4_000_000
SCORE_PER_POINT: Final = 10_000
MOST_NEARNESS: Final = 200
MOST_FREE_SOON: Final = 100
ALL_FREE_SOON_AT: Final = 32
"""The free quarters of an hour that have all points of free time."""
THOUSANDTHS_PER_RELIABILITY: Final = 10
THOUSANDTHS_PER_COMPLETENESS: Final = 20
LONGEST_RUN: Final = 120
"""How many minutes of a longer appointment the stored free time is searched for; its slots are checked anyway."""


class SearchKind(StrEnum):
    """What a search finds."""

    PROVIDERS = "providers"
    SALONS = "salons"
    """Those of which a member matches all but the text, whose words the members have together."""
    SERVICES = "services"
    """Services that can be booked alone, of each provider who offers them."""
    WORKS = "works"
    """Items of portfolios."""


class PartKind(StrEnum):
    """What of a provider is found by itself."""

    SERVICES = "services"
    WORKS = "works"


class SearchOrder(StrEnum):
    """How hits are sorted."""

    BEST = "best"
    """By `Points.total`."""
    NEAREST = "nearest"
    SOONEST = "soonest"
    """By the first free time that the search allows."""
    CHEAPEST = "cheapest"
    """By the lowest price, of those who have one."""
    RATING = "rating"
    """By the Bayesian average."""


class Relaxation(StrEnum):
    """What a search that finds nobody gives up, one after the other, until it finds somebody."""

    TIME = "time"
    """When there must be free time."""
    OPEN = "open"
    """When the provider must be open."""
    WORD = "word"
    """One of several words."""
    DISTANCE = "distance"
    PRICE = "price"
    RATING = "rating"
    LANGUAGE = "language"
    STYLE = "style"
    TEXT = "text"


class Place(StrEnum):
    """Where a provider's texts have the searched words."""

    NAME = "name"
    OFFER = "offer"
    """In services, their categories, or styles."""
    ADDRESS = "address"
    """In the address, the city or the name of the salon."""
    OTHER = "other"
    """In the description or the portfolio."""


class TermKind(StrEnum):
    """What a suggested text is."""

    PROVIDER = "provider"
    SALON = "salon"
    SERVICE = "service"
    STYLE = "style"
    PLACE = "place"


class Term(NamedTuple):
    """A text that a search may suggest, as people read it."""

    kind: TermKind
    text: str


@dataclass(frozen=True, slots=True)
@checks_enums
class Suggestion:
    """A term that somebody may be typing."""

    term: Term
    count: int
    """How many providers have it, at most `MOST_COUNTED`."""
    at_least: bool
    """Whether more may have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class SearchPart:
    """What a service or a work of a provider is found by, beside what its provider is found by."""

    kind: PartKind
    id: UUID
    words: Mapping[Place, tuple[str, ...]]
    """Its own, and those of its provider's styles, name and address. The entry has all of them, too."""
    labels: tuple[str, ...] = ()
    """Folded: the category of a service, which is one of the entry; the tags of a work."""
    price: int | None = None
    """Of a service, in minor units, at least `SearchEntry.price_from`; None: it is not stated."""
    currency: str | None = None
    minutes: int | None = None
    """The length of a service."""


class Offer(NamedTuple):
    """With whom somebody can come, and for what."""

    provider_id: ProviderId
    minutes: int
    quickest: ServiceId | None


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class SearchEntry:
    """What a published provider is found by. It is derived from what others store, and can be built again."""

    provider_id: ProviderId
    words: Mapping[Place, tuple[str, ...]] = field(default_factory=dict)
    """The keys of the words, by place; see `words.keys_of`."""
    terms: tuple[Term, ...] = ()
    """Of a member of a salon, also its name."""
    parts: tuple[SearchPart, ...] = ()
    """By kind and id."""
    styles: tuple[str, ...] = ()
    """Folded."""
    categories: tuple[str, ...] = ()
    """Folded."""
    lat: float | None = None
    lon: float | None = None
    price_from: int | None = None
    """The lowest price of an appointment, in minor units of `currency`; None: no price is stated."""
    currency: str
    minutes: int
    """The shortest appointment."""
    quickest: ServiceId | None = None
    """The service of that length, of a provider who is booked by service."""
    free: FreeTime
    open_hours: int = 0
    """The quarters, from `free.since` on, that the opening hours touch."""
    starts: NextStarts | None = None
    """Those of the shortest appointment; None: the calendar has to be asked."""
    reliability: int = 1_000
    """In thousandths: see `Record.reliability`."""
    completeness: int = 0
    """In thousandths: see `completeness_of`."""
    merit: int = 0
    """See `merit_of`."""
    score: int = SCORE_WITHOUT_REVIEWS
    """See `Rating.score`; 0: of an entry that a former release made."""
    stars: int = 0
    """See `Rating.whole_stars`; of an entry that a former release made, the most that there can be."""
    version: str = ""
    """The public version of the provider that it was made from."""

    @property
    def offer(self) -> Offer:
        """The shortest appointment."""
        return Offer(self.provider_id, self.minutes, self.quickest)


class Record(NamedTuple):
    """What a provider has made of bookings: counts of a period."""

    confirmed: int = 0
    cancelled: int = 0
    """Confirmed ones that the provider's side cancelled."""
    requested: int = 0
    unanswered: int = 0

    @property
    def reliability(self) -> int:
        """In thousandths: the share of bookings that were kept, times that of requests that were answered.

        Each begins with ten imaginary good ones, so that one cancellation does not ruin a beginner.

        >>> Record().reliability, Record(confirmed=10, cancelled=10).reliability
        (1000, 500)
        """
        kept = 1_000 * (10 + self.confirmed - self.cancelled) // (10 + self.confirmed)
        answered = 1_000 * (10 + self.requested - self.unanswered) // (10 + self.requested)
        return max(0, kept) * max(0, answered) // 1_000


def completeness_of(*, parts: int, of: int) -> int:
    """How complete a profile is, in thousandths."""
    return 1_000 * parts // of


SearchFindingId = NewType("SearchFindingId", UUID)


class SearchFindingKind(StrEnum):
    """How the stored free time of a provider was wrong."""

    MISSED_TIME = "missed_time"
    """It lacked time that is free: searches by time missed the provider."""
    EXTRA_TIME = "extra_time"
    """It had time that is not free: the provider was looked at in vain."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class SearchFinding:
    """An entry whose free time is not that of the calendar that it was made from."""

    id: SearchFindingId
    provider_id: ProviderId
    kind: SearchFindingKind
    quarters: int
    """How many quarters of an hour were wrong."""
    first_at: datetime
    """When the first of them begins."""
    repaired: bool
    """Whether the entry agrees with the slots again. If not, the programme computes free time wrongly."""
    created_at: datetime


class SearchFindingCounts(NamedTuple):
    """How many findings there are."""

    repaired: int = 0
    not_repaired: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchFindingFilter:
    """A page of findings, newest first; None matches any value."""

    provider_id: ProviderId | None = None
    after: SearchFindingId | None = None
    """The last one of the previous page."""
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Facts:
    """What the points of a found provider come from."""

    place: Place | None = None
    """The best place in which all searched words are; None without text."""
    score: int
    """The Bayesian average of the ratings, in millionths of a star."""
    metres: int | None = None
    free_soon: int = 0
    """Free quarters of an hour within `SOON`."""
    reliability: int = 1_000
    completeness: int = 0
    days_published: int = NEW_FOR_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """Why a provider ranks where it does. The more, the better."""

    text: int
    rating: int
    nearness: int
    free_soon: int
    reliability: int
    completeness: int
    new: int

    @property
    def total(self) -> int:
        """By which found providers are ranked."""
        return (
            self.text + self.rating + self.nearness + self.free_soon + self.reliability + self.completeness + self.new
        )


TEXT_POINTS: Final[Mapping[Place, int]] = {Place.NAME: 400, Place.OFFER: 300, Place.ADDRESS: 200, Place.OTHER: 100}


def points_of(facts: Facts) -> Points:
    """The points of a found provider.

    At most 400 for text, 200 each for rating and nearness, 100 each for free time and reliability, 50 for completeness,
    and 30 for a new one. Nearness halves at `HALF_POINTS_AT_METRES`. Eight free hours within three days have all points
    of free time.

    >>> points_of(Facts(score=5_000_000, metres=2_000, free_soon=16, completeness=1_000, days_published=0))
    Points(text=0, rating=200, nearness=100, free_soon=50, reliability=100, completeness=50, new=30)
    """
    return Points(
        text=0 if facts.place is None else TEXT_POINTS[facts.place],
        rating=min(MOST_RATING, max(0, facts.score - NO_RATING_AT) // SCORE_PER_POINT),
        nearness=0
        if facts.metres is None
        else MOST_NEARNESS * HALF_POINTS_AT_METRES // (HALF_POINTS_AT_METRES + facts.metres),
        free_soon=min(facts.free_soon, ALL_FREE_SOON_AT) * MOST_FREE_SOON // ALL_FREE_SOON_AT,
        reliability=facts.reliability // THOUSANDTHS_PER_RELIABILITY,
        completeness=facts.completeness // THOUSANDTHS_PER_COMPLETENESS,
        new=max(0, NEW_FOR_DAYS - facts.days_published),
    )


def merit_of(*, score: int, reliability: int, completeness: int) -> int:
    """The points that a provider has whatever is searched, but for free time and those of a new one.

    >>> merit_of(score=5_000_000, reliability=1_000, completeness=1_000)
    350
    """
    points = points_of(Facts(score=score, reliability=reliability, completeness=completeness))
    return points.rating + points.reliability + points.completeness


LOTS: Final = 1 << 32


def lot_of(hit: UUID, day: date) -> int:
    """Orders hits with equal points: by a draw that changes every day, so that nobody is always last."""
    return hit.int % LOTS * draw_of(day) % LOTS


def draw_of(day: date) -> int:
    """The odd number by which the draw of a day multiplies the last 32 bits of ids: Knuth's multiplicative hash."""
    return day.toordinal() * 2_654_435_761 % (LOTS // 2) | 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A part of a map, in degrees. One that crosses the 180th meridian has a west above its east."""

    south: float
    west: float
    north: float
    east: float

    def contains(self, lat: float, lon: float) -> bool:
        """Whether a point is in it."""
        across = self.west <= lon <= self.east if self.west <= self.east else lon >= self.west or lon <= self.east
        return self.south <= lat <= self.north and across


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A point in WGS 84 degrees, and how far from it to search."""

    lat: float
    lon: float
    radius_metres: int

    def __post_init__(self) -> None:
        if not (-90 <= self.lat <= 90 and -180 <= self.lon <= 180):  # noqa: PLR2004
            raise InvalidValue(field="near", problem="latitude −90 to 90, longitude −180 to 180")
        if not 1 <= self.radius_metres <= MAX_RADIUS_METRES:
            raise InvalidValue(field="radius", problem=f"1 to {MAX_RADIUS_METRES} metres")

    @property
    def box(self) -> Box:
        """A box that contains all who are at most so many whole metres away."""
        high = degrees((self.radius_metres + 1) / EARTH_RADIUS_METRES)
        south, north = max(-90.0, self.lat - high), min(90.0, self.lat + high)
        narrowest = cos(radians(max(abs(south), abs(north))))
        wide = 180.0 if narrowest * 180 <= high else high / narrowest
        if wide >= 180:  # noqa: PLR2004 - a pole is inside
            return Box(south=south, north=north, west=-180.0, east=180.0)
        return Box(
            south=south, north=north, west=(self.lon - wide + 180) % 360 - 180, east=(self.lon + wide + 180) % 360 - 180
        )


class Position(NamedTuple):
    """Where a page of a search begins: after this hit."""

    key: int
    lot: int
    id: UUID
    of: UUID | None = None
    """The provider of a service or work: members of a salon may offer the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class SearchCriteria:
    """What a search asks for, and one page of what it finds. None and empty match anybody."""

    kind: SearchKind = SearchKind.PROVIDERS
    text: str | None = None
    all_but_one: bool = False
    """Whether one of several words may be missing."""
    styles: tuple[str, ...] = ()
    """Any of them."""
    category: str | None = None
    """A category of services."""
    tag: str | None = None
    """Of works."""
    language: str | None = None
    price_to: int | None = None
    """In minor units of `currency`."""
    currency: str | None = None
    rating_from: int | None = None
    """In stars: the average, of those who have reviews."""
    salon_id: SalonId | None = None
    among: tuple[ProviderId, ...] | None = None
    """Only these."""
    near: Near | None = None
    box: Box | None = None
    windows: tuple[TimeRange, ...] = ()
    """There must be a free slot within one of them."""
    minutes: int | None = None
    """The length of that slot; None: the provider's shortest."""
    open_at: datetime | None = None
    """The opening hours must contain this instant, within `DAYS` from `day` on."""
    order: SearchOrder = SearchOrder.BEST
    at: datetime
    """The moment for which the search is made: the same for all pages."""
    after: Position | None = None
    limit: int = 20
    candidates: int = MOST_CANDIDATES
    """How many providers that match are ranked: see `chosen_by`."""

    @property
    def chosen_by(self) -> SearchOrder:
        """Who is ranked if more match than `candidates`, and then the lower id: by what entries have.

        The cheapest or the best rated if they come first, else the nearest to the point, else those with most merit.
        """
        if self.order in {SearchOrder.CHEAPEST, SearchOrder.RATING}:
            return self.order
        return SearchOrder.BEST if self.near is None else SearchOrder.NEAREST

    @property
    def day(self) -> date:
        """The date in UTC on which free time and draws begin."""
        return self.at.astimezone(UTC).date()

    @property
    def starts_allowed(self) -> int:
        """The quarters, from `day` on, in which a slot may start."""
        windows = self._start_windows or (TimeRange(self.at, self.at + timedelta(days=DAYS)),)
        return reduce(or_, (mask_of(window, self.day) for window in windows))

    @property
    def open_quarter(self) -> int:
        """The number of the quarter, from `day` on, in which they must be open; by default the one of `at`."""
        return ((self.open_at or self.at) - datetime.combine(self.day, time(), UTC)) // QUARTER

    @property
    def soon(self) -> int:
        """The quarters, from `day` on, within `SOON`."""
        return mask_of(TimeRange(self.at, self.at + SOON), self.day)

    @property
    def _start_windows(self) -> tuple[TimeRange, ...]:
        """The ranges in which a slot of the length may start."""
        shortest = timedelta(minutes=self.minutes or 1)
        return tuple(
            TimeRange(each.start, each.end - shortest + timedelta.resolution)
            for each in self.windows
            if each.end - each.start >= shortest
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What matches a search, before its slots are checked."""

    provider_id: ProviderId
    """Of a salon: the member who is free first, or has most free time soon."""
    position: Position
    facts: Facts
    price_from: int | None
    currency: str
    minutes: int
    quickest: ServiceId | None
    salon_id: SalonId | None = None
    """The salon, if one was searched."""
    service_id: ServiceId | None = None
    """The service, if one was searched."""
    work_id: UUID | None = None
    """The item of a portfolio, if one was searched."""
    others: tuple[Offer, ...] = ()
    """Of a salon: the next members who match, `MOST_OTHERS` at most."""

    @property
    def offers(self) -> tuple[Offer, ...]:
        """Whose slots are shown."""
        return Offer(self.provider_id, self.minutes, self.quickest), *self.others


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """How many of the hits, at most `MOST_CANDIDATES`, have what."""

    total: int = 0
    at_least: bool = False
    """Whether more may match, because no more are ranked and counted."""
    styles: Mapping[str, int] = field(default_factory=dict)
    categories: Mapping[str, int] = field(default_factory=dict)
    languages: Mapping[str, int] = field(default_factory=dict)
    tags: Mapping[str, int] = field(default_factory=dict)
    """Of works."""
    open: int = 0
    """How many are open at `SearchCriteria.open_at`, by default at the moment of the search."""
