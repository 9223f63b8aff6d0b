"""Notify the parties of a booking of what was recorded at the desk, or voided. May run any number of times."""

from typing import Final

from booking_domain.notifications.notices import NoticeTemplate, NoticeValue, Translator
from booking_domain.notifications.ports import Notifier
from booking_domain.payments.desk import DeskMethod
from booking_domain.payments.events import DeskPaymentChanged, DeskPaymentRecorded
from booking_domain.use_cases.notices.parties import notify_user
from booking_domain.use_cases.platform.ports import Reads

_PAID: Final = "Booking {reference}: paid at the desk"
_VOIDED: Final = "Booking {reference}: payment at the desk voided"
PAID: Final = {
    DeskMethod.CASH: NoticeTemplate(
        subject=_PAID, text="{provider} has recorded that you paid {amount} in cash. Still due: {still_due}."
    ),
    DeskMethod.CARD: NoticeTemplate(
        subject=_PAID, text="{provider} has recorded that you paid {amount} by card. Still due: {still_due}."
    ),
}
VOIDED: Final = NoticeTemplate(
    subject=_VOIDED,
    text="Your payment of {amount} to {provider} at the desk does not count any more. Reason: {reason}",
)
PAID_TO_OWNER: Final = NoticeTemplate(
    subject=_PAID, text="It was recorded for you that {customer} paid {amount} at the desk. Still due: {still_due}."
)
VOIDED_TO_OWNER: Final = NoticeTemplate(
    subject=_VOIDED, text="The payment of {amount} by {customer} at the desk was voided for you. Reason: {reason}"
)


async def notify_of_desk_payment(
    event: DeskPaymentChanged, /, *, reads: Reads, notifier: Notifier, translator: Translator
) -> None:
    """Tell the customer, and the provider if another person did it; a walk-in has no customer to tell.

    Raises:
        Unavailable: a notification was not sent; the caller may retry.
    """
    booking, payment = await reads.bookings.get(event.booking_id), await reads.desk_payments.get(event.desk_payment_id)
    if booking is None or payment is None:
        return
    customer, owner = await reads.users.get(booking.customer_id), await reads.users.get(booking.provider_user_id)
    view = await reads.providers.get(booking.provider_id)
    if customer is None or owner is None or view is None:
        return
    recorded = isinstance(event, DeskPaymentRecorded)
    by = payment.recorded_by if recorded or payment.voided_by is None else payment.voided_by
    values: dict[str, NoticeValue] = {
        "reference": booking.reference,
        "provider": view.profile.display_name,
        "customer": customer.name,
        "amount": payment.amount,
        "still_due": booking.balance_due,
        "reason": payment.void_reason or "",
    }
    if customer.id != owner.id:
        notice = (PAID[payment.method] if recorded else VOIDED).fill(**values)
        await notify_user(customer, event, notice, notifier=notifier, translator=translator)
    if by.id != owner.id:
        notice = (PAID_TO_OWNER if recorded else VOIDED_TO_OWNER).fill(**values)
        await notify_user(owner, event, notice, notifier=notifier, translator=translator)
