"""Tell the parties of a booking what happened.

Run for a message of the outbox, any number of times: a notification's id follows from the event and the recipient, so
that a notifier can notice a repetition.
"""

from uuid import uuid5

from booking_domain.bookings.events import BookingChanged, BookingTimesOffered
from booking_domain.bookings.model import Booking
from booking_domain.identity.model import User, UserStatus
from booking_domain.notifications.ports import Notification, Notifier
from booking_domain.notifications.texts import Facts, texts_for
from booking_domain.payments.events import RefundScheduled
from booking_domain.shared.events import Event
from booking_domain.workflows.ports import Reads
from booking_domain.workflows.views import ProviderView


async def notify_parties(event: BookingChanged | RefundScheduled, *, reads: Reads, notifier: Notifier) -> None:
    """Send what there is to say of this message.

    Raises:
        Unavailable: not everybody was told; running it again is right.
    """
    booking = await reads.bookings.get(event.booking_id)
    if booking is None:
        return
    customer = await reads.users.get(booking.customer_id)
    owner = await reads.users.get(booking.provider_user_id)
    provider = await reads.providers.get(booking.provider_id)
    if customer is None or owner is None or provider is None:
        return
    if isinstance(event, BookingTimesOffered) and not booking.offered_times:
        return  # one of them was taken meanwhile
    status = event.to.value if isinstance(event, BookingChanged) else ""
    texts = texts_for(event.topic, status, _facts(booking, customer, provider))
    if texts is None:
        return
    for user, text in ((customer, texts.to_customer), (owner, texts.to_provider)):
        walked_in = user is customer and customer.id == owner.id
        if text and not walked_in:
            await tell(user, event, texts.subject, text, notifier)


def _facts(booking: Booking, customer: User, provider: ProviderView) -> Facts:
    return Facts(
        reference=booking.reference,
        provider=provider.profile.display_name,
        customer=customer.name,
        start=booking.span.start,
        time_zone=booking.time_zone,
        deposit=str(booking.deposit),
        due_at=booking.due_at,
        offered_times=booking.offered_times,
    )


async def tell(user: User, event: Event, subject: str, text: str, notifier: Notifier) -> None:
    """Send news of a message to one person: by e-mail, else by SMS, as far as there is such a contact and it is on.

    Who has deleted their account is told nothing.
    """
    wants = user.preferences.channels
    ways = (("email", user.email, wants.email), ("sms", user.phone, wants.sms))
    way = next(((channel, to) for channel, to, on in ways if to is not None and on), None)
    if way is None or user.status is UserStatus.DELETED:
        return
    channel, to = way
    notification = Notification(
        id=uuid5(event.id, str(user.id)),
        channel=channel,
        to=to,
        subject=subject,
        text=text,
        created_at=event.occurred_at,
    )
    await notifier.send(notification)
