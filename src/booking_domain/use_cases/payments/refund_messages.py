"""Notify the parties of a booking of a refund."""

from collections.abc import AsyncIterator, Mapping
from typing import Final

from booking_domain.bookings.transitions import Status
from booking_domain.payments.events import RefundByTransfer, RefundChanged, RefundMade, RefundReturned, RefundScheduled
from booking_domain.payments.refunds import RefundMethod
from booking_domain.use_cases.notices.declarations import Addressed, Messages, NoticesOf
from booking_domain.use_cases.notices.parties import PartyNotices, parties_of, readers_of, templates_of
from booking_domain.use_cases.platform.ports import Reads

_NOTICES: Final[Mapping[str, PartyNotices]] = {
    "payment.refund_owed": PartyNotices(
        subject="Booking {reference}: refund",
        to_customer=("You get {refund} back for your booking with {provider}. We will tell you once it is sent."),
    ),
    "refund.by_transfer": PartyNotices(
        subject="Booking {reference}: refund by bank transfer",
        to_customer=(
            "Your refund of {refund} is sent to the bank account in your profile; please add one if there is none. "
            "We will tell you once it is sent."
        ),
    ),
    "refund.made": PartyNotices(
        subject="Booking {reference}: refund sent",
        to_customer=(
            "{refund} was sent to your bank account for your booking with {provider}. Reference of the bank: "
            "{bank_reference}."
        ),
        to_provider="{refund} was refunded to {customer} for the booking on {when}.",
    ),
    "refund.returned": PartyNotices(
        subject="Booking {reference}: refund not delivered",
        to_customer=(
            "The bank could not deliver {refund}. Reason: {return_reason} Please check the bank account in your "
            "profile; we will send the money again."
        ),
    ),
    "refund.made_by_gateway": PartyNotices(
        subject="Booking {reference}: refund sent",
        to_customer="{refund} was sent back the way you paid for your booking with {provider}.",
        to_provider="{refund} was refunded to {customer} for the booking on {when}.",
    ),
}


async def _notices(event: RefundChanged, reads: Reads) -> AsyncIterator[Addressed]:
    parties, refund = await parties_of(event.booking_id, reads), await reads.refunds.get(event.refund_id)
    if parties is None or refund is None:
        return
    if isinstance(event, RefundScheduled) and await _is_told_with_change(event, reads):
        return
    by_gateway = isinstance(event, RefundMade) and refund.method is RefundMethod.GATEWAY
    notices = _NOTICES["refund.made_by_gateway" if by_gateway else event.topic]
    for each in parties.addressed_with_manager(
        notices,
        refund=refund.amount,
        bank_reference=refund.bank_reference or "",
        return_reason=refund.return_reason or "",
    ):
        yield each


async def _is_told_with_change(event: RefundScheduled, reads: Reads) -> bool:
    """Whether the message about the cancellation, or the lower price, of the same moment names the refund."""
    trail = await reads.bookings.events(event.booking_id)
    return any(
        each.at == event.occurred_at and (each.to_status is Status.CANCELLED or each.type == "terms_changed")
        for each in trail
    )


MESSAGES: Final = Messages(
    notices=(
        NoticesOf(
            {
                RefundScheduled: readers_of(_NOTICES, RefundScheduled.topic),
                RefundByTransfer: readers_of(_NOTICES, RefundByTransfer.topic),
                RefundMade: readers_of(_NOTICES, RefundMade.topic, "refund.made_by_gateway").and_managers,
                RefundReturned: readers_of(_NOTICES, RefundReturned.topic),
            },
            _notices,
        ),
    ),
    templates=templates_of(_NOTICES),
)
