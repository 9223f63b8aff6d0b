"""Notify the parties of a booking of an event, each in their own language.

May run any number of times: a person is notified of an event once.
"""

from datetime import datetime

from booking_domain.bookings.events import BookingCancelled, BookingChanged, BookingRescheduled, BookingTimesOffered
from booking_domain.bookings.model import Booking
from booking_domain.bookings.ports import BookingReads
from booking_domain.bookings.transitions import Party
from booking_domain.identity.model import User, UserStatus
from booking_domain.identity.preferences import NewsChannel, NewsKind
from booking_domain.notifications.model import CHAT, DEVICES, MessageAddress, MessageChannel
from booking_domain.notifications.notices import Notice, NoticeValue, Translator
from booking_domain.notifications.ports import Notifier
from booking_domain.payments.events import RefundChanged, RefundMade
from booking_domain.payments.refunds import Refund, RefundMethod
from booking_domain.shared.events import Event
from booking_domain.use_cases.notices.bookings import (
    REFUND_MADE_BY_GATEWAY,
    TIME_CHANGED,
    TIME_REFUSED,
    PartyNotices,
    notices_of,
)
from booking_domain.use_cases.notices.clocks import clock_of
from booking_domain.use_cases.notices.news import kind_of
from booking_domain.use_cases.platform.ports import Reads
from booking_domain.use_cases.platform.views import ProviderView


async def notify_parties(
    event: BookingChanged | RefundChanged, /, *, reads: Reads, notifier: Notifier, translator: Translator
) -> None:
    """Send the notifications of an event; a walk-in booking, whose customer is the provider, notifies no customer."""
    booking = await reads.bookings.get(event.booking_id)
    if booking is None:
        return
    customer = await reads.users.get(booking.customer_id)
    owner = await reads.users.get(booking.provider_user_id)
    provider = await reads.providers.get(booking.provider_id)
    if customer is None or owner is None or provider is None:
        return
    if isinstance(event, BookingTimesOffered) and not booking.offered_times:
        return  # the customer has accepted one since
    # The booking may have moved on: the deadline is that of the event.
    due_at = event.due_at if isinstance(event, BookingChanged) else booking.due_at
    values = _values(booking, customer, provider, due_at)
    if (walk_in := (await reads.walk_ins.of_each([booking.id])).get(booking.id)) is not None:
        values["customer"] = walk_in.name
    by_gateway = False
    if isinstance(event, RefundChanged):
        refund = await reads.refunds.get(event.refund_id)
        if refund is None:
            return
        values |= _refund_values(refund)
        by_gateway = refund.method is RefundMethod.GATEWAY
    users = {Party.CUSTOMER: customer, Party.PROVIDER: owner}
    if by_gateway and isinstance(event, RefundMade):
        notices = REFUND_MADE_BY_GATEWAY
    else:
        notices = await _notices(event, booking, reads.bookings)
    for party, template in notices.templates():
        if party is Party.PROVIDER or customer.id != owner.id:
            await notify_user(users[party], event, template.fill(**values), notifier=notifier, translator=translator)


async def _notices(event: BookingChanged | RefundChanged, booking: Booking, bookings: BookingReads) -> PartyNotices:
    """The notices of the event, or those about a time that the customer has not accepted."""
    change = booking.time_change
    if change is not None and isinstance(event, BookingRescheduled):
        return TIME_CHANGED
    if change is not None and isinstance(event, BookingCancelled) and change.may_object(event.occurred_at):
        entry = next((each for each in await bookings.events(booking.id) if each.id == event.id), None)
        if entry is not None and entry.by.id == booking.customer_id:
            return TIME_REFUSED
    return notices_of(event, by_staff=booking.placed_by_staff)


def _refund_values(refund: Refund) -> dict[str, NoticeValue]:
    return {
        "refund": refund.amount,
        "bank_reference": refund.bank_reference or "",
        "return_reason": refund.return_reason or "",
    }


def _values(
    booking: Booking, customer: User, provider: ProviderView, due_at: datetime | None
) -> dict[str, NoticeValue]:
    """The values of every placeholder."""
    zone, change = booking.time_zone, booking.time_change
    local = clock_of(zone, customer)
    return {
        "reference": booking.reference,
        "provider": provider.profile.display_name,
        "customer": customer.name,
        "when": local(booking.span.start),
        "end": local(booking.span.end),
        "time_zone": zone,
        "deposit": booking.deposit_due or booking.deposit,  # or: paid by now
        "due": "" if due_at is None else local(due_at),
        "agreed": "" if change is None else local(change.agreed.start),
        "objection_deadline": "" if change is None else local(change.objection_deadline),
        "offered": tuple(local(start) for start in booking.offered_times),
    }


async def notify_user(user: User, event: Event, notice: Notice, *, notifier: Notifier, translator: Translator) -> None:
    """Notify a user: in the app, on devices, in the linked chat and by e-mail; by SMS if neither takes it.

    A contact counts if it exists and its channel is on; an address that its server refuses, or a chat that is blocked,
    is none.

    Deleted accounts are told nothing.
    """
    if user.status is UserStatus.DELETED:
        return
    kind, wants = kind_of(event.topic) or NewsKind.BOOKINGS, user.preferences.allows
    reachable = (
        (CHAT.channel, CHAT.to, wants(kind, NewsChannel.TELEGRAM)),
        (MessageChannel.EMAIL, user.email, user.email_undeliverable_at is None and wants(kind, NewsChannel.EMAIL)),
        (MessageChannel.SMS, user.phone, wants(kind, NewsChannel.SMS)),
        (DEVICES.channel, DEVICES.to, wants(kind, NewsChannel.PUSH)),
    )
    contacts = [MessageAddress(channel, to) for channel, to, on in reachable if to is not None and on]
    await notifier.notify(user.id, event, translator.translate(notice, user.locale), contacts)
