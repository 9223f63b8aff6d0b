"""The JSON of searches."""

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Final, cast
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, field
from msgspec.structs import fields

from booking_domain.catalogue.model import LANGUAGE_PATTERN, MAX_STYLE, MAX_STYLES, ProviderFilter, ProviderOrder
from booking_domain.files.ports import ObjectLinks
from booking_domain.portfolio.model import PortfolioItemId
from booking_domain.portfolio.ports import PortfolioFilter, PortfolioView
from booking_domain.scheduling.services import MAX_CATEGORY, ServiceView
from booking_domain.search.free_time import DAYS
from booking_domain.search.model import (
    MAX_RADIUS_METRES,
    MAX_SEARCH_TEXT,
    Box,
    Facets,
    Near,
    Points,
    Position,
    Relaxation,
    SearchCriteria,
    SearchFinding,
    SearchFindingFilter,
    SearchFindingKind,
    SearchKind,
    SearchOrder,
    Suggestion,
    TermKind,
)
from booking_domain.search.recommendations import MOST_RECOMMENDED, Reason
from booking_domain.search.when import PartOfDay, windows_in
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import ProviderId, SalonId
from booking_domain.shared.time import TimeRange, instant, time_zone
from booking_domain.use_cases.platform.views import ListedSalon
from booking_domain.use_cases.search.queries import SLOTS_SHOWN, Hit, SearchPage
from entrypoints.http.kit.cursors import DEFAULT_LIMIT, PAGE_AND_ONE, Page, PageQuery, cut, read_cursor
from entrypoints.http.kit.fields import (
    Amount,
    Currency,
    Json,
    LengthMinutes,
    Limit,
    Moment,
    Query,
    Timestamp,
    ZoneName,
    one_of,
)
from entrypoints.http.kit.images import ImageJson, picture_or_none
from entrypoints.http.kit.points import PointJson, point_json
from entrypoints.http.kit.projection import projection
from entrypoints.http.kit.queries import moment
from entrypoints.http.portfolio import PortfolioItemJson, Tag, item_members
from entrypoints.http.providers.schemas import SlotJson, slot_json
from entrypoints.http.salons.schemas import SalonJson, SalonSlotJson, salon_members
from entrypoints.http.services.schemas import ServiceJson, service_members

_LAT: Final = Meta(ge=-90, le=90)
_LON: Final = Meta(ge=-180, le=180)
_DEFAULT_RADIUS_KM: Final = 10
_DEFAULT_DAYS: Final = 14
_A_DAY: Final = timedelta(days=1)
_NOW: Final = "now"
_LOCAL: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?")


class SearchFindingsQuery(PageQuery, frozen=True, kw_only=True):
    """A page of findings."""

    provider_id: ProviderId | None = None


class SearchFindingJson(Json, frozen=True, kw_only=True):
    """Free time of a provider that was stored wrongly."""

    id: UUID
    provider_id: UUID
    kind: SearchFindingKind
    """`missed_time`: searches by time missed the provider. `extra_time`: they looked at it in vain."""
    quarters: int
    """How many quarters of an hour were wrong."""
    first_at: Timestamp
    """When the first of them begins."""
    repaired: bool
    """Whether search agrees with the slots again. If not, tell the makers of this programme."""
    created_at: Timestamp


class SearchFindingsJson(Page[SearchFindingJson], frozen=True, kw_only=True):
    """A page of findings."""


chosen_findings: Final = projection(SearchFindingsQuery, SearchFindingFilter, **PAGE_AND_ONE)
finding_json: Final = projection(SearchFinding, SearchFindingJson)


AppointmentMinutes = Annotated[
    LengthMinutes | None,
    Meta(description="The length of the appointment in minutes; by default the provider's shortest."),
]
SearchCursor = Annotated[
    str, Meta(max_length=200, pattern="^[A-Za-z0-9_-]+$", description="`nextCursor` of the previous page.")
]


OpenAt = Annotated[
    str,
    Meta(
        min_length=3,
        max_length=40,
        description="When the provider must be open, whether free or not, within 30 days: `now`, an RFC 3339 instant, "
        "or a local time of `timeZone` (`2026-11-28T19:00`).",
    ),
]


