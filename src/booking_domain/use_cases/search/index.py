"""Keep the entry of a provider: what it is found by, and its free time.

An entry is made from what is committed, outside any database transaction, and replaces the former one. Jobs of one
provider run one by one, so that an older entry never replaces a newer one.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from booking_domain.catalogue.salons import Salon
from booking_domain.portfolio.ports import PortfolioView
from booking_domain.scheduling.feeds import WhenFeedFails
from booking_domain.scheduling.model import Calendar
from booking_domain.scheduling.open_hours import Span, open_ranges
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.scheduling.services import ServiceView, shortest
from booking_domain.scheduling.slots import outside_services, slots_in_order
from booking_domain.scheduling.validity import NEVER, unchanged_until
from booking_domain.scheduling.whole_days import whole_days_between
from booking_domain.search.free_time import DAYS, FreeTime
from booking_domain.search.model import (
    LONGEST_RUN,
    Offer,
    PartKind,
    Place,
    SearchEntry,
    SearchPart,
    Term,
    TermKind,
    completeness_of,
    merit_of,
)
from booking_domain.search.next_starts import NextStarts, days_known
from booking_domain.search.words import keys_of_all
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.clock import Clock
from booking_domain.shared.executor import Executor, UseCase, UseCaseContext
from booking_domain.shared.folding import folded
from booking_domain.shared.ids import ProviderId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.time import ORIGIN, TimeRange
from booking_domain.use_cases.platform.ports import Reads, Repositories
from booking_domain.use_cases.platform.views import ProviderView
from booking_domain.use_cases.search.appointments import length_of, schedule_for

RECORD_OF: Final = timedelta(days=180)
"""How long what a provider has made of bookings counts."""
_ITEMS: Final = 50
_A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """What an entry is made of."""

    view: ProviderView
    salon: Salon | None
    services: tuple[ServiceView, ...]
    portfolio: tuple[PortfolioView, ...]


async def refresh_entry(
    provider_id: ProviderId, *, reads: Reads, executor: Executor[Repositories], clock: Clock
) -> None:
    """Make the provider's entry anew, unless it is of today and of the present public version."""
    if not await reads.search.is_current(provider_id, since=clock.now().astimezone(UTC).date()):
        await rebuild_entry(provider_id, reads=reads, executor=executor, clock=clock)


async def rebuild_entry(
    provider_id: ProviderId, *, reads: Reads, executor: Executor[Repositories], clock: Clock
) -> None:
    """Make the provider's entry anew. A provider who is not published has none."""
    entry = await entry_of(provider_id, reads, clock.now())
    if entry is None:
        await executor.run(remove_entry, provider_id, actor=SYSTEM)
    else:
        await executor.run(put_entry, entry, actor=SYSTEM)


async def entry_of(provider_id: ProviderId, reads: Reads, now: datetime) -> SearchEntry | None:
    """The entry that the provider should have now."""
    version = (await reads.public_versions.of([provider_id])).get(provider_id)
    view = await reads.providers.get(provider_id)
    if version is None or view is None or not view.profile.published:
        return None
    source = _Source(
        view=view,
        salon=await reads.salons.of_provider(provider_id),
        services=tuple(each for each in await reads.services.of_provider(provider_id) if each.bookable),
        portfolio=tuple(await reads.portfolios.of_provider(provider_id, None, _ITEMS)),
    )
    record = await reads.search.record(provider_id, now - RECORD_OF)
    offered = [each.offered for each in source.services if not each.service.add_on]
    quickest = shortest(offered)
    start = datetime.combine(now.astimezone(UTC).date(), time(), UTC)
    days = TimeRange(start, start + DAYS * _A_DAY)
    schedule = await reads.schedules.get(provider_id, days, [each.id for each in offered])
    if schedule is None:
        return None
    minutes = schedule.durations[0] if quickest is None else quickest.minutes
    offer = Offer(provider_id, minutes, None if quickest is None else quickest.id)
    terms = view.terms
    prices = [each.price.amount for each in offered] or [
        terms.price.amount,
        *(each.price_amount for each in terms.durations),
    ]
    stated = [price for price in prices if price > 0]
    profile, salon, completeness = view.profile, source.salon, _completeness(source)
    free, open_hours = times_of(schedule, now)
    location = profile.location or (None if salon is None else salon.location)
    return SearchEntry(
        provider_id=provider_id,
        words=_words(source),
        terms=_terms(source),
        parts=_parts(source),
        styles=_folded(profile.styles),
        categories=_folded(each.service.category for each in source.services),
        lat=None if location is None else location.lat,
        lon=None if location is None else location.lon,
        price_from=min(stated, default=None),
        currency=offered[0].price.currency if offered else terms.price.currency,
        minutes=offer.minutes,
        quickest=offer.quickest,
        free=free,
        open_hours=open_hours,
        starts=starts_of(offer, schedule, now),
        reliability=record.reliability,
        completeness=completeness,
        merit=merit_of(score=profile.rating.score, reliability=record.reliability, completeness=completeness),
        score=profile.rating.score,
        stars=profile.rating.whole_stars,
        version=version.text,
    )


