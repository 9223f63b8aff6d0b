"""What is kept: tables of frozen values."""

from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Self
from uuid import UUID

from booking_domain.bookings.model import Booking, BookingEvent, Terms
from booking_domain.catalogue.model import Profile
from booking_domain.catalogue.salons import Salon
from booking_domain.identity.calendar_links import CalendarLink
from booking_domain.identity.external_identities import ExternalIdentity, IdentityProvider
from booking_domain.identity.model import User
from booking_domain.identity.one_time_codes import CodePurpose, OneTimeCode
from booking_domain.identity.phone_changes import PhoneChange
from booking_domain.identity.second_factor import SecondFactor
from booking_domain.identity.sessions import Login, Session
from booking_domain.notifications.sms import SmsMessage
from booking_domain.payments.model import Payment
from booking_domain.scheduling.claims import Claim
from booking_domain.scheduling.feeds import OwnFeeds
from booking_domain.scheduling.model import Calendar, OpeningHours
from booking_domain.scheduling.waiting import Waiting
from booking_domain.shared.audit import AuditEntry
from booking_domain.shared.events import Event
from booking_domain.shared.ids import (
    AuditId,
    BookingId,
    ClaimId,
    EventId,
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


class MissingRow(LookupError):
    """A row refers to one that is not there: a bug in the caller, which a foreign key would refuse too."""


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What was answered under an idempotency key, and when."""

    fingerprint: bytes
    answer: bytes
    at: datetime


@dataclass(slots=True)
class State:
    """All tables. Rows are frozen, so that a copy of the tables is a snapshot of everything."""

    users: dict[UserId, User] = field(default_factory=dict)
    sessions: dict[SessionId, Session] = field(default_factory=dict)
    logins: dict[LoginId, Login] = field(default_factory=dict)
    one_time_codes: dict[tuple[bytes, CodePurpose], OneTimeCode] = field(default_factory=dict)
    wrong_passwords: dict[UUID, tuple[int, datetime]] = field(default_factory=dict)
    phone_changes: dict[UserId, PhoneChange] = field(default_factory=dict)
    external_identities: dict[tuple[IdentityProvider, str], ExternalIdentity] = field(default_factory=dict)
    used_assertions: dict[bytes, datetime] = field(default_factory=dict)
    second_factors: dict[UserId, SecondFactor] = field(default_factory=dict)
    calendar_links: dict[UserId, CalendarLink] = field(default_factory=dict)
    profiles: dict[ProviderId, Profile] = field(default_factory=dict)
    calendars: dict[ProviderId, Calendar] = field(default_factory=dict)
    salons: dict[SalonId, Salon] = field(default_factory=dict)
    salon_hours: dict[SalonId, OpeningHours] = field(default_factory=dict)
    salon_members: dict[ProviderId, SalonId] = field(default_factory=dict)
    salon_invitations: dict[tuple[SalonId, ProviderId], datetime] = field(default_factory=dict)
    feeds: dict[ProviderId, OwnFeeds] = field(default_factory=dict)
    feeds_due: dict[FeedId, datetime] = field(default_factory=dict)
    waiting: dict[WaitingId, Waiting] = field(default_factory=dict)
    terms: dict[ProviderId, Terms] = field(default_factory=dict)
    claims: dict[ClaimId, Claim] = field(default_factory=dict)
    bookings: dict[BookingId, Booking] = field(default_factory=dict)
    events: dict[BookingId, tuple[BookingEvent, ...]] = field(default_factory=dict)
    payments: dict[PaymentId, Payment] = field(default_factory=dict)
    sms_messages: dict[SmsId, SmsMessage] = field(default_factory=dict)
    answers: dict[tuple[UserId, str], KeptAnswer] = field(default_factory=dict)
    outbox: dict[EventId, Event] = field(default_factory=dict)
    audit_log: dict[AuditId, AuditEntry] = field(default_factory=dict)

    def copy(self) -> Self:
        """Return a snapshot."""
        return type(self)(**{table.name: dict(getattr(self, table.name)) for table in fields(self)})

    def require_user(self, user_id: UUID) -> None:
        """Let pass only who exists."""
        if user_id not in self.users:
            raise MissingRow(f"there is no user {user_id}")

    def require_provider(self, provider_id: UUID) -> None:
        """Let pass only a provider with a profile."""
        if provider_id not in self.profiles:
            raise MissingRow(f"there is no provider {provider_id}")

    def require_salon(self, salon_id: UUID) -> None:
        """Let pass only a salon that exists."""
        if salon_id not in self.salons:
            raise MissingRow(f"there is no salon {salon_id}")

    def calendar_of(self, provider_id: ProviderId) -> Calendar | None:
        """A provider's calendar with the hours of the salon that the provider is a member of."""
        calendar, salon = self.calendars.get(provider_id), self.salon_members.get(provider_id)
        if calendar is None or salon is None:
            return calendar
        return replace(calendar, salon=self.salon_hours[salon])

    def require_booking(self, booking_id: UUID) -> None:
        """Let pass only a booking that exists."""
        if booking_id not in self.bookings:
            raise MissingRow(f"there is no booking {booking_id}")
