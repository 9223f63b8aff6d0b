"""The contracts of the ports in `booking_domain.scheduling`."""

from typing import Final

from booking_domain.testing.kit.assertions import rewrite_assertions

rewrite_assertions(__name__)

# ruff: noqa: E402 - pytest rewrites the assertions of modules that are imported after the registration
from booking_domain.bookings.ports import BookableProviders
from booking_domain.scheduling.feeds import FeedReads, FeedRepository
from booking_domain.scheduling.owned_resources import ResourceReads, Resources
from booking_domain.scheduling.ports import CalendarRepository, Claims, ProviderSchedules, ScheduleReads
from booking_domain.scheduling.services import ServiceReads, Services
from booking_domain.scheduling.waiting_list import WaitingList, WaitingReads
from booking_domain.testing.scheduling.contracts.calendars import CalendarRepositoryContract
from booking_domain.testing.scheduling.contracts.claims import ClaimsContract
from booking_domain.testing.scheduling.contracts.feeds import FeedsContract
from booking_domain.testing.scheduling.contracts.provider_schedules import (
    BookableProvidersContract,
    ProviderSchedulesContract,
)
from booking_domain.testing.scheduling.contracts.resources import ResourcesContract
from booking_domain.testing.scheduling.contracts.services import ServicesContract
from booking_domain.testing.scheduling.contracts.waiting_list import WaitingListContract, WaitingReadsContract

CONTRACTS: Final[dict[type, type]] = {
    BookableProviders: BookableProvidersContract,
    CalendarRepository: CalendarRepositoryContract,
    Claims: ClaimsContract,
    FeedReads: FeedsContract,
    FeedRepository: FeedsContract,
    ProviderSchedules: ProviderSchedulesContract,
    ResourceReads: ResourcesContract,
    Resources: ResourcesContract,
    ScheduleReads: ProviderSchedulesContract,
    ServiceReads: ServicesContract,
    Services: ServicesContract,
    WaitingList: WaitingListContract,
    WaitingReads: WaitingReadsContract,
}
