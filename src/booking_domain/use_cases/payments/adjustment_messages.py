"""Notify the parties of a booking whose ledger an admin adjusted."""

from collections.abc import AsyncIterator
from typing import Final

from booking_domain.identity.preferences import MemberNews
from booking_domain.notifications.notices import NoticeTemplate
from booking_domain.payments.events import LedgerAdjusted
from booking_domain.use_cases.notices.declarations import Addressed, Messages, NoticesOf, Reader, Told
from booking_domain.use_cases.notices.parties import parties_of
from booking_domain.use_cases.platform.ports import Reads

_ADJUSTED: Final = "Booking {reference}: payments corrected"
_ADDED: Final = NoticeTemplate(
    subject=_ADJUSTED, text="{amount} was added to what was paid. Still due: {balance}. Reason: {reason}"
)
_DEDUCTED: Final = NoticeTemplate(
    subject=_ADJUSTED,
    text="{amount} of what was paid does not count any more. Still due: {balance}. Reason: {reason}",
)


async def _notices(event: LedgerAdjusted, reads: Reads) -> AsyncIterator[Addressed]:
    """Tell the customer, the provider and the manager of its salon; a walk-in has no customer to tell."""
    parties, adjustment = await parties_of(event.booking_id, reads), await reads.adjustments.get(event.adjustment_id)
    if parties is None or adjustment is None:
        return
    booking = parties.booking
    notice = (_ADDED if adjustment.amount > 0 else _DEDUCTED).fill(
        reference=booking.reference, amount=adjustment.moved, balance=booking.quote.balance, reason=adjustment.reason
    )
    for user_id in dict.fromkeys((booking.customer_id, booking.provider_user_id)):
        yield Addressed(user_id, notice)
    for copy in parties.to_manager(notice, news=MemberNews.PAYMENTS):
        yield copy


MESSAGES: Final = Messages(
    notices=(NoticesOf({LedgerAdjusted: Told((Reader.CUSTOMER, Reader.PROVIDER)).and_managers}, _notices),),
    templates={"ledger.added": _ADDED, "ledger.deducted": _DEDUCTED},
)
