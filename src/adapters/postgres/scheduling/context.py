"""What scheduling brings to the adapter."""

from functools import cached_property
from typing import Final

from sqlalchemy import delete

from adapters.postgres.kit.context import PostgresContext, ReadGroup, RepositoryGroup, part
from adapters.postgres.kit.personal_data import USER
from adapters.postgres.scheduling import tables
from adapters.postgres.scheduling.calendars import (
    PostgresBookableProviders,
    PostgresCalendars,
    PostgresProviderSchedules,
    PostgresScheduleReads,
)
from adapters.postgres.scheduling.claims import PostgresClaims
from adapters.postgres.scheduling.feeds import PostgresFeedReads, PostgresFeeds
from adapters.postgres.scheduling.resources import PostgresResourceReads, PostgresResources
from adapters.postgres.scheduling.services import PostgresServiceReads, PostgresServices
from adapters.postgres.scheduling.venues import PostgresVenues
from adapters.postgres.scheduling.waiting_list import PostgresWaitingList, PostgresWaitingReads
from booking_domain.scheduling.calendar_errors import DateHasException

CONTEXT: Final = PostgresContext(
    tables=(
        tables.availability_rules,
        tables.availability_exceptions,
        tables.availability_blocks,
        tables.calendar_feeds,
        tables.busy_times,
        tables.services,
        tables.service_offers,
        tables.waiting_list,
        tables.claims,
        tables.class_places,
        tables.overbooked_claims,
        tables.resources,
        tables.resource_units,
    ),
    conflicts={"availability_exceptions_provider_id_date_key": DateHasException},
    release=(
        *(delete(each).where(each.c.customer_id == USER, tables.is_hold(each)) for each in tables.HELD),
        tables.leave(tables.waiting_list, tables.waiting_list.c.customer_id == USER),
    ),
)


class SchedulingRepositories(RepositoryGroup):
    """The repositories of this context."""

    calendars = part(PostgresCalendars)
    schedules = part(PostgresProviderSchedules)
    bookable_providers = part(PostgresBookableProviders)
    services = part(PostgresServices)
    resources = part(PostgresResources)
    venues = part(PostgresVenues)
    feeds = part(PostgresFeeds)
    claims = part(PostgresClaims)
    waiting_list = part(PostgresWaitingList)


class SchedulingReads(ReadGroup):
    """The reads of this context."""

    services = part(PostgresServiceReads)
    resources = part(PostgresResourceReads)
    feeds = part(PostgresFeedReads)
    waiting_list = part(PostgresWaitingReads)

    @cached_property
    def schedules(self) -> PostgresScheduleReads:
        return PostgresScheduleReads(self.pipelined)
