"""The database: a pool of connections, the unit of work over them, and the reads outside of one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from adapters.postgres.audit.audit_log import PostgresAuditLog, PostgresAuditReads
from adapters.postgres.bookings.appointments import PostgresAppointmentReads
from adapters.postgres.bookings.bookings import PostgresBookingReads, PostgresBookings
from adapters.postgres.catalogue.profiles import PostgresProfiles, PostgresProviderReads
from adapters.postgres.catalogue.salons import PostgresSalonHours, PostgresSalonReads, PostgresSalons
from adapters.postgres.idempotency import PostgresIdempotency
from adapters.postgres.identity.calendar_links import PostgresCalendarLinkReads, PostgresCalendarLinks
from adapters.postgres.identity.credentials import PostgresCredentials
from adapters.postgres.identity.external_identities import (
    PostgresExternalIdentities,
    PostgresExternalIdentityReads,
    PostgresUsedAssertions,
)
from adapters.postgres.identity.one_time_codes import PostgresOneTimeCodes
from adapters.postgres.identity.phone_changes import PostgresPhoneChangeReads, PostgresPhoneChanges
from adapters.postgres.identity.second_factors import PostgresSecondFactors
from adapters.postgres.identity.sessions import (
    PostgresLoginHistory,
    PostgresLoginReads,
    PostgresSessionReads,
    PostgresSessions,
    forget_sessions,
)
from adapters.postgres.identity.users import PostgresUserReads, PostgresUsers
from adapters.postgres.kit.encryption import FieldCipher
from adapters.postgres.kit.errors import domain_errors
from adapters.postgres.kit.pipelining import pipeline
from adapters.postgres.kit.work import PooledWork, Row, Work
from adapters.postgres.notifications.sms import PostgresSmsMessages, PostgresSmsReads
from adapters.postgres.outbox.messages import PostgresOutbox
from adapters.postgres.payments.payments import PostgresPaymentReads, PostgresPayments
from adapters.postgres.personal_data import PostgresPersonalData
from adapters.postgres.scheduling.calendars import (
    PostgresBookableProviders,
    PostgresCalendars,
    PostgresProviderSchedules,
    PostgresScheduleReads,
)
from adapters.postgres.scheduling.claims import PostgresClaims
from adapters.postgres.scheduling.feeds import PostgresFeedReads, PostgresFeeds
from adapters.postgres.scheduling.waiting_list import PostgresWaitingList, PostgresWaitingReads

OPTIONS: Final = (
    "-c timezone=UTC -c lock_timeout=5s -c statement_timeout=15s -c idle_in_transaction_session_timeout=30s"
)


class PostgresRepositories:
    """All repositories over one connection."""

    def __init__(self, work: Work, cipher: FieldCipher) -> None:
        self.users = PostgresUsers(work, cipher)
        self.sessions = PostgresSessions(work)
        self.login_history = PostgresLoginHistory(work)
        self.one_time_codes = PostgresOneTimeCodes(work)
        self.credentials = PostgresCredentials(work)
        self.phone_changes = PostgresPhoneChanges(work, cipher)
        self.external_identities = PostgresExternalIdentities(work)
        self.used_assertions = PostgresUsedAssertions(work)
        self.second_factors = PostgresSecondFactors(work, cipher)
        self.calendar_links = PostgresCalendarLinks(work)
        self.profiles = PostgresProfiles(work)
        self.salons = PostgresSalons(work)
        self.salon_hours = PostgresSalonHours(work)
        self.calendars = PostgresCalendars(work)
        self.schedules = PostgresProviderSchedules(work)
        self.feeds = PostgresFeeds(work)
        self.claims = PostgresClaims(work)
        self.waiting_list = PostgresWaitingList(work)
        self.bookable_providers = PostgresBookableProviders(work)
        self.bookings = PostgresBookings(work)
        self.payments = PostgresPayments(work)
        self.sms_messages = PostgresSmsMessages(work)
        self.personal_data = PostgresPersonalData(work)
        self.idempotency = PostgresIdempotency(work)
        self.outbox = PostgresOutbox(work)
        self.audit_log = PostgresAuditLog(work)


class Database:
    """A PostgreSQL database, 15 or newer. What is personal is sealed by `cipher` before it goes there."""

    def __init__(self, conninfo: str, *, cipher: FieldCipher, pool_size: int = 10, pool_timeout: float = 5.0) -> None:
        self.conninfo = conninfo
        self.cipher = cipher
        self._pool: AsyncConnectionPool[AsyncConnection[Row]] = AsyncConnectionPool(
            conninfo,
            min_size=min(2, pool_size),
            max_size=pool_size,
            timeout=pool_timeout,
            open=False,
            kwargs={"autocommit": True, "options": OPTIONS},
        )
        self.reads = PostgresReads(self)

    async def open(self) -> None:
        """Connect. The database may come up later: until then everything raises `StorageUnavailable`."""
        await self._pool.open()

    async def close(self) -> None:
        """Disconnect."""
        await self._pool.close()

    async def ping(self) -> None:
        """Raise `StorageUnavailable` unless the database answers."""
        async with self.connection() as connection:
            await connection.execute("SELECT 1")

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection[Row]]:
        """A connection in autocommit mode; its errors come out as the domain's."""
        with domain_errors():
            # Not `self._pool.connection()`, which commits at the end: in autocommit mode that is a wait for nothing.
            connection = await self._pool.getconn()
            try:
                yield connection
            finally:
                await self._pool.putconn(connection)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[PostgresRepositories]:
        """A transaction (READ COMMITTED: whoever decides takes a lock first), as `UnitOfWork` has it."""
        async with self.connection() as connection, pipeline(connection, transaction=True) as work:
            yield PostgresRepositories(work, self.cipher)

    async def forget_answers(self, now: datetime) -> None:
        """Remove the answers under idempotency keys that are no longer kept."""
        async with self.work() as work:
            await PostgresIdempotency(work).forget(now)

    async def forget_sessions(self, now: datetime) -> None:
        """Remove sessions that have expired, and the login history of long ago."""
        async with self.work() as work:
            await forget_sessions(work, now)

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        """Statements outside of a transaction, each for itself."""
        async with self.connection() as connection:
            yield Work(connection)

    @asynccontextmanager
    async def pipelined(self) -> AsyncIterator[Work]:
        """Statements outside any transaction that are sent together."""
        async with self.connection() as connection, pipeline(connection, transaction=False) as work:
            yield work


class PostgresReads:
    """All reads."""

    def __init__(self, database: Database) -> None:
        work = PooledWork(database.connection)
        self.appointments = PostgresAppointmentReads(work)
        self.audit_log = PostgresAuditReads(work)
        self.bookings = PostgresBookingReads(work)
        self.calendar_links = PostgresCalendarLinkReads(work)
        self.external_identities = PostgresExternalIdentityReads(work)
        self.feeds = PostgresFeedReads(work)
        self.login_history = PostgresLoginReads(work)
        self.payments = PostgresPaymentReads(work)
        self.phone_changes = PostgresPhoneChangeReads(work, database.cipher)
        self.providers = PostgresProviderReads(work)
        self.salons = PostgresSalonReads(work)
        self.schedules = PostgresScheduleReads(database.pipelined)
        self.sessions = PostgresSessionReads(work)
        self.sms = PostgresSmsReads(work)
        self.users = PostgresUserReads(work, database.cipher)
        self.waiting_list = PostgresWaitingReads(work)