class PlaceQuery(Query, frozen=True, kw_only=True):
    """A point, and how far from it."""

    lat: Annotated[float, _LAT] | None = None
    lon: Annotated[float, _LON] | None = None
    radius_km: Annotated[int, Meta(ge=1, le=MAX_RADIUS_METRES // 1_000)] = _DEFAULT_RADIUS_KM
    """How far from `lat` and `lon` to search, in kilometres."""

    def near(self) -> Near | None:
        """Return the point, if there is one."""
        if self.lat is None and self.lon is None:
            return None
        if self.lat is None or self.lon is None:
            missing = "lat" if self.lat is None else "lon"
            raise InvalidValue(field=missing, problem="a point needs a latitude and a longitude")
        return Near(lat=self.lat, lon=self.lon, radius_metres=self.radius_km * 1_000)


class CriteriaQuery(PlaceQuery, frozen=True, kw_only=True):
    """What providers must match: all of it; `from`, `to`, `partOfDay` and `weekends` say when they must have time."""

    text: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=MAX_SEARCH_TEXT,
                description="Words of names, services, styles, places and descriptions, perhaps misspelt.",
            ),
        ]
        | None
    ) = None
    styles: Annotated[
        tuple[Annotated[str, Meta(min_length=1, max_length=MAX_STYLE)], ...],
        Meta(max_length=MAX_STYLES, description="Any of these styles: repeat the parameter."),
    ] = ()
    category: Annotated[str, Meta(min_length=1, max_length=MAX_CATEGORY)] | None = None
    """A category of services."""
    language: Annotated[str, Meta(pattern=f"^{LANGUAGE_PATTERN}$")] | None = None
    """A language in which customers are served."""
    price_to: Amount | None = None
    """The most that the cheapest appointment may cost. Needs `currency`."""
    currency: Currency | None = None
    rating_from: Annotated[int, Meta(ge=1, le=5)] | None = None
    """The least average rating in stars."""
    salon_id: SalonId | None = None
    south: Annotated[float, _LAT] | None = None
    """The southern edge of a map: give all four edges, instead of a point."""
    west: Annotated[float, _LON] | None = None
    """The western edge. It may be above `east`: then the map crosses the 180th meridian."""
    north: Annotated[float, _LAT] | None = None
    """The northern edge."""
    east: Annotated[float, _LON] | None = None
    """The eastern edge."""
    from_: Moment | None = field(name="from", default=None)
    """From when on there must be a free time: by default now. A date is one of `timeZone`."""
    to: Moment | None = None
    """Until when: by default 14 days after `from`, and at most 31 days from now."""
    part_of_day: PartOfDay | None = None
    """`morning` is 06:00 to 12:00, `afternoon` 12:00 to 18:00, `evening` 18:00 to 23:00."""
    weekends: bool = False
    """Only Saturdays and Sundays."""
    open_at: OpenAt | None = None
    time_zone: ZoneName = "UTC"
    """In which dates, local times, parts of days and weekends are meant, and slots are returned."""

    def _criteria(self, order: SearchOrder, limit: int, cursor_text: str | None, now: datetime) -> SearchCriteria:
        cursor = None if cursor_text is None else _read_cursor(cursor_text)
        zone = time_zone(self.time_zone)
        at = now if cursor is None else cursor.at
        return SearchCriteria(
            text=self.text,
            styles=self.styles,
            category=self.category,
            language=self.language,
            price_to=self.price_to,
            currency=self.currency,
            rating_from=self.rating_from,
            salon_id=self.salon_id,
            near=self.near(),
            box=self._box(),
            windows=tuple(self._windows(at, zone)),
            minutes=getattr(self, "minutes", None),  # a service has its own
            open_at=self._open_at(at, zone),
            order=order,
            at=at,
            after=None if cursor is None else Position(cursor.key, cursor.lot, cursor.id, cursor.of),
            limit=limit,
        )

    def _open_at(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        if self.open_at is None or self.open_at == _NOW:
            return None if self.open_at is None else now
        local = _LOCAL.fullmatch(self.open_at) and datetime.fromisoformat(self.open_at)
        return instant(local.replace(tzinfo=zone)) if local else moment(self.open_at, zone, name="openAt")

    def _box(self) -> Box | None:
        edges = {"south": self.south, "west": self.west, "north": self.north, "east": self.east}
        given = {name: edge for name, edge in edges.items() if edge is not None}
        if not given:
            return None
        for name in edges:
            if name not in given:
                raise InvalidValue(field=name, problem="a part of a map needs all four edges")
        if given["south"] > given["north"]:
            raise InvalidValue(field="north", problem="the north must not be below the south")
        return Box(**given)

    def _windows(self, now: datetime, zone: ZoneInfo) -> Iterator[TimeRange]:
        """The ranges in which there must be free time."""
        if self.from_ is None and self.to is None and self.part_of_day is None and not self.weekends:
            return
        start = now if self.from_ is None else max(now, moment(self.from_, zone, name="from"))
        end = start + _DEFAULT_DAYS * _A_DAY if self.to is None else moment(self.to, zone, name="to")
        end = min(end, now + (DAYS - 1) * _A_DAY)
        if start >= end:
            raise InvalidValue(field="to", problem="the end must be after the start, and within 30 days from now")
        yield from windows_in(start, end, zone, self.part_of_day, weekends=self.weekends)


class PagedQuery(CriteriaQuery, frozen=True, kw_only=True):
    """What to search, and which page of it."""

    sort: SearchOrder = SearchOrder.BEST
    """`nearest` needs `lat` and `lon`; `cheapest` needs `currency`."""
    limit: Annotated[int, Meta(ge=1, le=50, description="The maximum number of hits on a page.")] = 20
    cursor: SearchCursor | None = None

    def criteria(self, now: datetime) -> SearchCriteria:
        """Return what to search."""
        return self._criteria(self.sort, self.limit, self.cursor, now)


class ServiceSearchQuery(PagedQuery, frozen=True, kw_only=True):
    """Which services to search: `category`, `priceTo` and the free time are theirs, all else is their provider's."""

    def criteria(self, now: datetime) -> SearchCriteria:
        """Return what to search."""
        return replace(super().criteria(now), kind=SearchKind.SERVICES)


class SearchQuery(PagedQuery, frozen=True, kw_only=True):
    """What to search, and which page of it."""

    minutes: AppointmentMinutes = None


class SalonsQuery(SearchQuery, frozen=True, kw_only=True):
    """Which salons to search: those of which a member matches all but `text`, whose words they may have together."""

    city: Annotated[str, Meta(min_length=1, max_length=MAX_SEARCH_TEXT)] | None = None
    """Words of the place, as words of `text`."""

    def criteria(self, now: datetime) -> SearchCriteria:
        """Return what to search."""
        text = " ".join(filter(None, (self.text, self.city))) or None
        return replace(super().criteria(now), kind=SearchKind.SALONS, text=text)


class ProvidersSort(StrEnum):
    """How a list of providers is sorted."""

    REGISTERED = "registered"
    """In the order of registration; only without criteria."""
    RATING = "rating"
    BEST = "best"
    NEAREST = "nearest"
    SOONEST = "soonest"
    CHEAPEST = "cheapest"


class WorksQuery(CriteriaQuery, frozen=True, kw_only=True):
    """Which works to search, or the page of the list of all, or of those with a tag, newest first."""

    tag: Tag | None = None
    """A tag of the work, in any case."""
    minutes: AppointmentMinutes = None
    sort: SearchOrder | None = None
    """By default `best`; without criteria beside `tag`, the newest come first."""
    limit: Limit = DEFAULT_LIMIT
    cursor: SearchCursor | None = None

    @property
    def searches(self) -> bool:
        """Whether there are criteria, or an order that only a search has."""
        return self.sort is not None or _given(self, WorksQuery, "tag", "time_zone")

    def criteria(self, now: datetime) -> SearchCriteria:
        """Return what to search."""
        found = self._criteria(self.sort or SearchOrder.BEST, self.limit, self.cursor, now)
        return replace(found, kind=SearchKind.WORKS, tag=self.tag)

    def listed(self) -> PortfolioFilter:
        """Return the page of the list, and one item more."""
        return PortfolioFilter(tag=self.tag, after=read_cursor(self.cursor, PortfolioItemId), limit=self.limit + 1)


class ProvidersQuery(CriteriaQuery, frozen=True, kw_only=True):
    """A page of the published providers, or of those that match the criteria of a search."""

    style: Annotated[str, Meta(min_length=1, max_length=MAX_STYLE)] | None = None
    """As one of `styles`."""
    minutes: AppointmentMinutes = None
    city: Annotated[str, Meta(min_length=1, max_length=MAX_SEARCH_TEXT)] | None = None
    """Words of the place, as words of `text`."""
    sort: ProvidersSort | None = None
    """By default `registered`, with criteria `best`. `nearest` needs `lat` and `lon`; `cheapest` needs `currency`."""
    limit: Limit = DEFAULT_LIMIT
    cursor: SearchCursor | None = None

    @property
    def searches(self) -> bool:
        """Whether there are criteria, or an order that only a search has."""
        listed = {None, ProvidersSort.REGISTERED, ProvidersSort.RATING}
        return self.sort not in listed or _given(self, ProvidersQuery)

    def criteria(self, now: datetime) -> SearchCriteria:
        """Return what to search."""
        if self.sort is ProvidersSort.REGISTERED:
            raise InvalidValue(field="sort", problem="providers that match criteria have no order of registration")
        text = " ".join(filter(None, (self.text, self.city))) or None
        styles = self.styles if self.style is None else (*self.styles, self.style)
        order = SearchOrder(self.sort or ProvidersSort.BEST)
        return replace(self._criteria(order, self.limit, self.cursor, now), text=text, styles=styles)

    def listed(self) -> ProviderFilter:
        """Return the page of the list, and one provider more."""
        order = ProviderOrder(self.sort or ProvidersSort.REGISTERED)
        return ProviderFilter(order=order, after=read_cursor(self.cursor, ProviderId), limit=self.limit + 1)


def _given(query: CriteriaQuery, of: type[CriteriaQuery], *but: str) -> bool:
    """Whether there are criteria, beside these."""
    others = {"sort", "limit", "cursor", *but}
    return any(getattr(query, each.name) != each.default for each in fields(of) if each.name not in others)


class _Cursor(msgspec.Struct, array_like=True, frozen=True, omit_defaults=True):
    """The last hit of a page, and when the search was made."""

    at: datetime
    key: int
    lot: int
    id: UUID
    of: UUID | None = None


def search_cursor(position: Position, at: datetime) -> str:
    raw = msgspec.msgpack.encode(_Cursor(at, *position))
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _read_cursor(text: str) -> _Cursor:
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        return msgspec.msgpack.decode(raw, type=_Cursor)
    except (binascii.Error, ValueError, msgspec.MsgspecError) as error:
        raise InvalidValue(field="cursor", problem="the server did not issue this cursor") from error


class PointsJson(Json, frozen=True, kw_only=True):
    """Why a hit ranks where it does: the points of each part, which add up. `sort` may order by something else."""

    total: int
    """The sum."""
    text: int
    """At most 400: where the words of `text` are."""
    rating: int
    """At most 200: the average of the ratings, of few drawn towards four stars."""
    nearness: int
    """At most 200, and half of it at two kilometres."""
    free_soon: int
    """At most 100: free time within three days."""
    reliability: int
    """At most 100: confirmed bookings that the provider did not cancel, and requests that were answered."""
    completeness: int
    """At most 50: what the profile has."""
    new: int
    """At most 30: less every day after the profile was opened."""


class SearchSalonJson(Json, frozen=True, kw_only=True):
    """The salon that the provider is a member of."""

    id: UUID
    name: str
    city: str


class HitJson(Json, frozen=True, kw_only=True):
    """A provider that was found."""

    provider_id: UUID
    display_name: str
    photo: ImageJson | None = None
    """The photo."""
    styles: tuple[str, ...]
    languages: tuple[str, ...]
    address: str
    location: PointJson | None = None
    salon: SearchSalonJson | None = None
    time_zone: str
    """The provider's time zone."""
    rating: float | None = None
    """The mean of the published reviews in stars, if there are any."""
    rating_count: int
    price_from_amount: int | None = None
    """The price of the cheapest appointment, if prices are stated."""
    currency: str
    distance_metres: int | None = None
    """How far it is from `lat` and `lon`."""
    minutes: int
    """The length of the slots."""
    slots: Annotated[tuple[SlotJson, ...], Meta(max_length=SLOTS_SHOWN)]
    """The first slots that can be booked: in the searched time, or within a week."""
    points: PointsJson
    """Why it ranks where it does."""


class RecommendedQuery(PlaceQuery, frozen=True, kw_only=True):
    """Where to recommend providers, and how many."""

    limit: Annotated[int, Meta(ge=1, le=MOST_RECOMMENDED)] = 10
    """The maximum number of providers."""
    time_zone: ZoneName = "UTC"
    """In which slots are returned."""


class RecommendationJson(Json, frozen=True, kw_only=True):
    """A provider that is recommended."""

    reason: Annotated[str, one_of(Reason)]
    """Why. `book_again`: you were there, often or lately. `similar`: others who book yours go there too. `style`: it
    has styles of yours. `popular`: many were there lately, nearby if a place is known. `ranks_well`: it ranks well in a
    search, nearby if a place is known."""
    hit: HitJson
    """The provider, as a search finds it."""


class RecommendationsJson(Json, frozen=True, kw_only=True):
    """The providers that are recommended, the best first; none if the account has opted out."""

    items: tuple[RecommendationJson, ...]


class FacetJson(Json, frozen=True, kw_only=True):
    """A value, and how many of the found providers have it."""

    value: str
    """The value, to search by."""
    count: int
    """How many have it."""


class FacetsJson(Json, frozen=True, kw_only=True):
    """What the providers have that match, of at most 300. Styles and categories are in small letters."""

    total: int
    """How many match."""
    at_least: bool
    """Whether more may match, because no more are counted: write 300+. Then the other counts are of these."""
    styles: tuple[FacetJson, ...]
    categories: tuple[FacetJson, ...]
    """The categories of services."""
    languages: tuple[FacetJson, ...]
    tags: tuple[FacetJson, ...] | None = None
    """Of works."""
    open: int
    """How many are open at `openAt`, by default now."""


class SearchJson(Json, frozen=True, kw_only=True):
    """A page of a search."""

    items: tuple[HitJson, ...]
    next_cursor: str | None = None
    facets: FacetsJson | None = None
    """Of the first page."""
    relaxed: tuple[Annotated[str, one_of(Relaxation)], ...] | None = None
    """What the search gave up, in this order, if nobody matches everything."""


class SalonHitJson(SalonJson, frozen=True, kw_only=True):
    """A salon that was found. Price, distance and points are the best of its members who match."""

    provider_count: int
    """How many published providers the salon has."""
    rating: float | None = None
    """The mean of the reviews of its providers in stars, if there are any."""
    rating_count: int
    price_from_amount: int | None = None
    """The price of the cheapest appointment, if prices are stated."""
    currency: str
    distance_metres: int | None = None
    """How far it is from `lat` and `lon`."""
    slots: Annotated[tuple[SalonSlotJson, ...], Meta(max_length=SLOTS_SHOWN)]
    """The first slots that can be booked with members who match: in the searched time, or within a week."""
    points: PointsJson
    """Why it ranks where it does."""


class SalonSearchJson(Json, frozen=True, kw_only=True):
    """A page of a search of salons."""

    items: tuple[SalonHitJson, ...]
    next_cursor: str | None = None
    facets: FacetsJson | None = None
    """Of the first page: how many salons have members who match and have what."""
    relaxed: tuple[Annotated[str, one_of(Relaxation)], ...] | None = None
    """What the search gave up, in this order, if no salon matches everything."""


class ServiceHitJson(ServiceJson, frozen=True, kw_only=True):
    """A service that was found, as its provider offers it."""

    provider: HitJson
    """Who offers it. Price, length and slots are those of the service."""


class ServiceSearchJson(Json, frozen=True, kw_only=True):
    """A page of a search of services."""

    items: tuple[ServiceHitJson, ...]
    next_cursor: str | None = None
    facets: FacetsJson | None = None
    """Of the first page: how many services have which category, and a provider who has what."""
    relaxed: tuple[Annotated[str, one_of(Relaxation)], ...] | None = None
    """What the search gave up, in this order, if no service matches everything."""


class WorkHitJson(PortfolioItemJson, frozen=True, kw_only=True):
    """A work in a list or of a search."""

    provider: HitJson | None = None
    """Whose it is, with slots, points and distance; not in the list of the newest."""


class WorkSearchJson(Json, frozen=True, kw_only=True):
    """A page of a list or a search of works."""

    items: tuple[WorkHitJson, ...]
    next_cursor: str | None = None
    facets: FacetsJson | None = None
    """Of the first page of a search: how many works have which tag, and a provider who has what."""
    relaxed: tuple[Annotated[str, one_of(Relaxation)], ...] | None = None
    """What the search gave up, in this order, if no work matches everything."""


class SuggestionsQuery(Query, frozen=True, kw_only=True):
    """What somebody is typing."""

    text: Annotated[str, Meta(min_length=1, max_length=MAX_SEARCH_TEXT)]
    """The last word may be unfinished."""
    limit: Annotated[int, Meta(ge=1, le=20)] = 8
    """The maximum number of suggestions."""


class SuggestionJson(Json, frozen=True, kw_only=True):
    """A text to search."""

    kind: Annotated[str, one_of(TermKind)]
    text: str
    count: int
    """How many providers have it, at most 100."""
    at_least: bool
    """Whether more may have it."""


class SuggestionsJson(Json, frozen=True, kw_only=True):
    """Texts to search, the commonest first."""

    items: tuple[SuggestionJson, ...]


_points: Final = projection(Points, PointsJson)


def suggestion_json(found: Suggestion) -> SuggestionJson:
    kind, text = found.term
    return SuggestionJson(kind=kind, text=text, count=found.count, at_least=found.at_least)


def hit_json(hit: Hit, zone: ZoneInfo, links: ObjectLinks) -> HitJson:
    profile, found, salon = hit.view.profile, hit.found, hit.salon
    location = profile.location or (salon.location if salon else None)
    return HitJson(
        provider_id=profile.id,
        display_name=profile.display_name,
        photo=picture_or_none(profile.photo, links),
        styles=profile.styles,
        languages=profile.languages,
        address=profile.address or (salon.address if salon else ""),
        location=None if location is None else point_json(location),
        salon=None if salon is None else SearchSalonJson(id=salon.id, name=salon.name, city=salon.city),
        time_zone=hit.view.time_zone,
        rating=profile.rating.average,
        rating_count=profile.rating.count,
        price_from_amount=found.price_from,
        currency=found.currency,
        distance_metres=found.facts.metres,
        minutes=found.minutes,
        slots=tuple(slot_json(slot, zone) for slot in hit.slots),
        points=_points(hit.points),
    )


def salon_hit_json(hit: Hit, zone: ZoneInfo, links: ObjectLinks) -> SalonHitJson:
    found, listed = hit.found, cast("ListedSalon", hit.listed)
    slots = ((slot_json(slot, zone), whose) for slot, whose in zip(hit.slots, hit.whose, strict=True))
    return SalonHitJson(
        **salon_members(listed.salon, links),
        provider_count=listed.totals.count,
        rating=listed.totals.rating.average,
        rating_count=listed.totals.rating.count,
        price_from_amount=found.price_from,
        currency=found.currency,
        distance_metres=found.facts.metres,
        slots=tuple(SalonSlotJson(start=slot.start, end=slot.end, provider_ids=(whose,)) for slot, whose in slots),
        points=_points(hit.points),
    )


def service_hit_json(hit: Hit, zone: ZoneInfo, links: ObjectLinks) -> ServiceHitJson:
    return ServiceHitJson(**service_members(cast("ServiceView", hit.service)), provider=hit_json(hit, zone, links))


def work_hit_json(hit: Hit, zone: ZoneInfo, links: ObjectLinks) -> WorkHitJson:
    return WorkHitJson(**item_members(cast("PortfolioView", hit.work), links), provider=hit_json(hit, zone, links))


def listed_works_json(found: Sequence[PortfolioView], limit: int, links: ObjectLinks) -> WorkSearchJson:
    """A page of the `limit` + 1 items that were read."""
    page, next_cursor = cut(found, limit, lambda view: view.item.id)
    return WorkSearchJson(
        items=tuple(WorkHitJson(**item_members(view, links)) for view in page), next_cursor=next_cursor
    )


def page_members(page: SearchPage) -> dict[str, Any]:
    """Return the members of a page that are not its hits."""
    return {
        "next_cursor": None if page.next is None else search_cursor(page.next, page.criteria.at),
        "facets": None if page.facets is None else facets_json(page.facets),
        "relaxed": tuple(each.value for each in page.relaxed) or None,
    }


def facets_json(facets: Facets) -> FacetsJson:
    def counted(found: Any) -> tuple[FacetJson, ...]:
        return tuple(FacetJson(value=value, count=count) for value, count in found.items())

    return FacetsJson(
        total=facets.total,
        at_least=facets.at_least,
        styles=counted(facets.styles),
        categories=counted(facets.categories),
        languages=counted(facets.languages),
        tags=counted(facets.tags) or None,
        open=facets.open,
    )
