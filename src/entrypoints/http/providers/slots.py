"""`/providers/{id}/slots`: offered slots, and why a time is not offered."""

from datetime import UTC, timedelta
from functools import partial
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from litestar import Request, Response, get
from litestar.params import FromPath
from msgspec import Meta, field
from msgspec.json import encode

from booking_domain.bookings.upcoming import UpcomingLimits
from booking_domain.files.ports import ObjectLinks
from booking_domain.identity.legal import LegalDocuments
from booking_domain.scheduling.effort import steps_of, steps_to_first
from booking_domain.scheduling.errors import WindowInvalid
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import ProviderId, ServiceId
from booking_domain.shared.time import TimeRange, time_zone
from booking_domain.use_cases.bookings.requirements import list_requirements
from booking_domain.use_cases.catalogue import queries as providers
from booking_domain.use_cases.catalogue.queries import ProviderPage
from booking_domain.use_cases.favourites.commands import is_favourite
from booking_domain.use_cases.platform.ports import Reads
from booking_domain.use_cases.scheduling import queries as availability
from entrypoints.http.kit.answers import Answer, Answers, Lifetime, with_members
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.etags import IfNoneMatch
from entrypoints.http.kit.fields import LengthMinutes, Moment, Query, ServiceIds, ZoneName, service_ids
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.queries import moment
from entrypoints.http.kit.request_guard import IF_VALID, OPTIONAL
from entrypoints.http.kit.turns import TURN_ERRORS, Computation, Turn, encoded
from entrypoints.http.providers.schemas import (
    LONGEST_WINDOW,
    DaysJson,
    ExplanationJson,
    NextFree,
    ProviderPageJson,
    SlotsJson,
    days_response,
    explanation_response,
    next_free,
    provider_page_json,
    slots_response,
)

Date = Annotated[
    str, Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$", examples=["2026-11-23"], extra_json_schema={"format": "date"})
]
_ANY_OFFSET: Final = timedelta(days=1)
"""The largest offset of any time zone from UTC."""


class AppointmentQuery(Query, frozen=True, kw_only=True):
    """The length of an appointment, or its services.

    Without them, the provider's default length; on a provider's page, the service that takes the least time.
    """

    duration_minutes: LengthMinutes | None = None
    service_id: ServiceId | None = None
    service_ids: ServiceIds = ()

    @property
    def services(self) -> tuple[ServiceId, ...]:
        """The services, in order."""
        return service_ids(self.service_id, self.service_ids)


class SlotsQuery(AppointmentQuery, frozen=True, kw_only=True):
    """The window `[from, to)`: dates in the provider's time zone, or instants, at most 62 days apart."""

    from_: Annotated[Moment, Meta(examples=["2026-11-23"])] = field(name="from")
    to: Annotated[Moment, Meta(examples=["2026-11-30"])]
    time_zone: ZoneName | None = None
    """Return slots with the offset of this time zone instead of in UTC."""


class DaysQuery(AppointmentQuery, frozen=True, kw_only=True):
    """The dates `[from, to)` in the provider's time zone, at most 62 days apart."""

    from_: Annotated[Date, Meta(examples=["2026-11-01"])] = field(name="from")
    to: Annotated[Date, Meta(examples=["2026-12-01"])]


class ExplainQuery(AppointmentQuery, frozen=True, kw_only=True):
    """The start to explain."""

    slot: Annotated[
        str,
        Meta(
            min_length=17,
            max_length=40,
            description="An RFC 3339 instant with an offset.",
            extra_json_schema={"format": "date-time"},
            examples=["2026-11-23T03:10:00Z"],
        ),
    ]


