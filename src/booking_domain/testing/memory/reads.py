"""Reads of what is committed, outside any transaction."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from booking_domain.bookings.model import Booking, BookingEvent
from booking_domain.bookings.ports import BookingFilter
from booking_domain.bookings.transitions import CLAIMS_TIME, Party
from booking_domain.catalogue.model import Profile, ProfileStatus
from booking_domain.catalogue.salons import Member, Salon
from booking_domain.identity.external_identities import ExternalIdentity, IdentityProvider
from booking_domain.identity.model import User, UserStatus
from booking_domain.identity.phone_changes import PhoneChange
from booking_domain.identity.ports import UserFilter
from booking_domain.identity.sessions import Login, Session
from booking_domain.notifications.sms import SmsMessage, SmsSpending
from booking_domain.payments.model import Payment
from booking_domain.scheduling.feeds import KeptFeed, OwnFeeds
from booking_domain.scheduling.model import Calendar, ProviderSchedule
from booking_domain.scheduling.waiting import MOST_WAITS, OPEN, Waiting
from booking_domain.shared.actor import Actor, Role
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
from booking_domain.shared.permissions import Permission, Relation, may
from booking_domain.shared.time import TimeRange
from booking_domain.testing.memory.audit import audit_entries
from booking_domain.testing.memory.calendars import MemoryCalendars, MemoryProviderSchedules
from booking_domain.testing.memory.external_identities import MemoryExternalIdentities
from booking_domain.testing.memory.feeds import MemoryFeeds
from booking_domain.testing.memory.identity import users_like
from booking_domain.testing.memory.payments import payments_of
from booking_domain.testing.memory.salons import MemorySalons
from booking_domain.testing.memory.sms import due_messages, spending
from booking_domain.testing.memory.state import State
from booking_domain.workflows.ports import Reads
from booking_domain.workflows.views import Appointment, ProviderView, SalonView


class MemoryReads(Reads):
    """All reads."""

    def __init__(self, committed: Callable[[], State]) -> None:
        self._committed = committed

    async def schedule(self, provider_id: ProviderId, around: TimeRange) -> ProviderSchedule | None:
        return await MemoryProviderSchedules(self._committed()).lock(provider_id, around)

    async def calendar(self, provider_id: ProviderId) -> Calendar | None:
        return await MemoryCalendars(self._committed()).calendar_of(provider_id)

    async def salon(self, salon_id: SalonId) -> SalonView | None:
        salon = self._committed().salons.get(salon_id)
        return None if salon is None else SalonView(salon=salon, hours=self._committed().salon_hours[salon_id])

    async def members_of(self, salon_id: SalonId) -> Sequence[Member]:
        return await MemorySalons(self._committed()).members(salon_id)

    async def feeds_of(self, provider_id: ProviderId) -> OwnFeeds:
        return await MemoryFeeds(self._committed()).feeds_of(provider_id)

    async def feed(self, feed_id: FeedId) -> KeptFeed | None:
        return await MemoryFeeds(self._committed()).get(feed_id)

    async def due_feeds(self, now: datetime, limit: int) -> Sequence[FeedId]:
        due = [(due_at, feed_id) for feed_id, due_at in self._committed().feeds_due.items() if due_at <= now]
        return [feed_id for _, feed_id in sorted(due)[:limit]]

    async def booking(self, booking_id: BookingId) -> Booking | None:
        return self._committed().bookings.get(booking_id)

    async def bookings_of(self, actor: Actor, chosen: BookingFilter) -> Sequence[Booking]:
        found = [
            booking
            for booking in self._committed().bookings.values()
            if _concerns(booking, actor) and _matches(booking, chosen)
        ]
        return sorted(found, key=lambda booking: booking.id, reverse=True)[: chosen.limit]

    async def events_of(self, booking_id: BookingId) -> Sequence[BookingEvent]:
        return self._committed().events.get(booking_id, ())

    async def overdue(self, now: datetime, limit: int) -> Sequence[BookingId]:
        due = [
            (booking.due_at, booking.id)
            for booking in self._committed().bookings.values()
            if booking.due_at is not None and booking.due_at <= now
        ]
        return [booking_id for _, booking_id in sorted(due)[:limit]]

    async def bookings_to_come(
        self, now: datetime, *, time_zone: str | None, after: Booking | None, limit: int
    ) -> Sequence[Booking]:
        found = [
            booking
            for booking in self._committed().bookings.values()
            if CLAIMS_TIME[booking.status]
            and booking.span.start > now
            and time_zone in {None, booking.time_zone}
            and (after is None or (booking.provider_id, booking.id) > (after.provider_id, after.id))
        ]
        return sorted(found, key=lambda booking: (booking.provider_id, booking.id))[:limit]

    async def provider(self, provider_id: ProviderId) -> ProviderView | None:
        profile = self._committed().profiles.get(provider_id)
        return self._view(profile) if profile is not None else None

    async def provider_of(self, user_id: UserId) -> ProviderView | None:
        profiles = self._committed().profiles.values()
        return next((self._view(profile) for profile in profiles if profile.owner_id == user_id), None)

    async def providers(
        self, status: ProfileStatus | None, after: ProviderId | None, limit: int
    ) -> Sequence[ProviderView]:
        chosen = [
            profile
            for profile in self._committed().profiles.values()
            if status in {None, profile.status} and (after is None or profile.id > after)
        ]
        return [self._view(profile) for profile in sorted(chosen, key=lambda profile: profile.id)[:limit]]

    async def payment(self, payment_id: PaymentId) -> Payment | None:
        return self._committed().payments.get(payment_id)

    async def payment_by_invoice(self, invoice_reference: str) -> Payment | None:
        for payment in self._committed().payments.values():
            if payment.invoice is not None and payment.invoice.reference == invoice_reference:
                return payment
        return None

    async def payments_of(self, booking_id: BookingId) -> Sequence[Payment]:
        return payments_of(self._committed(), booking_id)

    async def user(self, user_id: UserId) -> User | None:
        return self._committed().users.get(user_id)

    async def user_by_login(self, login: str) -> User | None:
        return next((user for user in self._committed().users.values() if login in {user.email, user.phone}), None)

    async def to_erase(self, deleted_before: datetime, after: UserId | None, limit: int) -> Sequence[UserId]:
        due = [
            user.id
            for user in self._committed().users.values()
            if user.status is UserStatus.DELETED
            and user.erased_at is None
            and user.deleted_at is not None
            and user.deleted_at <= deleted_before
            and (after is None or user.id > after)
        ]
        return sorted(due)[:limit]

    async def phone_change(self, user_id: UserId) -> PhoneChange | None:
        return self._committed().phone_changes.get(user_id)

    async def users(self, chosen: UserFilter) -> Sequence[User]:
        return users_like(self._committed(), chosen)

    async def session(self, session_id: SessionId) -> Session | None:
        return self._committed().sessions.get(session_id)

    async def live_sessions(self, user_id: UserId, now: datetime, limit: int) -> Sequence[Session]:
        found = [each for each in self._committed().sessions.values() if each.user_id == user_id and each.live(now)]
        return sorted(found, key=lambda session: (session.last_used_at, session.id), reverse=True)[:limit]

    async def logins_of(self, user_id: UserId, after: LoginId | None, limit: int) -> Sequence[Login]:
        found = [
            login
            for login in self._committed().logins.values()
            if login.user_id == user_id and (after is None or login.id < after)
        ]
        return sorted(found, key=lambda login: login.id, reverse=True)[:limit]

    async def waits_of(self, customer_id: UserId, after: WaitingId | None = None) -> Sequence[Waiting]:
        found = [
            each
            for each in self._committed().waiting.values()
            if each.customer_id == customer_id and (after is None or each.id < after)
        ]
        return sorted(found, key=lambda each: each.id, reverse=True)[:MOST_WAITS]

    async def awaited_providers(self) -> Sequence[ProviderId]:
        return sorted({each.provider_id for each in self._committed().waiting.values() if each.status in OPEN})

    async def sms(self, message_id: SmsId) -> SmsMessage | None:
        return self._committed().sms_messages.get(message_id)

    async def sms_to_ask(self, provider: str, now: datetime, limit: int) -> Sequence[SmsId]:
        return due_messages(self._committed(), provider, now, limit)

    async def sms_spending(self, since: datetime, before: datetime) -> Sequence[SmsSpending]:
        return spending(self._committed(), since, before)

    async def user_of_identity(self, provider: IdentityProvider, subject: str) -> UserId | None:
        return await MemoryExternalIdentities(self._committed()).lock(provider, subject)

    async def user_of_link(self, secret_digest: bytes) -> UserId | None:
        links = self._committed().calendar_links.values()
        return next((link.user_id for link in links if link.secret_digest == secret_digest), None)

    async def appointments_of(
        self, user_id: UserId, party: Party, *, starts_from: datetime, ended_from: datetime, limit: int
    ) -> Sequence[Appointment]:
        state = self._committed()
        found = [
            booking
            for booking in state.bookings.values()
            if booking.span.start >= starts_from
            and (CLAIMS_TIME[booking.status] or booking.updated_at >= ended_from)
            and booking.party(Actor(user_id, Role.CUSTOMER)) is party
        ]
        latest = sorted(found, key=lambda booking: (booking.span.start, booking.id))[-limit:]
        return [
            Appointment(
                booking=booking,
                provider_name=state.profiles[booking.provider_id].display_name,
                provider_address=state.profiles[booking.provider_id].address,
                customer_name=state.users[booking.customer_id].name,
            )
            for booking in latest
        ]

    async def sessions_of(self, user_id: UserId, after: SessionId | None, limit: int) -> Sequence[Session]:
        found = [
            each
            for each in self._committed().sessions.values()
            if each.user_id == user_id and (after is None or each.id > after)
        ]
        return sorted(found, key=lambda session: session.id)[:limit]

    async def sms_of(self, user_id: UserId, after: SmsId | None, limit: int) -> Sequence[SmsMessage]:
        found = [
            each
            for each in self._committed().sms_messages.values()
            if each.user_id == user_id and (after is None or each.id > after)
        ]
        return sorted(found, key=lambda message: message.id)[:limit]

    async def identities_of(self, user_id: UserId) -> Sequence[ExternalIdentity]:
        found = [each for each in self._committed().external_identities.values() if each.user_id == user_id]
        return sorted(found, key=lambda identity: identity.provider)

    async def salons_of(self, manager_id: UserId) -> Sequence[Salon]:
        found = [salon for salon in self._committed().salons.values() if salon.manager_id == manager_id]
        return sorted(found, key=lambda salon: salon.id)

    async def events_of_all(self, booking_ids: Sequence[BookingId]) -> Mapping[BookingId, Sequence[BookingEvent]]:
        return {booking_id: self._committed().events.get(booking_id, ()) for booking_id in booking_ids}

    async def payments_of_all(self, booking_ids: Sequence[BookingId]) -> Mapping[BookingId, Sequence[Payment]]:
        return {booking_id: payments_of(self._committed(), booking_id) for booking_id in booking_ids}

    async def audit_entries(self, chosen: AuditFilter) -> Sequence[AuditEntry]:
        return audit_entries(self._committed(), chosen)

    def _view(self, profile: Profile) -> ProviderView:
        state = self._committed()
        return ProviderView(
            profile=profile, time_zone=state.calendars[profile.id].time_zone, terms=state.terms[profile.id]
        )


def _concerns(booking: Booking, actor: Actor) -> bool:
    relation = Relation.PARTY if actor.id in {booking.customer_id, booking.provider_user_id} else None
    return may(actor, Permission.SEE_BOOKINGS, relation)


def _matches(booking: Booking, chosen: BookingFilter) -> bool:
    return (
        chosen.status in {None, booking.status}
        and (chosen.starts_from is None or chosen.starts_from <= booking.span.start)
        and (chosen.starts_before is None or booking.span.start < chosen.starts_before)
        and (chosen.after is None or booking.id < chosen.after)
    )
