"""The database: a pool of connections, the unit of work over them, and the reads outside of one."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from adapters.postgres.audit import PostgresAuditLog
from adapters.postgres.bookings import BookingViews, PostgresBookings
from adapters.postgres.calendar_links import PostgresCalendarLinks, appointments
from adapters.postgres.calendars import (
    PostgresBookableProviders,
    PostgresCalendars,
    PostgresProviderSchedules,
    read_schedule,
)
from adapters.postgres.catalogue import PostgresProfiles, ProviderViews
from adapters.postgres.claims import PostgresClaims
from adapters.postgres.credentials import PostgresCredentials
from adapters.postgres.errors import domain_errors
from adapters.postgres.exports import ExportViews
from adapters.postgres.external_identities import PostgresExternalIdentities, PostgresUsedAssertions, user_of_identity
from adapters.postgres.feeds import FeedViews, PostgresFeeds
from adapters.postgres.identity import PostgresUsers
from adapters.postgres.messaging import PostgresIdempotency, PostgresOutbox
from adapters.postgres.one_time_codes import PostgresOneTimeCodes
from adapters.postgres.payments import PostgresPayments
from adapters.postgres.personal_data import PostgresPersonalData
from adapters.postgres.phone_changes import PostgresPhoneChanges
from adapters.postgres.pipelining import pipeline
from adapters.postgres.salons import PostgresSalonHours, PostgresSalons, read_salon
from adapters.postgres.sealing import FieldCipher
from adapters.postgres.second_factors import PostgresSecondFactors
from adapters.postgres.sessions import PostgresLoginHistory, PostgresSessions, SessionViews, forget_sessions
from adapters.postgres.sms import PostgresSmsMessages, SmsViews
from adapters.postgres.user_search import users_like
from adapters.postgres.waiting import PostgresWaitingList, WaitingViews
from adapters.postgres.work import Row, Work
from booking_domain.bookings.model import Booking, BookingEvent
from booking_domain.bookings.ports import BookingFilter
from booking_domain.bookings.transitions import Party
from booking_domain.catalogue.model import ProfileStatus
from booking_domain.catalogue.salons import Member, Salon
from booking_domain.identity.external_identities import ExternalIdentity, IdentityProvider
from booking_domain.identity.model import User
from booking_domain.identity.phone_changes import PhoneChange
from booking_domain.identity.ports import UserFilter
from booking_domain.identity.sessions import Login, Session
from booking_domain.notifications.sms import SmsMessage, SmsSpending
from booking_domain.payments.model import Payment
from booking_domain.scheduling.feeds import KeptFeed, OwnFeeds
from booking_domain.scheduling.model import Calendar, ProviderSchedule
from booking_domain.scheduling.waiting import Waiting
from booking_domain.shared.actor import Actor
from booking_domain.shared.audit import AuditEntry, AuditFilter
from booking_domain.shared.ids import (
    BookingId,
    FeedId,
    LoginId,
    PaymentId,
    ProviderId,
    SalonId,
    SessionId,
    SmsId,
    UserId,
    WaitingId,
)
from booking_domain.shared.time import TimeRange
from booking_domain.workflows.ports import Reads
from booking_domain.workflows.views import Appointment, ProviderView, SalonView

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


class PostgresReads(Reads):
    """`Reads`: every read borrows a connection for itself."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def booking(self, booking_id: BookingId) -> Booking | None:
        async with self._database.work() as work:
            return await BookingViews(work).one(booking_id)

    async def bookings_of(self, actor: Actor, chosen: BookingFilter) -> Sequence[Booking]:
        async with self._database.work() as work:
            return await BookingViews(work).page(actor, chosen)

    async def events_of(self, booking_id: BookingId) -> Sequence[BookingEvent]:
        async with self._database.work() as work:
            return await BookingViews(work).events(booking_id)

    async def overdue(self, now: datetime, limit: int) -> Sequence[BookingId]:
        async with self._database.work() as work:
            return await BookingViews(work).overdue(now, limit)

    async def bookings_to_come(
        self, now: datetime, *, time_zone: str | None, after: Booking | None, limit: int
    ) -> Sequence[Booking]:
        async with self._database.work() as work:
            return await BookingViews(work).to_come(now, time_zone=time_zone, after=after, limit=limit)

    async def provider(self, provider_id: ProviderId) -> ProviderView | None:
        async with self._database.work() as work:
            return await ProviderViews(work).by_id(provider_id)

    async def provider_of(self, user_id: UserId) -> ProviderView | None:
        async with self._database.work() as work:
            return await ProviderViews(work).by_owner(user_id)

    async def providers(
        self, status: ProfileStatus | None, after: ProviderId | None, limit: int
    ) -> Sequence[ProviderView]:
        async with self._database.work() as work:
            return await ProviderViews(work).page(status, after, limit)

    async def payment(self, payment_id: PaymentId) -> Payment | None:
        async with self._database.work() as work:
            return await PostgresPayments(work).get(payment_id)

    async def payment_by_invoice(self, invoice_reference: str) -> Payment | None:
        async with self._database.work() as work:
            return await PostgresPayments(work).by_invoice(invoice_reference)

    async def payments_of(self, booking_id: BookingId) -> Sequence[Payment]:
        async with self._database.work() as work:
            return await PostgresPayments(work).of_booking(booking_id)

    async def user(self, user_id: UserId) -> User | None:
        async with self._database.work() as work:
            return await PostgresUsers(work, self._database.cipher).get(user_id)

    async def user_by_login(self, login: str) -> User | None:
        async with self._database.work() as work:
            return await PostgresUsers(work, self._database.cipher).by_login(login)

    async def to_erase(self, deleted_before: datetime, after: UserId | None, limit: int) -> Sequence[UserId]:
        async with self._database.work() as work:
            return await PostgresUsers(work, self._database.cipher).to_erase(deleted_before, after, limit)

    async def phone_change(self, user_id: UserId) -> PhoneChange | None:
        async with self._database.work() as work:
            return await PostgresPhoneChanges(work, self._database.cipher).get(user_id)

    async def users(self, chosen: UserFilter) -> Sequence[User]:
        async with self._database.work() as work:
            return await users_like(work, chosen, self._database.cipher)

    async def session(self, session_id: SessionId) -> Session | None:
        async with self._database.work() as work:
            return await SessionViews(work).one(session_id)

    async def live_sessions(self, user_id: UserId, now: datetime, limit: int) -> Sequence[Session]:
        async with self._database.work() as work:
            return await SessionViews(work).live(user_id, now, limit)

    async def logins_of(self, user_id: UserId, after: LoginId | None, limit: int) -> Sequence[Login]:
        async with self._database.work() as work:
            return await SessionViews(work).logins(user_id, after, limit)

    async def user_of_identity(self, provider: IdentityProvider, subject: str) -> UserId | None:
        async with self._database.work() as work:
            return await user_of_identity(work, provider, subject)

    async def user_of_link(self, secret_digest: bytes) -> UserId | None:
        async with self._database.work() as work:
            return await PostgresCalendarLinks(work).user_of(secret_digest)

    async def appointments_of(
        self, user_id: UserId, party: Party, *, starts_from: datetime, ended_from: datetime, limit: int
    ) -> Sequence[Appointment]:
        async with self._database.work() as work:
            return await appointments(work, user_id, party, starts_from=starts_from, ended_from=ended_from, limit=limit)

    async def schedule(self, provider_id: ProviderId, around: TimeRange) -> ProviderSchedule | None:
        async with self._database.connection() as connection, pipeline(connection, transaction=False) as work:
            return await read_schedule(work, provider_id, around)

    async def calendar(self, provider_id: ProviderId) -> Calendar | None:
        async with self._database.work() as work:
            return await PostgresCalendars(work).calendar_of(provider_id)

    async def salon(self, salon_id: SalonId) -> SalonView | None:
        async with self._database.work() as work:
            return await read_salon(work, salon_id)

    async def members_of(self, salon_id: SalonId) -> Sequence[Member]:
        async with self._database.work() as work:
            return await PostgresSalons(work).members(salon_id)

    async def feeds_of(self, provider_id: ProviderId) -> OwnFeeds:
        async with self._database.work() as work:
            return await PostgresFeeds(work).feeds_of(provider_id)

    async def feed(self, feed_id: FeedId) -> KeptFeed | None:
        async with self._database.work() as work:
            return await FeedViews(work).one(feed_id)

    async def due_feeds(self, now: datetime, limit: int) -> Sequence[FeedId]:
        async with self._database.work() as work:
            return await FeedViews(work).due(now, limit)

    async def sms(self, message_id: SmsId) -> SmsMessage | None:
        async with self._database.work() as work:
            return await SmsViews(work).one(message_id)

    async def sms_to_ask(self, provider: str, now: datetime, limit: int) -> Sequence[SmsId]:
        async with self._database.work() as work:
            return await SmsViews(work).to_ask(provider, now, limit)

    async def sms_spending(self, since: datetime, before: datetime) -> Sequence[SmsSpending]:
        async with self._database.work() as work:
            return await SmsViews(work).spending(since, before)

    async def waits_of(self, customer_id: UserId, after: WaitingId | None = None) -> Sequence[Waiting]:
        async with self._database.work() as work:
            return await WaitingViews(work).of_customer(customer_id, after)

    async def sessions_of(self, user_id: UserId, after: SessionId | None, limit: int) -> Sequence[Session]:
        async with self._database.work() as work:
            return await ExportViews(work).sessions(user_id, after, limit)

    async def sms_of(self, user_id: UserId, after: SmsId | None, limit: int) -> Sequence[SmsMessage]:
        async with self._database.work() as work:
            return await ExportViews(work).texts(user_id, after, limit)

    async def identities_of(self, user_id: UserId) -> Sequence[ExternalIdentity]:
        async with self._database.work() as work:
            return await ExportViews(work).identities(user_id)

    async def salons_of(self, manager_id: UserId) -> Sequence[Salon]:
        async with self._database.work() as work:
            return await ExportViews(work).salons(manager_id)

    async def events_of_all(self, booking_ids: Sequence[BookingId]) -> Mapping[BookingId, Sequence[BookingEvent]]:
        async with self._database.work() as work:
            return await ExportViews(work).events(booking_ids)

    async def payments_of_all(self, booking_ids: Sequence[BookingId]) -> Mapping[BookingId, Sequence[Payment]]:
        async with self._database.work() as work:
            return await ExportViews(work).payments(booking_ids)

    async def awaited_providers(self) -> Sequence[ProviderId]:
        async with self._database.work() as work:
            return await WaitingViews(work).awaited()

    async def audit_entries(self, chosen: AuditFilter) -> Sequence[AuditEntry]:
        async with self._database.work() as work:
            return await PostgresAuditLog(work).page(chosen)