@get(
    "/{provider_id:str}/slots",
    opt=IF_VALID | documented(availability.get_bookable_schedule, raises=(WindowInvalid, InvalidValue, *TURN_ERRORS)),
)
async def list_slots(
    request: Request[Any, Any, Any],
    provider_id: FromPath[ProviderId],
    params: Injected[SlotsQuery],
    *,
    actor: Injected[Actor | None],
    reads: Injected[Reads],
    clock: Injected[Clock],
    turn: Injected[Turn],
    answers: Injected[Answers],
    if_none_match: IfNoneMatch = None,
) -> Response[SlotsJson]:
    """List the offered slots of a provider, at most 5,000: `nextFrom` is the `from` of the next request.

    `durationMinutes` must be a length that the provider offers; the provider, the manager of the provider's salon and
    admins may use any. `serviceId`, or `serviceIds` repeated for several, selects starts for appointments with these
    services. A provider who offers services can only be booked by service.
    """
    zone = None if params.time_zone is None else time_zone(params.time_zone)

    async def read() -> Computation[Answer]:
        schedule = await _schedule(provider_id, params, actor, reads)
        window = window_of(params, schedule.calendar.zone)
        work = partial(
            slots_response, schedule, window, clock.now(), zone=zone, duration_minutes=params.duration_minutes
        )
        return Computation(work, steps_of(schedule, window))

    make = partial(turn.compute, read)
    return await answers.answer(
        request, provider_id, Lifetime.AVAILABILITY, make, actor=actor, if_none_match=if_none_match
    )


@get(
    "/{provider_id:str}/days",
    opt=IF_VALID | documented(availability.get_bookable_schedule, raises=(WindowInvalid, InvalidValue, *TURN_ERRORS)),
)
async def list_days(
    request: Request[Any, Any, Any],
    provider_id: FromPath[ProviderId],
    params: Injected[DaysQuery],
    *,
    actor: Injected[Actor | None],
    reads: Injected[Reads],
    clock: Injected[Clock],
    turn: Injected[Turn],
    answers: Injected[Answers],
    if_none_match: IfNoneMatch = None,
) -> Response[DaysJson]:
    """Count the offered slots of each day, for a calendar view. Days without slots are listed too.

    With `serviceId`, or `serviceIds` repeated for several, only slots for appointments with these services count.
    """

    async def read() -> Computation[Answer]:
        schedule = await _schedule(provider_id, params, actor, reads)
        window = window_of(params, schedule.calendar.zone)
        work = partial(days_response, schedule, window, clock.now(), duration_minutes=params.duration_minutes)
        return Computation(work, steps_of(schedule, window))

    make = partial(turn.compute, read)
    return await answers.answer(
        request, provider_id, Lifetime.AVAILABILITY, make, actor=actor, if_none_match=if_none_match
    )


@get(
    "/{provider_id:str}/page",
    opt=IF_VALID
    | documented(
        providers.get_provider_page,
        availability.get_schedule_to_come,
        raises=(InvalidValue, *TURN_ERRORS),
    ),
)
async def show_provider_page(
    request: Request[Any, Any, Any],
    provider_id: FromPath[ProviderId],
    params: Injected[AppointmentQuery],
    *,
    actor: Injected[Actor | None],
    reads: Injected[Reads],
    clock: Injected[Clock],
    turn: Injected[Turn],
    object_storage: Injected[ObjectLinks],
    upcoming_limits: Injected[UpcomingLimits],
    legal_documents: Injected[LegalDocuments],
    answers: Injected[Answers],
    if_none_match: IfNoneMatch = None,
) -> Response[ProviderPageJson]:
    """Return what the public page of a provider shows: profile, salon, services, next free time."""

    async def make() -> Answer:
        page = await providers.get_provider_page(provider_id, reads)
        free = await first_free(page, params, actor, reads=reads, clock=clock, turn=turn)
        return Answer(encode(provider_page_json(page, free, object_storage)), free.until)

    page = await answers.found(request, provider_id, Lifetime.AVAILABILITY, make, actor=actor)
    if actor is None:
        return await answers.shown(request, page, if_none_match)
    needed = await list_requirements(actor, upcoming_limits, legal_documents, reads.users, reads.acceptances)
    favourite = await is_favourite(actor, provider_id, reads.favourites)
    own = with_members(page, favourite=favourite, beforeBooking=needed)
    return await answers.shown(request, own, if_none_match)


