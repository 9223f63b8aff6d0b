"""Notify the parties of a booking whose ledger an admin adjusted. May run any number of times."""

from typing import Final

from booking_domain.notifications.notices import NoticeTemplate, Translator
from booking_domain.notifications.ports import Notifier
from booking_domain.payments.events import LedgerAdjusted
from booking_domain.use_cases.notices.parties import notify_user
from booking_domain.use_cases.platform.ports import Reads

_ADJUSTED: Final = "Booking {reference}: payments corrected"
ADDED: Final = NoticeTemplate(
    subject=_ADJUSTED, text="{amount} was added to what was paid. Still due: {still_due}. Reason: {reason}"
)
DEDUCTED: Final = NoticeTemplate(
    subject=_ADJUSTED,
    text="{amount} of what was paid does not count any more. Still due: {still_due}. Reason: {reason}",
)


async def notify_of_ledger(
    event: LedgerAdjusted, /, *, reads: Reads, notifier: Notifier, translator: Translator
) -> None:
    """Tell the customer and the provider; a walk-in has no customer to tell.

    Raises:
        Unavailable: a notification was not sent; the caller may retry.
    """
    booking, adjustment = await reads.bookings.get(event.booking_id), await reads.adjustments.get(event.adjustment_id)
    if booking is None or adjustment is None:
        return
    notice = (ADDED if adjustment.amount > 0 else DEDUCTED).fill(
        reference=booking.reference, amount=adjustment.moved, still_due=booking.balance_due, reason=adjustment.reason
    )
    for user_id in dict.fromkeys((booking.customer_id, booking.provider_user_id)):
        user = await reads.users.get(user_id)
        if user is not None:
            await notify_user(user, event, notice, notifier=notifier, translator=translator)
