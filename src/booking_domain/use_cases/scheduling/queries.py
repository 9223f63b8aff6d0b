"""Calendars and slots: public once the provider takes bookings; before that, for the owner and admins."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from booking_domain.catalogue.model import ProfileStatus
from booking_domain.scheduling.calendar_errors import NoHolidaysKnown
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.scheduling.feeds import FeedReads, OwnFeeds
from booking_domain.scheduling.model import MAX_HORIZON_DAYS
from booking_domain.scheduling.placing import CHOICE_ERRORS, for_services, offered_minutes, require_services
from booking_domain.scheduling.ports import Holiday, PublicHolidays, ScheduleReads
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import InvalidValue, NotPermitted, required
from booking_domain.shared.ids import ExceptionId, ProviderId, ServiceId, UserId
from booking_domain.shared.permissions import Permission, Relation, authorise, managed, may, owned
from booking_domain.shared.queries import Query
from booking_domain.shared.time import TimeRange
from booking_domain.use_cases.platform.ports import ProviderReads, SalonReads
from booking_domain.use_cases.platform.views import SettingsView

_MAX_UTC_OFFSET: Final = timedelta(days=1)
"""No time zone is further from UTC than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisibleCalendar(SettingsView):
    """A provider's calendar and terms, with as much of it as the actor may see."""

    with_blocks: bool
    """Whether the calendar has its blocks."""
    with_notes: bool
    """Whether the blocks have their notes."""


async def _get_calendar(
    actor: Actor | None,
    provider_id: ProviderId,
    schedules: ScheduleReads,
    providers: ProviderReads,
    salons: SalonReads,
) -> VisibleCalendar:
    # The version comes with the calendar, so read the calendar first: what is read later is never older than its tag.
    calendar = await schedules.calendar(provider_id)
    view = await providers.get(provider_id)
    if view is None or calendar is None:
        raise ProviderNotFound
    inside = _sees_inside(actor, view.profile.owner_id)
    if view.profile.status is not ProfileStatus.APPROVED and not inside:
        raise ProviderNotFound
    occupied = inside or await _sees_occupied_time(actor, provider_id, view.profile.owner_id, salons)
    if not inside:
        silent = (replace(block, note="") for block in calendar.blocks)
        calendar = replace(calendar, blocks=tuple(silent) if occupied else ())
    # Instructions are for customers with a booking: they may say how to enter.
    terms = view.terms if occupied else replace(view.terms, instructions="")
    return VisibleCalendar(calendar=calendar, terms=terms, with_blocks=occupied, with_notes=inside)


async def _get_bookable_schedule(
    actor: Actor | None,
    provider_id: ProviderId,
    window: TimeRange,
    schedules: ScheduleReads,
    salons: SalonReads,
    *,
    duration_minutes: int | None = None,
    services: Sequence[ServiceId] = (),
) -> ProviderSchedule:
    """The schedule around a window, of a provider who takes bookings, for appointments of a length or with services."""
    schedule = await schedules.get(provider_id, window, services)
    if schedule is None or not schedule.accepting:
        raise ProviderNotFound
    return await _offered(actor, schedule, duration_minutes, services, salons)


async def _get_schedule_to_come(
    actor: Actor | None,
    provider_id: ProviderId,
    schedules: ScheduleReads,
    salons: SalonReads,
    *,
    now: datetime,
    duration_minutes: int | None = None,
    services: Sequence[ServiceId] = (),
) -> ProviderSchedule:
    """`get_bookable_schedule` from now to the furthest horizon."""
    return await _get_bookable_schedule(
        actor, provider_id, to_come(now), schedules, salons, duration_minutes=duration_minutes, services=services
    )


def to_come(now: datetime) -> TimeRange:
    """The window that ends after every horizon: horizons end at midnight, in any time zone."""
    return TimeRange(now, now + timedelta(days=MAX_HORIZON_DAYS) + 2 * _MAX_UTC_OFFSET)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplicableSchedule:
    """A schedule to explain a start by."""

    schedule: ProviderSchedule
    full: bool
    """Whether the actor may see each reason."""