def starts_of(offer: Offer, schedule: ProviderSchedule, now: datetime) -> NextStarts | None:
    """The next starts of an offer; None: it is not offered, not at whole minutes, or each has another length."""
    of, days = schedule_for(offer, schedule), days_known(now)
    if of is None or of.calendar.settings.whole_days:
        return None
    calendar, _ = of.calendar_at(now)
    slots = slots_in_order(calendar, of.claims, window=days, now=now, duration_minutes=length_of(offer))
    return NextStarts.of(
        (slot.start for slot in slots),
        made_at=now,
        until=unchanged_until(of, days, now, first=None),
        notice_minutes=calendar.settings.min_notice_minutes,
    )


def times_of(schedule: ProviderSchedule, now: datetime) -> tuple[FreeTime, int]:
    """The free time of a schedule from the current date on, no less than its slots need; and `SearchEntry.open_hours`.

    Holds, notice and horizon do not count: they pass without anything being stored. Nor do the busy times of external
    calendars that are open once they fail, and the places of classes: an occurrence may have others. A time at which
    each service lacks a resource, or is not offered, is not free. What is no longer than a pause may lie in it, and so
    does not count for a service with pauses.
    """
    opens = schedule.feed_rule.when_failing is WhenFeedFails.OPEN
    calendar = schedule.calendar if opens else schedule.calendar_at(now)[0]
    since = now.astimezone(UTC).date()
    window = _known(since)
    opened = _opened(calendar, window)
    claimed = [
        part for claim in schedule.claims if claim.expires_at is None and claim.class_id is None for part in claim.parts
    ]
    taken, blocks = [*claimed, *calendar.busy], [block.range for block in calendar.blocks]
    free = 0
    for booked in _ways(schedule):
        pause = timedelta(minutes=_longest_pause(booked))
        occupied = [*(each for each in taken if each.end - each.start > pause), *blocks]
        if booked.settings.whole_days:
            free |= FreeTime.of(_opened_in_days(booked, window), occupied, since=since).quarters
            continue
        closed = [span for resource in booked.resources for span in resource.closed(1, 0)]
        closed += outside_services(booked, window.lower, window.upper, 1)
        free |= FreeTime.of(opened, [*occupied, *_lacking(closed, window)], since=since).quarters
    return FreeTime(since=since, quarters=free), FreeTime.of(opened, since=since).quarters


def _ways(schedule: ProviderSchedule) -> Iterable[Calendar]:
    """Calendars for each service with hours or pauses of its own, or with resources as far as bookings have taken them.

    Of those that need and close the same there is one. What is free in one of them is free.
    """
    booked = replace(schedule, feeds=())
    ways = (booked.for_services((each,)).calendar_at(NEVER)[0] for each in schedule.services if not each.add_on)
    return {
        (
            *(each.resources, each.service_hours, _longest_pause(each)),
            each.settings.whole_days and each.settings.duration_minutes,
        ): each
        for each in ways
    }.values() or [schedule.calendar]


def _longest_pause(calendar: Calendar) -> int:
    """In minutes; 0 without pauses."""
    return max((each.minutes for each in calendar.settings.pauses), default=0)


def _lacking(closed: Iterable[Span], window: TimeRange) -> Iterator[TimeRange]:
    """The times of a window at which no appointment of a second starts, strictly between the two of each pair."""
    for last, first in closed:
        start, end = max(last + 1, window.lower), min(first, window.upper)
        if start < end:
            yield TimeRange(ORIGIN + timedelta(0, start), ORIGIN + timedelta(0, end))


def _known(since: date) -> TimeRange:
    return TimeRange(start := datetime.combine(since, time(), UTC), start + DAYS * _A_DAY)


