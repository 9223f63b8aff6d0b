"""Search: rank those that match, check their slots, and say what was given up if nobody matches."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain, islice
from typing import Any, Final, NamedTuple
from uuid import UUID

from booking_domain.catalogue.salons import Salon
from booking_domain.portfolio.model import PortfolioItemId
from booking_domain.portfolio.ports import PortfolioView
from booking_domain.scheduling.model import Slot
from booking_domain.scheduling.open_hours import open_until
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.scheduling.services import ServiceView
from booking_domain.scheduling.slots import slots_in_order
from booking_domain.scheduling.validity import NEVER, unchanged_until
from booking_domain.search.free_time import QUARTERS, QUARTERS_A_DAY
from booking_domain.search.model import (
    MAX_RADIUS_METRES,
    Facets,
    Found,
    Offer,
    Points,
    Position,
    Relaxation,
    SearchCriteria,
    SearchKind,
    SearchOrder,
    Suggestion,
    points_of,
)
from booking_domain.search.words import searched
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import ProviderId
from booking_domain.shared.queries import Query
from booking_domain.shared.time import TimeRange
from booking_domain.use_cases.platform.ports import Reads
from booking_domain.use_cases.platform.views import ListedSalon, ProviderView
from booking_domain.use_cases.search.appointments import length_of, schedule_for

SLOTS_SHOWN: Final = 3
SLOTS_WITHIN: Final = timedelta(days=7)
"""How far ahead a search without times shows slots."""
MOST_ROUNDS: Final = 5
"""How many pages of candidates are checked to fill one page."""
MOST_ROUNDS_IN_VAIN: Final = 20
"""How many are checked to find anybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A provider or a salon that was found, with its first free slots."""

    found: Found
    view: ProviderView
    """Of a salon: the first of `Found.offers`."""
    salon: Salon | None
    listed: ListedSalon | None = None
    """The salon, if one was searched."""
    service: ServiceView | None = None
    """The service, if one was searched."""
    work: PortfolioView | None = None
    """The work, if one was searched."""
    slots: tuple[Slot, ...]
    whose: tuple[ProviderId, ...]
    """With whom each of the slots is."""
    until: datetime
    """When time alone may change the slots."""

    @property
    def points(self) -> Points:
        """Why it ranks where it does."""
        return points_of(self.found.facts)

    @property
    def about(self) -> frozenset[UUID]:
        """The providers and the salon that it shows."""
        salon = () if self.salon is None else (self.salon.id,)
        return frozenset((*salon, *(offer.provider_id for offer in self.found.offers)))


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class SearchPage:
    """A page of a search."""

    hits: tuple[Hit, ...]
    next: Position | None
    facets: Facets | None
    """Of the first page."""
    relaxed: tuple[Relaxation, ...] = ()
    """What was given up, because nobody matches everything."""
    criteria: SearchCriteria
    """What its hits match: what was asked for, without what was given up."""

    @property
    def until(self) -> datetime:
        """When time alone may change what is shown."""
        return min((each.until for each in self.hits), default=NEVER)

    @property
    def about(self) -> frozenset[UUID]:
        """The providers and salons that are shown."""
        return frozenset(chain.from_iterable(each.about for each in self.hits))


class _Free(NamedTuple):
    slots: tuple[tuple[Slot, ProviderId], ...]
    until: datetime
    open: bool
    """Whether somebody is open when the search asks."""


async def _find(criteria: SearchCriteria, reads: Reads, *, counted: bool = False) -> SearchPage:
    """One page of what matches everything, with facets if it is `counted`.

    A search by time shows only those who have a slot then: the free time that is stored may be more than there is.

    Raises:
        InvalidValue: `nearest` needs a point, prices need a currency, and opening hours are known for `DAYS`.
    """
    if criteria.order == SearchOrder.NEAREST and criteria.near is None:
        raise InvalidValue(field="lat", problem="sorting by distance needs a point")
    if criteria.currency is None and (criteria.price_to is not None or criteria.order == SearchOrder.CHEAPEST):
        raise InvalidValue(field="currency", problem="prices need a currency")
    if not 0 <= criteria.open_quarter < QUARTERS - QUARTERS_A_DAY:
        raise InvalidValue(field="openAt", problem="a moment of today or within 30 days from now")
    return await _page(criteria, reads, counted=counted)


async def _search(criteria: SearchCriteria, reads: Reads) -> SearchPage:
    """As `_find`, with facets on the first page; if nothing matches everything, what matches most."""
    page = await _find(criteria, reads, counted=criteria.after is None)
    rest = [] if page.hits or criteria.after is not None else list(_relaxed(criteria))
    while rest and (number := await reads.search.first_to_match([relaxed for _, relaxed in rest])) is not None:
        given_up, relaxed = rest[number]
        page = await _page(relaxed, reads, counted=True)
        if page.hits:
            return replace(page, relaxed=given_up)
        rest = rest[number + 1 :]
    return page


def _relaxed(criteria: SearchCriteria) -> Iterator[tuple[tuple[Relaxation, ...], SearchCriteria]]:
    """The search without one of the things it asks for, then without ever more of them.

    First what matters least to most people: so whatever is given up had to be, or matters less than what had to.
    """
    near = criteria.near
    wider = near and replace(near, radius_metres=MAX_RADIUS_METRES)
    changes: dict[Relaxation, dict[str, Any]] = {
        Relaxation.TIME: {"windows": (), "minutes": None},
        Relaxation.OPEN: {"open_at": None},
        Relaxation.WORD: {"all_but_one": len(searched(criteria.text or "")) > 1},
        Relaxation.DISTANCE: {"near": wider, "box": None},
        Relaxation.PRICE: {"price_to": None},
        Relaxation.RATING: {"rating_from": None},
        Relaxation.LANGUAGE: {"language": None},
        Relaxation.STYLE: {"styles": (), "category": None},
        Relaxation.TEXT: {"text": None},
    }
    asked = {name: change for name, change in changes.items() if replace(criteria, **change) != criteria}
    for name, change in asked.items():
        yield (name,), replace(criteria, **change)
    names = tuple(asked)
    for number, change in enumerate(asked.values(), 1):
        criteria = replace(criteria, **change)
        if number > 1:
            yield names[:number], criteria


async def _page(criteria: SearchCriteria, reads: Reads, *, counted: bool) -> SearchPage:
    facets = Facets() if counted else None
    if criteria.text and not searched(criteria.text):  # marks alone match nobody, although no word is missing
        return SearchPage(hits=(), next=None, facets=facets, criteria=criteria)
    hits: list[tuple[Found, _Free]] = []
    after = criteria.after
    for number in range(MOST_ROUNDS_IN_VAIN):
        if hits and number >= MOST_ROUNDS:
            break
        asked = replace(criteria, after=after, limit=criteria.limit + 1)
        if counted and number == 0:
            candidates, facets = await reads.search.search_and_count(asked)
        else:
            candidates = await reads.search.search(asked)
        for each, free in await _with_slots(candidates, criteria, reads):
            if len(hits) == criteria.limit:
                return await _shown(hits, after, facets, criteria, reads)
            after = each.position
            if _suits(free, criteria):
                hits.append((each, free))
        if len(candidates) <= criteria.limit:
            return await _shown(hits, None, facets, criteria, reads)
    return await _shown(hits, after, facets, criteria, reads)


def _suits(free: _Free, criteria: SearchCriteria) -> bool:
    return free.open and bool(free.slots or not criteria.windows)


async def search_again(page: SearchPage, changed: frozenset[UUID], reads: Reads, now: datetime) -> SearchPage | None:
    """The page with the times, as they are now, of the hits that show these, and of those that time has changed.

    None if anything else than their times is different, or one has no time any more: then others may match.
    """
    stale = [each for each in page.hits if each.until <= now or not each.about.isdisjoint(changed)]
    criteria = page.criteria
    asked = replace(criteria, at=now, open_at=now if criteria.open_at == criteria.at else criteria.open_at)
    found = await _with_slots([each.found for each in stale], asked, reads)
    shown = await _shown(found, None, None, asked, reads)
    made = {each.found.position: each for each in shown.hits}
    for each, (_, free) in zip(stale, found, strict=True):
        again = made.get(each.found.position)
        if again is None or not _suits(free, asked):
            return None
        if replace(again, slots=each.slots, whose=each.whose, until=each.until) != each:
            return None
    return replace(page, hits=tuple(made.get(each.found.position, each) for each in page.hits))


async def hits_of(provider_ids: Sequence[ProviderId], at: datetime, reads: Reads) -> Mapping[ProviderId, Hit]:
    """The hits of those of these providers who are found, whatever else matches, with their first slots."""
    criteria = SearchCriteria(among=tuple(provider_ids), at=at, limit=len(provider_ids))
    found = await reads.search.search(criteria) if provider_ids else ()
    shown = await _shown(await _with_slots(found, criteria, reads), None, None, criteria, reads)
    return {each.found.provider_id: each for each in shown.hits}


async def _with_slots(
    candidates: Sequence[Found], criteria: SearchCriteria, reads: Reads
) -> Sequence[tuple[Found, _Free]]:
    """Each candidate with its first slots."""
    if not candidates:
        return []
    windows = criteria.windows or (TimeRange(criteria.at, criteria.at + SLOTS_WITHIN),)
    offers = list(dict.fromkeys(chain.from_iterable(each.offers for each in candidates)))
    free = await _known(offers, windows, criteria, reads)
    if rest := [offer for offer in offers if offer not in free]:
        free |= await _computed(rest, windows, criteria, reads)
    return [(each, _first([free[offer] for offer in each.offers])) for each in candidates]


async def _known(
    offers: Sequence[Offer], windows: Sequence[TimeRange], criteria: SearchCriteria, reads: Reads
) -> dict[Offer, _Free]:
    """Of those whose next starts are known and cover the windows: these need no calendar."""
    if criteria.minutes is not None or criteria.open_at is not None or criteria.kind is SearchKind.SERVICES:
        return {}
    found: dict[Offer, _Free] = {}
    for offer, starts in (await reads.search.next_starts(offers)).items():
        first = starts.first(
            windows, criteria.at, minutes=offer.minutes, whole=bool(criteria.windows), most=SLOTS_SHOWN
        )
        if first is not None:
            until = starts.unchanged_until(min((each.start for each in first), default=None))
            slots = tuple((Slot(each.start, each.end), offer.provider_id) for each in first)
            found[offer] = _Free(slots, until, open=True)
    return found


async def _computed(
    offers: Sequence[Offer], windows: Sequence[TimeRange], criteria: SearchCriteria, reads: Reads
) -> dict[Offer, _Free]:
    around = TimeRange(
        min(each.start for each in windows),
        max(criteria.open_at or criteria.at, *(each.end for each in windows)) + timedelta.resolution,
    )
    services = [each.quickest for each in offers if each.quickest is not None]
    schedules = await reads.schedules.of_all(list(dict.fromkeys(each.provider_id for each in offers)), around, services)
    by_id = {each.provider_id: each for each in schedules}
    return {offer: _free(offer, by_id.get(offer.provider_id), windows, criteria) for offer in offers}


def _first(free: Sequence[_Free]) -> _Free:
    """The first slots of all."""
    if len(free) == 1:
        return free[0]
    slots = sorted(chain.from_iterable(each.slots for each in free), key=lambda each: each[0].start)
    return _Free(tuple(slots[:SLOTS_SHOWN]), min(each.until for each in free), any(each.open for each in free))


def _free(
    offer: Offer, schedule: ProviderSchedule | None, windows: Sequence[TimeRange], criteria: SearchCriteria
) -> _Free:
    if schedule is None or not schedule.accepting:
        return _Free((), NEVER, open=False)
    schedule, slots = _offered(offer, schedule, windows, criteria)
    first = tuple((slot, offer.provider_id) for slot in islice(slots, SLOTS_SHOWN))
    start = min((slot.start for slot, _ in first), default=None)
    last = max(windows, key=lambda each: each.end)
    until = unchanged_until(schedule, last, criteria.at, first=start)
    if criteria.open_at is None:
        return _Free(first, until, open=True)
    closes = open_until(schedule.calendar, criteria.open_at)
    if closes is not None and criteria.open_at == criteria.at:
        until = min(until, closes)
    return _Free(first, until, open=closes is not None)


def _offered(
    offer: Offer, schedule: ProviderSchedule, windows: Sequence[TimeRange], criteria: SearchCriteria
) -> tuple[ProviderSchedule, Iterator[Slot]]:
    """The schedule for what is searched, and its slots in the windows; within them, if the search asks for times."""
    length = criteria.minutes
    of = schedule_for(offer, schedule)
    if length is not None:  # of the length that is asked for, and with what the offer needs
        schedule = schedule if of is None else replace(schedule, needs=of.needs)
    elif of is None:
        return schedule, iter(())
    else:
        schedule, length = of, length_of(offer)
    calendar, _ = schedule.calendar_at(criteria.at)
    slots = (
        slot
        for window in windows
        for slot in slots_in_order(calendar, schedule.claims, window=window, now=criteria.at, duration_minutes=length)
        if slot.end <= window.end or not criteria.windows
    )
    return schedule, slots


async def _shown(
    found: Sequence[tuple[Found, _Free]],
    after: Position | None,
    facets: Facets | None,
    criteria: SearchCriteria,
    reads: Reads,
) -> SearchPage:
    ids = [each.provider_id for each, _ in found]
    views = {view.profile.id: (view, salon) for view, salon in await reads.providers.with_salons(ids)} if ids else {}
    searched_salons = [each.salon_id for each, _ in found if each.salon_id is not None]
    listed = {each.salon.id: each for each in await reads.salons.listed(searched_salons)} if searched_salons else {}
    services = await _services((each for each, _ in found), reads)
    works = await _works((each for each, _ in found), reads)
    hits = []
    for each, free in found:
        view, salon = views.get(each.provider_id, (None, None))
        listed_salon = None if each.salon_id is None else listed.get(each.salon_id)
        service = None if each.service_id is None else services.get((each.provider_id, each.service_id))
        work = None if each.work_id is None else works.get(each.work_id)
        asked = ((each.salon_id, listed_salon), (each.service_id, service), (each.work_id, work))
        if view is None or not view.profile.published or any(id_ is not None and its is None for id_, its in asked):
            continue
        hits.append(
            Hit(
                found=each,
                service=service,
                work=work,
                view=view,
                salon=salon,
                listed=listed_salon,
                slots=tuple(slot for slot, _ in free.slots),
                whose=tuple(provider_id for _, provider_id in free.slots),
                until=free.until,
            )
        )
    return SearchPage(hits=tuple(hits), next=after, facets=facets, criteria=criteria)


async def _services(found: Iterable[Found], reads: Reads) -> Mapping[tuple[ProviderId, UUID | None], ServiceView]:
    """The services that are found, as they are now."""
    of = dict.fromkeys(each.provider_id for each in found if each.service_id is not None)
    services = await reads.services.of_providers(list(of)) if of else {}
    return {(of, view.service.id): view for of, views in services.items() for view in views if view.bookable}


async def _works(found: Iterable[Found], reads: Reads) -> Mapping[UUID | None, PortfolioView]:
    ids = [PortfolioItemId(each.work_id) for each in found if each.work_id is not None]
    works = await reads.portfolios.public(ids) if ids else ()
    return {view.item.id: view for view in works}


async def _suggest(text: str, limit: int, reads: Reads) -> Sequence[Suggestion]:
    """Names, services, styles and places that have these words."""
    return await reads.search.suggest(text, limit)


find_providers: Final = Query(_find, (InvalidValue,))
search_providers: Final = Query(_search, (InvalidValue,))
search_salons: Final = Query(_search, (InvalidValue,))
search_services: Final = Query(_search, (InvalidValue,))
search_works: Final = Query(_search, (InvalidValue,))
suggest: Final = Query(_suggest)