async def _get_explicable_schedule(
    actor: Actor | None,
    provider_id: ProviderId,
    start: datetime,
    schedules: ScheduleReads,
    salons: SalonReads,
    *,
    now: datetime,
    duration_minutes: int | None = None,
    services: Sequence[ServiceId] = (),
) -> ExplicableSchedule:
    """The schedule that explains one start, and in which the nearest slots are found.

    A provider who takes no bookings is visible to the owner and admins only. The owner, the manager of the provider's
    salon and admins see each reason; others see `public_reasons`.
    """
    horizon = now + timedelta(days=MAX_HORIZON_DAYS)
    window = TimeRange(min(start, now), max(start, horizon) + _MAX_UTC_OFFSET)
    schedule = await schedules.get(provider_id, window, services)
    if schedule is None or not (schedule.accepting or _sees_inside(actor, schedule.owner_id)):
        raise ProviderNotFound
    schedule = await _offered(actor, schedule, duration_minutes, services, salons)
    full = await _sees_occupied_time(actor, provider_id, schedule.owner_id, salons)
    return ExplicableSchedule(schedule=schedule, full=full)


async def _offered(
    actor: Actor | None,
    schedule: ProviderSchedule,
    duration_minutes: int | None,
    services: Sequence[ServiceId],
    salons: SalonReads,
) -> ProviderSchedule:
    """Return the schedule for the services, if there are any.

    Raises:
        DurationNotOffered, ServiceRequired: the actor cannot book this length, or no appointment without a service.
            The provider's side enters any.
        ServiceNotOffered, OnlyAddOns, ClassAlone, SeveralVenues, InvalidValue: see `for_services`.
    """
    schedule = for_services(schedule, services, duration_minutes)
    bookable = duration_minutes in {None, *schedule.durations} and (services or not schedule.by_service)
    if not bookable and not await _sees_occupied_time(actor, schedule.provider_id, schedule.owner_id, salons):
        require_services(schedule, services)
        offered_minutes(schedule, duration_minutes)
    return schedule


def _sees_inside(actor: Actor | None, owner_id: UserId) -> bool:
    return may(actor, Permission.SEE_CALENDAR_INSIDE, owned(actor, owner_id))


async def _sees_occupied_time(
    actor: Actor | None, provider_id: ProviderId, owner_id: UserId, salons: SalonReads
) -> bool:
    relation = owned(actor, owner_id)
    if relation is None and may(actor, Permission.SEE_OCCUPIED_TIME, Relation.MANAGED):
        relation = managed(actor, await salons.manager_of(provider_id))
    return may(actor, Permission.SEE_OCCUPIED_TIME, relation)


async def _get_own_feeds(actor: Actor, providers: ProviderReads, feeds: FeedReads) -> OwnFeeds:
    """The external calendars of the actor's provider."""
    authorise(actor, Permission.MANAGE_CALENDAR)
    provider = required(await providers.by_owner(actor.id), ProviderNotFound)
    return await feeds.of_provider(provider.profile.id)


async def _list_holidays(
    actor: Actor,
    *,
    country: str,
    year: int,
    language: str,
    holidays: PublicHolidays,
    providers: ProviderReads,
    schedules: ScheduleReads,
) -> list[tuple[Holiday, ExceptionId | None]]:
    """The public holidays of a country in a year, each with the exception that the actor's provider has on its date."""
    authorise(actor, Permission.MANAGE_CALENDAR)
    provider = required(await providers.by_owner(actor.id), ProviderNotFound)
    calendar = required(await schedules.calendar(provider.profile.id), ProviderNotFound)
    own = {exception.date: exception.id for exception in calendar.exceptions}
    return [(each, own.get(each.date)) for each in await holidays.of_year(country, year, language)]


get_calendar: Final = Query(_get_calendar, (ProviderNotFound,))
get_bookable_schedule: Final = Query(_get_bookable_schedule, (*CHOICE_ERRORS, InvalidValue))
get_explicable_schedule: Final = Query(_get_explicable_schedule, (*CHOICE_ERRORS, InvalidValue))
get_schedule_to_come: Final = Query(_get_schedule_to_come, (*CHOICE_ERRORS, InvalidValue))
list_holidays: Final = Query(_list_holidays, (NoHolidaysKnown, ProviderNotFound, NotPermitted))
get_own_feeds: Final = Query(_get_own_feeds, (ProviderNotFound, NotPermitted))