@get(
    "/{provider_id:str}/slots/explain",
    opt=OPTIONAL | documented(availability.get_explicable_schedule, raises=(InvalidValue, *TURN_ERRORS)),
)
async def explain_slot(
    provider_id: FromPath[ProviderId],
    params: Injected[ExplainQuery],
    *,
    actor: Injected[Actor | None],
    reads: Injected[Reads],
    clock: Injected[Clock],
    turn: Injected[Turn],
) -> Response[ExplanationJson]:
    """Explain why a time is not offered.

    The answer lists every reason (none if the time is offered) and the nearest offered times before and after. Only the
    owner and admins can see a provider that takes no bookings; the reason is then `not_bookable`. The provider, the
    manager of the provider's salon and admins see what occupies the time (`block`, `claimed`, `busy`, `buffer`,
    `day_full`, `week_full`, `month_full`, `year_full`). Others see `unavailable`, and can only use lengths that the
    provider offers.
    """
    start = moment(params.slot, UTC, name="slot")
    async with turn.dear() as computing:
        now = clock.now()
        found = await availability.get_explicable_schedule(
            actor,
            provider_id,
            start,
            reads.schedules,
            reads.salons,
            now=now,
            duration_minutes=params.duration_minutes,
            services=params.services,
        )
        work = partial(explanation_response, found, start, now, duration_minutes=params.duration_minutes)
        return encoded(await computing.run(work))


async def first_free(
    page: ProviderPage, params: AppointmentQuery, actor: Actor | None, *, reads: Reads, clock: Clock, turn: Turn
) -> NextFree:
    """The next free time that the page shows: for the services, or the length, or the quickest service."""
    wanted = params.services
    if not wanted and params.duration_minutes is None:
        wanted = page.quickest

    async def read() -> Computation[NextFree]:
        now = clock.now()
        schedule = await availability.get_schedule_to_come(
            actor,
            page.view.profile.id,
            reads.schedules,
            reads.salons,
            now=now,
            duration_minutes=params.duration_minutes,
            services=wanted,
        )
        searched = TimeRange(now, now + timedelta(days=schedule.calendar.settings.horizon_days + 1))
        work = partial(next_free, schedule, now, params.duration_minutes)
        return Computation(work, steps_to_first(schedule, searched))

    return await turn.compute(read)


async def _schedule(
    provider_id: ProviderId, params: SlotsQuery | DaysQuery, actor: Actor | None, reads: Reads
) -> ProviderSchedule:
    return await availability.get_bookable_schedule(
        actor,
        provider_id,
        _wide(params),
        reads.schedules,
        reads.salons,
        duration_minutes=params.duration_minutes,
        services=params.services,
    )


def _wide(params: SlotsQuery | DaysQuery) -> TimeRange:
    """The window, wide enough for any time zone, while the provider's is unknown."""
    start, end = moment(params.from_, UTC, name="from"), moment(params.to, UTC, name="to")
    if not timedelta(0) < end - start <= LONGEST_WINDOW + _ANY_OFFSET:
        raise WindowInvalid
    return TimeRange(start - _ANY_OFFSET, end + _ANY_OFFSET)


def window_of(params: SlotsQuery | DaysQuery, zone: ZoneInfo) -> TimeRange:
    """The window of the query, with dates in this time zone."""
    start, end = moment(params.from_, zone, name="from"), moment(params.to, zone, name="to")
    # 62 local days, even if the clocks change in between.
    on_the_wall = end.astimezone(zone).replace(tzinfo=None) - start.astimezone(zone).replace(tzinfo=None)
    if start >= end or min(end - start, on_the_wall) > LONGEST_WINDOW:
        raise WindowInvalid
    return TimeRange(start, end)
