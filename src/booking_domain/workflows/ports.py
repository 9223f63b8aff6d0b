"""All repositories of a transaction, and all reads outside transactions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from booking_domain.bookings.ports import BookableProviders, BookingReads, Bookings
from booking_domain.bookings.transitions import Party
from booking_domain.catalogue.model import ProfileStatus
from booking_domain.catalogue.ports import Profiles, Salons
from booking_domain.catalogue.salons import Member, Salon
from booking_domain.identity.calendar_links import CalendarLinkReads, CalendarLinks
from booking_domain.identity.external_identities import (
    ExternalIdentities,
    ExternalIdentityReads,
    UsedAssertions,
)
from booking_domain.identity.one_time_codes import OneTimeCodes
from booking_domain.identity.passwords import Credentials
from booking_domain.identity.phone_changes import PhoneChangeReads, PhoneChanges
from booking_domain.identity.ports import LoginHistory, LoginReads, SessionReads, Sessions, UserReads, Users
from booking_domain.identity.second_factor import SecondFactors
from booking_domain.notifications.ports import SmsMessages, SmsReads
from booking_domain.payments.ports import PaymentReads, Payments
from booking_domain.payments.refunds import RefundReads, Refunds
from booking_domain.scheduling.feeds import FeedReads, FeedRepository
from booking_domain.scheduling.ports import CalendarRepository, Claims, ProviderSchedules, SalonHours, ScheduleReads
from booking_domain.scheduling.waiting import WaitingList, WaitingReads
from booking_domain.shared.audit import AuditLog, AuditReads
from booking_domain.shared.idempotency import IdempotencyStore
from booking_domain.shared.ids import ProviderId, SalonId, UserId
from booking_domain.shared.outbox import Outbox
from booking_domain.workflows.personal_data import PersonalData
from booking_domain.workflows.views import Appointment, ProviderView, SalonView


class Repositories(Protocol):
    """The repositories of one transaction."""

    @property
    def users(self) -> Users: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def login_history(self) -> LoginHistory: ...
    @property
    def one_time_codes(self) -> OneTimeCodes: ...
    @property
    def credentials(self) -> Credentials: ...
    @property
    def phone_changes(self) -> PhoneChanges: ...
    @property
    def external_identities(self) -> ExternalIdentities: ...
    @property
    def used_assertions(self) -> UsedAssertions: ...
    @property
    def second_factors(self) -> SecondFactors: ...
    @property
    def calendar_links(self) -> CalendarLinks: ...
    @property
    def profiles(self) -> Profiles: ...
    @property
    def salons(self) -> Salons: ...
    @property
    def salon_hours(self) -> SalonHours: ...
    @property
    def calendars(self) -> CalendarRepository: ...
    @property
    def schedules(self) -> ProviderSchedules: ...
    @property
    def feeds(self) -> FeedRepository: ...
    @property
    def claims(self) -> Claims: ...
    @property
    def waiting_list(self) -> WaitingList: ...
    @property
    def bookable_providers(self) -> BookableProviders: ...
    @property
    def bookings(self) -> Bookings: ...
    @property
    def payments(self) -> Payments: ...
    @property
    def refunds(self) -> Refunds: ...
    @property
    def sms_messages(self) -> SmsMessages: ...
    @property
    def personal_data(self) -> PersonalData: ...
    @property
    def idempotency(self) -> IdempotencyStore: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def audit_log(self) -> AuditLog: ...


class ProviderReads(Protocol):
    """Reads of providers, outside any transaction."""

    async def get(self, provider_id: ProviderId) -> ProviderView | None:
        """One provider, whatever its status."""
        ...

    async def by_owner(self, user_id: UserId) -> ProviderView | None:
        """The provider whose profile this user owns."""
        ...

    async def page(self, status: ProfileStatus | None, after: ProviderId | None, limit: int) -> Sequence[ProviderView]:
        """Providers of this status (None: of any), by id: those after `after`, at most `limit`."""
        ...


class SalonReads(Protocol):
    """Reads of salons, outside any transaction."""

    async def get(self, salon_id: SalonId) -> SalonView | None:
        """One salon with its opening hours."""
        ...

    async def members(self, salon_id: SalonId) -> Sequence[Member]:
        """The providers who are members or invited, by provider id."""
        ...

    async def of_manager(self, manager_id: UserId) -> Sequence[Salon]:
        """The manager's salons, by id."""
        ...


class AppointmentReads(Protocol):
    """Reads of bookings with the names of both parties, outside any transaction."""

    async def of_user(
        self, user_id: UserId, party: Party, *, starts_from: datetime, ended_from: datetime, limit: int
    ) -> Sequence[Appointment]:
        """The user's appointments as the provider, or as the customer of another provider, by start.

        Those that start at or after `starts_from`; cancelled and expired ones only if they changed at or after
        `ended_from`. At most `limit`: the latest ones if there are more.
        """
        ...


class Reads(Protocol):
    """All reads, outside any transaction: each call sees what is committed when it runs."""

    @property
    def appointments(self) -> AppointmentReads: ...
    @property
    def audit_log(self) -> AuditReads: ...
    @property
    def bookings(self) -> BookingReads: ...
    @property
    def calendar_links(self) -> CalendarLinkReads: ...
    @property
    def external_identities(self) -> ExternalIdentityReads: ...
    @property
    def feeds(self) -> FeedReads: ...
    @property
    def login_history(self) -> LoginReads: ...
    @property
    def payments(self) -> PaymentReads: ...
    @property
    def phone_changes(self) -> PhoneChangeReads: ...
    @property
    def providers(self) -> ProviderReads: ...
    @property
    def refunds(self) -> RefundReads: ...
    @property
    def salons(self) -> SalonReads: ...
    @property
    def schedules(self) -> ScheduleReads: ...
    @property
    def sessions(self) -> SessionReads: ...
    @property
    def sms(self) -> SmsReads: ...
    @property
    def users(self) -> UserReads: ...
    @property
    def waiting_list(self) -> WaitingReads: ...
