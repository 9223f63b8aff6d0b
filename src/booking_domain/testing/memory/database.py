"""The database in memory. It runs one transaction at a time, each on a copy of all tables.

So every transaction is serializable without row locks: a transaction that would wait for another has not begun yet.
This suits tests and small tools. The same contracts test PostgreSQL under real concurrency.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from booking_domain.shared.events import Event
from booking_domain.testing.bookings.memory.bookings import MemoryBookableProviders, MemoryBookings
from booking_domain.testing.catalogue.memory.profiles import MemoryProfiles
from booking_domain.testing.catalogue.memory.salons import MemorySalonHours, MemorySalons
from booking_domain.testing.identity.memory.credentials import MemoryCredentials, MemoryOneTimeCodes
from booking_domain.testing.identity.memory.external_identities import MemoryExternalIdentities, MemoryUsedAssertions
from booking_domain.testing.identity.memory.phone_changes import MemoryPhoneChanges
from booking_domain.testing.identity.memory.second_factors import MemorySecondFactors
from booking_domain.testing.identity.memory.users import (
    MemoryCalendarLinks,
    MemoryLoginHistory,
    MemorySessions,
    MemoryUsers,
)
from booking_domain.testing.kit.tables import Key, Row, State, Table
from booking_domain.testing.memory.reads import MemoryReads
from booking_domain.testing.notifications.memory.sms import MemorySmsMessages
from booking_domain.testing.payments.memory.payments import MemoryPayments
from booking_domain.testing.payments.memory.refunds import MemoryRefunds
from booking_domain.testing.scheduling.memory.calendars import MemoryCalendars, MemoryProviderSchedules
from booking_domain.testing.scheduling.memory.claims import MemoryClaims
from booking_domain.testing.scheduling.memory.feeds import MemoryFeeds
from booking_domain.testing.scheduling.memory.waiting_list import MemoryWaitingList
from booking_domain.testing.shared.memory.audit import MemoryAuditLog
from booking_domain.testing.shared.memory.idempotency import MemoryIdempotency
from booking_domain.testing.shared.memory.outbox import MemoryOutbox
from booking_domain.testing.shared.memory.tables import OUTBOX
from booking_domain.testing.workflows.memory.personal_data import MemoryPersonalData


class MemoryRepositories:
    """The repositories of one transaction."""

    def __init__(self, state: State) -> None:
        self.users = MemoryUsers(state)
        self.sessions = MemorySessions(state)
        self.login_history = MemoryLoginHistory(state)
        self.one_time_codes = MemoryOneTimeCodes(state)
        self.credentials = MemoryCredentials(state)
        self.phone_changes = MemoryPhoneChanges(state)
        self.external_identities = MemoryExternalIdentities(state)
        self.used_assertions = MemoryUsedAssertions(state)
        self.second_factors = MemorySecondFactors(state)
        self.calendar_links = MemoryCalendarLinks(state)
        self.profiles = MemoryProfiles(state)
        self.salons = MemorySalons(state)
        self.salon_hours = MemorySalonHours(state)
        self.calendars = MemoryCalendars(state)
        self.schedules = MemoryProviderSchedules(state)
        self.feeds = MemoryFeeds(state)
        self.claims = MemoryClaims(state)
        self.waiting_list = MemoryWaitingList(state)
        self.bookable_providers = MemoryBookableProviders(state)
        self.bookings = MemoryBookings(state)
        self.payments = MemoryPayments(state)
        self.refunds = MemoryRefunds(state)
        self.sms_messages = MemorySmsMessages(state)
        self.personal_data = MemoryPersonalData(state)
        self.idempotency = MemoryIdempotency(state)
        self.outbox = MemoryOutbox(state)
        self.audit_log = MemoryAuditLog(state)


class MemoryDatabase:
    """All tables of the platform. Use a database from one event loop at a time."""

    def __init__(self) -> None:
        self._state = State()
        self._lock = asyncio.Lock()
        self._holder: asyncio.Task[object] | None = None
        self.reads = MemoryReads(lambda: self._state)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[MemoryRepositories]:
        """Begin a transaction: the `UnitOfWork`."""
        task = asyncio.current_task()
        if self._holder is task:
            raise RuntimeError("a transaction inside a transaction would wait for itself")
        await asyncio.sleep(0)  # yield to other tasks, as a query to a real database does
        async with self._lock:
            self._holder = task
            try:
                state = self._state.copy()
                yield MemoryRepositories(state)
                self._state = state
            finally:
                self._holder = None

    def rows(self, table: Table[Key, Row]) -> dict[Key, Row]:
        """Return the committed rows of a table."""
        return self._state[table]

    async def outbox_events(self) -> Sequence[Event]:
        """Return the events of committed transactions, in the order in which they were put."""
        return tuple(self._state[OUTBOX].values())