def _opened_in_days(calendar: Calendar, window: TimeRange) -> Iterator[TimeRange]:
    """The appointments of whole days that the hours allow, each as long as a search asks at least."""
    for start, end in whole_days_between(calendar, window.lower, window.upper):
        yield TimeRange(ORIGIN + timedelta(0, start), ORIGIN + timedelta(0, max(end, start + LONGEST_RUN * 60)))


def _opened(calendar: Calendar, window: TimeRange) -> Sequence[TimeRange]:
    opened, _ = open_ranges(calendar, window.lower, window.upper, lookback_days=1)
    return [TimeRange(*(ORIGIN + timedelta(0, seconds) for seconds in span)) for span in opened]


def _words(source: _Source) -> dict[Place, tuple[str, ...]]:
    profile, salon = source.view.profile, source.salon
    services = [each.service for each in source.services]
    texts: dict[Place, Iterable[str]] = {
        Place.NAME: [profile.display_name],
        Place.OFFER: [*profile.styles, *(text for each in services for text in (each.name, each.category))],
        Place.ADDRESS: [profile.address, *([] if salon is None else [salon.name, salon.city, salon.address])],
        Place.OTHER: [
            profile.bio,
            *(each.description for each in services),
            *(text for each in source.portfolio for text in (each.item.description, *each.item.tags)),
        ],
    }
    return {place: keys for place, each in texts.items() if (keys := keys_of_all(each))}


def _parts(source: _Source) -> tuple[SearchPart, ...]:
    """The services that can be booked alone, and the works."""
    profile, salon = source.view.profile, source.salon
    address = [profile.display_name, profile.address]
    if salon is not None:
        address += [salon.name, salon.city, salon.address]
    common = {Place.OFFER: set(keys_of_all(profile.styles)), Place.ADDRESS: set(keys_of_all(address))}

    def words(name: Iterable[str], offer: Iterable[str], other: Iterable[str]) -> dict[Place, tuple[str, ...]]:
        own = {Place.NAME: name, Place.OFFER: offer, Place.OTHER: other}
        found = {place: common.get(place, set()) | set(keys_of_all(own.get(place, ()))) for place in Place}
        return {place: tuple(sorted(keys)) for place, keys in found.items() if keys}

    services = (
        SearchPart(
            kind=PartKind.SERVICES,
            id=each.service.id,
            words=words([each.service.name], [each.service.category], [each.service.description]),
            labels=_folded([each.service.category]),
            price=each.offered.price.amount or None,
            currency=each.offered.price.currency,
            minutes=each.offered.minutes,
        )
        for each in source.services
        if not each.service.add_on
    )
    works = (
        SearchPart(
            kind=PartKind.WORKS,
            id=each.item.id,
            words=words(each.item.tags, [each.item.description], ()),
            labels=_folded(each.item.tags),
        )
        for each in source.portfolio
    )
    return tuple(sorted((*services, *works), key=lambda each: (each.kind, each.id)))


def _terms(source: _Source) -> tuple[Term, ...]:
    profile, salon = source.view.profile, source.salon
    found = [
        Term(TermKind.PROVIDER, profile.display_name),
        *(Term(TermKind.STYLE, style) for style in profile.styles),
        *(Term(TermKind.SERVICE, each.service.name) for each in source.services),
        *([] if salon is None else [Term(TermKind.SALON, salon.name), Term(TermKind.PLACE, salon.city)]),
    ]
    return tuple(sorted({term for term in found if term.text}))


def _folded(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({folded(each) for each in texts if each}))


def _completeness(source: _Source) -> int:
    profile = source.view.profile
    parts = (
        profile.photo is not None,
        bool(profile.bio),
        bool(profile.address) or source.salon is not None,
        profile.location is not None or source.salon is not None,
        bool(profile.styles),
        bool(profile.languages),
        bool(source.services) or bool(source.view.terms.price.amount),
        bool(source.portfolio),
    )
    return completeness_of(parts=sum(parts), of=len(parts))


async def _put(entry: SearchEntry, tx: Repositories, context: UseCaseContext) -> None:
    await tx.search_entries.put(entry, context.now)


async def _remove(provider_id: ProviderId, tx: Repositories, _: UseCaseContext) -> None:
    await tx.search_entries.remove(provider_id)


async def _forget(_: None, tx: Repositories, __: UseCaseContext) -> int:
    return await tx.search_entries.remove_unused_words()


put_entry: Final = UseCase(Permission.RUN_PLATFORM, _put)
remove_entry: Final = UseCase(Permission.RUN_PLATFORM, _remove)
forget_unused_words: Final = UseCase(Permission.RUN_PLATFORM, _forget)
