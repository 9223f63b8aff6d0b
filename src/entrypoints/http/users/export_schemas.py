"""The JSON that only the export uses."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from booking_domain.bookings.model import Booking, BookingEvent
from booking_domain.identity.external_identities import ExternalIdentity
from booking_domain.identity.model import User
from booking_domain.identity.sessions import Session
from booking_domain.notifications.sms import SmsMessage
from booking_domain.payments.model import Payment
from booking_domain.workflows.ports import Reads
from entrypoints.http.accounts.schemas import LoginJson
from entrypoints.http.accounts.session_schemas import DeviceJson, device_json
from entrypoints.http.availability.feeds import FeedsJson, feeds_json
from entrypoints.http.availability.schemas import (
    BlockJson,
    ExceptionJson,
    RuleJson,
    SettingsJson,
    block_json,
    exception_json,
    rule_json,
    settings_json,
)
from entrypoints.http.bookings.schemas import BookingJson, EventJson, booking_json, event_json
from entrypoints.http.kit.fields import Json, Timestamp
from entrypoints.http.providers.schemas import ProviderJson
from entrypoints.http.providers.views import provider_json_with_note
from entrypoints.http.salons.schemas import SalonJson
from entrypoints.http.users.schemas import AccountJson, PreferencesJson
from entrypoints.http.waitlist.schemas import WaitingJson


class ExportedSessionJson(DeviceJson, frozen=True, kw_only=True):
    """A session, live or ended."""

    ended_at: Timestamp | None


class ExportedPaymentJson(Json, frozen=True, kw_only=True):
    """A payment."""

    id: UUID
    purpose: str
    gateway: str
    status: str
    amount: int
    currency: str
    gateway_reference: str | None
    created_at: Timestamp
    processed_at: Timestamp | None


class ExportedBookingJson(BookingJson, frozen=True, kw_only=True):
    """A booking with its events and payments."""

    events: tuple[EventJson, ...]
    payments: tuple[ExportedPaymentJson, ...]


class ExportedProviderJson(Json, frozen=True, kw_only=True):
    """A provider's profile and calendar."""

    profile: ProviderJson
    settings: SettingsJson
    rules: tuple[RuleJson, ...]
    exceptions: tuple[ExceptionJson, ...]
    blocks: tuple[BlockJson, ...]
    external_calendars: FeedsJson


class ExportedTextJson(Json, frozen=True, kw_only=True):
    """A text message that was sent; neither its text nor the complete number is stored."""

    at: Timestamp
    to: str
    template: str
    language: str
    status: str


class ExportedIdentityJson(Json, frozen=True, kw_only=True):
    """An identity at another service, with which the user signs in."""

    service: str
    subject: str
    linked_at: Timestamp


class ExportJson(Json, frozen=True, kw_only=True):
    """All data about an account."""

    exported_at: Timestamp
    account: AccountJson
    preferences: PreferencesJson
    sessions: tuple[ExportedSessionJson, ...]
    login_history: tuple[LoginJson, ...]
    bookings: tuple[ExportedBookingJson, ...]
    waiting_list: tuple[WaitingJson, ...]
    text_messages: tuple[ExportedTextJson, ...]
    identities: tuple[ExportedIdentityJson, ...]
    provider: ExportedProviderJson | None
    salons: tuple[SalonJson, ...]


def exported_session(session: Session) -> ExportedSessionJson:
    """Show a session, live or ended."""
    return ExportedSessionJson(**msgspec.structs.asdict(device_json(session)), ended_at=session.ended_at)


def exported_booking(
    booking: Booking, events: Sequence[BookingEvent], payments: Sequence[Payment]
) -> ExportedBookingJson:
    """Show a booking to one of its parties."""
    shown = booking_json(booking)
    return ExportedBookingJson(
        **{name: getattr(shown, name) for name in BookingJson.__struct_fields__},
        events=tuple(event_json(event) for event in events),
        payments=tuple(_exported_payment(payment) for payment in payments),
    )


def _exported_payment(payment: Payment) -> ExportedPaymentJson:
    return ExportedPaymentJson(
        id=payment.id,
        purpose=payment.purpose.value,
        gateway=payment.gateway,
        status=payment.status.value,
        amount=payment.amount.amount,
        currency=payment.amount.currency,
        gateway_reference=None if payment.invoice is None else payment.invoice.reference,
        created_at=payment.created_at,
        processed_at=payment.processed_at,
    )


def exported_text(message: SmsMessage) -> ExportedTextJson:
    """Show what is stored of a text message."""
    return ExportedTextJson(
        at=message.created_at,
        to=message.to_masked,
        template=message.template,
        language=message.language,
        status=message.status.value,
    )


def exported_identity(identity: ExternalIdentity) -> ExportedIdentityJson:
    """Show an identity."""
    return ExportedIdentityJson(service=identity.provider.value, subject=identity.subject, linked_at=identity.linked_at)


async def exported_provider(user: User, reads: Reads, now: datetime) -> ExportedProviderJson | None:
    """The provider profile and calendar of the account, if it has one."""
    view = await reads.providers.by_owner(user.id)
    calendar = None if view is None else await reads.schedules.calendar(view.profile.id)
    if view is None or calendar is None:
        return None
    return ExportedProviderJson(
        profile=provider_json_with_note(view),
        settings=settings_json(calendar, view.terms),
        rules=tuple(rule_json(each) for each in calendar.rules),
        exceptions=tuple(exception_json(each) for each in calendar.exceptions),
        blocks=tuple(block_json(each) for each in calendar.blocks),
        external_calendars=feeds_json(await reads.feeds.of_provider(view.profile.id), now),
    )
